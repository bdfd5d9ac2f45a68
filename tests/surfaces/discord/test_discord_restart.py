"""Nothing twice and nothing lost: restarts, broken lines, lost answers, events told twice or never."""

from __future__ import annotations

import aiohttp
import pytest

from bot.operator import Operator
from bot.surfaces.discord_app import client
from services.model.draft import State
from services.store import drafts, facts, journal
from tests.doubles.discord_server import DiscordServer
from tests.doubles.discord_world import Message
from tests.doubles.http_double import Answer, Fault
from tests.reconcilers.helpers import proposal, state
from tests.surfaces.discord.live import Live, living


async def test_buttons_and_forms_work_after_a_restart(live: Live) -> None:
    number, card = await live.draft()
    ann, people = live.person("Ann"), live.discord.people
    opened = people.click(ann, card, "Deny…")
    await live.until(lambda: opened.modal)
    await live.stop()
    await live.start()
    sent = people.submit(opened, {"answer": "too dark"})
    await live.answered(sent, "is denied. Reason: too dark")
    await live.says(number, "Denied by Ann")
    clicked = people.click(ann, card, "Approve")
    await live.answered(clicked, "is approved")
    await live.says(number, "Approved by Ann")
    assert card in live.discord.messages


async def test_reactions_made_while_the_operator_was_away_are_votes(live: Live) -> None:
    number, card = await live.draft()
    other, second = await live.draft("Handles")
    ann, bob, people = live.person("Ann"), live.person("Bob"), live.discord.people
    people.react(ann, second, "✅")
    await live.says(other, "Approved by Ann")
    await live.stop()
    people.react(ann, card, "✅")
    people.react(bob, card, "❌")
    people.unreact(ann, second, "✅")
    await live.start()
    await live.says(number, "Denied by Bob")  # nobody knows which came first
    await live.says(other, "waits for")


async def test_a_card_deleted_while_the_operator_was_away_comes_back(live: Live) -> None:
    number, card = await live.draft()
    await live.stop()
    live.discord.people.delete_message(live.discord.world.owner, card)
    await live.start()
    assert await live.carded(number) is not card


async def test_work_goes_on_after_a_restart_in_the_middle(op: Operator, discord: DiscordServer) -> None:
    async with living(op, discord) as live:
        await live.until(lambda: discord.commands.of(discord.guild))
        discord.people.slash(live.person("Ann"), "generate", {"count": 2})
        await live.until(lambda: any("Making videos" in one.text for one in discord.messages))
        await live.stop()
        await live.start()
        await live.says(1, "waits for")
        await live.says(2, "waits for")
        progress = [one for one in discord.messages if "Making videos" in one.text]
        await live.until(lambda: "✓" in progress[0].text)
        assert len(progress) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(drop="after"),
        Fault(drop="before"),
        Fault(drop="late", seconds=0.3),
        Fault(answer=Answer(503, b"upstream")),
        Fault(cut=20),
    ],
    ids=["after", "before", "late", "503", "cut"],
)
async def test_a_lost_answer_to_a_post_makes_no_second_card(
    op: Operator, discord: DiscordServer, fault: Fault
) -> None:
    async with living(op, discord) as live:
        live.settle = 1.0
        await live.stop()
        await live.start()
        discord.fail("create_message", fault, fault)
        number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
        await live.carded(number)  # which also looks for a second
        await live.says(number, "waits for")
        assert len(_cards(discord)) == 1


async def test_nobody_passes_for_a_card_by_their_name(op: Operator, discord: DiscordServer) -> None:
    """The message of somebody's job carries their name at its foot, where a card has its mark."""
    async with living(op, discord) as live:
        number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
        first = await live.carded(number)
        tag = (await op.store.do(drafts.get, number)).tag
        await live.stored(lambda: op.store.do(facts.get, "discord commands"))
        discord.people.slash(live.person(f"Eve · {tag}"), "collect")
        of_eve = f"for Eve · {tag}"
        await live.until(lambda: any(of_eve in one.text and "✓" in one.text for one in discord.messages))
        discord.fail("create_message", Fault(drop="before"))
        discord.people.delete_message(discord.world.owner, first)
        await live.carded(number)
        assert any(of_eve in one.text for one in discord.messages)


async def test_a_post_that_is_not_answered_is_given_up_and_looked_for(
    op: Operator, discord: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "REQUEST", aiohttp.ClientTimeout(total=0.3))
    async with living(op, discord) as live:
        discord.fail("create_message", Fault(seconds=3.0))
        number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
        await live.until(lambda: any("in time" in str(each["message"]) for each in op.engine.troubles()))
        await live.carded(number)
        assert discord.count("create_message") == 1


