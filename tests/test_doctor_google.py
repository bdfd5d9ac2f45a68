"""`autopotter doctor` on the bucket and the sheet at Google: keys, rights, sharing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import EMAIL, key_file
from tests.doubles.sheets_server import SHEET_ID, SheetsServer
from tests.test_doctor import run, told


@pytest.fixture
def bucket() -> Iterator[GcsServer]:
    with GcsServer().running() as running:
        running.add("video_uploads/a.mp4", b"x")
        yield running


@pytest.fixture
def sheet() -> Iterator[SheetsServer]:
    with SheetsServer().running() as running:
        yield running


@pytest.fixture
def google(bucket: GcsServer, sheet: SheetsServer, tmp_path: Path) -> dict[str, str]:
    keys = {"bucket": bucket.url, "sheet": sheet.url}
    for name, url in keys.items():
        key_file(tmp_path / f"{name}.json", url).chmod(0o600)
    return {
        "GCS_BUCKET": BUCKET,
        "GCS_API_KEY_PATH": str(tmp_path / "bucket.json"),
        "STORAGE_EMULATOR_HOST": bucket.url,
        "GOOGLE_SHEETS_ID": SHEET_ID,
        "GOOGLE_CREDENTIALS_PATH": str(tmp_path / "sheet.json"),
        "SHEETS_BASE_URL": sheet.url,
    }


def test_all_is_well_and_nothing_is_written(
    google: dict[str, str], tmp_path: Path, bucket: GcsServer, sheet: SheetsServer
) -> None:
    result = run(tmp_path, "--json", **google)
    checks = told(result)
    assert checks["key of GCS_API_KEY_PATH"]["message"] == f"It is that of {EMAIL}."
    assert checks["bucket gcs"]["message"].startswith(
        f"Media in the bucket {BUCKET}: video_uploads, music_uploads"
    )
    assert "empty: music_uploads" in checks["bucket gcs"]["message"]
    assert checks["sheet google"]["state"] == "ok"
    assert (len(bucket.objects), sheet.tab.cells, sheet.tab.marks) == (1, [], [])
    assert "BEGIN PRIVATE KEY" not in result.output


def test_what_is_missing_is_named_each_by_itself(
    google: dict[str, str], tmp_path: Path, bucket: GcsServer, sheet: SheetsServer
) -> None:
    bucket.rights -= {"storage.objects.create"}
    sheet.shared = "viewer"
    (tmp_path / "sheet.json").chmod(0o644)
    checks = told(run(tmp_path, "--json", **google))
    assert "may not add files in the bucket" in checks["bucket gcs"]["message"]
    assert "Storage Object User" in checks["bucket gcs"]["remedy"]
    assert "may only look at the Google sheet" in checks["sheet google"]["message"]
    assert EMAIL in checks["sheet google"]["remedy"]
    assert checks["access to sheet.json"]["state"] == "warn"


def test_a_broken_key_is_named(google: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bucket.json").write_text("{}")
    checks = told(run(tmp_path, "--json", **google))
    assert "not a service account's key" in checks["key of GCS_API_KEY_PATH"]["message"]
    assert checks["key of GOOGLE_CREDENTIALS_PATH"]["state"] == "ok"


def test_a_machines_own_login_is_called_so(tmp_path: Path) -> None:
    checks = told(run(tmp_path, "--json"))
    assert checks["GCS_API_KEY_PATH"]["message"] == "(this machine's login) (default)"
    assert not [what for what, check in checks.items() if check["message"].startswith(" ")]
