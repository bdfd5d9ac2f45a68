"""Reactions are votes: told once or twice, missed and read back, taken away by the operator or by others."""

from __future__ import annotations

import asyncio

from sqlite_utils import Database

from bot.chat.reacting import reacted, unreacted
from bot.operator import Operator
from bot.reconcilers.cards import Cards
from bot.reconcilers.reactions import AGAIN_SECONDS, EACH_SECONDS, Reactions
from services.model.draft import State
from services.model.vote import Choice
from services.store import decisions, drafts, journal, messages, reactions
from tests.doubles.room import OPERATOR, Posted, Room
from tests.reconcilers.helpers import drive, make_draft, proposal, state, vote


async def shown(op: Operator, room: Room) -> tuple[int, Posted]:
    """A draft with its card."""
    number = await make_draft(op)
    await drive(op, "cards")
    return number, room.card(number)


async def react(op: Operator, room: Room, card: Posted, person: str, emoji: str) -> None:
    card.reactions.append((person, emoji))
    await reacted(op, room, card.id, room.reaction(person, emoji))


async def unreact(op: Operator, room: Room, card: Posted, person: str, emoji: str) -> None:
    card.reactions.remove((person, emoji))
    await unreacted(op, room, card.id, person, emoji)


async def reconnected(op: Operator, room: Room) -> None:
    """What was missed is read back."""
    room.epoch += 1
    await drive(op, "reactions")


async def votes(op: Operator, number: int) -> list[str]:
    return [f"{v.voter} {v.choice}" for v in await op.store.do(journal.votes, number)]


async def test_a_reaction_is_a_vote_and_taking_it_back_withdraws(op: Operator, room: Room) -> None:
    number, card = await shown(op, room)
    await react(op, room, card, "ann", "👍")
    assert await state(op, number) is State.APPROVED
    await unreact(op, room, card, "ann", "👍")
    assert await state(op, number) is State.DRAFT
    await react(op, room, card, "ann", "❌")
    assert await state(op, number) is State.DENIED


async def test_an_event_told_twice_is_one_vote(op: Operator, room: Room) -> None:
    number, card = await shown(op, room)
    for _ in range(3):
        await reacted(op, room, card.id, room.reaction("ann", "✅"))
    assert await votes(op, number) == ["ann approve"]


async def test_what_was_told_is_not_read_back_again(op: Operator, room: Room) -> None:
    number, card = await shown(op, room)
    await react(op, room, card, "ann", "✅")
    await reconnected(op, room)
    await reconnected(op, room)
    assert await votes(op, number) == ["ann approve"]


async def test_only_the_current_vote_is_withdrawn_by_removing_its_reaction(op: Operator, room: Room) -> None:
    number, card = await shown(op, room)
    await react(op, room, card, "ann", "✅")
    await vote(op, number, Choice.DENY, voter="ann")  # by a button
    await unreact(op, room, card, "ann", "✅")
    assert await state(op, number) is State.DENIED


async def test_two_emojis_that_say_the_same_are_one_vote_until_both_are_gone(
    op: Operator, room: Room
) -> None:
    number, card = await shown(op, room)
    await react(op, room, card, "ann", "✅")
    await react(op, room, card, "ann", "👍")
    await unreact(op, room, card, "ann", "👍")
    assert await state(op, number) is State.APPROVED
    await unreact(op, room, card, "ann", "✅")
    assert await state(op, number) is State.DRAFT


async def test_reactions_made_while_away_are_read_back_and_a_conflict_is_denied(
    op: Operator, room: Room
) -> None:
    number, card = await shown(op, room)
    await drive(op, "reactions")
    card.reactions += [("ann", "❌"), ("bob", "✅")]
    await reconnected(op, room)
    assert await state(op, number) is State.DENIED
    assert await votes(op, number) == ["bob approve", "ann deny"]


