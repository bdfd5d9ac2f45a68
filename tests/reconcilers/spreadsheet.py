"""A person with a spreadsheet program: what the CSV says, edits of it, and what the operator made of them."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Sequence
from pathlib import Path

from bot.operator import Operator
from services.model.draft import State
from services.model.vote import Choice
from services.sheet.csv_file import CsvSheet
from services.store import decisions, drafts, journal
from services.store.journal import Kind
from tests.doubles.publisher import ShakyPublisher
from tests.reconcilers.helpers import drive, make_draft, state

Cells = dict[str, str]


def use(op: Operator, sheet: CsvSheet) -> None:
    op.services = dataclasses.replace(op.services, sheet=sheet)


def path(op: Operator) -> Path:
    return op.options.data_dir / "drafts.csv"


def text_of(op: Operator) -> str:
    data = path(op).read_bytes()
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        if encoding != "utf-16" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise AssertionError("no encoding fits")


def table(op: Operator, delimiter: str = ",") -> list[Cells]:
    return list(csv.DictReader(io.StringIO(text_of(op), newline=""), delimiter=delimiter))


def row(op: Operator, number: int, delimiter: str = ",") -> Cells:
    (found,) = [r for r in table(op, delimiter) if r["Video number"] == str(number) and r["Draft id"]]
    return found


def save(op: Operator, found: Sequence[Cells], encoding: str = "utf-8-sig", delimiter: str = ",") -> None:
    """As a spreadsheet program does: the whole table, in place."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(found[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(found)
    path(op).write_bytes(out.getvalue().encode(encoding, "replace"))


def edit(op: Operator, number: int, *, encoding: str = "utf-8-sig", **cells: str) -> None:
    """Change cells of one row and save: edit(op, 1, Status="Approved")."""
    found = table(op)
    for cell in found:
        if cell["Video number"] == str(number):
            cell.update(cells)
    save(op, found, encoding)


async def shown(op: Operator, *titles: str) -> list[int]:
    """Drafts with their rows in the sheet."""
    numbers = [await make_draft(op, title) for title in titles or ("RV06 grows",)]
    await drive(op, "sheet")
    return numbers


async def one(op: Operator) -> int:
    (number,) = await shown(op)
    return number


async def caption(op: Operator, number: int) -> str:
    return (await op.store.do(drafts.get, number)).caption


async def drive_sheet(op: Operator) -> None:
    """A step of the sheet within a step of another reconciler."""
    await op.engine._works["sheet"].reconciler.step("rows")


async def edit_on_desk(op: Operator, number: int, text: str) -> None:
    await op.store.do(decisions.edit_caption, number, text, voter="desk", target=op.target, now=op.now())


async def undo(op: Operator, number: int) -> None:
    await op.store.do(decisions.undo, number, voter="desk", target=op.target, now=op.now())


async def notes(op: Operator, number: int | None = None) -> list[str]:
    found = await op.store.do(journal.entries, draft=number)
    return [entry.text for entry in found if entry.kind is Kind.NOTE]


async def ballots(op: Operator, number: int) -> list[tuple[str, Choice]]:
    return [(v.voter, v.choice) for v in await op.store.do(journal.votes, number)]


def line(op: Operator) -> ShakyPublisher:
    publisher = op.services.publisher
    assert isinstance(publisher, ShakyPublisher)
    return publisher


async def until(op: Operator, number: int, *wanted: State) -> None:
    async def reached() -> bool:
        return await state(op, number) in wanted

    await op.engine.drive(reached, only={"publish": None})
