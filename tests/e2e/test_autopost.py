"""`autopotter autopost` as cron calls it: real processes, exit codes, with and without a running operator."""

from __future__ import annotations

import asyncio
import csv
import dataclasses
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import autopost as autoposting
from bot.operator import Operator
from bot.settings import load_settings
from bot.wiring import close_operator, open_operator
from services.store import drafts
from tests.doubles.renderer import QuickRenderer
from tests.e2e.operator_process import Autopotter
from tests.e2e.sheet_places import place_of
from tests.reconcilers.helpers import make_draft, vote

# The real command, but that a publish takes its time: it takes effect late, whoever asked for it.
SLOW = """
import sys, time
from services.publisher.outbox import Outbox
publish = Outbox._publish_now
Outbox._publish_now = lambda self, container: (time.sleep({seconds}), publish(self, container))[1]
sys.argv[0] = "autopotter"
from bot.__main__ import main
main()
"""


@pytest.fixture
def autopotter(tmp_path: Path, studio: Path) -> Iterator[Autopotter]:
    operator = Autopotter(tmp_path / "data", studio, POST_DELAY="1h", AUTOPOST_POLL_INTERVAL="1s")
    yield operator
    if operator.process is not None:
        operator.kill()


def in_store(autopotter: Autopotter, work: Callable[[Operator], Awaitable[Any]]) -> Any:
    """Do something on the store by an operator of this process, while none runs."""

    async def run() -> Any:
        op = await open_operator(load_settings([], autopotter.env))
        try:
            return await work(op)
        finally:
            await close_operator(op)

    return asyncio.run(run())


def with_drafts(autopotter: Autopotter, files: Path, *, count: int = 2, approved: int = 2) -> None:
    """Drafts 1 to ``count``; the first ``approved`` are, in the order of their numbers."""

    async def make(op: Operator) -> None:
        op.services = dataclasses.replace(op.services, renderer=QuickRenderer(files))
        for number in range(1, count + 1):
            if number > len(await op.store.do(drafts.listed)):
                await make_draft(op, f"Piece {number}")
        for number in range(1, approved + 1):
            await vote(op, number)

    in_store(autopotter, make)


