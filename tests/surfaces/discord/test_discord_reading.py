"""Reading back who reacted, while people go on reacting."""

from __future__ import annotations

from bot.operator import Operator
from services.store import journal
from tests.doubles.discord_server import DiscordServer
from tests.doubles.http_double import Fault
from tests.surfaces.discord.live import Live


async def test_who_reacts_while_it_is_read_takes_nobody_elses_place(
    op: Operator, live: Live, discord: DiscordServer
) -> None:
    """Discord lists people by their ids, and the number of them is told before."""
    number, card = await live.draft()
    ann, bob = live.person("Ann"), live.person("Bob")  # ann's id is the lower one
    discord.people.react(bob, card, "✅")
    await live.says(number, "Approved by Bob")
    asked = discord.count("list_message_reactions_by_emoji")
    discord.fail("get_message", Fault(seconds=0.5))
    read = discord.count("get_message")
    op.chats["discord"].epoch += 1
    op.engine.wake()
    await live.until(lambda: discord.count("get_message") > read)
    discord.people.react(ann, card, "✅")
    await live.until(lambda: discord.count("list_message_reactions_by_emoji") > asked + 1)
    read = discord.count("get_message")
    op.chats["discord"].epoch += 1
    op.engine.wake()
    await live.until(lambda: discord.count("get_message") > read)  # anew: the reading before has ended
    found = [(vote.voter, str(vote.choice)) for vote in await op.store.do(journal.votes, number)]
    assert found == [
        (f"discord:{bob.id}", "approve"), (f"discord:{ann.id}", "approve"),
    ]  # fmt: skip


async def test_more_people_than_a_page_holds_are_all_read(
    op: Operator, live: Live, discord: DiscordServer
) -> None:
    number, card = await live.draft()
    await live.stop()
    people = [live.person(f"P{index}") for index in range(230)]
    for person in people:
        discord.people.react(person, card, "✅")
    await live.start()

    async def all_voted() -> bool:
        return len(await op.store.do(journal.votes, number)) == len(people)

    await live.stored(all_voted)
