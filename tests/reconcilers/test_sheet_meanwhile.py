"""The CSV and the operator at the same time: races, crashes, full disks, and a sheet that is polled."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Sequence
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
    ballots,
    drive_sheet,
    edit,
    line,
    notes,
    one,
    path,
    row,
    shown,
    until,
    use,
)

pytestmark = pytest.mark.usefixtures("read_at_once")


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


@pytest.mark.parametrize("at", ["before writing", "before renaming"])
@pytest.mark.parametrize("same_row", [True, False])
async def test_an_edit_made_while_the_operator_writes_survives(op: Operator, at: str, same_row: bool) -> None:
    number, other = await shown(op, "RV06 grows", "SV02 turns")
    sheet = Meddling(path(op), settle=0)
    sheet.at = at
    edited = number if same_row else other
    sheet.meddle = lambda: edit(op, edited, Caption="typed just now", Status="Denied")
    use(op, sheet)
    await vote(op, number)  # so that its row is to be written
    await drive(op, "sheet")
    assert sheet.meddle is None, "it happened"
    draft = await op.store.do(drafts.get, edited)
    assert (draft.caption, draft.state) == ("typed just now", State.DENIED)
    assert row(op, edited)["Caption"] == "typed just now"
    if not same_row:
        assert (await state(op, number), row(op, number)["Status"]) == (State.APPROVED, "Approved")


async def test_a_crash_between_taking_an_edit_and_writing_takes_it_once(op: Operator) -> None:
    number = await one(op)

    class Dying(CsvSheet):
        async def write(
            self, rows: Sequence[SheetRow], *, over: Sequence[SheetRow] | None = None
        ) -> set[str]:
            raise asyncio.CancelledError

    edit(op, number, Status="Approved")
    use(op, Dying(path(op), settle=0))
    with pytest.raises(asyncio.CancelledError):
        await drive_sheet(op)
    use(op, CsvSheet(path(op), settle=0))
    await drive(op, "sheet")
    assert await ballots(op, number) == [("sheet", Choice.APPROVE)]
    assert (row(op, number)["Status"], await notes(op, number)) == ("Approved", [])


async def test_a_sheet_that_cannot_be_written_does_not_use_numbers_up(op: Operator) -> None:
    number = await one(op)

    class Full(CsvSheet):
        async def write(
            self, rows: Sequence[SheetRow], *, over: Sequence[SheetRow] | None = None
        ) -> set[str]:
            raise Unavailable("The disk is full.")

    use(op, Full(path(op), settle=0))
    await vote(op, number)
    for _ in range(5):
        with pytest.raises(OperatorError):
            await drive_sheet(op)
    use(op, CsvSheet(path(op), settle=0))
    await drive(op, "sheet")
    assert row(op, number)["Draft id"].endswith(".2")


async def test_old_bases_are_forgotten_but_not_the_last_ones(op: Operator) -> None:
    number = await one(op)
    first = path(op).read_bytes()
    for write in range(2, rows.KEPT + 2):
        base = (await op.store.do(rows.bases, [(number, write - 1)]))[number, write - 1]
        await op.store.do(rows.intend, dataclasses.replace(base, number=write))
        await op.store.do(rows.record, number, write, "")
    assert await op.store.do(rows.bases, [(number, 1)]) == {}
    await drive(op, "sheet")
    path(op).write_bytes(first)
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
    good = path(op).read_bytes()
    path(op).write_bytes(b"Name,Price\nkiln,900\n")
    await drive(op, "sheet")
    assert "none of the operator's columns" in str(op.engine.troubles()[0]["message"])
    path(op).write_bytes(good)
    edit(op, number, Status="Denied")
    await drive(op, "sheet")
    assert (await state(op, number), op.engine.troubles()) == (State.DENIED, [])


async def test_a_sheet_that_cannot_tell_is_read_at_every_interval(op: Operator) -> None:
    number = await one(op)

    class Elsewhere(CsvSheet):
        async def changed(self) -> None:  # type: ignore[override]
            return None

    use(op, Elsewhere(path(op), settle=0))
    edit(op, number, Status="Approved")
    await drive(op, "sheet")
    assert await state(op, number) is State.DRAFT, "read a moment ago"
    op.options = dataclasses.replace(op.options, poll_interval=op.options.poll_interval * 0)
    (wait,) = (await op.engine._works["sheet"].reconciler.due()).values()
    assert wait == 0
    await drive_sheet(op)
    assert await state(op, number) is State.APPROVED
