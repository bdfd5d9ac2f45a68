"""Who may what: approvers by person and role, strangers, other channels and servers, private messages."""

from __future__ import annotations

import pytest

from bot.operator import Operator
from services.model.draft import State
from services.store import jobs, journal
from tests.doubles.discord_server import DiscordServer
from tests.doubles.discord_world import Right
from tests.reconcilers.helpers import state
from tests.surfaces.discord.live import Live, living


async def _dms(live: Live, person) -> list[str]:  # type: ignore[no-untyped-def]
    return [one.content for one in live.discord.people.dm(person).messages.values() if one.author.bot]


async def test_a_strangers_reaction_does_not_count_and_is_taken_away(
    op: Operator, discord: DiscordServer
) -> None:
    ann, eve = discord.people.person("Ann"), discord.people.person("Eve")
    discord.owner.give(Right.MANAGE_MESSAGES)
    async with living(op, discord, frozenset({str(ann.id)})) as live:
        number, card = await live.draft()
        discord.people.react(eve, card, "✅")
        await live.until(lambda: card.reactions["✅"] == [discord.world.bot])
        discord.people.react(eve, card, "❌")
        await live.until(lambda: card.reactions["❌"] == [discord.world.bot])
        assert await _dms(live, eve) == ["Only approvers decide here: your reaction does not count."]
        assert await live.op.store.do(journal.votes, number) == []
        discord.people.react(ann, card, "✅")
        await live.says(number, "Approved by Ann")


async def test_a_stranger_who_takes_no_messages_is_left_alone(op: Operator, discord: DiscordServer) -> None:
    ann, eve = discord.people.person("Ann"), discord.people.person("Eve")
    eve.takes_dms = False
    async with living(op, discord, frozenset({str(ann.id)})) as live:
        number, card = await live.draft()
        discord.people.react(eve, card, "❌")
        await live.until(lambda: discord.count("create_dm"))
        discord.people.react(ann, card, "✅")
        await live.says(number, "Approved by Ann")
        assert eve in card.reactions["❌"]  # it may not take it away, and it decides nothing


async def test_a_strangers_commands_buttons_and_forms_do_nothing(
    op: Operator, discord: DiscordServer
) -> None:
    ann, eve = discord.people.person("Ann"), discord.people.person("Eve")
    async with living(op, discord, frozenset({str(ann.id)})) as live:
        number, card = await live.draft()
        await live.until(lambda: discord.commands.of(discord.guild))
        people = discord.people
        form = people.click(ann, card, "Deny…")
        await live.until(lambda: form.modal)
        form.person = eve  # a form that was opened while she was an approver
        tried = [
            people.click(eve, card, "Approve"),
            people.click(eve, card, "Deny…"),
            people.click(eve, card, "Post now"),
            people.slash(eve, "approve", {"number": number}),
            people.slash(eve, "edit", {"number": number}),
            people.slash(eve, "undo", {"number": number}),
            people.submit(form, {"answer": "no"}),
        ]
        for asked in tried:
            await live.answered(asked, "Only approvers decide here")
            assert asked.private
            assert asked.modal is None
        assert await state(op, number) is State.DRAFT
        assert await op.store.do(journal.votes, number) == []
        await live.answered(people.slash(eve, "show", {"number": number}), "RV06 grows")


async def test_roles_decide_also_for_what_is_read_back(op: Operator, discord: DiscordServer) -> None:
    cat = discord.people.person("Cat", ["Editors"])
    eve = discord.people.person("Eve", ["Guests"])
    editors = discord.world.role(discord.guild, "Editors")
    async with living(op, discord, frozenset({str(editors.id)})) as live:
        number, card = await live.draft()
        discord.people.react(eve, card, "❌")
        discord.people.react(cat, card, "✅")
        await live.says(number, "Approved by Cat")
        await live.stop()
        discord.people.unreact(cat, card, "✅")
        discord.people.react(cat, card, "👎")
        discord.people.react(eve, card, "👍")
        await live.start()
        await live.says(number, "Denied by Cat")
        assert {vote.voter for vote in await op.store.do(journal.votes, number)} == {f"discord:{cat.id}"}


async def test_roles_are_not_looked_up_where_they_do_not_matter(op: Operator, discord: DiscordServer) -> None:
    ann, eve = discord.people.person("Ann"), discord.people.person("Eve")
    async with living(op, discord, frozenset({str(ann.id), "U0123ABCDEF"})) as live:
        number, card = await live.draft()
        await live.stop()
        discord.people.react(eve, card, "❌")
        discord.people.react(ann, card, "✅")
        await live.start()
        await live.says(number, "Approved by Ann")
        assert discord.count("get_guild_member") == 0


