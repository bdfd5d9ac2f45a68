"""`autopotter setup` for Google: asked for by name, then the service itself is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console as Rich

from bot import setup
from bot.settings import read_settings
from bot.setup_answers import Setup
from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import EMAIL, key_file
from tests.doubles.sheets_server import SHEET_ID, SheetsServer


@pytest.fixture
def bucket() -> Iterator[GcsServer]:
    with GcsServer().running() as running:
        yield running


@pytest.fixture
def sheet() -> Iterator[SheetsServer]:
    with SheetsServer().running() as running:
        yield running


def hold(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], *answers: str) -> dict[str, str]:
    """What was answered; the questions everybody is asked are skipped."""
    state = Setup(read_settings([], given), {})
    lines = iter(["skip", *answers, "yes"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(lines))
    assert setup.Dialogue(state, Rich(highlight=False, width=500), Path("bot.env")).hold()
    assert next(lines, None) is None
    return state.answers


def test_the_bucket_is_looked_at_until_it_works(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bucket: GcsServer, tmp_path: Path
) -> None:
    key = key_file(tmp_path / "key.json", bucket.url)
    bucket.rights.discard("storage.objects.list")
    server = {"STORAGE_EMULATOR_HOST": bucket.url, "DATA_DIR": str(tmp_path / "data")}
    found = hold(
        monkeypatch, server,
        "bucket", BUCKET, str(tmp_path / "none.json"), str(key),
        "bucket", "", "",
    )  # fmt: skip
    assert found == {"GCS_BUCKET": BUCKET, "GCS_API_KEY_PATH": str(key)}
    told = capsys.readouterr().out
    assert "role Storage Object User on the bucket" in told
    assert told.index("none.json cannot be read") < told.index("Looking at"), "said where it is asked"
    assert f"It is the key of {EMAIL}." in told
    assert f"The account {EMAIL} may not list files in the bucket" in told
    assert "Answer bucket below to go through it again." in told
    bucket.rights.add("storage.objects.list")
    hold(monkeypatch, server, "bucket", BUCKET, str(key))
    assert f"Media in the bucket {BUCKET}: video_uploads" in capsys.readouterr().out
    assert bucket.objects == {}, "nothing was written"


def test_a_sheet_that_is_shared_meanwhile(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sheet: SheetsServer, tmp_path: Path
) -> None:
    key = key_file(tmp_path / "key.json", sheet.url)
    sheet.shared = ""

    def shared_meanwhile() -> None:
        if sheet.count("get"):
            sheet.shared = "editor"

    sheet.noticed["get"] = shared_meanwhile
    address = f"https://docs.google.com/spreadsheets/d/{SHEET_ID}/edit"
    server = {"SHEETS_BASE_URL": sheet.url, "DATA_DIR": str(tmp_path / "data")}
    found = hold(monkeypatch, server, "sheet", str(key), "my sheet", address, "sheet", "", "")
    assert found == {"GOOGLE_CREDENTIALS_PATH": str(key), "GOOGLE_SHEETS_ID": address}
    told = capsys.readouterr().out
    share = f"It is the key of {EMAIL}: share the sheet with this address as an editor."
    assert told.index(share) < told.index("What is the sheet's address?")
    assert "GOOGLE_SHEETS_ID must be the id or the address of a Google sheet" in told
    assert f"choose Share, and add {EMAIL} as an editor" in told
    assert "The Google sheet “Drafts”, tab “Sheet1”, has 0 drafts." in told
    assert sheet.tab.cells == [], "nothing was written"


def test_the_key_of_the_bucket_is_offered_for_the_sheet(
    monkeypatch: pytest.MonkeyPatch, sheet: SheetsServer, tmp_path: Path
) -> None:
    key = str(key_file(tmp_path / "key.json", sheet.url))
    given = {"SHEETS_BASE_URL": sheet.url, "DATA_DIR": str(tmp_path / "data"), "GCS_API_KEY_PATH": key}
    found = hold(monkeypatch, given | {"GCS_BUCKET": BUCKET}, "sheet", "", SHEET_ID)
    assert found == {"GOOGLE_CREDENTIALS_PATH": key, "GOOGLE_SHEETS_ID": SHEET_ID}
