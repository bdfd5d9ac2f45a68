"""Puts right what a write did to a sheet that was sorted between the look for a row and the write. Pure.

Google has no write "only if the cell is still …": a person who sorts, or deletes a row, within that tenth
of a second has our cells fall into another row. The rows as they were, as they were to be and as they are now
tell which row that was; what stood in it is written back, and the draft's own row is found in its new place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from services.sheet.rows import Cells, Table


def misplaced(before: Table, wanted: Table, after: Table) -> Mapping[int, Cells]:
    """Row number in ``after`` (from 0) → the row as it was before our cells fell into it.

    All three are padded to one width. Rows of ``wanted`` beyond those of ``before`` were inserted and cannot
    have hit any. Of a row that nobody has seen before, ours are taken out.
    """
    number = before.columns["number"]
    found: dict[int, Cells] = {}
    gone = Counter(before.rows) - Counter(after.rows)
    for index, (was, want) in enumerate(zip(before.rows, wanted.rows, strict=False)):
        ours = {column for column, cell in enumerate(want) if cell != was[column]}
        now = after.rows[index] if index < len(after.rows) else ()
        if not ours or not now or any(now[column] != want[column] for column in ours):
            continue
        # Nobody changes a draft's number: another one means another row.
        if number in ours or now[number] == was[number]:
            continue
        theirs = next((row for row in gone.elements() if _fits(row, now, ours)), None)
        if theirs is None:
            theirs = tuple("" if column in ours else cell for column, cell in enumerate(now))
        else:
            gone[theirs] -= 1
        found[index] = theirs
    return found


def _fits(row: Cells, now: Cells, ours: set[int]) -> bool:
    """Whether ``now`` is ``row`` with our cells in it."""
    return all(column in ours or cell == now[column] for column, cell in enumerate(row))
