"""A day in a Discord channel, over real sockets: ask, watch, look, decide, read that it is out."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlite_utils import Database

from bot.operator import Operator
from services.model.draft import Draft, State
from services.store import decisions, drafts, jobs, journal
from tests.doubles.discord_server import DiscordServer
from tests.reconcilers.helpers import proposal, state
from tests.surfaces.discord.live import Live, living


async def test_a_whole_day(op: Operator, discord: DiscordServer) -> None:
    op.options = dataclasses.replace(op.options, post_delay=timedelta(0))
    async with living(op, discord) as live:
        ann, people = live.person("Ann"), discord.people
        await live.until(lambda: discord.commands.of(discord.guild))
        ordered = people.slash(ann, "generate", {"count": 2})
        await live.answered(ordered, "2 drafts ready")
        assert ordered.took < 3
        progress = next(one for one in discord.messages if "Making videos" in one.text)
        await live.until(lambda: "2 drafts ready. ✓" in progress.text)
        assert "for Ann" in progress.text
        first, second = await live.carded(1), await live.carded(2)
        assert [one.name for one in first.files] == ["picture.jpg", "video.mp4"]
        assert first.embeds[0]["image"]["url"] == "attachment://picture.jpg"
        people.react(ann, first, "👍")
        people.react(ann, second, "👎")
        await live.state(1, State.POSTED)
        await live.says(1, "Posted")
        await live.says(2, "Denied by Ann")
        assert first.edits
        assert len([one for one in discord.messages if " · " in str(one.embeds[0]["title"])]) == 2
        assert discord.acts.pings == []


async def test_a_reaction_and_a_button_are_the_same_vote(live: Live) -> None:
    number, card = await live.draft()
    assert "Layer by layer" in card.text
    ann, bob = live.person("Ann"), live.person("Bob")
    live.discord.people.react(ann, card, "✅")
    await live.says(number, "Approved by Ann")
    deny = live.discord.people.click(bob, card, "Deny…")
    await live.until(lambda: deny.modal)
    sent = live.discord.people.submit(deny, {"answer": "too dark"})
    await live.answered(sent, f"Draft {number} is denied. Reason: too dark")
    assert sent.private
    await live.says(number, "Denied by Bob", "too dark")
    live.discord.people.unreact(ann, card, "✅")
    live.discord.people.react(bob, card, "✅")
    await live.says(number, "Approved by Bob")
    live.discord.people.unreact(bob, card, "✅")
    await live.says(number, "waits for ✅ or ❌")
    votes = await live.op.store.do(journal.votes, number)
    assert {vote.voter for vote in votes} == {f"discord:{ann.id}", f"discord:{bob.id}"}


async def test_every_skin_tone_votes_and_other_emoji_do_not(live: Live) -> None:
    number, card = await live.draft()
    ann = live.person("Ann")
    live.discord.people.react(ann, card, "🎉")
    live.discord.people.react(ann, card, "👎🏿")
    await live.says(number, "Denied by Ann")
    live.discord.people.unreact(ann, card, "👎🏿")
    await live.says(number, "waits for")
    assert len(await live.op.store.do(journal.votes, number)) == 2


async def test_revise_asks_what_should_change(live: Live) -> None:
    number, card = await live.draft()
    ann = live.person("Ann")
    asked = live.discord.people.click(ann, card, "Revise…")
    await live.until(lambda: asked.modal)
    sent = live.discord.people.submit(asked, {"answer": "other caption"})
    await live.answered(sent, f"Draft {number} is being revised: other caption")
    (job,) = await live.op.store.do(jobs.listed, kinds=["revise"])
    assert (job.params["wish"], job.by) == ("other caption", f"discord:{ann.id}")


async def test_names_are_text_too(live: Live) -> None:
    number, card = await live.draft()
    live.discord.people.react(live.person("@everyone **Eve** <@1>"), card, "✅")
    await live.says(number, "Approved by @everyone \\*\\*Eve\\*\\* \\<@1>")
    assert live.discord.acts.pings == []


async def test_post_at_asks_when_and_never_posts_now_instead(live: Live) -> None:
    number, card = await live.draft()
    ann = live.person("Ann")
    asked = live.discord.people.click(ann, card, "Post at…")
    await live.until(lambda: asked.modal)
    blank = live.discord.people.submit(asked, {"answer": "  "})
    await live.answered(blank, "Nothing was filled in")
    asked = live.discord.people.click(ann, card, "Post at…")
    await live.until(lambda: asked.modal)
    sent = live.discord.people.submit(asked, {"answer": "tomorrow 18:00"})
    await live.answered(sent, f"Draft {number} is posted tomorrow 18:00")
    await live.says(number, "Approved by Ann", "It is posted on", "18:00")


async def test_posted_by_hand_takes_an_address(live: Live) -> None:
    number, card = await live.draft()
    asked = live.discord.people.click(live.person("Ann"), card, "Posted by hand…")
    await live.until(lambda: asked.modal)
    assert not asked.modal["components"][0]["component"]["required"]  # type: ignore[index]
    sent = live.discord.people.submit(asked, {"answer": "https://www.instagram.com/reel/abc/"})
    await live.answered(sent, f"Draft {number} counts as posted.")
    await live.says(number, "Posted by hand", "https://www.instagram.com/reel/abc/")


async def test_a_button_of_what_was_changed_meanwhile_decides_nothing(live: Live) -> None:
    number, card = await live.draft()
    old = card.button("Approve")
    ann = live.person("Ann")
    await live.op.store.do(_caption, live.op, number, "Quite another caption.")
    await live.says(number, "Quite another caption.")
    card.components[0]["components"][0]["custom_id"] = old  # a client that has not drawn the edit
    clicked = live.discord.people.click(ann, card, old)
    await live.answered(clicked, "was changed meanwhile: nothing was done")
    assert await state(live.op, number) is State.DRAFT
    card.components[0]["components"][0]["custom_id"] = "approve:1:1:nonsense:"
    clicked = live.discord.people.click(ann, card, "approve:1:1:nonsense:")
    await live.answered(clicked, "That is no action of a draft.")


def _caption(db: Database, op: Operator, number: int, text: str) -> Draft:
    return decisions.edit_caption(db, number, text, voter="desk", target=op.target, now=op.now())


async def test_a_deleted_card_comes_back_and_its_votes_stay(live: Live) -> None:
    number, card = await live.draft()
    live.discord.people.react(live.person("Ann"), card, "✅")
    await live.says(number, "Approved by Ann")
    live.discord.people.delete_message(live.discord.world.owner, card)
    again = await live.carded(number)
    assert again is not card
    await live.says(number, "Approved by Ann")


async def test_cards_deleted_all_at_once_come_back(live: Live) -> None:
    first, one = await live.draft("Bowls")
    second, other = await live.draft("Handles")
    live.discord.acts.delete_many([one, other])
    assert await live.carded(first) is not one
    assert await live.carded(second) is not other


async def test_clearing_all_reactions_is_no_vote_and_ours_come_back(live: Live) -> None:
    number, card = await live.draft()
    live.discord.people.react(live.person("Ann"), card, "✅")
    await live.says(number, "Approved by Ann")
    live.discord.people.clear_reactions(live.discord.world.owner, card, "✅")
    await live.until(lambda: card.reactions.get("✅") == [live.discord.world.bot])
    live.discord.people.clear_reactions(live.discord.world.owner, card)
    await live.until(lambda: {"✅", "❌"} <= card.reactions.keys())
    assert await state(live.op, number) is State.APPROVED


HOSTILE = (
    "@everyone <@&1> **bold** [a](https://evil.example) \u202egnp.exe \u200b ||spoiler|| ```code``` "
    "שלום 👩\u200d👩\u200d👧 # heading\n> quote\n- list\n"
)


@pytest.mark.parametrize("caption", [HOSTILE, HOSTILE * 40, "\u200b" * 5000, "`" * 5000, "@everyone " * 500])
async def test_hostile_captions_are_shown_as_text(live: Live, caption: str) -> None:
    hostile = proposal("<@1> @everyone **x** " * 5).model_copy(update={"caption": caption[:5000]})
    number = await live.op.store.do(drafts.file, hostile, job=None, sample=False, now=live.op.now())
    await live.state(number, State.DRAFT)
    card = await live.carded(number)
    await live.says(number, "waits for ✅ or ❌")
    shown = live.discord.people.click(live.person("Ann"), card, "Details")
    await live.until(lambda: shown.replies)
    assert "went wrong" not in shown.text
    assert live.discord.acts.pings == []
    assert "\u202e" not in card.text


async def test_status_answers_whoever_asks_and_nobody_else(live: Live) -> None:
    await live.until(lambda: live.discord.commands.of(live.discord.guild))
    asked = live.discord.people.slash(live.person("Ann"), "status")
    await live.answered(asked, "Running since", "renderer")
    assert asked.private
    assert asked.took < 3
