"""The operator and a Google sheet that fails: what stands in it, what the draft is, what a person reads."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from bot.operator import Operator
from services.errors import Misconfigured, Unavailable
from services.model.draft import State
from services.model.vote import Choice
from services.store import decisions, drafts
from tests.doubles.google_keys import EMAIL
from tests.doubles.http_double import Answer, Fault
from tests.doubles.sheets_grid import Formula
from tests.doubles.sheets_server import SheetsServer
from tests.reconcilers.helpers import drive, make_draft, state, vote
from tests.reconcilers.spreadsheet import (
    WatchedGoogleSheet,
    ballots,
    drive_sheet,
    edit,
    notes,
    one,
    row,
    shown,
    table,
)

CAPTION = 3


async def test_a_look_when_nothing_changed_is_one_read(op: Operator, google_sheet: SheetsServer) -> None:
    await one(op)
    google_sheet.asked.clear()
    await drive_sheet(op)
    assert [name for name, _, _ in google_sheet.asked] == ["values.get"]


async def test_the_link_is_one_that_people_elsewhere_can_open(
    op: Operator, google_sheet: SheetsServer
) -> None:
    at = "https://storage.cloud.google.com/clay-studio/draft_videos/"
    op.options = dataclasses.replace(op.options, drafts_at=at)
    number = await one(op)
    tag = (await op.store.do(drafts.get, number)).tag
    assert row(op, number)["Link"] == f"{at}0001-{tag}-r1.mp4"


@pytest.mark.parametrize("name", ["values.append", "values.batchUpdate"])
@pytest.mark.parametrize("drop", ["before", "after"])
async def test_a_lost_answer_leaves_one_row_and_no_edit(
    op: Operator, google_sheet: SheetsServer, name: str, drop: str
) -> None:
    number = await one(op)
    other = await make_draft(op, "SV02 turns")
    await vote(op, number)
    google_sheet.asked.clear()
    google_sheet.fail(name, Fault(drop=drop))
    with pytest.raises(Unavailable, match="Whether the rows were written is not known"):
        await drive_sheet(op)
    await drive_sheet(op)
    assert sorted(r["Video number"] for r in table(op)) == ["1", "2"]
    assert (row(op, number)["Status"], row(op, other)["Status"]) == ("Approved", "Draft")
    assert google_sheet.count(name) == (2 if drop == "before" else 1), "an effect is not made twice"
    assert (await notes(op), await state(op, number)) == ([], State.APPROVED)
    assert await ballots(op, number) == [("desk", Choice.APPROVE)]


async def test_a_late_append_makes_no_second_draft(op: Operator, google_sheet: SheetsServer) -> None:
    number = await one(op)
    await make_draft(op, "SV02 turns")
    google_sheet.fail("values.append", Fault(drop="late", seconds=0.5))
    with pytest.raises(Unavailable):
        await drive_sheet(op)
    await drive_sheet(op)  # too early: the operator itself waits longer (retry_after)
    for timer in google_sheet._timers:
        timer.join()
    assert len(table(op)) == 3
    await drive_sheet(op)
    ids = [r["Draft id"].partition(".")[0] for r in table(op)]
    assert len([tag for tag in ids if tag]) == 2, "the late one lost its id"
    assert (await state(op, number), await notes(op)) == (State.DRAFT, [])


async def test_a_row_moved_between_look_and_write_ends_where_it_belongs(
    op: Operator, google_sheet: SheetsServer
) -> None:
    first, second = await shown(op, "RV06 grows", "SV02 turns")
    google_sheet.tab.fill([*google_sheet.tab.cells, ["mine", "", "", "a note of my own", "", "", ""]])
    await op.store.do(decisions.edit_caption, second, "Aaa", voter="desk", target=op.target, now=op.now())
    await drive(op, "sheet")
    await vote(op, first)
    google_sheet.meddle["values.batchUpdate"] = lambda: google_sheet.tab.sort(CAPTION)
    await drive_sheet(op)
    await drive_sheet(op)
    assert [row(op, n)["Status"] for n in (first, second)] == ["Approved", "Draft"]
    assert [r["Status"] for r in table(op) if r["Caption"] == "a note of my own"] == ["mine"]
    assert len(table(op)) == 3
    assert await notes(op) == []
    assert [await state(op, n) for n in (first, second)] == [State.APPROVED, State.DRAFT]


async def test_two_rows_with_one_id_decide_nothing_and_the_copy_keeps_its_formula(
    op: Operator, google_sheet: SheetsServer
) -> None:
    number = await one(op)
    tab = google_sheet.tab
    copy = list(tab.cells[1])
    tab.fill([*tab.cells, copy])
    tab.put(2, CAPTION, Formula('=UPPER("mine")'))
    tab.put(2, 0, "Approved")
    sheet = op.services.sheet
    assert isinstance(sheet, WatchedGoogleSheet)
    sheet.edits += 1
    await drive(op, "sheet")
    assert (await state(op, number), await ballots(op, number)) == (State.DRAFT, [])
    assert [bool(r["Draft id"]) for r in table(op)] == [True, False]
    assert isinstance(google_sheet.tab.cells[2][CAPTION], Formula)
    assert "none counts" in (await notes(op, number))[0]


def deleted(server: SheetsServer) -> None:
    server.deleted = True


def unshared(server: SheetsServer) -> None:
    server.shared = ""


@pytest.mark.parametrize(
    ("what", "sentence"),
    [(deleted, "There is no Google sheet with the id"), (unshared, f"add {EMAIL} as an editor")],
)
@pytest.mark.parametrize("first_backoff", [0.01])
async def test_a_sheet_that_is_gone_holds_nothing_up_and_is_filled_when_it_is_back(
    op: Operator, google_sheet: SheetsServer, what: Callable[[SheetsServer], None], sentence: str
) -> None:
    number = await one(op)
    what(google_sheet)
    with pytest.raises(Misconfigured) as error:
        await drive_sheet(op)
    assert sentence in str(error.value)
    assert (await state(op, number), await notes(op)) == (State.DRAFT, []), "nobody deleted the draft"
    await vote(op, number)
    assert await state(op, number) is State.APPROVED
    google_sheet.deleted, google_sheet.shared = False, "editor"
    await drive_sheet(op)
    assert row(op, number)["Status"] == "Approved"


async def test_a_refused_minute_loses_no_word(op: Operator, google_sheet: SheetsServer) -> None:
    number = await one(op)
    edit(op, number, Status="Approved")
    google_sheet.fail("values.batchUpdate", *[Fault(Answer(429))] * 4)
    with pytest.raises(Unavailable, match="asked too often"):
        await drive_sheet(op)
    assert await state(op, number) is State.APPROVED, "read, and taken"
    await drive_sheet(op)
    assert (row(op, number)["Status"], row(op, number)["Draft id"][-2:]) == ("Approved", ".2")
    assert await ballots(op, number) == [("sheet", Choice.APPROVE)], "once"
