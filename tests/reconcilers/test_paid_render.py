"""A render that costs, through every fault: what was bought, what it cost, what a person reads."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.operator import Operator, draft_folder
from bot.reconcilers.render import Render
from services.errors import CreditUsedUp, Misconfigured, Unavailable
from services.model.draft import State
from services.model.vote import Choice
from services.renderer.json2video.json2video import Json2Video
from services.store import decisions, drafts, guards, journal
from tests.doubles import media
from tests.doubles.http_double import Answer, Fault
from tests.doubles.json2video_client import Pauses
from tests.doubles.json2video_server import KEY, Json2VideoServer
from tests.reconcilers.helpers import drive, state, vote
from tests.reconcilers.paying import buying, file_one, rendered


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return media.video(tmp_path_factory.mktemp("made") / "made.mp4", width=90, height=160)


@pytest.fixture
def server(video: Path) -> Iterator[Json2VideoServer]:
    server = Json2VideoServer(video)
    server.size = (90, 160)
    with server.running():
        yield server
    assert server.problems == []


async def trouble(op: Operator, number: int) -> str:
    """The sentence for a person while the render waits."""
    found = [str(t["message"]) for t in op.engine.troubles() if t["key"] == str(number)]
    return found[0] if found else ""


async def step(op: Operator, number: int) -> None:
    """One step of the render reconciler, as the engine would take it."""
    reconciler = next(w.reconciler for w in op.engine._works.values() if w.reconciler.name == "render")
    await reconciler.step(str(number))


async def test_a_proposal_is_bought_once_and_becomes_a_draft(
    op: Operator, server: Json2VideoServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pauses = Pauses()
    async with buying(op, server, tmp_path / "renders", pauses=pauses):
        number = await file_one(op)
        assert await rendered(op, number) is State.DRAFT
    draft = await op.store.do(drafts.get, number)
    assert draft.rendered is not None
    assert (draft.rendered.renderer, draft.rendered.approximations) == ("json2video", ())
    folder = draft_folder(op.drafts_dir, number, draft.tag, 1)
    assert (folder / "video.mp4").read_bytes() == server.content
    assert {path.name for path in folder.iterdir()} == {
        "video.mp4", "preview.mp4", "cover.jpg", "storyboard.jpg", "thumbnails.jpg",
    }  # fmt: skip
    [bought] = server.bought
    mark = bought.movie["client-data"]
    assert mark == {"operator": "op1", "draft": draft.tag, "revision": 1, "attempt": 1}
    assert pauses[:2] == [5.0, 5.0]
    entry = (await op.store.do(journal.entries, draft=number))[0]
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
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


async def test_an_effect_that_comes_late_is_waited_for(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.fail("create", Fault(drop="late", seconds=1.0))
    async with buying(op, server, tmp_path, settle=2.0):
        number = await file_one(op)
        assert await rendered(op, number) is State.DRAFT
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
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        assert await rendered(op, number) is State.DRAFT
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
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_busy_service_is_asked_again_and_bought_from_once(
    op: Operator, server: Json2VideoServer, tmp_path: Path, status: int
) -> None:
    server.fail("create", Fault(Answer.of({"message": "busy"}, status, **{"Retry-After": "1"})))
    server.fail("status", *[Fault(Answer.of({"message": "busy"}, status))] * 2, Fault(drop="before"))
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


async def test_the_vendors_rate_limit_is_kept(op: Operator, server: Json2VideoServer, tmp_path: Path) -> None:
    server.busy_above = 2
    async with buying(op, server, tmp_path, pauses=None or Pauses()):
        number = await file_one(op)
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


async def test_a_movie_the_service_refuses_fails_at_once_in_its_words(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    why = "Error: Scene #1 Element #2: The element type 'video' requires a 'src' property."
    server.fail("create", Fault(Answer.of({"message": why}, 400)))
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        assert await rendered(op, number) is State.FAILED
    assert (await op.store.do(drafts.get, number)).reason == f"JSON2Video refused it: {why}"
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
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        assert await rendered(op, number) is State.FAILED
    assert "keeps them 7 days" in (await op.store.do(drafts.get, number)).reason
    assert len(server.bought) == 1


async def test_a_broken_download_goes_on(op: Operator, server: Json2VideoServer, tmp_path: Path) -> None:
    server.fail("file", Fault(cut=10_000), Fault(drop="before"), Fault(cut=5_000))
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        assert await rendered(op, number) is State.DRAFT
    sent = [asked.headers.get("range", "") for name, asked, _ in server.asked if name == "file"]
    assert sent == ["", "bytes=10000-", "bytes=10000-", "bytes=15000-"]
    assert len(server.bought) == 1


@pytest.mark.parametrize("kind", ["tiny", "damaged"])
async def test_a_file_that_is_no_video_fails_the_draft(
    op: Operator, server: Json2VideoServer, tmp_path: Path, kind: str
) -> None:
    tiny = media.video(tmp_path / "tiny.mp4", seconds=1.0, width=90, height=160).read_bytes()
    server.content = tiny if kind == "tiny" else b"<html>sorry</html>" * 100
    async with buying(op, server, tmp_path / "renders"):
        number = await file_one(op)
        assert await rendered(op, number) is State.FAILED
    reason = (await op.store.do(drafts.get, number)).reason
    assert ("lasts only" if kind == "tiny" else "no video that can be shown") in reason
    assert len(server.bought) == 1


async def test_a_wrong_key_is_said_and_nothing_is_lost(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path, key="J2V-wrong-key-of-somebody"):
        number = await file_one(op)
        with pytest.raises(Misconfigured, match="JSON2VIDEO_API_KEY") as caught:
            await step(op, number)
        assert "J2V-wrong" not in str(caught.value)
        with pytest.raises(Misconfigured):
            await op.services.renderer.ping()
    async with buying(op, server, tmp_path):
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


async def test_an_empty_account_waits_for_credits(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.account.credits = 0
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        with pytest.raises(CreditUsedUp, match="no credits left"):
            await step(op, number)
        with pytest.raises(CreditUsedUp):
            await op.services.renderer.ping()
        assert await state(op, number) is State.RENDERING
        server.account.credits = 100
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


@pytest.mark.parametrize(("cap", "rest"), [("daily", timedelta(days=1)), ("monthly", timedelta(days=31))])
async def test_a_cap_holds_until_its_time_is_over(
    op: Operator, server: Json2VideoServer, tmp_path: Path, cap: str, rest: timedelta
) -> None:
    now = [datetime(2026, 5, 1, 12, tzinfo=UTC)]
    async with buying(op, server, tmp_path, clock=lambda: now[0], **{cap: 5}):
        first, second = await file_one(op), await file_one(op)
        assert await rendered(op, first) is State.DRAFT
        with pytest.raises(CreditUsedUp, match="4 of 5 credits") as caught:
            await step(op, second)
        assert cap.upper() in str(caught.value)
        assert caught.value.retry_after == pytest.approx((rest - timedelta(hours=12)).total_seconds())
        assert len(server.bought) == 1
        now[0] += rest
        assert await rendered(op, second) is State.DRAFT
    assert len(server.bought) == 2


async def test_a_cap_is_asked_again_soon_while_a_render_may_turn_out_cheaper(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    """Two of 8 s fit into 14 credits if the first one takes 4: not only after midnight."""
    server.ends = ["stuck"]
    async with buying(op, server, tmp_path, daily=14, timeout=0.0):
        first, second = await file_one(op, 8.0), await file_one(op, 8.0)
        with pytest.raises(Unavailable):
            await step(op, first)
        with pytest.raises(CreditUsedUp, match="8 of 14 credits") as caught:
            await step(op, second)
        assert caught.value.retry_after == 60.0
        server.bought[0].end = "done"
        assert await rendered(op, first) is State.DRAFT
        assert await rendered(op, second) is State.DRAFT


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


def _everything(db: object) -> list[list[object]]:
    tables = ("drafts", "revisions", "renders", "journal", "credits", "facts")
    return [list(db.execute(f"SELECT * FROM {name}").fetchall()) for name in tables]  # type: ignore[attr-defined]