def begin(autopotter: Autopotter, *words: str, slow: float = 0.0, **settings: str) -> subprocess.Popen[str]:
    code = ["-c", SLOW.format(seconds=slow)] if slow else ["-m", "bot"]
    return subprocess.Popen(
        [sys.executable, *code, "autopost", "--json", *words],
        env=autopotter.env | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def end(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    """Exit code and what --json printed."""
    out, errors = process.communicate(timeout=60)
    assert out, errors
    assert "Traceback" not in errors
    return process.returncode, json.loads(out)


def autopost(autopotter: Autopotter, *words: str, **more: Any) -> tuple[int, dict[str, Any]]:
    return end(begin(autopotter, *words, **more))


def posts(autopotter: Autopotter) -> list[str]:
    return sorted(path.name for path in (autopotter.data / "outbox").glob("[!.]*"))


def states(autopotter: Autopotter) -> dict[int, str]:
    return {draft["number"]: draft["state"] for draft in autopotter.ask("drafts")}


@pytest.mark.parametrize("order", ["latest", "oldest"])
def test_the_draft_whose_turn_it_is_and_the_others_stay(
    autopotter: Autopotter, rendered_files: Path, order: str
) -> None:
    with_drafts(autopotter, rendered_files, count=3)
    code, answer = autopost(autopotter, "--timeout", "20", AUTOPOST_ORDER=order)
    number = 2 if order == "latest" else 1
    assert (code, answer["result"], answer["number"]) == (0, "posted", number)
    assert answer["permalink"].startswith("file://")
    assert posts(autopotter) == [f"{number}-piece-{number}"]
    assert states(autopotter) == {1: "approved", 2: "approved", 3: "draft", number: "posted"}
    rows = csv.DictReader((autopotter.data / "drafts.csv").read_text("utf-8-sig").splitlines())
    assert {row["Video number"]: row["Status"] for row in rows}[str(number)] == "Posted"


def test_nothing_to_post_in_time_is_3_and_the_time_is_kept(
    autopotter: Autopotter, rendered_files: Path
) -> None:
    with_drafts(autopotter, rendered_files, count=1, approved=0)
    began = time.monotonic()
    code, answer = autopost(autopotter, "--timeout", "3")
    assert (code, answer["result"]) == (3, "nothing")
    assert 2.0 < time.monotonic() - began < 15
    assert autopotter.command("schedule", "pause").returncode == 0
    with_drafts(autopotter, rendered_files, count=1, approved=1)
    code, answer = autopost(autopotter, "--timeout", "2")
    assert (code, "paused" in answer["message"]) == (3, True)
    assert posts(autopotter) == []


def test_what_loading_took_is_part_of_the_time() -> None:
    """On a busy machine it takes seconds, most of them waiting and not computing."""
    begun = time.monotonic() - 30
    assert 65 < autoposting.deadline(100, begun) - time.monotonic() <= 70
    assert 9 < autoposting.deadline(20, begun) - time.monotonic() <= 10, "half of it is left for the work"


@pytest.mark.parametrize("kind", ["csv_file", "google"])
def test_a_status_written_into_the_sheet_is_found(
    autopotter: Autopotter, rendered_files: Path, kind: str
) -> None:
    with place_of(kind, autopotter.data) as place:
        autopotter.env |= place.settings
        with_drafts(autopotter, rendered_files, count=1, approved=0)
        assert autopost(autopotter, "--timeout", "1")[0] == 3  # the row is written
        while not place.rows():  # where the sheet is slow, the command may end before
            assert autopost(autopotter, "--timeout", "5")[0] == 3
        waiting = begin(autopotter, "--timeout", "60")
        place.edit(1, Status="Approved")
        code, answer = end(waiting)
        assert (code, answer["number"], states(autopotter)) == (0, 1, {1: "posted"})
        assert [row["Status"] for row in place.rows()] == ["Posted"]


def test_a_publish_that_outlasts_the_command_is_4_and_is_finished_by_the_next(
    autopotter: Autopotter, rendered_files: Path
) -> None:
    with_drafts(autopotter, rendered_files)
    began = time.monotonic()
    code, answer = autopost(autopotter, "--timeout", "4", slow=30)
    assert (code, answer["result"], answer["number"]) == (4, "in_progress", 2)
    assert time.monotonic() - began < 20, "a service that takes longer is not waited for"
    assert (states(autopotter)[2], posts(autopotter)) == ("publishing", [])
    code, answer = autopost(autopotter, "--timeout", "0.2")
    assert (code, answer["number"]) == (4, 2)
    code, answer = autopost(autopotter, "--timeout", "30")
    assert (code, answer["result"], answer["number"]) == (0, "posted", 2)
    assert posts(autopotter) == ["2-piece-2"]
    assert states(autopotter) == {1: "approved", 2: "posted"}, "the earlier publish counts as this one's"


def test_killed_at_any_time_nothing_stays_claimed(autopotter: Autopotter, rendered_files: Path) -> None:
    with_drafts(autopotter, rendered_files)
    killed = begin(autopotter, "--timeout", "60", slow=30)
    autopotter.until(lambda: states_now(autopotter).get(2) == "publishing", "the publish to begin")
    killed.kill()
    killed.communicate()

    async def claims(op: Operator) -> list[int]:
        return [d.number for d in await op.store.do(drafts.listed) if d.post_now or d.post_at]

    assert in_store(autopotter, claims) == []
    code, answer = autopost(autopotter, "--timeout", "30")
    assert (code, answer["number"], posts(autopotter)) == (0, 2, ["2-piece-2"])


def states_now(autopotter: Autopotter) -> dict[int, str]:
    """Read beside whoever acts: commands wait for the lock."""

    async def read(op: Operator) -> dict[int, str]:
        return {d.number: str(d.state) for d in await op.store.do(drafts.listed)}

    return dict(in_store(autopotter, read))


def test_with_a_running_operator(autopotter: Autopotter, rendered_files: Path) -> None:
    with_drafts(autopotter, rendered_files, count=3)
    autopotter.start()
    code, answer = autopost(autopotter, "--timeout", "30")
    assert (code, answer["result"], answer["number"]) == (0, "posted", 2)
    assert states(autopotter) == {1: "approved", 2: "posted", 3: "draft"}
    autopotter.ask("undo", "1")
    assert autopost(autopotter, "--timeout", "3")[0] == 3
    waiting = begin(autopotter, "--timeout", "60")
    autopotter.ask("approve", "3")
    code, answer = end(waiting)
    assert (code, answer["number"]) == (0, 3)
    assert posts(autopotter) == ["2-piece-2", "3-piece-3"]
    assert autopotter.stop() == 0


@pytest.mark.parametrize("running", [False, True])
def test_two_at_once_post_one_draft_once(autopotter: Autopotter, rendered_files: Path, running: bool) -> None:
    with_drafts(autopotter, rendered_files, count=1, approved=1)
    if running:
        autopotter.start()
    both = [begin(autopotter, "--timeout", "10") for _ in range(2)]
    answers = [end(process) for process in both]
    assert sorted(code for code, _ in answers) == [0, 3]
    assert posts(autopotter) == ["1-piece-1"]


def test_an_operator_that_dies_while_it_waits_for_us_is_followed(
    autopotter: Autopotter, rendered_files: Path
) -> None:
    with_drafts(autopotter, rendered_files, approved=0)
    autopotter.start()
    waiting = begin(autopotter, "--timeout", "90")
    assert autopost(autopotter, "--timeout", "2")[0] == 3  # by then the other one is waiting, too
    autopotter.kill()
    assert autopotter.command("approve", "2").returncode == 0, "it lets go of the store between its looks"
    code, answer = end(waiting)
    assert (code, answer["number"], posts(autopotter)) == (0, 2, ["2-piece-2"])


def test_a_slow_publish_of_the_operator_is_4_and_then_counts(
    autopotter: Autopotter, rendered_files: Path
) -> None:
    with_drafts(autopotter, rendered_files)
    (autopotter.data / "operator.json").unlink(missing_ok=True)
    with (autopotter.data.parent / "run.log").open("a") as log:
        slow = [sys.executable, "-c", SLOW.format(seconds=30), "run"]
        autopotter.process = subprocess.Popen(slow, env=autopotter.env, stdout=log, stderr=log, text=True)
    autopotter.until(lambda: (autopotter.data / "operator.json").exists(), "the operator to start")
    code, answer = autopost(autopotter, "--timeout", "7")
    assert (code, answer["result"], answer["number"]) == (4, "in_progress", 2)
    code, answer = autopost(autopotter, "--timeout", "60")
    assert (code, answer["result"], answer["number"]) == (0, "posted", 2)
    assert (states(autopotter), posts(autopotter)) == ({1: "approved", 2: "posted"}, ["2-piece-2"])
