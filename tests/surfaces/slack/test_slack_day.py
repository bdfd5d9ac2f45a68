"""A day in a Slack channel, over real sockets: ask, watch, look, decide, read that it is out."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from sqlite_utils import Database

from bot.operator import Operator
from services.model.draft import Draft, State
from services.store import decisions, journal
from tests.doubles.slack_blocks import pings, words
from tests.doubles.slack_server import SlackServer
from tests.reconcilers.helpers import state
from tests.surfaces.slack.live import Live, button, living, title


async def test_a_whole_day(op: Operator, slack: SlackServer) -> None:
    op.options = dataclasses.replace(op.options, post_delay=timedelta(0))
    ann = slack.person("ann")
    async with living(op, slack) as live:
        await live.slash(ann, "generate 2", "2 drafts ready")
        (progress,) = await live.until(
            lambda: [one for one in slack.messages() if "Making videos" in title(one)]
        )
        await live.until(lambda: "2 drafts ready. ✓" in words(progress))
        assert "for ann" in words(progress)
        first, second = await live.carded(1), await live.carded(2)
        await live.until(lambda: any(block["type"] == "image" for block in first.blocks))
        (video,) = await live.until(lambda: slack.messages(thread=first.ts))
        assert slack.space.files[video.files[0]].name.endswith(".mp4")
        await slack.people.react(ann, first, "thumbsup::skin-tone-4")
        await slack.people.react(ann, second, "thumbsdown")
        await live.state(1, State.POSTED)
        await live.says(1, "Posted")
        await live.says(2, "Denied by ann")
        assert first.edits
        assert len([one for one in slack.messages() if " · " in title(one)]) == 2
        assert [pings(one) for one in slack.messages() if pings(one)] == []


async def test_status_is_answered_so_that_only_one_person_reads_it(live: Live) -> None:
    ann, bob = live.slack.person("ann"), live.slack.person("bob")
    await live.slash(ann, "status", "planner")
    assert live.slack.whispers(bob) == []
    assert [one for one in live.slack.messages() if one.bot] == []


async def test_a_reaction_and_a_button_are_the_same_vote(live: Live) -> None:
    number, card = await live.draft()
    assert "Layer by layer" in words(card)
    ann, bob = live.slack.person("ann"), live.slack.person("bob")
    await live.slack.people.react(ann, card, "white_check_mark")
    await live.says(number, "Approved by ann")
    form = await live.form(bob, card, "Deny…")
    await live.send(bob, form, "too dark")
    await live.whispered(bob, f"Draft {number} is denied. Reason: too dark")
    await live.says(number, "Denied by bob", "too dark")
    await live.slack.people.unreact(ann, card, "white_check_mark")
    await live.slack.people.react(bob, card, "heavy_check_mark")
    await live.says(number, "Approved by bob")
    await live.slack.people.unreact(bob, card, "heavy_check_mark")
    await live.says(number, "waits for ✅ or ❌")
    votes = await live.op.store.do(journal.votes, number)
    assert {vote.voter for vote in votes} == {f"slack:{ann.id}", f"slack:{bob.id}"}


async def test_post_at_asks_when_and_never_posts_now_instead(live: Live) -> None:
    number, card = await live.draft()
    ann = live.slack.person("ann")
    form = await live.form(ann, card, "Post at…")
    assert not form.body["blocks"][0]["optional"]
    await live.send(ann, form, "   ")
    assert "Nothing was filled in" in (await live.until(lambda: form.errors))["answer"]
    assert await state(live.op, number) is State.DRAFT
    await live.send(ann, form, "tomorrow 18:00")
    await live.whispered(ann, f"Draft {number} is posted tomorrow 18:00")
    await live.says(number, "Approved by ann", "It is posted on", "18:00")


async def test_posted_by_hand_takes_an_address(live: Live) -> None:
    number, card = await live.draft()
    ann = live.slack.person("ann")
    form = await live.form(ann, card, "Posted by hand…")
    assert form.body["blocks"][0]["optional"]
    await live.send(ann, form, "https://www.instagram.com/reel/abc/")
    await live.whispered(ann, f"Draft {number} counts as posted.")
    await live.says(number, "Posted by hand", "https://www.instagram.com/reel/abc/")


async def test_a_button_of_what_was_changed_meanwhile_decides_nothing(live: Live) -> None:
    number, card = await live.draft()
    old = [dict(block) for block in card.blocks]
    ann = live.slack.person("ann")
    await live.op.store.do(_caption, live.op, number, "Quite another caption.")
    await live.says(number, "Quite another caption.")
    card.blocks = old  # a client that has not drawn the edit
    await live.press(ann, card, "Approve")
    await live.whispered(ann, "was changed meanwhile: nothing was done")
    assert await state(live.op, number) is State.DRAFT


def _caption(db: Database, op: Operator, number: int, text: str) -> Draft:
    return decisions.edit_caption(db, number, text, voter="desk", target=op.target, now=op.now())


async def test_a_wish_in_the_thread_becomes_revision_2_on_the_same_card(live: Live) -> None:
    ann, slack = live.slack.person("ann"), live.slack
    await live.slash(ann, "generate 1", "1 draft ready")
    card = await live.says(1, "waits for")
    await live.until(lambda: slack.messages(thread=card.ts))
    wish = await slack.people.write(ann, slack.home, "shorter", thread_ts=card.ts, mention=True)
    await live.says(1, "revision 2", "waits for")
    assert live.card(1) is card
    assert "eyes" in wish.reactions
    assert any("Revising draft 1" in title(one) for one in slack.messages())


async def test_details_show_the_draft_with_its_picture_and_no_mark(live: Live) -> None:
    number, card = await live.draft()
    ann = live.slack.person("ann")
    await live.press(ann, card, "Details")
    shown = await live.whispered(ann, f"{number} · RV06 grows", "Layer by layer")
    assert [block["type"] for block in shown.blocks].count("image") == 1
    assert not any(block["type"] in ("actions", "context") for block in shown.blocks)
    assert button(card, "Approve")
