"""Connecting the bucket and the sheet at Google in `autopotter setup`. Nothing is written there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.settings import Settings, read_settings
from bot.setup_steps import Question
from bot.setup_walks import Choose, Found, Walk
from services.errors import Misconfigured
from services.ports import Bucket, Sheet


async def look_at_bucket(texts: Mapping[str, str], choose: Choose) -> Found:
    """Whether the account may list, read and put files there, and what is there. Raises OperatorError."""
    settings = _settings(texts)
    if not settings.gcs_bucket:
        return Found("No bucket was named: the media stays on this machine.", ok=False)
    from bot.wiring.bucket import open_bucket

    return await _ping(await open_bucket(settings))


async def look_at_sheet(texts: Mapping[str, str], choose: Choose) -> Found:
    """Whether the sheet is there and shared. Raises OperatorError."""
    settings = _settings(texts)
    if not settings.google_sheets_id:
        return Found("No sheet was named: the drafts stay in drafts.csv.", ok=False)
    from bot.wiring.sheet import open_sheet

    return await _ping(open_sheet(settings))


def _owner(path: str, variable: str) -> str:
    """Whose key it is. Misconfigured if it is none."""
    from services.google_access import read_key  # loads Google's libraries: not before it is asked

    return read_key(Path(path), variable).email


def _settings(texts: Mapping[str, str]) -> Settings:
    reading = read_settings([], texts)
    if reading.settings is None:
        problem = reading.problems[0]
        raise Misconfigured(problem.what, remedy=problem.remedy, variable=problem.variable)
    return reading.settings


async def _ping(twin: Bucket | Sheet) -> Found:
    try:
        return Found(await twin.ping())
    finally:
        if aclose := getattr(twin, "aclose", None):
            await aclose()


BUCKET_WALK = Walk(
    "bucket",
    "the bucket at Google",
    (
        Question("GCS_BUCKET", "In which bucket of Google Cloud Storage is your media?"),
        Question(
            "GCS_API_KEY_PATH",
            "Where is the key of a service account that may use it?",
            path=True,
            how="In the Google Cloud console: make a service account, give it the role Storage Object User "
            "on the bucket, and download a JSON key for it (Keys, Add key).",
            heard=lambda path: f"It is the key of {_owner(path, 'GCS_API_KEY_PATH')}.",
        ),
    ),
    look_at_bucket,
)
SHEET_WALK = Walk(
    "sheet",
    "the sheet at Google",
    (
        Question(
            "GOOGLE_CREDENTIALS_PATH",
            "Where is the key of a service account for the sheet?",
            path=True,
            how="That of the bucket will do. Enable the Google Sheets API in its project, and share the "
            "sheet with its address as an editor.",
            like="GCS_API_KEY_PATH",
            heard=lambda path: (
                "It is the key of "
                f"{_owner(path, 'GOOGLE_CREDENTIALS_PATH')}: share the sheet with this address as an editor."
            ),
        ),
        Question("GOOGLE_SHEETS_ID", "What is the sheet's address?"),
    ),
    look_at_sheet,
)
