"""A render that is ordered for money, whatever becomes of the order: it is bought once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.operator import Operator, draft_folder
from bot.reconcilers.render import Render
from services.errors import Unavailable
from services.model.draft import State
from services.store import drafts, journal
from tests.doubles.http_double import Answer, Fault
from tests.doubles.json2video_client import Pauses
from tests.doubles.json2video_server import KEY, Json2VideoServer
from tests.reconcilers.helpers import state
from tests.reconcilers.paying import buying, file_one, rendered, step, through


async def test_a_proposal_is_bought_once_and_becomes_a_draft(
    op: Operator, server: Json2VideoServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pauses = Pauses()
    draft = await through(op, server, tmp_path / "renders", pauses=pauses)
    assert draft.state is State.DRAFT
    assert draft.rendered is not None
    assert (draft.rendered.renderer, draft.rendered.approximations) == ("json2video", ())
    folder = draft_folder(op.drafts_dir, draft.number, draft.tag, 1)
    assert (folder / "video.mp4").read_bytes() == server.content
    assert {path.name for path in folder.iterdir()} == {
        "video.mp4", "preview.mp4", "cover.jpg", "storyboard.jpg", "thumbnails.jpg",
    }  # fmt: skip
    [bought] = server.bought
    mark = bought.movie["client-data"]
    assert mark == {"operator": "op1", "draft": draft.tag, "revision": 1, "attempt": 1}
    assert pauses[:2] == [5.0, 5.0]
    entry = (await op.store.do(journal.entries, draft=draft.number))[0]
    assert entry.text == "rendered in 195 s: about 4 credits of JSON2Video, 596 left"
    assert await op.services.renderer.ping()
    assert KEY not in caplog.text
    assert "X-Goog-Signature=0" not in caplog.text
    assert list((tmp_path / "renders").glob("*")) == []


async def test_a_lost_answer_is_found_in_the_list_and_not_bought_again(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.tells_client_data = False  # it stands in the movie's JSON only
    server.fail("create", Fault(drop="after"))
    draft = await through(op, server, tmp_path)
    assert draft.state is State.DRAFT
    assert len(server.bought) == 1


async def test_an_effect_that_comes_late_is_waited_for(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.fail("create", Fault(drop="late", seconds=1.0))
    draft = await through(op, server, tmp_path, settle=2.0)
    assert draft.state is State.DRAFT
    assert len(server.bought) == 1


async def test_a_restart_settles_in_full_before_it_looks(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    """The process died with its order on the way; the effect comes after the next one has started."""
    server.fail("create", Fault(drop="late", seconds=1.5))
    async with buying(op, server, tmp_path, settle=3.0):
        number = await file_one(op)
        with pytest.raises(Unavailable):
            await step(op, number)
        assert server.bought == []
        await Render(op).step(str(number))  # of a process that knows nothing of the call
    assert await state(op, number) is State.DRAFT
    assert len(server.bought) == 1


async def test_what_never_arrived_is_bought_after_a_look(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.fail("create", Fault(drop="before"))
    draft = await through(op, server, tmp_path)
    assert draft.state is State.DRAFT
    assert server.count("list") == 1
    assert [render.movie["client-data"]["attempt"] for render in server.bought] == [2]


async def test_while_nobody_can_look_nothing_is_bought(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.fail("create", Fault(drop="after"))
    server.fail("list", *[Fault(Answer(status=503))] * 40)
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        for _ in range(3):
            with pytest.raises(Unavailable):
                await step(op, number)
        assert await state(op, number) is State.RENDERING
        server.faults.clear()
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


async def test_an_answer_that_is_no_json_is_unclear(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.noticed["create"] = lambda: None
    original = server.effect

    def garbled(name: str, asked: object) -> Answer:
        answer = original(name, asked)  # type: ignore[arg-type]
        return Answer(200, b"<html>proxy</html>") if name == "create" else answer

    server.effect = garbled  # type: ignore[method-assign]
    draft = await through(op, server, tmp_path)
    assert draft.state is State.DRAFT
    assert len(server.bought) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_busy_service_is_asked_again_and_bought_from_once(
    op: Operator, server: Json2VideoServer, tmp_path: Path, status: int
) -> None:
    server.fail("create", Fault(Answer.of({"message": "busy"}, status, **{"Retry-After": "1"})))
    server.fail("status", *[Fault(Answer.of({"message": "busy"}, status))] * 2, Fault(drop="before"))
    draft = await through(op, server, tmp_path)
    assert draft.state is State.DRAFT
    assert len(server.bought) == 1


async def test_the_vendors_rate_limit_is_kept(op: Operator, server: Json2VideoServer, tmp_path: Path) -> None:
    server.busy_above = 2
    async with buying(op, server, tmp_path, pauses=None or Pauses()):
        number = await file_one(op)
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


async def test_another_operator_on_the_same_account_is_not_robbed(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async def other() -> str:
        return "op2"

    async with buying(op, server, tmp_path) as ours:
        number = await file_one(ours)
        assert await rendered(ours, number) is State.DRAFT
    key = f"{(await op.store.do(drafts.get, number)).tag}-1-1"
    since = datetime.now(UTC) - timedelta(hours=1)
    async with buying(op, server, tmp_path, operator=other) as theirs:
        assert await theirs.services.renderer.find(key, since) is None
