"""A person edits Status in the sheet (rule 10): every word in every state, on each twin."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.operator import Operator
from services.model.draft import State
from services.model.vote import Choice
from services.store import drafts, guards
from tests.reconcilers.helpers import drive, post_now, state, vote
from tests.reconcilers.spreadsheet import (
    ballots,
    drive_sheet,
    edit,
    kept,
    line,
    notes,
    one,
    put_back,
    row,
    until,
)

pytestmark = pytest.mark.usefixtures("any_sheet")


@pytest.mark.parametrize(
    ("word", "after"),
    [
        (" APPROVED\t", State.APPROVED),
        ("denied", State.DENIED),
        ("Posted", State.POSTED),
        ("draft ", State.DRAFT),
    ],
)
async def test_a_status_in_any_spelling(op: Operator, word: str, after: State) -> None:
    number = await one(op)
    edit(op, number, Status=word)
    await drive(op, "sheet")
    assert await state(op, number) is after
    assert row(op, number)["Status"] in (after.capitalize(), word)
    assert await notes(op, number) == []


async def test_an_unknown_word_is_put_back_with_a_note_once(op: Operator) -> None:
    number = await one(op)
    edit(op, number, Status=" aproved")
    buffer = kept(op)
    await drive(op, "sheet")
    assert row(op, number)["Status"] == "Draft"
    assert await notes(op, number) == [
        "the sheet said “aproved”, which is none of Draft, Denied, Approved, Posted: put back."
    ]
    put_back(op, buffer)
    await drive(op, "sheet")
    assert row(op, number)["Status"] == "Draft"
    assert len([note for note in await notes(op, number) if "none of" in note]) == 1
    edit(op, number, Status="")
    await drive(op, "sheet")
    assert "the sheet said nothing, which is none of" in (await notes(op, number))[0]
    assert (await state(op, number), row(op, number)["Status"]) == (State.DRAFT, "Draft")


async def test_draft_in_the_sheet_is_a_hold(op: Operator) -> None:
    number = await one(op)
    for voter in ("desk", "ann"):
        await vote(op, number, voter=voter)
    await drive(op, "sheet")
    edit(op, number, Status="Draft")
    await drive(op, "sheet")
    assert await state(op, number) is State.DRAFT
    assert (await ballots(op, number))[-1] == ("sheet", Choice.HOLD)


async def approved(op: Operator, number: int) -> None:
    await vote(op, number)


async def denied(op: Operator, number: int) -> None:
    await vote(op, number, Choice.DENY)


async def failed(op: Operator, number: int) -> None:
    line(op).plan = ["refused"]
    await post_now(op, number)
    await until(op, number, State.FAILED)


async def unknown(op: Operator, number: int) -> None:
    line(op).plan, line(op).blind = ["before"], True
    await post_now(op, number)
    await until(op, number, State.UNKNOWN)
    line(op).blind = False


@pytest.mark.parametrize("before", [approved, denied, failed, unknown])
async def test_posted_is_posted_by_hand_in_every_state_that_can_take_it(
    op: Operator, before: Callable[[Operator, int], object]
) -> None:
    number = await one(op)
    await before(op, number)  # type: ignore[misc]
    await drive(op, "sheet")
    edit(op, number, Status="posted", Link="https://www.instagram.com/reel/x1/")
    await drive(op, "sheet", "publish")
    draft = await op.store.do(drafts.get, number)
    assert (draft.state, line(op).effects) == (State.POSTED, 0)
    assert draft.posted_by_hand is (before is not unknown)
    assert row(op, number)["Link"] == draft.permalink == "https://www.instagram.com/reel/x1/"
    if before is unknown:
        guard = await op.store.do(guards.publication, number)
        assert guard is not None
        assert guard.state == "published"


@pytest.mark.parametrize(("plan", "by_hand"), [("lost", False), ("before", True), ("crash", False)])
async def test_posted_while_publishing_waits_for_settle_and_look(
    op: Operator, plan: str, by_hand: bool
) -> None:
    number = await one(op)
    publish = line(op).publish

    async def and_a_person_writes_posted(container: str) -> object:
        await drive_sheet(op)
        edit(op, number, Status="Posted")
        await drive_sheet(op)
        assert await state(op, number) is State.PUBLISHING
        assert row(op, number)["Status"] == "Posted", "their word stands meanwhile"
        line(op).publish = publish  # type: ignore[method-assign]
        return await publish(container)

    line(op).plan = [plan]
    line(op).publish = and_a_person_writes_posted  # type: ignore[assignment, method-assign]
    await post_now(op, number)
    await until(op, number, State.POSTED, State.DRAFT)
    await drive(op, "sheet")
    draft = await op.store.do(drafts.get, number)
    assert (draft.state, draft.posted_by_hand) == (State.POSTED, by_hand)
    assert line(op).effects == (0 if by_hand else 1), "never a second time"
    assert row(op, number)["Status"] == "Posted"
    assert any("waits until it is clear" in note for note in await notes(op, number))


async def test_words_a_posted_draft_cannot_take_are_put_back(op: Operator) -> None:
    number = await one(op)
    await post_now(op, number)
    await until(op, number, State.POSTED)
    await drive(op, "sheet")
    for word in ("Approved", "Denied", "Draft"):
        edit(op, number, Status=word, Caption="too late")
        await drive(op, "sheet")
        assert (await state(op, number), row(op, number)["Status"]) == (State.POSTED, "Posted")
        assert row(op, number)["Caption"] != "too late"
        said, text = (await notes(op, number))[:2]
        assert (f"“{word}”" in said, "posted already" in said, "caption" in text) == (True, True, True)


async def test_draft_takes_back_what_was_posted_by_hand(op: Operator) -> None:
    number = await one(op)
    await vote(op, number)
    await drive(op, "sheet")
    edit(op, number, Status="Posted")
    await drive(op, "sheet")
    edit(op, number, Status="Draft")
    await drive(op, "sheet")
    assert (await state(op, number), await notes(op, number)) == (State.DRAFT, [])


async def test_a_denial_while_publishing_is_noted_and_the_word_put_back(op: Operator) -> None:
    number = await one(op)
    await vote(op, number)
    await drive(op, "sheet")
    await op.store.do(
        guards.add_publication, number, 1, fingerprint="f", publisher="outbox", container="c", now=op.now()
    )
    await op.store.do(drafts.move, number, State.APPROVED, State.PUBLISHING, now=op.now())
    edit(op, number, Status="Denied")
    await drive(op, "sheet")
    assert (await ballots(op, number))[-1] == ("sheet", Choice.DENY)
    assert (await state(op, number), row(op, number)["Status"]) == (State.PUBLISHING, "Approved")
    assert "noted" in (await notes(op, number))[0]
