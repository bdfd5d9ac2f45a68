"""Remote twins of Google's services over their doubles, as wiring makes them but without settings."""

from __future__ import annotations

from pathlib import Path

from services.google_access import read_key
from services.sheet.google import GoogleSheet
from services.sheet.google_calls import Calls
from services.sheet.google_pace import Pace
from tests.doubles.google_keys import key_file
from tests.doubles.sheets_server import SHEET_ID, SheetsServer


def google_sheet(server: SheetsServer, folder: Path, *, pace: Pace | None = None) -> GoogleSheet:
    key = read_key(key_file(folder / "key.json", server.url), "GOOGLE_CREDENTIALS_PATH")
    return GoogleSheet(Calls(key, SHEET_ID, server.url, pace), SHEET_ID)
