"""The sheet as a Google spreadsheet: the remote twin.

People sort, insert and edit at any moment, and nobody can hold the sheet meanwhile. So each write begins with
a look where the rows stand now, sends only the cells that differ, and looks again at what it hit. A write
whose answer is lost is not repeated: the next step looks for its ids first.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.errors import Misconfigured, Unavailable
from services.log import get_logger
from services.ports import SheetRow
from services.sheet.google_calls import Calls
from services.sheet.google_layout import (
    MARK,
    changed_cells,
    dropdown,
    place_of,
    quoted,
    row_range,
    set_up,
    span,
    value_of,
)
from services.sheet.google_refusals import NoSuchRange
from services.sheet.moved import misplaced
from services.sheet.rows import HEADERS, Cells, Table, drafts_in, empty_table, merge, table_of

log = get_logger(__name__)

END_SECONDS = 5.0  # for a call under way when the operator ends


@dataclass(frozen=True, slots=True)
class _Tab:
    """The tab that holds the drafts; ``title`` is what people call it now. ``marked``: it is set up.

    ``copied``: it is a copy of the one that was.
    """

    id: int
    title: str
    marked: bool
    copied: bool
    hidden: bool
    of: str  # the spreadsheet's name


class GoogleSheet:
    """The drafts in one tab of the spreadsheet ``sheet_id``: the one marked as ours, else the first."""

    name = "google"

    def __init__(self, calls: Calls, sheet_id: str) -> None:
        self._calls = calls
        self._id = sheet_id
        self._tab: _Tab | None = None
        self._bare_rows = False  # rows were inserted that may have no dropdown yet
        # gspread's session is for one thread at a time, and a cancelled task leaves its thread working.
        self._lock = threading.Lock()

    async def ping(self) -> str:
        """Whether it can be read and written. Misconfigured, naming whom to share it with, if not."""
        return await asyncio.to_thread(self._ping)

    async def changed(self) -> None:
        """Only a read can tell."""

    async def read(self) -> list[SheetRow]:
        return await asyncio.to_thread(self._read)

    async def write(self, rows: Sequence[SheetRow], *, over: Sequence[SheetRow] | None = None) -> set[str]:
        if not rows:
            return set()
        return await asyncio.to_thread(self._write, tuple(rows), None if over is None else tuple(over))

    async def link(self) -> str:
        tab = self._tab
        return f"https://docs.google.com/spreadsheets/d/{self._id}/edit" + (f"#gid={tab.id}" if tab else "")

    async def aclose(self) -> None:
        self._calls.stop()
        await asyncio.to_thread(self._close)

    # Below here everything blocks and runs in a thread, one at a time.

    def _close(self) -> None:
        """Once the call under way has ended: a thread would open a new connection, and leave it."""
        ended = self._lock.acquire(timeout=END_SECONDS)
        try:
            self._calls.close()
        finally:
            if ended:
                self._lock.release()

    def _ping(self) -> str:
        with self._lock:
            self._tab = None  # a name changed since is what people know it by
            table = self._table()
            self._calls.ensure_writable()
            tab = self._place()
        count = sum(1 for _ in drafts_in(table)) if table else 0
        drafts = "1 draft" if count == 1 else f"{count} drafts"
        return f"The Google sheet “{tab.of}”, tab “{tab.title}”, has {drafts}."

    def _read(self) -> list[SheetRow]:
        with self._lock:
            table = self._table()
        return list(drafts_in(table)) if table else []

    def _place(self) -> _Tab:
        if self._tab is None:
            self._tab = _tab_in(self._calls.about())
        return self._tab

    def _table(self) -> Table | None:
        """All cells, every row as wide as the widest; None if there are none.

        Where they are not as the drafts were left, the tabs are looked at anew: it may have been deleted or
        renamed, and another may have its name now, or stand before it.
        """
        known = self._tab
        try:
            table = self._table_in(self._place())
        except (NoSuchRange, Misconfigured):
            self._tab = None
            if known is None or known == self._place():
                raise
            return self._table_in(self._place())
        if table is not None or known is None or not known.marked:
            return table  # also a tab that nothing was written to yet
        self._tab = None
        return None if known == self._place() else self._table_in(self._place())

    def _table_in(self, tab: _Tab) -> Table | None:
        rows = self._calls.values(quoted(tab.title))
        if not any(any(row) for row in rows):
            return None
        width = max(map(len, rows))
        try:
            return table_of([[*row, *[""] * (width - len(row))] for row in rows])
        except Misconfigured as error:
            back = f"Put the columns back in one row at the top of the tab “{tab.title}”"
            raise Misconfigured(
                error.message,
                remedy=f"{back}, or empty the tab: it is then filled from the store."
                if tab.marked
                else f"If the tab “{tab.title}” is something else, put an empty tab before it: the drafts "
                f"are then written there. {back} if it is not.",
                variable="GOOGLE_SHEETS_ID",
            ) from error

    def _write(self, rows: Sequence[SheetRow], over: Sequence[SheetRow] | None) -> set[str]:
        with self._lock:
            before = self._prepared(self._table())
            after, written = merge(before, rows, over)
            old = len(before.rows)
            updates = {
                index: cells
                for index in range(old)
                if (cells := changed_cells(before.rows[index], after.rows[index], before))
            }
            if updates:
                self._send(before, updates)
            if after.rows[old:]:
                self._append(before, after.rows[old:])
            missed = self._repaired(before, after) if updates else set[str]()
            if self._bare_rows:
                self._calls.change([dropdown(self._place().id, before)])
                self._bare_rows = False
            if updates or after.rows[old:]:
                log.info("The Google sheet has new cells for %d drafts", len(written))
            return written - missed

    def _prepared(self, table: Table | None) -> Table:
        """With a header, and set up once."""
        if table is None:
            table = empty_table()
            self._calls.update({row_range(self._place().title, 1, 0, len(HEADERS) - 1): [list(HEADERS)]})
        tab = self._place()
        if not tab.marked:
            self._tab = None  # if the answer is lost: whether it is set up is looked up again
            self._calls.change(set_up(tab.id, table))
            self._tab = replace(tab, marked=True, copied=False)
        return table

    def _send(self, table: Table, cells_by_row: dict[int, dict[int, str | int]]) -> None:
        data = {}
        for index, cells in cells_by_row.items():
            first, last, values = span(cells)
            data[row_range(self._place().title, _row(table, index), first, last)] = [values]
        self._calls.update(data)

    def _append(self, table: Table, rows: Sequence[Cells]) -> None:
        """Below the last row of the header's table; rows that people put below a gap move down."""
        header = [column for column, cell in enumerate(table.header) if cell]
        first, last = min(header), max(header)
        values = [
            [value_of(cell, column, table) if cell else None for column, cell in enumerate(row)]
            for row in rows
        ]
        anchor = row_range(self._place().title, len(table.above) + 1, first, last)
        where = place_of(self._calls.append(anchor, [row[first:] for row in values]))
        self._bare_rows = True
        if where is not None and where[1] != first:
            # A column without a header split the table in two, and Google took the other part's first column.
            # The rows are new and ours alone: they are written again as they should be.
            row, width = where[0], max(len(values[0]), where[1] + len(values[0]))
            data = {}
            for number, cells in enumerate(values, row):
                whole = ["" if cell is None else cell for cell in [*cells, *[None] * (width - len(cells))]]
                data[row_range(self._place().title, number, 0, width - 1)] = [whole]
            self._calls.update(data)

    def _repaired(self, before: Table, wanted: Table) -> set[str]:
        """Look at what was written; Draft ids that fell into other rows, which have their cells again."""
        now = self._table()
        if now is None or now.columns != before.columns:
            return set()
        width = max(len(row) for table in (before, wanted, now) for row in table.rows)
        before, wanted, now = (_padded(table, width) for table in (before, wanted, now))
        theirs = misplaced(before, wanted, now)
        if not theirs:
            return set()
        log.warning("The Google sheet was sorted while %d rows were written; they are put right", len(theirs))
        self._send(now, {i: changed_cells(now.rows[i], cells, now) for i, cells in theirs.items()})
        return {now.rows[i][now.columns["draft_id"]] for i in theirs}


