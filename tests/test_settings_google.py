"""The settings of the bucket and the sheet at Google: what selects them, what they must be, what is said."""

from __future__ import annotations

import pytest

from bot.settings import load_settings, read_settings, twins
from services.errors import Misconfigured

SHEET = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"


def test_nothing_set_means_the_twins_of_this_machine() -> None:
    chosen = twins(load_settings([], {}))
    assert (chosen["bucket"], chosen["sheet"]) == ("folder", "csv_file")


def test_what_selects_them() -> None:
    settings = load_settings(
        [],
        {"GCS_BUCKET": "gs://clay-studio/", "GOOGLE_SHEETS_ID": SHEET, "GOOGLE_CREDENTIALS_PATH": "key.json"},
    )
    chosen = twins(settings)
    assert (chosen["bucket"], chosen["sheet"]) == ("gcs", "google")
    assert (settings.gcs_bucket, settings.has_studio) == ("clay-studio", False)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("GCS_API_KEY_PATH", "GCS_BUCKET"),
        ("GOOGLE_SHEETS_ID", "GOOGLE_CREDENTIALS_PATH"),
        ("GOOGLE_CREDENTIALS_PATH", "GOOGLE_SHEETS_ID"),
    ],
)
def test_half_a_group_names_what_is_missing(given: str, missing: str) -> None:
    with pytest.raises(Misconfigured, match=f"{missing} is missing"):
        load_settings([], {given: SHEET})


@pytest.mark.parametrize("ending", ["", "/edit", "/edit?usp=sharing", "/edit#gid=0", "?usp=drive_link"])
@pytest.mark.parametrize(
    "start", ["https://docs.google.com/spreadsheets/d/", "https://docs.google.com/spreadsheets/u/1/d/"]
)
def test_a_sheets_address_is_as_good_as_its_id(start: str, ending: str) -> None:
    given = {"GOOGLE_SHEETS_ID": f" {start}{SHEET}{ending} ", "GOOGLE_CREDENTIALS_PATH": "key.json"}
    assert load_settings([], given).google_sheets_id == SHEET


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GOOGLE_SHEETS_ID", "My drafts"),
        ("GOOGLE_SHEETS_ID", f"https://evil.example/spreadsheets/d/{SHEET}"),
        ("GOOGLE_SHEETS_ID", f"../{SHEET}"),
        ("GCS_BUCKET", "Clay Studio"),
        ("GCS_BUCKET", "clay/studio"),
        ("SHEETS_BASE_URL", "https://sheets.googleapis.com.evil.example"),
        ("SHEETS_BASE_URL", "http://sheets.googleapis.com"),
        ("STORAGE_EMULATOR_HOST", "http://storage.example:4443"),
        ("STORAGE_EMULATOR_HOST", "10.0.0.7:4443"),
        ("STORAGE_EMULATOR_HOST", "http://127.0.0.1.evil.example:4443"),
        ("STORAGE_EMULATOR_HOST", "file:///storage"),
    ],
)
def test_what_is_refused(name: str, value: str) -> None:
    (problem,) = [p for p in read_settings([], {name: value}).problems if p.variable == name]
    assert "evil" not in str(problem)
    assert problem.remedy


@pytest.mark.parametrize("value", ["127.0.0.1:4443", "http://127.0.0.1:4443/", "http://localhost:4443"])
def test_an_emulator_is_of_this_machine(value: str) -> None:
    settings = load_settings([], {"STORAGE_EMULATOR_HOST": value})
    assert settings.storage_emulator_host in ("http://127.0.0.1:4443", "http://localhost:4443")
