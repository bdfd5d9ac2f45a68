"""The sheet that people read and edit."""

from __future__ import annotations

from bot.settings import Settings
from services.ports import Sheet
from services.sheet.csv_file import CsvSheet


def open_sheet(settings: Settings) -> Sheet:
    return CsvSheet(settings.data_dir / "drafts.csv")