def _tab_in(about: dict[str, Any]) -> _Tab:
    """The tab that was marked, else a copy of it, else the first that people see."""
    try:
        of = str(about["properties"]["title"])
        tabs = [_tab(sheet, of) for sheet in about["sheets"] if _holds_cells(sheet)]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unavailable(
            "Google Sheets did not say which tabs the sheet has.", remedy="It is tried again by itself."
        ) from error
    marked = sorted((tab for tab in tabs if tab.marked), key=lambda tab: tab.copied)
    for tab in (*marked, *(tab for tab in tabs if not tab.hidden)):
        return tab
    raise Misconfigured(
        "The Google sheet has no tab with cells that can be seen.",
        remedy="Add one: the drafts are then written there.",
        variable="GOOGLE_SHEETS_ID",
    )


def _holds_cells(sheet: dict[str, Any]) -> bool:
    """Not a chart or the like on a tab of its own."""
    return bool(sheet["properties"].get("sheetType", "GRID") == "GRID")


def _tab(sheet: dict[str, Any], of: str) -> _Tab:
    known = sheet["properties"]
    number, hidden = int(known.get("sheetId", 0)), bool(known.get("hidden"))
    marks = [mark for mark in sheet.get("developerMetadata", ()) if mark.get("metadataKey") == MARK]
    copied = str(number) not in [mark.get("metadataValue") for mark in marks]
    return _Tab(number, str(known["title"]), bool(marks), copied, hidden, of)


def _row(table: Table, index: int) -> int:
    """The number people see beside the row ``index`` of ``table.rows``."""
    return len(table.above) + 1 + index + 1


def _padded(table: Table, width: int) -> Table:
    return replace(table, rows=tuple((*row, *[""] * (width - len(row))) for row in table.rows))
