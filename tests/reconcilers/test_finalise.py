"""RENDER_PREVIEW=local: the preview is reviewed, the final bought after the approval, and that goes out."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from bot.next_post import post_next
from bot.operator import Operator, draft_folder
from bot.views import draft_view
from services import files
from services.model.draft import State
from services.model.vote import Choice
from services.store import decisions, drafts, facts, journal
from tests.doubles import media
from tests.doubles.json2video_server import Json2VideoServer
from tests.reconcilers.finals import (
    Lacking,
    approved,
    draft_of,
    finalised,
    ordered_and_not_ready,
    taken_back,
)
from tests.reconcilers.helpers import drive, post_now, state, vote


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


async def test_autopost_has_the_final_made_and_posts_it(buyer: Operator, server: Json2VideoServer) -> None:
    op = buyer
    op.options = dataclasses.replace(op.options, post_delay=timedelta(hours=1))
    number = await approved(op)
    replies = [reply async for reply in post_next(op, 60.0)]
    assert replies[-1].data["result"] == "posted"
    assert await state(op, number) is State.POSTED
    assert len(server.bought) == 1


async def test_while_posting_is_paused_nothing_is_bought(buyer: Operator, server: Json2VideoServer) -> None:
    op = buyer
    number = await draft_of(op)
    await op.store.do(facts.put, facts.PAUSED, {"by": "desk", "at": op.now().isoformat()})
    await vote(op, number)
    await drive(op, "finalise", "publish")
    assert (await state(op, number), server.bought) == (State.APPROVED, [])


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
