"""A spreadsheet's tab as Google keeps it: cells, and what is set on them. Also what a person does to it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Cell = str | int | float | bool
_NUMBER = re.compile(r"-?\d+(\.\d+)?(e\d+)?\Z", re.IGNORECASE)
_RANGE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))?(?:!?([A-Za-z]+)?(\d+)?(?::([A-Za-z]+)?(\d+)?)?)?\Z")
LONGEST_CELL = 50_000


class Formula(str):
    """What a cell holds that computes; nobody but a person may put one in."""

    __slots__ = ()


class Refusal(Exception):
    """What the service answers 400 with."""


@dataclass(frozen=True)
class Area:
    """Rows and columns from 0; the ends are not in it."""

    tab: Tab
    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Tab:
    id: int
    title: str
    rows: int = 1000
    columns: int = 26
    hidden: bool = False
    frozen: int = 0
    cells: list[list[Cell]] = field(default_factory=list)  # "" is empty; rows may be short
    hidden_columns: set[int] = field(default_factory=set)
    widths: dict[int, int] = field(default_factory=dict)
    validations: list[dict[str, Any]] = field(default_factory=list)
    colours: list[dict[str, Any]] = field(default_factory=list)
    protections: list[dict[str, Any]] = field(default_factory=list)
    formats: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)  # developer metadata

    def get(self, row: int, column: int) -> Cell:
        return self.cells[row][column] if row < len(self.cells) and column < len(self.cells[row]) else ""

    def put(self, row: int, column: int, value: Cell) -> None:
        if isinstance(value, str) and len(value) > LONGEST_CELL:
            raise Refusal("Your input contains more than the maximum of 50000 characters in a single cell.")
        if row >= self.rows or column >= self.columns:
            raise Refusal(f"Range exceeds grid limits. Max rows: {self.rows}, max columns: {self.columns}")
        while len(self.cells) <= row:
            self.cells.append([])
        line = self.cells[row]
        line.extend([""] * (column + 1 - len(line)))
        line[column] = value

    def values(self, area: Area, render: str) -> list[list[Any]]:
        """As values.get answers: without empty cells and rows at the end."""
        found = []
        for row in range(area.top, min(area.bottom, len(self.cells))):
            line = [
                shown(self.get(row, column), render)
                for column in range(area.left, min(area.right, self.columns))
            ]
            while line and line[-1] == "":
                line.pop()
            found.append(line)
        while found and not found[-1]:
            found.pop()
        return found

    def last_of_table(self, area: Area) -> tuple[int, int]:
        """Row and column of what values.append takes for the table's last row and first column.

        A table ends at an empty row or column: so a gap makes it another one than the person means.
        """
        full = {(r, c) for r, line in enumerate(self.cells) for c, cell in enumerate(line) if cell != ""}
        within = sorted(
            (r, c) for r, c in full if area.top <= r < area.bottom and area.left <= c < area.right
        )
        if not within:
            return area.top - 1, area.left
        table, edge = set(), [within[-1]]
        while edge:
            row, column = edge.pop()
            if (row, column) in full and (row, column) not in table:
                table.add((row, column))
                edge += [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        return max(r for r, _ in table), min(c for _, c in table)

    def insert_rows(self, at: int, count: int) -> None:
        self.rows += count
        if at < len(self.cells):
            self.cells[at:at] = [[] for _ in range(count)]

    def is_text(self, column: int) -> bool:
        for where, what in reversed(self.formats):
            inside = where.get("startColumnIndex", 0) <= column < where.get("endColumnIndex", self.columns)
            if inside and "numberFormat" in what:
                return bool(what["numberFormat"]["type"] == "TEXT")
        return False

    # What a person does.

    def type(self, row: int, column: int, text: str) -> None:
        """As typed into a cell: a number, a formula, or text; an apostrophe before it makes it text."""
        value: Cell = text
        if self.is_text(column) or text.startswith("'"):
            value = text.removeprefix("'") if not self.is_text(column) else text
        elif text.startswith("="):
            value = Formula(text)
        elif _NUMBER.match(text):
            value = float(text) if not text.isdigit() else int(text)
        elif text.upper() in ("TRUE", "FALSE"):
            value = text.upper() == "TRUE"
        self.put(row, column, value)

    def sort(self, column: int, first: int = 1, *, descending: bool = False) -> None:
        """Rows below the header; the cells move, not the rows."""
        self.cells[first:] = sorted(
            self.cells[first:],
            key=lambda line: str(line[column]) if column < len(line) else "",
            reverse=descending,
        )

    def texts(self) -> list[list[str]]:
        width = max((len(line) for line in self.cells), default=0)
        return [[str(shown(cell)) for cell in line] + [""] * (width - len(line)) for line in self.cells]

    def fill(self, rows: Iterable[Sequence[Cell]]) -> None:
        self.cells = [list(row) for row in rows]
        self.columns = max(self.columns, *(len(row) for row in self.cells))


def shown(cell: Cell, render: str = "FORMATTED_VALUE") -> Cell:
    if isinstance(cell, Formula):
        return str(cell) if render == "FORMULA" else "#N/A"
    if render == "UNFORMATTED_VALUE":
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def area_of(tabs: Sequence[Tab], text: str) -> Area:
    """The part of a sheet that A1 notation names; a title alone is the whole tab."""
    found = _RANGE.match(text)
    title = found and (found[1] or found[2] or "").replace("''", "'")
    if found and found[2] and not found[3] and "!" not in text and not _tab(tabs, found[2]):
        cells = _RANGE.match("!" + text)  # "A1:B2" alone is of the first tab
        found, title = cells, tabs[0].title
    tab = tabs[0] if found and not title else _tab(tabs, title or "")
    if found is None or tab is None:
        raise Refusal(f"Unable to parse range: {text}")
    first, top, last, bottom = found[3], found[4], found[5], found[6]
    single = ":" not in text.rpartition("!")[2] and first is not None
    left = column_of(first) if first else 0
    right = column_of(last) + 1 if last else left + 1 if single else tab.columns
    upper = int(top) - 1 if top else 0
    lower = int(bottom) if bottom else upper + 1 if single and top else tab.rows
    if upper >= tab.rows or left >= tab.columns:
        raise Refusal(f"Range ({text}) exceeds grid limits. Max rows: {tab.rows}, max columns: {tab.columns}")
    return Area(tab, upper, left, min(lower, tab.rows), min(right, tab.columns))


def name_of(area: Area) -> str:
    title = area.tab.title
    quoted = title if title.isalnum() else "'{}'".format(title.replace("'", "''"))
    start, end = f"{letters(area.left)}{area.top + 1}", f"{letters(area.right - 1)}{area.bottom}"
    return f"{quoted}!{start}" + (f":{end}" if end != start else "")


def _tab(tabs: Sequence[Tab], title: str) -> Tab | None:
    return next((tab for tab in tabs if tab.title.casefold() == title.casefold()), None)


def column_of(text: str) -> int:
    number = 0
    for char in text.upper():
        number = number * 26 + ord(char) - 64
    return number - 1


def letters(column: int) -> str:
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
