"""A person edits the sheet: numbers, captions and rows (rules 9, 11 and 12), on each twin."""

from __future__ import annotations

import pytest

from bot.operator import Operator
from services.model.draft import State
from services.model.vote import Choice
from services.store import drafts, journal
from services.store.journal import Kind
from tests.reconcilers.helpers import drive, state, vote
from tests.reconcilers.spreadsheet import (
    ballots,
    caption,
    edit,
    edit_on_desk,
    kept,
    notes,
    one,
    put_back,
    row,
    save,
    shown,
    table,
    undo,
)

pytestmark = pytest.mark.usefixtures("any_sheet")


# Rule 9: the base under the number a row carries.


async def test_a_stale_copy_saved_back_decides_nothing(op: Operator) -> None:
    number = await one(op)
    stale = kept(op)
    await vote(op, number)
    await edit_on_desk(op, number, "another")
    await vote(op, number)
    await drive(op, "sheet")
    put_back(op, stale)
    await drive(op, "sheet")
    assert (await state(op, number), await caption(op, number)) == (State.APPROVED, "another")
    assert await ballots(op, number) == [("desk", Choice.APPROVE)] * 2
    found = row(op, number)
    assert (found["Status"], found["Caption"], found["Draft id"][-2:]) == ("Approved", "another", ".3")
    assert await notes(op, number) == [
        "the sheet said “Draft” in a row written before this: an older copy was saved back. Put back."
    ]


async def test_a_copy_made_before_a_persons_own_edit_decides_nothing_either(op: Operator) -> None:
    number = await one(op)
    stale = kept(op)
    edit(op, number, Status="Approved")
    await drive(op, "sheet")
    put_back(op, stale)
    await drive(op, "sheet")
    assert (await state(op, number), row(op, number)["Status"]) == (State.APPROVED, "Approved")


async def test_an_edit_in_a_stale_copy_is_that_edit_alone(op: Operator) -> None:
    number, other = await shown(op, "RV06 grows", "SV02 turns")
    stale = kept(op)
    await vote(op, number)
    await vote(op, other)
    await drive(op, "sheet")
    put_back(op, stale)
    edit(op, number, Status="denied ")
    await drive(op, "sheet")
    assert (await state(op, number), await state(op, other)) == (State.DENIED, State.APPROVED)
    assert [row(op, n)["Status"] for n in (number, other)] == ["Denied", "Approved"]


async def test_an_approval_of_what_a_row_no_longer_shows_does_not_count(op: Operator) -> None:
    number = await one(op)
    stale = kept(op)
    await edit_on_desk(op, number, "changed since")
    await drive(op, "sheet")
    put_back(op, stale)
    edit(op, number, Status="Approved")
    await drive(op, "sheet")
    assert (await state(op, number), await ballots(op, number)) == (State.DRAFT, [])
    assert "older version" in (await notes(op, number))[0]
    edit(op, number, Status="Approved")  # of the row as it is now
    await drive(op, "sheet")
    assert await state(op, number) is State.APPROVED


async def test_the_same_save_again_is_no_new_vote_and_undo_on_the_desk_beats_it(op: Operator) -> None:
    number = await one(op)
    edit(op, number, Status="Approved")
    buffer = kept(op)
    await drive(op, "sheet")
    assert (await state(op, number), row(op, number)["Draft id"][-2:]) == (State.APPROVED, ".2")
    await undo(op, number)
    await drive(op, "sheet")
    put_back(op, buffer)  # the program is still open, and saves for another row's sake
    await drive(op, "sheet")
    assert (await state(op, number), row(op, number)["Status"]) == (State.DRAFT, "Draft")
    edit(op, number, Status="Approved")  # a vote after the undo
    await drive(op, "sheet")
    assert await state(op, number) is State.APPROVED
    choices = [choice for _, choice in await ballots(op, number)]
    assert choices == [Choice.APPROVE, Choice.HOLD, Choice.APPROVE]


# Rule 11: the caption.


async def test_caption_and_status_in_one_save(op: Operator) -> None:
    number = await one(op)
    edit(op, number, Status="Approved", Caption="Written in the sheet\r\nin two lines ")
    await drive(op, "sheet")
    draft = await op.store.do(drafts.get, number)
    assert (draft.state, draft.caption) == (State.APPROVED, "Written in the sheet\nin two lines")
    (ballot,) = await op.store.do(journal.votes, number)
    assert ballot.fingerprint == await op.store.do(drafts.print_of, draft, op.target)
    found = row(op, number)
    assert (found["Status"], found["Caption"]) == ("Approved", "Written in the sheet\nin two lines")


