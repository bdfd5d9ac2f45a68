"""The sheet and the operator at the same time: races, crashes, full disks, and a sheet that is polled."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.operator import Operator
from services.errors import OperatorError, Unavailable
from services.model.draft import State
from services.model.vote import Choice
from services.ports import SheetRow
from services.sheet.csv_file import CsvSheet
from services.store import drafts, rows
from tests.reconcilers.helpers import drive, state, vote
from tests.reconcilers.spreadsheet import (
    WatchedGoogleSheet,
    ballots,
    drive_sheet,
    edit,
    is_google,
    kept,
    line,
    notes,
    one,
    path,
    put_back,
    row,
    shown,
    spoil,
    until,
    use,
)

pytestmark = pytest.mark.usefixtures("any_sheet")


class Meddling(CsvSheet):
    """A person saves in the moment between our reading, or our last look, and our rename."""

    meddle: Callable[[], None] | None = None
    at = "before writing"

    def _write(self, rows: Sequence[SheetRow], over: Sequence[SheetRow] | None = None) -> set[str]:
        if self.at == "before writing":
            self._now()
        return super()._write(rows, over)

    def _fill(self, temporary: Path, data: bytes, like: Path | None) -> None:
        super()._fill(temporary, data, like)
        if self.at == "before renaming":
            self._now()

    def _now(self) -> None:
        meddle, self.meddle = self.meddle, None
        if meddle is not None:
            meddle()


def meddle_once(op: Operator, at: str, meddle: Callable[[], None]) -> Callable[[], bool]:
    """Have a person do it at that moment of the next write; the answer tells whether it happened."""
    sheet = op.services.sheet
    if not isinstance(sheet, WatchedGoogleSheet):
        meddling = Meddling(path(op), settle=0)
        meddling.at, meddling.meddle = at, meddle
        use(op, meddling)
        return lambda: meddling.meddle is None
    server, name = sheet.server, "values.batchUpdate"
    if at == "before writing":  # the first look is the inbox's, the second begins the write
        name = "values.get"
        server.meddle[name] = lambda: server.meddle.update({name: meddle})
    else:
        server.meddle[name] = meddle
    return lambda: name not in server.meddle


@pytest.mark.parametrize("at", ["before writing", "before renaming"])
@pytest.mark.parametrize("same_row", [True, False])
async def test_an_edit_made_while_the_operator_writes_survives(op: Operator, at: str, same_row: bool) -> None:
    number, other = await shown(op, "RV06 grows", "SV02 turns")
    edited = number if same_row else other
    cells = {"Caption": "typed just now", "Status": "Denied"}
    if is_google(op) and same_row and at == "before renaming":
        del cells["Status"]  # nobody can hold a cell of Google's: one typed into in that instant is ours
    happened = meddle_once(op, at, lambda: edit(op, edited, **cells))
    await vote(op, number)  # so that its row is to be written
    await drive(op, "sheet")
    assert happened()
    draft = await op.store.do(drafts.get, edited)
    assert draft.caption == "typed just now"
    assert draft.state is (State.DENIED if "Status" in cells else State.DRAFT)
    assert row(op, edited)["Caption"] == "typed just now"
    if not same_row:
        assert (await state(op, number), row(op, number)["Status"]) == (State.APPROVED, "Approved")


async def test_a_crash_between_taking_an_edit_and_writing_takes_it_once(
    op: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await one(op)

    async def die(*_: object, **more: object) -> set[str]:
        raise asyncio.CancelledError

    edit(op, number, Status="Approved")
    with monkeypatch.context() as dying:
        dying.setattr(op.services.sheet, "write", die)
        with pytest.raises(asyncio.CancelledError):
            await drive_sheet(op)
    await drive(op, "sheet")
    assert await ballots(op, number) == [("sheet", Choice.APPROVE)]
    assert (row(op, number)["Status"], await notes(op, number)) == ("Approved", [])


async def test_a_sheet_that_cannot_be_written_does_not_use_numbers_up(
    op: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await one(op)

    async def full(*_: object, **more: object) -> set[str]:
        raise Unavailable("The disk is full.")

    await vote(op, number)
    with monkeypatch.context() as failing:
        failing.setattr(op.services.sheet, "write", full)
        for _ in range(5):
            with pytest.raises(OperatorError):
                await drive_sheet(op)
    await drive(op, "sheet")
    assert row(op, number)["Draft id"].endswith(".2")


async def test_old_bases_are_forgotten_but_not_the_last_ones(op: Operator) -> None:
    number = await one(op)
    first = kept(op)
    for write in range(2, rows.KEPT + 2):
        base = (await op.store.do(rows.bases, [(number, write - 1)]))[number, write - 1]
        await op.store.do(rows.intend, dataclasses.replace(base, number=write))
        await op.store.do(rows.record, number, write, "")
    assert await op.store.do(rows.bases, [(number, 1)]) == {}
    await drive(op, "sheet")
    put_back(op, first)
    edit(op, number, Status="Approved")
    await drive(op, "sheet")
    assert await state(op, number) is State.DRAFT
    assert "not one the operator wrote" in (await notes(op, number))[0]


# From the sheet to the post, while an operator runs.


async def test_approved_in_the_sheet_posted_through_the_outbox(op: Operator) -> None:
    number = await one(op)
    op.options = dataclasses.replace(op.options, post_delay=op.options.post_delay * 0)
    edit(op, number, Status="Approved", Caption="As the sheet says")
    await drive(op, "sheet")
    await until(op, number, State.POSTED)
    await drive(op, "sheet")
    assert (row(op, number)["Status"], line(op).effects) == ("Posted", 1)
    (folder,) = [p for p in (op.options.data_dir / "outbox").iterdir() if not p.name.startswith(".")]
    assert (folder / "caption.txt").read_text() == "As the sheet says"


async def test_a_running_operator_notices_within_seconds(op: Operator) -> None:
    number = await one(op)
    sheet = op.services.sheet
    if isinstance(sheet, WatchedGoogleSheet):  # nothing tells it of an edit but its own next look
        sheet.watched = False
        op.options = dataclasses.replace(op.options, poll_interval=timedelta(seconds=1))
    engine = asyncio.create_task(op.engine.run())
    try:
        edit(op, number, Status="Approved")
        async with asyncio.timeout(4):
            while True:
                change = op.store.next_change()
                if await state(op, number) is not State.DRAFT:
                    break
                await change.wait()
    finally:
        engine.cancel()
        await asyncio.wait([engine])
    assert await state(op, number) is State.APPROVED


@pytest.mark.parametrize("first_backoff", [3600.0])
async def test_a_sheet_put_right_is_read_without_waiting_its_turn(op: Operator) -> None:
    number = await one(op)
    good = kept(op)
    spoil(op)
    await drive(op, "sheet")
    assert "none of the operator's columns" in str(op.engine.troubles()[0]["message"])
    put_back(op, good)
    edit(op, number, Status="Denied")
    await drive(op, "sheet")
    assert (await state(op, number), op.engine.troubles()) == (State.DENIED, [])


async def test_a_sheet_that_cannot_tell_is_read_at_every_interval(
    op: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await one(op)

    async def cannot_tell() -> None:
        return None

    monkeypatch.setattr(op.services.sheet, "changed", cannot_tell)
    edit(op, number, Status="Approved")
    await drive(op, "sheet")
    assert await state(op, number) is State.DRAFT, "read a moment ago"
    reconciler = op.engine._works["sheet"].reconciler
    interval = op.options.poll_interval.total_seconds()
    (wait,) = (await reconciler.due()).values()
    assert interval - 10 < wait <= interval
    op.options = dataclasses.replace(op.options, poll_interval=op.options.poll_interval * 0)
    (wait,) = (await reconciler.due()).values()
    assert wait == 0
    await drive_sheet(op)
    assert await state(op, number) is State.APPROVED
