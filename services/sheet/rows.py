"""The sheet's columns, and how drafts are found in and merged into a person's own table. Pure.

It knows rows of cells, not files or services: every twin of the sheet uses it. A person may sort,
insert and delete rows and add columns and rows; what is not ours comes out as it went in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.errors import Misconfigured
from services.ports import SheetRow

# Field of SheetRow -> header as people see it, in the order of a new sheet.
COLUMNS: Mapping[str, str] = {
    "status": "Status",
    "number": "Video number",
    "produced": "Production date",
    "caption": "Caption",
    "link": "Link",
    "strategy": "Strategy description",
    "draft_id": "Draft id",
}
HEADERS = tuple(COLUMNS.values())
# How many rows a person may put above the header (a title, an empty line) before it is not found.
HEADER_WITHIN = 20

_REMEDY = (
    "Put the columns back in one row at the top, or move the sheet away: "
    "a new one is then made from the store."
)
# A spreadsheet takes a cell with such a beginning for a formula; a leading apostrophe makes it text.
# Apostrophes already standing before one get another, so that taking one away always restores the text.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
# No encoding of a sheet holds NUL or half a surrogate pair.
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All cells of a sheet; ``columns`` maps each field of SheetRow to its index in a row.

    ``above`` are rows a person keeps over the header.
    """

    header: Cells
    rows: tuple[Cells, ...]
    columns: Mapping[str, int]
    above: tuple[Cells, ...] = ()

    def all_rows(self) -> tuple[Cells, ...]:
        return (*self.above, self.header, *self.rows)


def empty_table() -> Table:
    return Table(header=HEADERS, rows=(), columns=_columns(HEADERS))


def table_of(rows: Sequence[Sequence[str]]) -> Table:
    """The table in all cells of a sheet. Misconfigured if the columns are not there, or there twice."""
    best: list[str] = list(HEADERS)
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        missing = missing_headers(row)
        if not missing:
            header = tuple(row)
            return Table(
                header=header,
                rows=tuple(tuple(r) for r in rows[index + 1 :]),
                columns=_columns(header),
                above=tuple(tuple(r) for r in rows[:index]),
            )
        best = min(best, missing, key=len)
    if len(best) == len(HEADERS):
        raise Misconfigured("The sheet has none of the operator's columns.", remedy=_REMEDY)
    names = ", ".join(f"“{name}”" for name in best)
    word = "column" if len(best) == 1 else "columns"
    raise Misconfigured(f"The sheet has no {word} {names}.", remedy=_REMEDY)


def missing_headers(row: Sequence[str]) -> list[str]:
    """Which of our headers a row lacks; case and spaces do not matter."""
    there = {_folded(cell) for cell in row}
    return [name for name in HEADERS if _folded(name) not in there]


def _columns(header: Cells) -> dict[str, int]:
    folded = [_folded(cell) for cell in header]
    for name in HEADERS:
        if folded.count(_folded(name)) > 1:
            raise Misconfigured(
                f"The sheet has more than one column “{name}”.",
                remedy="Rename the one that is not the operator's.",
            )
    return {field: folded.index(_folded(name)) for field, name in COLUMNS.items()}


def _folded(header: str) -> str:
    return "".join(header.split()).casefold()


def tag_of(draft_id: str) -> str:
    """The part of a Draft id that names the draft: "k7f3" of "k7f3.17"; "" for a person's own row."""
    return draft_id.strip().partition(".")[0].strip().casefold()


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    text = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text of a cell: the inverse of guarded()."""
    return cell[1:] if _GUARDED.match(cell) else cell


def drafts_in(table: Table, encoding: str = "utf-8") -> Iterator[SheetRow]:
    """The rows that carry a Draft id, in the sheet's order; copies of a row come as often as they stand.

    Cells are as people left them; a Video number that is none reads 0. ``encoding`` is the sheet's.
    """
    for row in table.rows:
        if tag_of(_cell(row, table.columns["draft_id"])):
            yield _row(row, table.columns, encoding)


def _row(row: Cells, columns: Mapping[str, int], encoding: str = "utf-8") -> SheetRow:
    cells = {field: unguarded(_cell(row, index)) for field, index in columns.items()}
    return SheetRow(
        draft_id=cells["draft_id"].strip(),
        status=cells["status"],
        number=_number(cells["number"]),
        produced=cells["produced"],
        caption=cells["caption"],
        link=cells["link"],
        strategy=cells["strategy"],
        encoding=encoding,
    )


def merge(
    table: Table, rows: Sequence[SheetRow], over: Sequence[SheetRow] | None = None
) -> tuple[Table, set[str]]:
    """The table with these drafts added below or replaced where they stand, and their Draft ids.

    ``over`` as in the Sheet port: a tag whose rows are not as they were read stays untouched, and its Draft
    id is not in the answer. If a person copied a row, one is the draft's; the copy stays as a row of theirs
    without id.
    """
    id_column, width = table.columns["draft_id"], len(table.header)
    there: dict[str, list[int]] = {}
    for index, row in enumerate(table.rows):
        if tag := tag_of(_cell(row, id_column)):
            there.setdefault(tag, []).append(index)
    read: dict[str, list[Cells]] = {}
    for was in over or ():
        read.setdefault(tag_of(was.draft_id), []).append(_words(was))
    result, new, written = list(table.rows), list[Cells](), set[str]()
    for tag, wanted in {tag_of(row.draft_id): row for row in rows if tag_of(row.draft_id)}.items():
        places = there.get(tag, [])
        words = [_words(_row(table.rows[index], table.columns)) for index in places]
        if over is not None and sorted(words) != sorted(read.get(tag, [])):
            continue
        written.add(wanted.draft_id)
        cells = _cells(wanted, table.columns)
        if not places:
            new.append(_with((), cells, width=width))
            continue
        keeper = places[words.index(read[tag][0]) if over is not None else 0]
        for index in places:
            result[index] = _with(
                result[index], cells if index == keeper else {id_column: ""}, width=width
            )
    if new:
        last = next((i for i in range(len(result), 0, -1) if any(result[i - 1])), 0)
        result[last:last] = new  # above the empty rows spreadsheet programs leave at the end
    return replace(table, rows=tuple(result)), written


def _words(row: SheetRow) -> Cells:
    """What a person may have edited."""
    return row.draft_id.strip(), row.status, row.caption


def _cells(row: SheetRow, columns: Mapping[str, int]) -> dict[int, str]:
    return {index: guarded(str(getattr(row, field))) for field, index in columns.items()}


def _with(row: Cells, cells: Mapping[int, str], *, width: int) -> Cells:
    padded = [*row, *[""] * (width - len(row))]
    for index, cell in cells.items():
        padded[index] = cell
    return tuple(padded)


def _cell(row: Cells, index: int) -> str:
    return row[index] if index < len(row) else ""


def _number(cell: str) -> int:
    digits = cell.strip().removesuffix(".0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else 0
