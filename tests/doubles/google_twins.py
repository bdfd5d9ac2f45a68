"""Remote twins of Google's services over their doubles, as wiring makes them but without settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from services.bucket.gcs import GcsBucket
from services.bucket.gcs_calls import Calls as GcsCalls
from services.bucket.gcs_login import login
from services.google_access import read_key
from services.sheet.google import GoogleSheet
from services.sheet.google_calls import Calls
from services.sheet.google_pace import Pace
from tests.doubles.gcs_server import BUCKET
from tests.doubles.google_keys import key_file
from tests.doubles.sheets_server import SHEET_ID, SheetsServer


def google_sheet(
    server: SheetsServer, folder: Path, *, pace: Pace | None = None, patience: float = 20.0
) -> GoogleSheet:
    """``patience``: seconds an answer may take."""
    key = read_key(key_file(folder / "key.json", server.url), "GOOGLE_CREDENTIALS_PATH")
    return GoogleSheet(
        Calls(key, SHEET_ID, server.url, pace, first_pause=0.01, timeout=(5.0, patience)), SHEET_ID
    )


def gcs_bucket(
    address: str,
    folder: Path,
    folders: Sequence[str],
    *,
    bucket: str = BUCKET,
    key: bool = True,
    patience: float = 30.0,
    first_pause: float = 0.01,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> GcsBucket:
    """The twin over a double at ``address``; without a key over an emulator that asks for none.

    ``patience``: seconds over all tries of a call.
    """
    found = read_key(key_file(folder / "bucket-key.json", address), "GCS_API_KEY_PATH") if key else None
    calls = GcsCalls(login(found, address), bucket, address, first_pause=first_pause, retry_seconds=patience)
    return GcsBucket(calls, bucket, folders, "draft_videos", folder / "originals", clock=clock)
