"""RENDER_PREVIEW=local: the preview is reviewed, the final bought after the approval, and that goes out."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.next_post import post_next
from bot.operator import Operator, draft_folder
from bot.views import draft_view
from services import files
from services.errors import Unavailable
from services.model.draft import Draft, State
from services.model.vote import Choice
from services.ports import RenderFiles
from services.store import decisions, drafts, facts, guards, journal
from tests.doubles import media
from tests.doubles.http_double import Fault
from tests.doubles.json2video_server import Json2VideoServer
from tests.doubles.renderer import QuickRenderer
from tests.reconcilers.helpers import drive, post_now, state, vote
from tests.reconcilers.paying import buying, file_one, rendered

LACKS = "Scene #1, element #1: the 3D tilt is not shown."


class Lacking(QuickRenderer):
    """A preview that cannot show everything."""

    async def collect(self, handle: str) -> RenderFiles:
        return dataclasses.replace(await super().collect(handle), approximations=(LACKS,))


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What JSON2Video delivers; as Instagram takes it."""
    return media.video(tmp_path_factory.mktemp("made") / "made.mp4")


@pytest.fixture
def server(video: Path) -> Iterator[Json2VideoServer]:
    server = Json2VideoServer(video)
    server.size = (270, 480)
    with server.running():
        yield server
    assert server.problems == []


@pytest.fixture
async def buyer(op: Operator, server: Json2VideoServer, tmp_path: Path) -> AsyncIterator[Operator]:
    """An operator that buys finals, at once when they are wanted."""
    op.options = dataclasses.replace(op.options, post_delay=timedelta(0))
    async with buying(op, server, tmp_path / "renders", finals=True) as found:
        yield found


async def draft_of(op: Operator) -> int:
    number = await file_one(op)
    assert await rendered(op, number) is State.DRAFT
    return number


async def approved(op: Operator) -> int:
    number = await draft_of(op)
    await vote(op, number)
    return number


def never_ready(op: Operator, server: Json2VideoServer) -> None:
    """The render goes on for longer than is waited for."""
    server.ends, server.patience = ["stuck"], 0
    op.services.final._timeout = 0.0  # type: ignore[union-attr]


async def ordered_and_not_ready(op: Operator, server: Json2VideoServer, number: int) -> None:
    never_ready(op, server)
    with pytest.raises(Unavailable):
        await step(op, number)


async def finalised(op: Operator, number: int) -> State:
    """After the final is there, or cannot be had."""

    async def ended() -> bool:
        draft = await op.store.do(drafts.get, number)
        final = draft.rendered is not None and draft.rendered.renderer == "json2video"
        made = draft.state is not State.FINALISING and (final or draft.state is not State.APPROVED)
        return made and await op.engine.idle(only)

    only = {"finalise": {str(number)}}
    await op.engine.drive(ended, only=only)
    return await state(op, number)


async def taken_back(op: Operator, number: int) -> Draft:
    draft, _ = await op.store.do(decisions.undo, number, voter="desk", target=op.target, now=op.now())
    return draft


async def step(op: Operator, number: int, name: str = "finalise") -> None:
    reconciler = next(w.reconciler for w in op.engine._works.values() if w.reconciler.name == name)
    await reconciler.step(str(number))