async def test_a_missing_approval_withdraws_and_a_missing_denial_does_not(op: Operator, room: Room) -> None:
    approved, first = await shown(op, room)
    await react(op, room, first, "ann", "✅")
    denied, second = await shown(op, room)
    await react(op, room, second, "ann", "❌")
    first.reactions.remove(("ann", "✅"))
    second.reactions.remove(("ann", "❌"))
    await reconnected(op, room)
    assert await state(op, approved) is State.DRAFT
    assert await state(op, denied) is State.DENIED


async def test_a_denial_found_missing_is_withdrawn_when_its_removal_is_told_after_all(
    op: Operator, room: Room
) -> None:
    """It was read back in the moment between the removal and the word of it."""
    number, card = await shown(op, room)
    await react(op, room, card, "ann", "❌")
    card.reactions.remove(("ann", "❌"))
    await reconnected(op, room)
    await unreacted(op, room, card.id, "ann", "❌")
    assert await votes(op, number) == ["ann deny", "ann withdraw"]
    await unreacted(op, room, card.id, "ann", "❌")
    await react(op, room, card, "ann", "❌")
    assert (await votes(op, number))[2:] == ["ann deny"]


async def test_a_denial_found_missing_that_is_put_again_is_a_vote_again(op: Operator, room: Room) -> None:
    number, card = await shown(op, room)
    await react(op, room, card, "ann", "❌")
    card.reactions.remove(("ann", "❌"))
    await reconnected(op, room)
    await react(op, room, card, "ann", "✅")
    await react(op, room, card, "ann", "❌")
    assert await votes(op, number) == ["ann deny", "ann approve", "ann deny"]


async def test_what_was_told_just_before_it_was_read_keeps_its_order(op: Operator, room: Room) -> None:
    """Reading is quicker than the line of events: what is on its way then goes first."""
    number, card = await shown(op, room)
    card.reactions += [("ann", "✅"), ("ann", "❌")]
    room.epoch += 1
    reading = asyncio.create_task(drive(op, "reactions"))
    await room.read.wait()
    await op.store.do(journal.votes, number)  # the store works in turn: the reading has compared, and waits
    assert not reading.done()
    await reacted(op, room, card.id, room.reaction("ann", "❌"))
    await reacted(op, room, card.id, room.reaction("ann", "✅"))
    await reading
    assert await votes(op, number) == ["ann deny", "ann approve"]


async def test_clearing_all_is_no_vote_and_the_operators_own_come_back(op: Operator, room: Room) -> None:
    number, card = await shown(op, room)
    await react(op, room, card, "ann", "✅")
    card.reactions.clear()
    await reconnected(op, room)
    assert await state(op, number) is State.APPROVED
    assert ("room:operator", "✅") in card.reactions


async def test_a_deleted_card_takes_no_vote_with_it(op: Operator, room: Room) -> None:
    number, card = await shown(op, room)
    await react(op, room, card, "ann", "✅")
    del room.posted[card.id]
    await reconnected(op, room)
    await drive(op, "cards", "reactions")
    assert await state(op, number) is State.APPROVED
    assert room.card(number).id != card.id
    assert await votes(op, number) == ["ann approve"]


async def test_a_strangers_reaction_is_taken_away_and_they_are_told(op: Operator) -> None:
    room = op.chats["room"] = Room(frozenset({"ann"}))
    op.engine.add(Cards(op, gap=0.0))
    number, card = await shown(op, room)
    await react(op, room, card, "eve", "✅")
    await drive(op, "reactions")
    await unreacted(op, room, card.id, "eve", "✅")  # the chat tells of the removal, too
    assert await votes(op, number) == []
    assert ("eve", "✅") not in card.reactions
    assert [who for who, _ in room.whispers] == ["eve"]


async def test_a_reaction_that_may_not_be_taken_away_decides_nothing(op: Operator) -> None:
    room = op.chats["room"] = Room(frozenset({"ann"}))
    op.engine.add(Cards(op, gap=0.0))
    room.may_remove = False
    number, card = await shown(op, room)
    await react(op, room, card, "eve", "✅")
    await reconnected(op, room)
    await reconnected(op, room)
    assert await votes(op, number) == []
    assert len(room.whispers) == 1
    assert await Reactions(op).due() != {}
    assert await op.store.do(reactions.to_remove, "room") == []