@pytest.mark.parametrize(("drop", "runs"), [("after", True), ("before", False)])
async def test_a_click_whose_acknowledgement_was_lost(live: Live, drop: str, runs: bool) -> None:
    """It is run if Discord knows of the acknowledgement; else people read that it failed, and it did."""
    number, card = await live.draft()
    live.discord.fail("create_interaction_response", Fault(drop=drop))
    clicked = live.discord.people.click(live.person("Ann"), card, "Approve")
    await live.until(lambda: live.discord.count("get_original_webhook_message"))
    if runs:
        await live.answered(clicked, "is approved")
        await live.says(number, "Approved by Ann")
    else:
        again = live.discord.people.click(live.person("Bob"), card, "Deny…")
        await live.until(lambda: again.modal)
        assert not clicked.answered
        assert await state(live.op, number) is State.DRAFT


async def test_a_repeated_post_is_told_from_a_new_one_by_discord_too(
    op: Operator, discord: DiscordServer
) -> None:
    async with living(op, discord) as live:
        discord.fail("create_message", Fault(drop="after"))
        discord.fail("list_messages", *[Fault(answer=Answer.of([]))] * 3)  # as if it were not to be seen yet
        number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
        await live.carded(number)
        assert len(_cards(discord)) == 1


def _cards(discord: DiscordServer) -> list[Message]:
    return [one for one in discord.messages if "RV06 grows" in one.text]


async def test_a_broken_line_is_resumed_and_what_happened_meanwhile_is_told(live: Live) -> None:
    number, card = await live.draft()
    epoch = live.op.chats["discord"].epoch
    live.discord.gateway.cut()
    live.discord.people.react(live.person("Ann"), card, "✅")
    await live.says(number, "Approved by Ann")
    await live.until(lambda: live.op.chats["discord"].epoch > epoch)
    assert live.discord.gateway.resumes == 1
    assert live.discord.gateway.identifies == 1
    assert live.op.surfaces["discord"].trouble == ""


async def test_discord_asks_to_reconnect(live: Live) -> None:
    number, card = await live.draft()
    live.discord.gateway.ask_to_reconnect()
    await live.until(lambda: live.discord.gateway.resumes == 1)
    live.discord.people.react(live.person("Ann"), card, "✅")
    await live.says(number, "Approved by Ann")


async def test_a_session_that_is_over_is_begun_anew_and_what_was_missed_is_read_back(live: Live) -> None:
    number, card = await live.draft()
    epoch = live.op.chats["discord"].epoch
    live.discord.gateway.invalidate(resumable=False)
    live.discord.people.react(live.person("Ann"), card, "✅")
    await live.until(lambda: live.op.chats["discord"].epoch > epoch)
    await live.says(number, "Approved by Ann")
    assert live.discord.gateway.identifies == 2


async def test_discord_is_away_for_a_while(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    number, card = await live.draft()
    live.discord.go_offline()
    await live.until(lambda: "line to Discord is broken" in live.op.surfaces["discord"].trouble)
    live.discord.people.react(live.person("Ann"), card, "✅")
    await live.until(lambda: "Attempting a reconnect" in caplog.text)
    live.discord.come_back()
    await live.says(number, "Approved by Ann")
    await live.until(lambda: live.op.surfaces["discord"].trouble == "")
    assert "The line to Discord is broken (WSServerHandshakeError)" in caplog.text
    assert "Traceback" not in caplog.text


async def test_what_is_told_twice_is_one_vote(live: Live) -> None:
    number, card = await live.draft()
    ann, world = live.person("Ann"), live.discord.world
    live.discord.people.react(ann, card, "✅")
    for _ in range(3):
        world.happened("MESSAGE_REACTION_ADD", card.channel, (card, ann, "✅"))
    await live.says(number, "Approved by Ann")
    live.discord.people.unreact(ann, card, "✅")
    for _ in range(3):
        world.happened("MESSAGE_REACTION_REMOVE", card.channel, (card, ann, "✅"))
    await live.says(number, "waits for")
    assert len(await live.op.store.do(journal.votes, number)) == 2


async def test_reactions_are_read_back_over_pages_and_super_reactions_count(live: Live) -> None:
    number, card = await live.draft()
    await live.stop()
    for index in range(120):
        live.discord.people.react(live.person(f"P{index}"), card, "✅")
    await live.start()
    await live.state(number, State.APPROVED)
    voters = {vote.voter for vote in await live.op.store.do(journal.votes, number)}
    assert len(voters) == 120
    assert await state(live.op, number) is State.APPROVED


async def test_a_burst_of_changes_is_drawn_as_it_ends_within_the_limits(
    op: Operator, discord: DiscordServer
) -> None:
    discord.limits.each["update_message"] = (2, 1.0)
    async with living(op, discord) as live:
        found = [await live.draft(f"Piece {index}") for index in range(3)]
        people, ann = discord.people, live.person("Ann")
        before = discord.count("update_message")
        for _ in range(10):
            for _, card in found:
                people.react(ann, card, "✅")
                people.unreact(ann, card, "✅")
        for _, card in found:
            people.react(ann, card, "❌")
        for number, _ in found:
            await live.says(number, "Denied by Ann")
        assert discord.count("update_message") - before < 30  # of 63 changes
        assert len(discord.limits.hits) <= 1
        assert discord.limits.invalid <= 1