async def test_a_caption_edit_takes_an_approval_back(op: Operator) -> None:
    number = await one(op)
    await vote(op, number)
    await drive(op, "sheet")
    edit(op, number, Caption="another")
    await drive(op, "sheet")
    assert (await state(op, number), row(op, number)["Status"]) == (State.DRAFT, "Draft")


async def test_a_caption_too_long_is_put_back_and_its_approval_with_it(op: Operator) -> None:
    number = await one(op)
    before = await caption(op, number)
    edit(op, number, Status="Approved", Caption="x" * 2201)
    await drive(op, "sheet")
    assert (await state(op, number), await caption(op, number)) == (State.DRAFT, before)
    assert row(op, number)["Caption"] == before
    entries = await op.store.do(journal.entries, draft=number)
    assert any(entry.data.get("caption") == "x" * 2201 for entry in entries), "a person's text is not lost"


async def test_a_caption_that_looks_like_a_formula_stays_text(op: Operator) -> None:
    number = await one(op)
    edit(op, number, Caption="=1+1")
    await drive(op, "sheet")
    assert (await caption(op, number), row(op, number)["Caption"]) == ("=1+1", "'=1+1")
    save(op, [{**row(op, number), "Caption": "=1+1"}])  # a program took the guard for its own
    await drive(op, "sheet")
    assert [e.kind for e in await op.store.do(journal.entries, draft=number)].count(Kind.EDIT) == 1


# Rule 12: rows.


async def test_a_copied_row_loses_its_id_and_counts_once(op: Operator) -> None:
    number = await one(op)
    found = row(op, number)
    save(op, [found, dict(found)])
    await drive(op, "sheet")
    assert [r["Draft id"].partition(".")[0] for r in table(op)] == [found["Draft id"].partition(".")[0], ""]
    assert await notes(op, number) == []


async def test_two_rows_of_one_draft_that_differ_decide_nothing(op: Operator) -> None:
    number = await one(op)
    found = row(op, number)
    mine = {**found, "Status": "Approved", "Caption": "my own text"}
    save(op, [mine, found])
    await drive(op, "sheet")
    assert (await state(op, number), await ballots(op, number)) == (State.DRAFT, [])
    first, second = table(op)
    assert (first["Draft id"], first["Caption"], first["Status"]) == ("", "my own text", "Approved")
    assert (second["Draft id"][-2:], second["Status"]) == (".2", "Draft")
    assert "none counts" in (await notes(op, number))[0]


async def test_lost_rows_and_a_lost_sheet_are_restored(op: Operator) -> None:
    numbers = await shown(op, "RV06 grows", "SV02 turns", "TM01 rests")
    save(op, [row(op, numbers[1])])
    await drive(op, "sheet")
    assert sorted(r["Video number"] for r in table(op)) == ["1", "2", "3"]
    assert "drafts 1, 3" in (await notes(op))[0]
    put_back(op, None)
    await drive(op, "sheet")
    assert [r["Video number"] for r in table(op)] == ["1", "2", "3"]
    edit(op, 3, Status="Approved")
    await drive(op, "sheet")
    assert await state(op, 3) is State.APPROVED


async def test_a_row_without_its_id_is_a_persons_own_and_the_drafts_is_restored(op: Operator) -> None:
    number = await one(op)
    edit(op, number, Status="Approved", **{"Draft id": ""})
    await drive(op, "sheet")
    assert await state(op, number) is State.DRAFT
    assert [(r["Status"], bool(r["Draft id"])) for r in table(op)] == [("Approved", False), ("Draft", True)]
    assert "missing" in (await notes(op, number))[0]


@pytest.mark.parametrize("mangle", ["{tag}", "{tag}.99", "{tag}.1x", "{tag} 1", " {tag}.01 "])
async def test_a_mangled_number_decides_nothing_and_is_renewed(op: Operator, mangle: str) -> None:
    number = await one(op)
    tag = (await op.store.do(drafts.get, number)).tag
    edit(op, number, Status="Approved", **{"Draft id": mangle.format(tag=tag)})
    await drive(op, "sheet")
    kept = mangle == " {tag}.01 "  # still says which number it was
    whole = mangle != "{tag} 1"  # no tag of ours any more: the row is lost and restored
    assert await state(op, number) is (State.APPROVED if kept else State.DRAFT)
    ours = [r for r in table(op) if r["Draft id"] == f"{tag}.2"]
    assert [r["Status"] for r in ours] == ["Approved" if kept else "Draft"]
    assert len(table(op)) == (1 if whole else 2)
    assert bool(await notes(op, number)) is not kept
