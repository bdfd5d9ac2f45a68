"""How a Google sheet of drafts looks, and how its places are written. Pure: requests, not calls.

https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.model.draft import WORDS
from services.sheet.rows import Cells, Table

# A mark on the tab that holds the drafts, which no person sees: so it is known again under another name or at
# another place, and is set up only once, whatever people change about its look later. It carries the tab's
# number, which is another on a copy.
MARK = "autopotter.drafts"
LONGEST_CELL = 50_000  # characters Google keeps in one cell
_COLOURS = {"Draft": "FFF2CC", "Approved": "D9EAD3", "Denied": "F4CCCC", "Posted": "CFE2F3"}
_WIDTHS = {"status": 100, "number": 110, "produced": 120, "caption": 420, "link": 220, "strategy": 360}
_PLACE = re.compile(r"!\$?([A-Z]+)\$?(\d+)")


def letters(column: int) -> str:
    """0 → A, 26 → AA."""
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def quoted(title: str) -> str:
    """A tab's title as A1 notation takes it, whatever it looks like."""
    return "'{}'".format(title.replace("'", "''"))


def row_range(title: str, row: int, first: int, last: int) -> str:
    """Columns ``first`` to ``last`` (from 0) of ``row`` (from 1)."""
    return f"{quoted(title)}!{letters(first)}{row}:{letters(last)}{row}"


def place_of(where: str) -> tuple[int, int] | None:
    """Row (from 1) and column (from 0) that a range of one tab begins at."""
    found = _PLACE.search(where)
    if found is None:
        return None
    column = 0
    for char in found[1]:
        column = column * 26 + ord(char) - ord("A") + 1
    return int(found[2]), column - 1


def changed_cells(old: Cells, new: Cells, table: Table) -> dict[int, str | int]:
    """Column → value, of the cells that differ: what a person wrote beside them is not touched."""
    return {
        column: value_of(cell, column, table)
        for column, cell in enumerate(new)
        if column >= len(old) or cell != old[column]
    }


def value_of(cell: str, column: int, table: Table) -> str | int:
    """The Video number as a number, so that it sorts as one; all else as text."""
    if column == table.columns["number"] and cell.isascii() and cell.isdigit() and len(cell) <= 15:
        return int(cell)
    return cell[:LONGEST_CELL]


def span(cells: Mapping[int, Any]) -> tuple[int, int, list[Any]]:
    """First column, last column, and the values between; None where a cell stays as it is."""
    first, last = min(cells), max(cells)
    return first, last, [cells.get(column) for column in range(first, last + 1)]


def dropdown(tab: int, table: Table) -> dict[str, Any]:
    """The words on Status, in all rows below the header. Asking for it again changes nothing."""
    words = [{"userEnteredValue": word} for word in dict.fromkeys(WORDS.values()) if word in _COLOURS]
    rule = {
        "condition": {"type": "ONE_OF_LIST", "values": words},
        "strict": True,
        "showCustomUi": True,
        "inputMessage": "Draft, Approved, Denied or Posted",
    }
    where = _column(tab, table.columns["status"]) | {"startRowIndex": len(table.above) + 1}
    return {"setDataValidation": {"range": where, "rule": rule}}


def set_up(tab: int, table: Table) -> list[dict[str, Any]]:
    """All that is set once. Whole columns, so that it holds wherever rows are inserted."""
    ids = _column(tab, table.columns["draft_id"])
    return [
        {
            "updateSheetProperties": {
                "properties": {"sheetId": tab, "gridProperties": {"frozenRowCount": len(table.above) + 1}},
                "fields": "gridProperties.frozenRowCount",
            }
        },
        *(_format(tab, column, field) for field, column in table.columns.items()),
        *(_width(tab, table.columns[field], pixels) for field, pixels in _WIDTHS.items()),
        dropdown(tab, table),
        *(_colour(tab, table.columns["status"], word, colour) for word, colour in _COLOURS.items()),
        {
            "updateDimensionProperties": {
                "range": _columns(tab, table.columns["draft_id"]),
                "properties": {"hiddenByUser": True},
                "fields": "hiddenByUser",
            }
        },
        {
            # Only a warning: who may not edit a cell could not sort or delete its row either.
            "addProtectedRange": {
                "protectedRange": {
                    "range": ids,
                    "description": "Autopotter finds its rows by these ids.",
                    "warningOnly": True,
                }
            }
        },
        {
            "createDeveloperMetadata": {
                "developerMetadata": {
                    "metadataKey": MARK,
                    "metadataValue": str(tab),
                    "location": {"sheetId": tab},
                    "visibility": "DOCUMENT",
                }
            }
        },
    ]


def _column(tab: int, column: int) -> dict[str, Any]:
    return {"sheetId": tab, "startColumnIndex": column, "endColumnIndex": column + 1}


def _columns(tab: int, column: int) -> dict[str, Any]:
    return {"sheetId": tab, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}


def _format(tab: int, column: int, field: str) -> dict[str, Any]:
    """Text stays what was typed: no dates, numbers or formulas are made of it, also where a person types."""
    kind = {"type": "NUMBER", "pattern": "0"} if field == "number" else {"type": "TEXT"}
    return {
        "repeatCell": {
            "range": _column(tab, column),
            "cell": {
                "userEnteredFormat": {
                    "numberFormat": kind,
                    "wrapStrategy": "WRAP" if field in ("caption", "strategy") else "CLIP",
                    "verticalAlignment": "TOP",
                }
            },
            "fields": "userEnteredFormat(numberFormat,wrapStrategy,verticalAlignment)",
        }
    }


def _width(tab: int, column: int, pixels: int) -> dict[str, Any]:
    return {
        "updateDimensionProperties": {
            "range": _columns(tab, column),
            "properties": {"pixelSize": pixels},
            "fields": "pixelSize",
        }
    }


def _colour(tab: int, column: int, word: str, colour: str) -> dict[str, Any]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    condition = {"type": "TEXT_EQ", "values": [{"userEnteredValue": word}]}
    look = {"backgroundColorStyle": {"rgbColor": {"red": red, "green": green, "blue": blue}}}
    rule = {"ranges": [_column(tab, column)], "booleanRule": {"condition": condition, "format": look}}
    return {"addConditionalFormatRule": {"rule": rule, "index": 0}}
