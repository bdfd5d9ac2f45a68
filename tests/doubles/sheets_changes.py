"""The changes of spreadsheets.batchUpdate that the double knows; all of a request or none."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from tests.doubles.sheets_grid import Refusal, Tab


def applied(
    tabs: Sequence[Tab], requests: Sequence[dict[str, Any]]
) -> tuple[list[Tab], list[dict[str, Any]]]:
    """The tabs after all of them, and what is answered to each."""
    if not requests:
        raise Refusal("Must specify at least one request.")
    new, replies = [copy.deepcopy(tab) for tab in tabs], []
    for number, request in enumerate(requests):
        (kind, what), *more = request.items()
        if more or kind not in _CHANGES:
            raise Refusal(f"Invalid requests[{number}]: {kind} is not known here.")
        try:
            replies.append(_CHANGES[kind](new, what) or {})
        except Refusal as refusal:
            raise Refusal(f"Invalid requests[{number}].{kind}: {refusal}") from None
    return new, replies


def _of(tabs: Sequence[Tab], where: dict[str, Any]) -> Tab:
    """The tab of a range, which must lie on it."""
    found = next((tab for tab in tabs if tab.id == where.get("sheetId", 0)), None)
    if found is None:
        raise Refusal(f"No grid with id: {where.get('sheetId', 0)}")
    for start, end, most in (
        ("startRowIndex", "endRowIndex", found.rows),
        ("startColumnIndex", "endColumnIndex", found.columns),
        ("startIndex", "endIndex", found.columns),
    ):
        low, high = where.get(start, 0), where.get(end, most)
        if not 0 <= low < high <= most:
            raise Refusal(f"{start}[{low}] and {end}[{high}] are not on the grid.")
    return found


def _properties(tabs: list[Tab], what: dict[str, Any]) -> None:
    tab = _of(tabs, {"sheetId": what["properties"]["sheetId"]})
    for name in what["fields"].split(","):
        value: Any = what["properties"]
        for part in name.split("."):
            value = value.get(part, 0)
        if name == "gridProperties.frozenRowCount":
            if value >= tab.rows:
                raise Refusal("You can't freeze all visible rows on the sheet.")
            tab.frozen = value
        elif name == "title":
            tab.title = value
        else:
            raise Refusal(f"{name} is not known here.")


def _dimension(tabs: list[Tab], what: dict[str, Any]) -> None:
    where = what["range"]
    tab = _of(tabs, where)
    if where["dimension"] != "COLUMNS":
        raise Refusal("Only columns are known here.")
    columns = range(where["startIndex"], where["endIndex"])
    fields = set(what["fields"].split(","))
    if "hiddenByUser" in fields:
        change = (
            tab.hidden_columns.update
            if what["properties"]["hiddenByUser"]
            else tab.hidden_columns.difference_update
        )
        change(columns)
    if "pixelSize" in fields:
        tab.widths.update(dict.fromkeys(columns, what["properties"]["pixelSize"]))


def _validation(tabs: list[Tab], what: dict[str, Any]) -> None:
    _of(tabs, what["range"]).validations.append(what)


def _colours(tabs: list[Tab], what: dict[str, Any]) -> None:
    rule = what["rule"]
    if not rule["ranges"] or ("booleanRule" in rule) == ("gradientRule" in rule):
        raise Refusal("A rule needs ranges and one kind of rule.")
    tab = _of(tabs, rule["ranges"][0])
    if not 0 <= what.get("index", 0) <= len(tab.colours):
        raise Refusal("No conditional format at this index.")
    tab.colours.insert(what.get("index", 0), rule)


def _protection(tabs: list[Tab], what: dict[str, Any]) -> dict[str, Any]:
    asked = what["protectedRange"]
    tab = _of(tabs, asked["range"])
    kept = {**asked, "protectedRangeId": 100 + len(tab.protections)}
    tab.protections.append(kept)
    return {"addProtectedRange": {"protectedRange": kept}}


def _format(tabs: list[Tab], what: dict[str, Any]) -> None:
    _of(tabs, what["range"]).formats.append((what["range"], what["cell"]["userEnteredFormat"]))


def _mark(tabs: list[Tab], what: dict[str, Any]) -> dict[str, Any]:
    mark = what["developerMetadata"]
    if not mark.get("metadataKey") or "visibility" not in mark or "sheetId" not in mark["location"]:
        raise Refusal("A key, a place and a visibility are needed.")
    tab = _of(tabs, mark["location"])
    kept = {**mark, "metadataId": 500 + len(tab.marks)}
    tab.marks.append(kept)
    return {"createDeveloperMetadata": {"developerMetadata": kept}}


_CHANGES: dict[str, Callable[[list[Tab], dict[str, Any]], dict[str, Any] | None]] = {
    "updateSheetProperties": _properties,
    "updateDimensionProperties": _dimension,
    "setDataValidation": _validation,
    "addConditionalFormatRule": _colours,
    "addProtectedRange": _protection,
    "repeatCell": _format,
    "createDeveloperMetadata": _mark,
}
