"""The sheet that people read and edit."""

from __future__ import annotations

from bot.settings import Settings
from services.ports import Sheet
from services.sheet.csv_file import CsvSheet


def open_sheet(settings: Settings) -> Sheet:
    path = settings.google_credentials_path
    if not settings.google_sheets_id or path is None:
        return CsvSheet(settings.data_dir / "drafts.csv")
    # Google's libraries take a moment to load: only who uses them waits for them.
    from services.google_access import read_key
    from services.sheet.google import GoogleSheet
    from services.sheet.google_calls import Calls

    key = read_key(path, "GOOGLE_CREDENTIALS_PATH")
    sheet_id = settings.google_sheets_id
    return GoogleSheet(Calls(key, sheet_id, settings.sheets_base_url), sheet_id)