async def test_an_approval_of_what_the_card_does_not_show_any_more_is_none(op: Operator, room: Room) -> None:
    number, card = await shown(op, room)
    await op.store.do(decisions.edit_caption, number, "Another", voter="desk", target=op.target, now=op.now())
    await react(op, room, card, "ann", "✅")  # the card still shows the caption before
    await drive(op, "reactions")
    assert await votes(op, number) == []
    assert ("ann", "✅") not in card.reactions
    await drive(op, "cards")
    await react(op, room, card, "ann", "✅")
    assert await state(op, number) is State.APPROVED


async def test_an_edit_takes_the_reactions_away_that_approved_the_old_caption(
    op: Operator, room: Room
) -> None:
    number, card = await shown(op, room)
    await react(op, room, card, "ann", "✅")
    await op.store.do(decisions.edit_caption, number, "Another", voter="desk", target=op.target, now=op.now())
    await drive(op, "cards", "reactions")
    assert await state(op, number) is State.DRAFT
    assert ("ann", "✅") not in card.reactions
    await unreacted(op, room, card.id, "ann", "✅")
    assert await votes(op, number) == ["ann approve"]


async def test_before_it_is_rendered_only_a_denial_counts(op: Operator, room: Room) -> None:
    number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
    await drive(op, "cards")
    card = room.card(number)
    await react(op, room, card, "ann", "✅")
    assert await votes(op, number) == []
    await drive(op, "reactions")
    await react(op, room, card, "bob", "❌")
    assert await state(op, number) is State.DENIED
    assert "nobody has seen" in room.whispers[0][1]


async def test_reactions_below_other_messages_are_nothing(op: Operator, room: Room) -> None:
    await shown(op, room)
    outcome = await reacted(op, room, "77", room.reaction("ann", "✅"))
    assert outcome.draft is None
    assert await op.store.do(messages.by_message, "room", "77") is None


async def test_what_is_told_while_it_is_read_knows_better(op: Operator, room: Room) -> None:
    number, card = await shown(op, room)
    began = op.now()
    await react(op, room, card, "ann", "✅")  # the reading began before this, and did not see it
    await op.store.do(reactions.read_back, "room", card.id, [], since=began, target=op.target, now=op.now())
    assert await state(op, number) is State.APPROVED
    began = op.now()
    seen = [room.reaction("ann", "✅")]
    await unreact(op, room, card, "ann", "✅")
    await op.store.do(reactions.read_back, "room", card.id, seen, since=began, target=op.target, now=op.now())
    assert await state(op, number) is State.DRAFT


async def test_with_many_open_cards_each_is_read_back_less_often(op: Operator, room: Room) -> None:
    many = int(2 * AGAIN_SECONDS / EACH_SECONDS)

    def fill(db: Database) -> None:
        for number in range(1, many + 1):
            drafts.file(db, proposal(), job=None, sample=False, now=op.now())
            messages.intend(db, "room", f"draft:{number}", channel="lobby", draft=number, now=op.now())
            messages.record(db, "room", f"draft:{number}", str(number), shown="", pictures="")

    await op.store.do(fill)
    for number in range(1, many + 1):
        room.posted[str(number)] = Posted(str(number), op.now(), [], reactions=[(OPERATOR, "✅")])
    reading = Reactions(op)
    op.engine.add(reading)
    await drive(op, "reactions")
    due = await reading.due()
    assert len(due) == many
    assert min(due.values()) > 1.5 * AGAIN_SECONDS


async def test_a_surface_that_was_started_again_reads_back_although_it_counts_from_the_beginning(
    op: Operator, room: Room
) -> None:
    number, card = await shown(op, room)
    await drive(op, "reactions")
    again = Room()
    again.posted = room.posted
    op.chats[again.name] = again
    card.reactions.append(("ann", "✅"))  # while nobody was connected
    await drive(op, "reactions")
    assert await state(op, number) is State.APPROVED
