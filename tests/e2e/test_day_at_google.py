"""The working day with the media in a bucket and the drafts in a sheet at Google, decided in the sheet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import key_file, private_key
from tests.doubles.sheets_server import SHEET_ID, SheetsServer
from tests.e2e.operator_process import Autopotter

STATUS, NUMBER, LINK = 0, 1, 4


class Day:
    def __init__(self, autopotter: Autopotter, bucket: GcsServer, sheet: SheetsServer) -> None:
        self.autopotter, self.bucket, self.sheet = autopotter, bucket, sheet

    def rows(self) -> dict[str, list[str]]:
        with self.sheet.lock:
            return {line[NUMBER]: line for line in self.sheet.tab.texts()[1:] if line[NUMBER]}

    def write(self, number: int, status: str) -> None:
        """As a person does in the browser."""
        with self.sheet.lock:
            found = [i for i, line in enumerate(self.sheet.tab.texts()) if line[NUMBER] == str(number)]
            self.sheet.tab.type(found[0], STATUS, status)


@pytest.fixture
def day(tmp_path: Path, studio: Path) -> Iterator[Day]:
    with GcsServer().running() as bucket, SheetsServer().running() as sheet:
        for path in sorted(path for path in studio.rglob("*") if path.is_file()):
            bucket.add(path.relative_to(studio).as_posix(), path.read_bytes())
        autopotter = Autopotter(
            tmp_path / "data",
            None,
            DRAFTS_PER_RUN="2",
            POST_DELAY="1s",
            AUTOPOST_POLL_INTERVAL="2s",
            GCS_BUCKET=BUCKET,
            GCS_API_KEY_PATH=str(key_file(tmp_path / "bucket.json", bucket.url)),
            STORAGE_EMULATOR_HOST=bucket.url,
            GOOGLE_SHEETS_ID=f"https://docs.google.com/spreadsheets/d/{SHEET_ID}/edit#gid=0",
            GOOGLE_CREDENTIALS_PATH=str(key_file(tmp_path / "sheet.json", sheet.url)),
            SHEETS_BASE_URL=sheet.url,
            LOG_LEVEL="DEBUG",
            LOG_FILE=str(tmp_path / "operator.log"),
        )
        yield Day(autopotter, bucket, sheet)
        if autopotter.process is not None:
            autopotter.kill()
    assert bucket.problems + sheet.problems == []
    assert sheet.executed == []


@pytest.mark.timeout(400)
def test_from_a_bucket_of_media_to_a_video_approved_in_the_sheet(day: Day, tmp_path: Path) -> None:
    autopotter = day.autopotter
    doctor = {check["what"]: check for check in autopotter.ask("doctor")["checks"]}
    assert doctor["bucket gcs"]["message"].startswith(f"Media in the bucket {BUCKET}: video_uploads")
    assert doctor["sheet google"]["message"] == "The Google sheet “Drafts”, tab “Sheet1”, has 0 drafts."
    autopotter.start()
    autopotter.until(lambda: _renders(autopotter.data), "a render to be under way")
    autopotter.kill()
    autopotter.start()

    found = autopotter.until(lambda: _two(autopotter), "two drafts")
    first, second = (draft["number"] for draft in found)
    autopotter.until(lambda: set(day.rows()) == {str(first), str(second)}, "both rows")
    filed = [name for name in day.bucket.objects if name.startswith("draft_videos/")]
    assert len(filed) == 2
    for draft in found:
        (name,) = [name for name in filed if f"{draft['number']:04d}-" in name]
        assert day.bucket.objects[name].data == Path(draft["video"]).read_bytes()

    links = {row[LINK] for row in day.rows().values()}
    assert links == {f"https://storage.cloud.google.com/{BUCKET}/{name}" for name in filed}

    day.write(first, "approved")
    day.write(second, "Denied")
    posted = autopotter.until(lambda: autopotter.drafts("posted"), "the approved draft to be posted")[0]
    assert posted["number"] == first
    autopotter.until(
        lambda: [day.rows()[str(n)][STATUS] for n in (first, second)] == ["Posted", "Denied"], "the sheet"
    )
    assert autopotter.stop() == 0
    _no_secret_was_left(day, tmp_path)


def _no_secret_was_left(day: Day, folder: Path) -> None:
    secrets = [*day.bucket.desk.given, *day.sheet.desk.given, "X-Goog-Signature"]
    assert len(secrets) > 4
    secrets.append(str(private_key().private_numbers().d)[:30])
    key = (folder / "sheet.json").read_text()
    secrets.append(key[key.index("BEGIN PRIVATE KEY") : key.index("END PRIVATE KEY")])
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in (".db", ".log", ".json", ".txt") and path.parent != folder:
            text = path.read_bytes().decode("utf-8", "replace")
            assert not any(secret in text for secret in secrets), path
    log = (folder / "operator.log").read_text() + day.autopotter.log()
    assert not any(secret in log for secret in secrets)


def _renders(data: Path) -> bool:
    if not (data / "operator.db").exists():
        return False
    db = sqlite3.connect(data / "operator.db")
    try:
        found: Any = db.execute("SELECT count(*) FROM renders WHERE state = 'running'").fetchone()[0]
    finally:
        db.close()
    return bool(found)


def _two(autopotter: Autopotter) -> list[dict[str, Any]] | None:
    found = autopotter.drafts("draft")
    return found if len(found) == 2 else None
