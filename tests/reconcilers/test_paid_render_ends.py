"""How a render that costs ends, and what a person then reads: made, failed, forgotten, or no video at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.operator import Operator
from services.errors import Unavailable
from services.model.draft import State
from services.model.vote import Choice
from services.renderer.json2video.json2video import Json2Video, pause_after
from services.store import decisions, drafts, guards
from tests.doubles import media
from tests.doubles.http_double import Answer, Fault
from tests.doubles.json2video_server import Json2VideoServer
from tests.reconcilers.helpers import drive, state, vote
from tests.reconcilers.paying import buying, file_one, rendered, step, through


async def test_a_movie_the_service_refuses_fails_at_once_in_its_words(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    why = "Error: Scene #1 Element #2: The element type 'video' requires a 'src' property."
    server.fail("create", Fault(Answer.of({"message": why}, 400)))
    draft = await through(op, server, tmp_path)
    assert draft.state is State.FAILED
    assert draft.reason == f"JSON2Video refused it: {why}"
    assert server.bought == []


async def test_a_failed_render_is_tried_once_more_and_says_why_without_addresses(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.ends = ["error", "error"]
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        assert await rendered(op, number) is State.FAILED
        spent = await op.services.renderer.ping()
    reason = (await op.store.do(drafts.get, number)).reason
    assert "Failed to download" in reason
    assert ".jpg" in reason
    assert "http" not in reason
    assert "Signature" not in json.dumps(await op.store.do(_everything))
    assert len(server.bought) == 2
    assert "Used" not in spent, "failed renders are free"


async def test_one_that_takes_longer_stays_rendering_and_is_never_bought_again(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.ends = ["stuck"]
    now = [datetime.now(UTC)]
    async with buying(op, server, tmp_path, timeout=0.0, clock=lambda: now[0]):
        number = await file_one(op)
        for minutes in (0, 14, 35):
            now[0] += timedelta(minutes=minutes)
            with pytest.raises(Unavailable, match="has not finished this render yet") as caught:
                await step(op, number)
            assert ("ordered 14 minutes ago" in str(caught.value)) is (minutes == 14)
        assert await state(op, number) is State.RENDERING
        guard = await op.store.do(guards.open_render, number, 1)
        assert guard is not None
        assert guard.message == "downloading assets, about 4 credits"
        server.bought[0].end = "done"
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


@pytest.mark.parametrize("end", ["timeout", "forgotten"])
async def test_what_the_service_only_believes_is_believed_late_and_left_to_a_person(
    op: Operator, server: Json2VideoServer, tmp_path: Path, end: str
) -> None:
    server.ends = [end]
    server.patience = 0
    async with buying(op, server, tmp_path, timeout=0.0):
        number = await file_one(op)
        with pytest.raises(Unavailable):
            await step(op, number)
        assert await state(op, number) is State.RENDERING
        assert isinstance(op.services.renderer, Json2Video)
        op.services.renderer.believe = 0.0
        assert await rendered(op, number) is State.FAILED
        assert "costs" in (await op.store.do(drafts.get, number)).reason.replace("may cost", "costs")
        assert len(server.bought) == 1
        await op.store.do(decisions.retry, number, voter="desk", target=op.target, now=op.now())
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 2


async def test_a_file_that_was_deleted_is_not_bought_again_by_itself(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.ends = ["expired"]
    draft = await through(op, server, tmp_path)
    assert draft.state is State.FAILED
    assert "keeps them 7 days" in draft.reason
    assert len(server.bought) == 1


async def test_a_broken_download_goes_on(op: Operator, server: Json2VideoServer, tmp_path: Path) -> None:
    server.fail("file", Fault(cut=10_000), Fault(drop="before"), Fault(cut=5_000))
    draft = await through(op, server, tmp_path)
    assert draft.state is State.DRAFT
    sent = [asked.headers.get("range", "") for name, asked, _ in server.asked if name == "file"]
    assert sent == ["", "bytes=10000-", "bytes=10000-", "bytes=15000-"]
    assert len(server.bought) == 1


@pytest.mark.parametrize("kind", ["tiny", "damaged"])
async def test_a_file_that_is_no_video_fails_the_draft(
    op: Operator, server: Json2VideoServer, tmp_path: Path, kind: str
) -> None:
    tiny = media.video(tmp_path / "tiny.mp4", seconds=1.0, width=90, height=160).read_bytes()
    server.content = tiny if kind == "tiny" else b"<html>sorry</html>" * 100
    draft = await through(op, server, tmp_path)
    assert draft.state is State.FAILED
    reason = draft.reason
    assert ("lasts only" if kind == "tiny" else "no video that can be shown") in reason
    assert len(server.bought) == 1


async def test_a_render_denied_under_way_is_taken_up_again_when_the_denial_is(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.ends = ["stuck"]
    async with buying(op, server, tmp_path, timeout=0.0):
        number = await file_one(op)
        with pytest.raises(Unavailable):
            await step(op, number)
        await vote(op, number, Choice.DENY)
        await drive(op, "render")
        assert await op.store.do(guards.open_render, number, 1) is None
        server.bought[0].end = "done"
        await op.store.do(decisions.undo, number, voter="desk", target=op.target, now=op.now())
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


def test_looks_grow_apart_from_five_seconds_to_thirty() -> None:
    waits = [pause_after(waited) for waited in range(0, 1000, 10)]
    assert (waits[0], waits[-1], waits == sorted(waits)) == (5.0, 30.0, True)


def _everything(db: object) -> list[list[object]]:
    tables = ("drafts", "revisions", "renders", "journal", "credits", "facts")
    return [list(db.execute(f"SELECT * FROM {name}").fetchall()) for name in tables]  # type: ignore[attr-defined]
