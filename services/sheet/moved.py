"""Puts right what a write did to a sheet that was sorted between the look for a row and the write. Pure.

Google has no write "only if the cell is still …": a person who sorts, or deletes a row, within that tenth
of a second has our cells fall into another row. The rows as they were, as they were to be and as they are now
tell which row that was; what stood in it is written back, and the draft's own row is found in its new place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from services.sheet.rows import Cells, Table, tag_of


def misplaced(before: Table, wanted: Table, after: Table) -> Mapping[int, Cells]:
    """Row number in ``after`` (from 0) → the cells that belong there instead of ours.

    All three are padded to one width. Rows beyond those of ``before`` were inserted and cannot have hit any.
    """
    written = [i for i, row in enumerate(before.rows) if row != wanted.rows[i]]
    ids = before.columns["draft_id"]
    standing = Counter(tag for row in after.rows if (tag := tag_of(row[ids])))
    wrong = [
        i
        for i in written
        if i < len(after.rows)
        and _hit(before.rows[i], wanted.rows[i], after.rows[i], standing[tag_of(wanted.rows[i][ids])], ids)
    ]
    gone = Counter(row for i, row in enumerate(before.rows) if i not in written)
    gone -= Counter(after.rows)
    lost = [row for row in before.rows if gone[row] > 0]
    found: dict[int, Cells] = {}
    for i in wrong:
        theirs = next(
            (row for row in lost if _fits(row, before.rows[i], wanted.rows[i], after.rows[i])), None
        )
        if theirs is not None:
            lost.remove(theirs)
            found[i] = theirs
    return found


def _hit(was: Cells, wanted: Cells, now: Cells, standing: int, ids: int) -> bool:
    """Whether our cells stand in a row that is not the one they were meant for."""
    ours = [column for column, cell in enumerate(wanted) if cell != was[column]]
    if any(now[column] != wanted[column] for column in ours):
        return False
    return standing > 1 if tag_of(wanted[ids]) else now != wanted


def _fits(lost: Cells, was: Cells, wanted: Cells, now: Cells) -> bool:
    """Whether ``now`` is ``lost`` with the cells that were written."""
    return all(
        now[column] == (wanted[column] if wanted[column] != was[column] else cell)
        for column, cell in enumerate(lost)
    )