async def test_nothing_is_bought_before_the_approval_and_the_final_is_what_goes_out(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    number = await draft_of(op)
    preview = (await op.store.do(drafts.get, number)).rendered
    assert preview is not None
    await drive(op, "finalise", "publish")
    assert server.bought == []
    await vote(op, number)
    assert await finalised(op, number) is State.APPROVED, "the approval stands: the preview showed all of it"
    draft = await op.store.do(drafts.get, number)
    assert draft.rendered is not None
    assert (draft.rendered.renderer, draft.rendered.reviewed) == ("json2video", preview.sha256)
    folder = draft_folder(op.drafts_dir, number, draft.tag, 1)
    assert draft.rendered.sha256 == files.sha256(folder / draft.rendered.video)
    assert (folder / draft.rendered.video).read_bytes() == server.content
    assert (folder / preview.video).exists()
    assert op.services.names()["renderer"] == "json2video"
    await drive(op, "finalise", "publish")
    assert await state(op, number) is State.POSTED
    posted = next((op.options.data_dir / "outbox").glob("*/*.mp4"))
    assert posted.read_bytes() == server.content
    assert len(server.bought) == 1


async def test_what_the_preview_could_not_show_comes_back_for_one_more_look(
    buyer: Operator, server: Json2VideoServer, rendered_files: Path
) -> None:
    op = buyer
    op.services = dataclasses.replace(op.services, renderer=Lacking(rendered_files))
    number = await approved(op)
    assert await finalised(op, number) is State.DRAFT
    draft = await op.store.do(drafts.get, number)
    assert draft.rendered is not None
    assert draft.rendered.approximations == ()
    assert "shows what the preview could not" in draft.reason
    await vote(op, number)
    await drive(op, "finalise", "publish")
    assert await state(op, number) is State.POSTED
    assert len(server.bought) == 1


@pytest.mark.parametrize(("seconds", "told"), [(5.5, True), (4.6, False)])
async def test_a_final_of_another_length_says_so_on_its_card(
    buyer: Operator, server: Json2VideoServer, tmp_path: Path, seconds: float, told: bool
) -> None:
    op = buyer
    server.content = media.video(tmp_path / "longer.mp4", seconds=seconds).read_bytes()
    server.seconds = seconds
    number = await approved(op)
    assert await finalised(op, number) is State.APPROVED, "its movie is the one that was approved"
    words = "the final video lasts 5.5 s, its preview 4.0 s"
    assert (await draft_view(op, number))["reason"] == (words if told else "")
    entry = (await op.store.do(journal.entries, draft=number))[0]
    assert (words in entry.text) is told
    await drive(op, "finalise", "publish")
    assert await state(op, number) is State.POSTED
    assert (await draft_view(op, number))["reason"] == "", "then it is what it is"


async def test_what_comes_back_for_a_look_says_its_other_length_too(
    buyer: Operator, server: Json2VideoServer, rendered_files: Path, tmp_path: Path
) -> None:
    op = buyer
    op.services = dataclasses.replace(op.services, renderer=Lacking(rendered_files))
    server.content = media.video(tmp_path / "longer.mp4", seconds=6.0).read_bytes()
    server.seconds = 6.0
    number = await approved(op)
    assert await finalised(op, number) is State.DRAFT
    reason = (await op.store.do(drafts.get, number)).reason
    assert "approve it again" in reason
    assert "lasts 6.0 s, its preview 4.0 s" in reason


async def test_a_preview_is_never_published(buyer: Operator, server: Json2VideoServer) -> None:
    op = buyer
    number = await approved(op)
    await drive(op, "publish")
    assert await state(op, number) is State.APPROVED
    await ordered_and_not_ready(op, server, number)
    assert await state(op, number) is State.FINALISING
    await drive(op, "publish")
    assert await state(op, number) is State.FINALISING
    assert (await draft_view(op, number))["status"] == "Approved"


async def test_the_approval_can_be_taken_back_for_nothing_within_the_delay(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    op.options = dataclasses.replace(op.options, post_delay=timedelta(minutes=2))
    number = await approved(op)
    await drive(op, "finalise")
    await taken_back(op, number)
    assert (await state(op, number), server.bought) == (State.DRAFT, [])
    await vote(op, number)
    await post_now(op, number)
    assert await finalised(op, number) is State.APPROVED
    assert len(server.bought) == 1


@pytest.mark.parametrize("choice", [Choice.DENY, Choice.HOLD])
async def test_a_bought_final_is_kept_when_the_votes_change(
    buyer: Operator, server: Json2VideoServer, choice: Choice
) -> None:
    op = buyer
    number = await approved(op)
    await ordered_and_not_ready(op, server, number)
    changed = await (vote(op, number, choice) if choice is Choice.DENY else taken_back(op, number))
    assert changed.state in (State.DRAFT, State.DENIED)
    server.bought[0].end = "done"
    await drive(op, "finalise", "publish")
    draft = await op.store.do(drafts.get, number)
    assert draft.state is changed.state
    assert draft.rendered is not None
    assert draft.rendered.renderer == "json2video", "it is fetched, as the service deletes it"
    await vote(op, number)
    await drive(op, "finalise", "publish")
    assert await state(op, number) is State.POSTED
    assert len(server.bought) == 1


async def test_an_edit_while_it_is_made_asks_again_and_buys_nothing_more(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    number = await approved(op)
    await ordered_and_not_ready(op, server, number)
    await op.store.do(
        decisions.edit_caption, number, "Other words.", voter="desk", target=op.target, now=op.now()
    )
    assert await state(op, number) is State.DRAFT
    server.bought[0].end = "done"
    await vote(op, number)
    assert await finalised(op, number) is State.APPROVED
    assert len(server.bought) == 1


async def test_a_lost_answer_of_a_final_is_found(buyer: Operator, server: Json2VideoServer) -> None:
    op = buyer
    number = await approved(op)
    server.fail("create", Fault(drop="after"))
    assert await finalised(op, number) is State.APPROVED
    assert len(server.bought) == 1


async def test_an_unclear_order_is_looked_for_also_when_it_is_not_wanted_any_more(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    number = await approved(op)
    server.fail("create", Fault(drop="after"))
    with pytest.raises(Unavailable):
        await step(op, number)
    await vote(op, number, Choice.DENY)
    await drive(op, "finalise")
    draft = await op.store.do(drafts.get, number)
    assert draft.state is State.DENIED
    assert draft.rendered is not None
    assert draft.rendered.renderer == "json2video"
    assert len(server.bought) == 1


async def test_an_order_that_never_arrived_is_not_made_for_what_is_denied(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    number = await approved(op)
    server.fail("create", Fault(drop="before"))
    with pytest.raises(Unavailable):
        await step(op, number)
    await vote(op, number, Choice.DENY)
    await drive(op, "finalise")
    assert server.bought == []
    assert await op.store.do(guards.open_render, number, 1) is None


@pytest.mark.parametrize("how", ["posted by hand", "another renderer"])
async def test_what_nobody_waits_for_is_not_followed(
    buyer: Operator, server: Json2VideoServer, how: str
) -> None:
    op = buyer
    number = await approved(op)
    await ordered_and_not_ready(op, server, number)
    if how == "posted by hand":
        await taken_back(op, number)
        await op.store.do(decisions.posted_by_hand, number, "", voter="desk", now=op.now())
    else:
        op.services = dataclasses.replace(op.services, final=None)
    asked = server.count("status")
    await drive(op, "finalise")
    assert await op.store.do(guards.open_render, number, 1) is None
    assert server.count("status") == asked


async def test_autopost_has_the_final_made_and_posts_it(buyer: Operator, server: Json2VideoServer) -> None:
    op = buyer
    op.options = dataclasses.replace(op.options, post_delay=timedelta(hours=1))
    number = await approved(op)
    replies = [reply async for reply in post_next(op, 60.0)]
    assert replies[-1].data["result"] == "posted"
    assert await state(op, number) is State.POSTED
    assert len(server.bought) == 1


async def test_a_final_that_takes_long_is_taken_up_by_the_next_autopost(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    op.options = dataclasses.replace(op.options, post_delay=timedelta(hours=1))
    await approved(op)
    never_ready(op, server)
    replies = [reply async for reply in post_next(op, 3.0)]
    assert replies[-1].data["result"] == "in_progress"
    server.bought[0].end = "done"
    replies = [reply async for reply in post_next(op, 60.0)]
    assert replies[-1].data["result"] == "posted"
    assert len(server.bought) == 1


async def test_while_posting_is_paused_nothing_is_bought(buyer: Operator, server: Json2VideoServer) -> None:
    op = buyer
    number = await draft_of(op)
    await op.store.do(facts.put, facts.PAUSED, {"by": "desk", "at": op.now().isoformat()})
    await vote(op, number)
    await drive(op, "finalise", "publish")
    assert (await state(op, number), server.bought) == (State.APPROVED, [])


async def test_no_credits_fail_the_draft_with_its_word_and_retry_takes_it_up(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    number = await approved(op)
    server.account.credits = 0
    assert await finalised(op, number) is State.FAILED
    draft = await op.store.do(drafts.get, number)
    assert "no credits left" in draft.reason
    assert draft.word == "Approved"
    server.account.credits = 100
    await op.store.do(decisions.retry, number, voter="desk", target=op.target, now=op.now())
    assert await finalised(op, number) is State.APPROVED
    assert len(server.bought) == 1


async def test_a_final_that_fails_twice_is_given_up_and_retry_counts_anew(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    number = await approved(op)
    server.ends = ["error", "error", "error", "done"]
    assert await finalised(op, number) is State.FAILED
    assert len(server.bought) == 2
    await op.store.do(decisions.retry, number, voter="desk", target=op.target, now=op.now())
    assert await finalised(op, number) is State.APPROVED
    assert len(server.bought) == 4


async def test_an_asset_that_changed_since_the_review_asks_again(
    buyer: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    op = buyer
    number = await draft_of(op)
    asset = (await op.store.do(drafts.get, number)).assets[0]
    row = "UPDATE revisions SET contents = json_set(contents, ?, 'what it was before')"
    await op.store.do(lambda db: db.execute(row, [f"$.{asset}"]))
    await op.store.do(decisions.vote, number, Choice.APPROVE, voter="cli", target=op.target, now=op.now())
    assert await finalised(op, number) is State.DRAFT
    assert "changed since it was approved" in (await op.store.do(drafts.get, number)).reason


async def test_without_finals_any_more_the_votes_decide(buyer: Operator, server: Json2VideoServer) -> None:
    op = buyer
    number = await approved(op)
    await ordered_and_not_ready(op, server, number)
    op.services = dataclasses.replace(op.services, final=None)
    await drive(op, "finalise")
    assert await state(op, number) is State.APPROVED
    assert await op.store.do(guards.open_render, number, 1) is None
