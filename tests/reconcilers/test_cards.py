"""A chat shows the store: one message for each draft and job, edited in place, never twice, back if lost."""

from __future__ import annotations

import asyncio

from bot.operator import Operator
from bot.reconcilers.cards import CROWD, PIECE, STILL, Cards
from services.model.vote import Choice
from services.store import decisions, drafts, facts, jobs, messages, revisions
from tests.doubles.room import Room
from tests.reconcilers.helpers import drive, make_draft, proposal, vote


async def test_a_proposal_is_shown_at_once_and_becomes_the_drafts_card(op: Operator, room: Room) -> None:
    number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
    await drive(op, "cards")
    card = room.card(number)
    assert card.now.fields[0].text.startswith("Proposed.")
    assert card.now.video is None
    assert ("room:operator", "❌") in card.reactions
    await drive(op, "render", "cards")
    assert room.card(number) is card
    assert card.now.fields[0].text.startswith("Draft: waits for")
    assert card.now.video is not None
    assert card.now.video.is_file()
    assert card.now.image is not None
    assert card.now.image.is_file()
    assert card.files == 2


async def test_a_decision_is_an_edit_and_sends_no_file_again(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    await drive(op, "cards")
    await vote(op, number)
    await drive(op, "cards")
    card = room.card(number)
    assert "Approved by the desk." in card.now.fields[0].text
    assert (len(card.said), card.files) == (2, 1)
    await vote(op, number, Choice.DENY)
    await drive(op, "cards")
    assert card.now.tone == "done"


async def test_nothing_is_sent_when_nothing_changed(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    await drive(op, "cards")
    before = op.store.next_change()
    assert await Cards(op).due() == {}
    await Cards(op).step(f"room draft:{number}")
    assert not before.is_set()
    assert len(room.card(number).said) == 1


async def test_a_card_whose_post_nobody_answered_is_found_and_not_posted_twice(
    op: Operator, room: Room
) -> None:
    number = await make_draft(op)
    room.answers_lost = 1
    await drive(op, "cards")
    assert room.answers_lost == 0
    await drive_on(op)
    assert len(room.of(f"draft:{number}")) == 1
    assert (await op.store.do(messages.get, "room", f"draft:{number}")).message == room.card(number).id


async def test_what_changed_before_a_lost_post_was_found_is_shown(op: Operator, room: Room) -> None:
    number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())
    room.answers_lost = 1
    await drive(op, "cards")
    await drive(op, "render")
    await drive_on(op)
    card = room.card(number)
    assert card.now.fields[0].text.startswith("Draft: waits for")
    assert card.files == 2


async def test_a_post_that_never_arrived_is_posted(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    key = f"draft:{number}"
    await op.store.do(messages.intend, "room", key, channel="lobby", draft=number, now=op.now())
    await drive(op, "cards")
    assert len(room.of(key)) == 1


async def test_a_deleted_card_comes_back_while_there_is_something_to_decide(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    await drive(op, "cards")
    for told in (True, False):  # the chat says so, or an edit finds out
        id_ = room.card(number).id
        del room.posted[id_]
        if told:
            await op.store.do(messages.lost, "room", id_)
        else:
            await vote(op, number)
        await drive(op, "cards")
        await drive(op, "cards")
        assert room.card(number).id != id_
    await op.store.do(decisions.posted_by_hand, number, "", voter="desk", now=op.now())
    await drive(op, "cards")
    id_ = room.card(number).id
    del room.posted[id_]
    await op.store.do(messages.lost, "room", id_)
    await drive(op, "cards")
    assert room.of(f"draft:{number}") == []


async def test_what_was_decided_before_the_chat_came_has_no_card(op: Operator) -> None:
    posted, denied, waiting = [await make_draft(op, title) for title in ("One", "Two", "Three")]
    await op.store.do(decisions.posted_by_hand, posted, "", voter="desk", now=op.now())
    await vote(op, denied, Choice.DENY)
    room = op.chats["room"] = Room()
    op.engine.add(Cards(op, gap=0.0))
    await drive(op, "cards")
    assert [p.now.key for p in room.posted.values()] == [f"draft:{waiting}"]


async def test_another_channel_gets_cards_of_its_own(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    await drive(op, "cards")
    room.channel = "attic"
    await drive(op, "cards")
    assert len(room.of(f"draft:{number}")) == 2
    assert (await op.store.do(messages.get, "room", f"draft:{number}")).channel == "attic"


async def test_a_job_is_one_message_that_follows_it(op: Operator, room: Room) -> None:
    await drive(op, "cards")
    job = await op.store.do(jobs.queue_generation, 2, by="desk", now=op.now())
    await drive(op, "cards")
    await drive(op, "generate", "collect", "render", "cards")
    await drive(op, "cards")
    (message,) = room.of(f"job:{job}")
    assert message.now.tone == "done"
    assert len(message.said) > 1
    made = await op.store.do(drafts.listed, job=job)
    assert len(made) == 2
    assert all(room.card(draft.number).now.fields[0].text.startswith("Draft") for draft in made)


async def test_what_was_begun_before_the_chat_came_is_shown_until_it_ends(op: Operator) -> None:
    over = await op.store.do(jobs.queue, "collect", {}, by="desk", now=op.now())
    await drive(op, "collect")
    job = await op.store.do(jobs.queue_generation, 1, by="desk", now=op.now())
    room = op.chats["room"] = Room()
    op.engine.add(Cards(op, gap=0.0))
    await drive(op, "cards")
    assert room.of(f"job:{over}") == []
    await drive(op, "generate", "collect", "render", "cards")
    await drive(op, "cards")
    (message,) = room.of(f"job:{job}")
    assert message.now.tone == "done"


async def test_pausing_is_told_on_approved_cards(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    await vote(op, number)
    await drive(op, "cards")
    await op.store.do(facts.put, facts.PAUSED, {"by": "desk", "at": op.now().isoformat()})
    await drive(op, "cards")
    assert "paused" in room.card(number).now.fields[0].text


async def test_a_revision_is_on_the_same_card(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    await drive(op, "cards")
    job = await op.store.do(jobs.queue, "revise", {"draft": number}, by="desk", now=op.now())
    begun = await op.store.do(
        revisions.begin, number, 1, proposal("Again"), job=job, wish="shorter", voter="desk", now=op.now()
    )
    assert begun
    await drive(op, "render", "cards")
    card = room.card(number)
    assert card.now.foot.startswith("revision 2")
    assert card.files > 1


async def test_a_new_card_does_not_wait_for_edits_nor_one_chat_for_another(op: Operator, room: Room) -> None:
    shown = [await make_draft(op, title) for title in ("One", "Two", "Three", "Four", "Five")]
    await drive(op, "cards")
    other = op.chats["other"] = Room()
    other.name = "other"
    await drive(op, "cards")
    room.open.clear()  # edits there wait, as for a chat's limit
    for number in shown:
        await vote(op, number)
    fresh = await op.store.do(drafts.file, proposal("New"), job=None, sample=False, now=op.now())

    async def seen() -> bool:
        new = room.of(f"draft:{fresh}") and other.of(f"draft:{fresh}")
        return bool(new) and all(len(other.card(number).said) == 2 for number in shown)

    async with asyncio.timeout(10):
        await op.engine.drive(seen, only={"cards": None})
    assert all(len(room.card(number).said) == 1 for number in shown)
    room.open.set()
    await drive(op, "cards")
    assert all(len(room.card(number).said) == 2 for number in shown)


async def test_a_card_that_changes_all_the_time_waits_for_the_others(op: Operator, room: Room) -> None:
    first, second = await make_draft(op, "One"), await make_draft(op, "Two")
    work = Cards(op, gap=0.0)
    await drive(op, "cards")
    await vote(op, first)
    await work.step(f"room draft:{first}")
    await vote(op, second)
    await vote(op, first, Choice.DENY)
    assert list(await work.due()) == [f"room draft:{second}", f"room draft:{first}"]


async def test_in_a_crowd_a_card_that_still_changes_waits_until_it_is_still(op: Operator, room: Room) -> None:
    numbers = [await make_draft(op, f"Pot {index}") for index in range(CROWD + 1)]
    await drive(op, "cards")
    work = Cards(op, gap=2.0)
    assert await work.due() == {}
    for number in numbers[:CROWD]:
        await vote(op, number)
    assert set((await work.due()).values()) == {0.0}
    await vote(op, numbers[CROWD])
    waits = await work.due()
    assert len(waits) == CROWD + 1
    assert all(2 * STILL - 1 < wait <= 2 * STILL for wait in waits.values())
    fresh = await op.store.do(drafts.file, proposal("New"), job=None, sample=False, now=op.now())
    assert (await work.due())[f"room draft:{fresh}"] == 0.0
    await work.step(f"room draft:{numbers[0]}")
    await work.step(f"room draft:{fresh}")
    rest = await work.due()
    assert sorted(rest) == sorted(f"room draft:{number}" for number in numbers[1:])
    assert set(rest.values()) == {0.0}


async def drive_on(op: Operator) -> None:
    """Until no card failed any more."""

    async def done() -> bool:
        return not op.engine.troubles() and await op.engine.idle({"cards": None})

    await op.engine.drive(done, only={"cards": None})


async def test_many_cards_are_compared_in_pieces_and_all_are_shown(op: Operator, room: Room) -> None:
    many = PIECE + 10
    for at in range(many):
        await op.store.do(drafts.file, proposal(f"Take {at}"), job=None, sample=False, now=op.now())
    cards = Cards(op, gap=0.0)
    assert len(await cards.due()) == many
    await drive(op, "cards")
    assert [len(room.of(f"draft:{number}")) for number in range(1, many + 1)] == [1] * many
    for number in range(1, many + 1):
        await cards.step(f"room draft:{number}")
    assert await cards.due() == {}


async def test_one_message_is_edited_every_two_seconds_at_most(op: Operator, room: Room) -> None:
    number, work = await make_draft(op), Cards(op)
    key = f"room draft:{number}"
    assert await work.due() == {key: 0.0}
    await work.step(key)
    await vote(op, number)
    (waits,) = (await work.due()).values()
    assert 1.0 < waits <= 2.0
