"""A person with a spreadsheet program: what the sheet says, edits of it, and what the operator made of them.

All of it works on the CSV and on a Google sheet alike, whichever the operator uses.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Sequence
from pathlib import Path

from bot.operator import Operator
from services.model.draft import State
from services.model.vote import Choice
from services.ports import Sheet, SheetRow
from services.sheet.google import GoogleSheet
from services.sheet.google_calls import Calls
from services.store import decisions, drafts, journal
from services.store.journal import Kind
from tests.doubles.publisher import ShakyPublisher
from tests.doubles.sheets_server import SHEET_ID, SheetsServer
from tests.reconcilers.helpers import drive, make_draft, state

Cells = dict[str, str]
READS = ("token", "get", "values.get")


def use(op: Operator, sheet: Sheet) -> None:
    op.services = dataclasses.replace(op.services, sheet=sheet)


def path(op: Operator) -> Path:
    """Of the CSV; tests of what every sheet does have no use for it."""
    return op.options.data_dir / "drafts.csv"


class WatchedGoogleSheet(GoogleSheet):
    """Told when a person edited it, so that tests need not wait for the next poll."""

    def __init__(self, server: SheetsServer, calls: Calls) -> None:
        super().__init__(calls, SHEET_ID)
        self.server = server
        self.edits, self._seen = 0, -1
        self.watched = True

    async def changed(self) -> bool | None:  # type: ignore[override]
        return self.edits != self._seen if self.watched else await super().changed()

    async def read(self) -> list[SheetRow]:
        self._seen = self.edits
        return await super().read()


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
    sheet = op.services.sheet
    if isinstance(sheet, WatchedGoogleSheet):
        header, *rows = sheet.server.tab.texts() or [[]]
        return [dict(zip(header, line, strict=True)) for line in rows]
    text = text_of(op) if path(op).exists() else ""
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def row(op: Operator, number: int, delimiter: str = ",") -> Cells:
    (found,) = [r for r in table(op, delimiter) if r["Video number"] == str(number) and r["Draft id"]]
    return found


def save(op: Operator, found: Sequence[Cells], encoding: str = "utf-8-sig", delimiter: str = ",") -> None:
    """As a spreadsheet program does: the whole table, in place."""
    sheet = op.services.sheet
    if isinstance(sheet, WatchedGoogleSheet):
        sheet.server.tab.fill([list(found[0]), *(list(cells.values()) for cells in found)])
        sheet.edits += 1
        return
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(found[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(found)
    path(op).write_bytes(out.getvalue().encode(encoding, "replace"))


def edit(op: Operator, number: int, *, encoding: str = "utf-8-sig", **cells: str) -> None:
    """Change cells of one row and save: edit(op, 1, Status="Approved")."""
    found = table(op)
    sheet = op.services.sheet
    if isinstance(sheet, WatchedGoogleSheet):
        header = sheet.server.tab.texts()[0]
        for index, cell in enumerate(found, 1):
            if cell["Video number"] == str(number):
                for name, text in cells.items():
                    sheet.server.tab.type(index, header.index(name), text)
        sheet.edits += 1
        return
    for cell in found:
        if cell["Video number"] == str(number):
            cell.update(cells)
    save(op, found, encoding)


def kept(op: Operator) -> object:
    """The sheet as it is now: a copy a person has open, or an older version."""
    sheet = op.services.sheet
    if isinstance(sheet, WatchedGoogleSheet):
        return [list(line) for line in sheet.server.tab.cells]
    return path(op).read_bytes()


def put_back(op: Operator, copy: object) -> None:
    """Save the copy over the sheet; None: the sheet is deleted, or all of it."""
    sheet = op.services.sheet
    if isinstance(sheet, WatchedGoogleSheet):
        sheet.server.tab.cells = [list(line) for line in copy or ()]  # type: ignore[attr-defined]
        sheet.edits += 1
    elif copy is None:
        path(op).unlink()
    else:
        assert isinstance(copy, bytes)
        path(op).write_bytes(copy)


def writes(op: Operator) -> object:
    """Differs after every write of the operator's."""
    sheet = op.services.sheet
    if isinstance(sheet, WatchedGoogleSheet):
        return [name for name, _, _ in sheet.server.asked if name not in READS]
    return path(op).stat().st_ino, path(op).stat().st_mtime_ns


def spoil(op: Operator) -> None:
    """Save another table over it."""
    put_back(op, [["Name", "Price"], ["kiln", "900"]] if is_google(op) else b"Name,Price\nkiln,900\n")


def is_google(op: Operator) -> bool:
    return isinstance(op.services.sheet, WatchedGoogleSheet)


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