async def test_somebody_who_left_the_server_decides_nothing(op: Operator, discord: DiscordServer) -> None:
    editors = discord.world.role(discord.guild, "Editors")
    cat = discord.people.person("Cat", ["Editors"])
    async with living(op, discord, frozenset({str(editors.id)})) as live:
        number, card = await live.draft()
        await live.stop()
        discord.people.react(cat, card, "✅")
        del discord.guild.members[cat.id]
        await live.start()
        await live.until(lambda: discord.count("get_guild_member"))
        await live.until(lambda: discord.count("create_dm"))
        assert await state(op, number) is State.DRAFT


async def test_elsewhere_it_does_nothing_and_says_where_it_works(live: Live) -> None:
    number, card = await live.draft()
    ann, people = live.person("Ann"), live.discord.people
    await live.until(lambda: live.discord.commands.of(live.discord.guild))
    lobby = live.discord.owner.channel("lobby")
    asked = people.slash(ann, "approve", {"number": number}, channel=lobby)
    await live.answered(asked, f"only works in <#{live.discord.channel.id}>")
    assert asked.private
    there = people.write(ann, "anything", lobby, mention=True)
    people.react(ann, there, "✅")
    people.react(ann, card, "✅")
    await live.says(number, "Approved by Ann")
    assert len([one for one in lobby.messages.values() if one.author.bot and one.only_for is None]) == 0


async def test_a_thread_of_the_channel_is_the_channel(live: Live) -> None:
    number, card = await live.draft()
    ann, people = live.person("Ann"), live.discord.people
    await live.until(lambda: live.discord.commands.of(live.discord.guild))
    thread = people.thread(ann, card, "About it")
    asked = people.slash(ann, "approve", {"number": number}, channel=thread)
    await live.answered(asked, "is approved")


async def test_in_private_it_explains_itself_once_and_does_nothing(live: Live) -> None:
    eve, people = live.person("Eve"), live.discord.people
    private = people.dm(eve)
    people.write(eve, "generate 10", private)
    await live.until(lambda: any(one.author.bot for one in private.messages.values()))
    people.write(eve, "hello?", private)
    await live.draft()
    said = await _dms(live, eve)
    assert len(said) == 1
    assert f"<#{live.discord.channel.id}>" in said[0]
    assert await live.op.store.do(jobs.listed) == []


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_draft_is_revised_by_talking(live: Live, in_thread: bool) -> None:
    number, card = await live.draft()
    ann, people = live.person("Ann"), live.discord.people
    if in_thread:
        thread = people.thread(ann, card, "About it")
        people.write(ann, "I like it", thread)  # not to the operator: nobody hears it
        said = people.write(ann, "other caption, please", thread, mention=True)
    else:
        said = people.write(ann, "other caption, please", reply_to=card)
    live.discord.world.happened("MESSAGE_CREATE", said.channel, said)
    await live.until(lambda: "👀" in said.reactions)
    found = await live.op.store.do(jobs.listed)
    assert [(job.kind, job.params["draft"], job.params["wish"], job.by) for job in found] == [
        ("revise", number, "other caption, please", f"discord:{ann.id}")
    ]
    await live.until(lambda: any(f"Revising draft {number}" in one.text for one in live.discord.messages))


async def test_a_wish_that_cannot_be_is_answered_where_it_was_said(live: Live) -> None:
    _, card = await live.draft()
    said = live.discord.people.write(live.person("Ann"), "", reply_to=card, mention=True)
    await live.until(lambda: any(one.reference is said for one in live.discord.messages))
    answer = next(one for one in live.discord.messages if one.reference is said)
    assert "Say what should change: " in answer.content
    assert live.discord.acts.pings == []


async def test_a_strangers_wish_is_told_to_them_alone(op: Operator, discord: DiscordServer) -> None:
    ann, eve = discord.people.person("Ann"), discord.people.person("Eve")
    async with living(op, discord, frozenset({str(ann.id)})) as live:
        _, card = await live.draft()
        discord.people.write(eve, "shorter", reply_to=card)
        await live.until(lambda: discord.people.dm(eve).messages)
        assert "Only approvers decide here" in (await _dms(live, eve))[0]
        assert await op.store.do(jobs.listed) == []


async def test_who_mentions_it_without_a_card_is_told_how(live: Live) -> None:
    ann, people = live.person("Ann"), live.discord.people
    people.write(ann, "shorter!", mention=True)
    await live.until(lambda: any("reply to its card" in one.content for one in live.discord.messages))
    people.write(ann, "hello?", mention=True)
    await live.draft()
    assert len([one for one in live.discord.messages if "reply to its card" in one.content]) == 1
