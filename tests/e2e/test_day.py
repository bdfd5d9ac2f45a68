"""The working day, as a person has it: the real command, real renders, the plug pulled in the middle."""

from __future__ import annotations

import csv
import hashlib
import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.operator_process import Autopotter


@pytest.fixture
def autopotter(tmp_path: Path, studio: Path) -> Iterator[Autopotter]:
    operator = Autopotter(tmp_path / "data", studio, DRAFTS_PER_RUN="2", POST_DELAY="1s")
    yield operator
    if operator.process is not None:
        operator.kill()


@pytest.mark.timeout(300)
def test_from_a_folder_of_media_to_a_posted_video(autopotter: Autopotter) -> None:
    autopotter.start()
    assert autopotter.ask("status")["running"]
    autopotter.until(lambda: autopotter.ask("jobs")["jobs"], "the first generation to begin by itself")
    _pull_the_plug_while_rendering(autopotter)

    first, second = autopotter.until(lambda: _pair(autopotter), "two drafts")
    _are_complete_and_different(first, second)

    number = first["number"]
    assert autopotter.ask("approve", str(number))["state"] == "approved"
    assert autopotter.ask("deny", str(second["number"]), "too dark")["reason"] == "too dark"
    posted = autopotter.until(lambda: autopotter.drafts("posted"), "the approved draft to be posted")[0]
    assert posted["number"] == number
    _is_in_the_outbox(autopotter.data / "outbox", posted)
    rows = autopotter.until(lambda: _rows(autopotter, "Posted"), "the sheet to say so")
    assert {row["Video number"]: row["Status"] for row in rows} == {
        str(number): "Posted",
        str(second["number"]): "Denied",
    }
    assert autopotter.stop() == 0
    assert not (autopotter.data / "operator.json").exists()

    # Without an operator the same questions are answered from the store.
    assert {d["state"] for d in autopotter.ask("drafts")} == {"posted", "denied"}
    refused = autopotter.command("approve", str(number))
    assert refused.returncode == 1
    assert "posted already" in refused.stderr


@pytest.mark.timeout(300)
def test_everything_without_a_running_operator(autopotter: Autopotter) -> None:
    summary = autopotter.ask("collect")
    assert summary["overall_success"]
    assert set(summary["sources"]) == {"instagram", "gcs"}
    made = autopotter.ask("generate", "1")
    (number,) = made["drafts"]
    assert (made["state"], autopotter.drafts("draft")[0]["number"]) == ("done", number)
    assert autopotter.ask("post", str(number))["state"] == "posted"
    assert autopotter.command("generate", "0").returncode == 2


def _pull_the_plug_while_rendering(autopotter: Autopotter) -> None:
    autopotter.until(lambda: _renders(autopotter), "a render to be under way")
    autopotter.kill()
    autopotter.start()


def _renders(autopotter: Autopotter) -> bool:
    with sqlite3.connect(autopotter.data / "operator.db") as db:
        found = db.execute("SELECT count(*) FROM renders WHERE state = 'running'").fetchone()[0]
    db.close()
    return bool(found)


def _pair(autopotter: Autopotter) -> tuple[dict, dict] | None:  # type: ignore[type-arg]
    found = autopotter.drafts("draft")
    return (found[0], found[1]) if len(found) == 2 else None


def _are_complete_and_different(first: dict, second: dict) -> None:  # type: ignore[type-arg]
    for draft in (first, second):
        for name in ("video", "preview", "cover", "storyboard", "movie"):
            assert Path(draft[name]).stat().st_size > 0, name
        assert 3 <= draft["duration"] <= 60
        assert draft["status"] == "Draft"
        assert draft["assets"]
        assert draft["strategy"]
    assert first["format"] != second["format"]
    digests = {hashlib.sha256(Path(d["video"]).read_bytes()).digest() for d in (first, second)}
    assert len(digests) == 2


def _is_in_the_outbox(outbox: Path, posted: dict) -> None:  # type: ignore[type-arg]
    (folder,) = [path for path in outbox.iterdir() if not path.name.startswith(".")]
    assert folder.name.startswith(f"{posted['number']}-")
    assert folder.as_uri() == posted["link"]
    assert (folder / "caption.txt").read_text() == posted["caption"]
    assert next(folder.glob("*.mp4")).read_bytes() == Path(posted["video"]).read_bytes()


def _rows(autopotter: Autopotter, status: str) -> list[dict[str, str]] | None:
    text = (autopotter.data / "drafts.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    return rows if any(row["Status"] == status for row in rows) else None
