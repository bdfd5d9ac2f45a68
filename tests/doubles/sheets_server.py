"""Google Sheets on a socket of this machine: one spreadsheet, its rights, its limits.

Every exchange is held against Google's discovery document; what it would refuse stands in ``problems``.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from typing import Any

from tests.doubles.discovery import contract
from tests.doubles.google_keys import EMAIL, TokenDesk
from tests.doubles.http_double import Answer, Asked, Double, Fault
from tests.doubles.sheets_changes import applied
from tests.doubles.sheets_grid import Area, Formula, Refusal, Tab, area_of, name_of

SHEET_ID = "1abcDEF_test-sheet0123456789abcdefghijklmnop"
SCOPE = "https://www.googleapis.com/auth/spreadsheets"
_READS = {"GET"}
_PREFIX = "sheets.spreadsheets."


class SheetsServer(Double):
    def __init__(self) -> None:
        super().__init__()
        self.desk = TokenDesk(SCOPE)
        self.tabs = [Tab(0, "Sheet1")]
        self.title = "Drafts"
        self.shared = "editor"  # with the service account: editor, viewer or nothing
        self.deleted = self.disabled = False
        self.per_minute = 60
        self.window = 60.0  # seconds
        self.retry_after = ""
        self.executed: list[str] = []  # formulas that came in by the interface
        self._recent: dict[str, deque[float]] = {"Read": deque(), "Write": deque()}

    @property
    def tab(self) -> Tab:
        return self.tabs[0]

    def name_of(self, asked: Asked) -> str:
        if asked.path == "/token":
            return "token"
        method = contract("sheets.v4").method(asked.method, asked.path)
        return str(method["id"]).removeprefix(_PREFIX) if method else f"unknown {asked.path}"

    def effect(self, name: str, asked: Asked) -> Answer:
        if name == "token":
            return self.desk.answer(asked, self.url)
        try:
            answer = self._refused(asked) or Answer.of(self._done(name, asked))
        except Refusal as refusal:
            answer = _error(400, str(refusal), "INVALID_ARGUMENT")
        self._check(asked, answer)
        return answer

    def _check(self, asked: Asked, answer: Answer) -> None:
        said = replace(asked, body=answer.body).json
        _, problems = contract("sheets.v4").check(
            asked.method, asked.path, asked.query, asked.json, answer.status, said
        )
        self.problems += problems

    def _refused(self, asked: Asked) -> Answer | None:
        if not self.desk.admits(asked):
            return _error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED")
        if self.disabled:
            text = "Google Sheets API has not been used in project 1 before or it is disabled."
            detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}
            return _error(403, text, "PERMISSION_DENIED", detail)
        kind = "Read" if asked.method in _READS else "Write"
        recent, now = self._recent[kind], time.monotonic()
        while recent and recent[0] <= now - self.window:
            recent.popleft()
        if len(recent) >= self.per_minute:
            text = f"Quota exceeded for quota metric '{kind} requests' and limit '… per minute per user'"
            return _error(429, text, "RESOURCE_EXHAUSTED", retry_after=self.retry_after)
        recent.append(now)
        if self.deleted or asked.parts[2].partition(":")[0] != SHEET_ID:
            return _error(404, "Requested entity was not found.", "NOT_FOUND")
        if not self.shared or (kind == "Write" and self.shared != "editor"):
            return _error(403, "The caller does not have permission", "PERMISSION_DENIED")
        return None

    def _done(self, name: str, asked: Asked) -> dict[str, Any]:
        match name:
            case "get":
                return self._whole(asked)
            case "values.get":
                return self._values(asked)
            case "values.update":
                body = {"valueInputOption": asked.one("valueInputOption"), "data": [asked.json]}
                return self._written(body)["responses"][0]
            case "values.batchUpdate":
                return self._written(asked.json)
            case "values.append":
                return self._appended(asked)
            case "values.clear":
                area = area_of(self.tabs, asked.parts[4].removesuffix(":clear"))
                for line in area.tab.cells[area.top : area.bottom]:
                    line[area.left : area.right] = [""] * len(line[area.left : area.right])
                return {"spreadsheetId": SHEET_ID, "clearedRange": name_of(area)}
            case "batchUpdate":
                self.tabs, replies = applied(self.tabs, asked.json["requests"])
                return {"spreadsheetId": SHEET_ID, "replies": replies}
        raise Refusal(f"{name} is not known here.")

    def _whole(self, asked: Asked) -> dict[str, Any]:
        if asked.one("includeGridData", "false") == "true":
            raise Refusal("Grid data is not known here.")
        sheets = []
        for index, tab in enumerate(self.tabs):
            grid = {"rowCount": tab.rows, "columnCount": tab.columns, "frozenRowCount": tab.frozen}
            properties = {
                "sheetId": tab.id,
                "title": tab.title,
                "index": index,
                "sheetType": "GRID",
                "gridProperties": grid,
                **({"hidden": True} if tab.hidden else {}),
            }
            sheets.append({"properties": properties, "developerMetadata": tab.marks})
        return {"spreadsheetId": SHEET_ID, "properties": {"title": self.title}, "sheets": sheets}

    def _values(self, asked: Asked) -> dict[str, Any]:
        area = area_of(self.tabs, asked.parts[4])
        found = area.tab.values(area, asked.one("valueRenderOption", "FORMATTED_VALUE"))
        answer: dict[str, Any] = {"range": name_of(area), "majorDimension": "ROWS"}
        return answer | ({"values": found} if found else {})

    def _written(self, body: dict[str, Any]) -> dict[str, Any]:
        """All of the ranges, or none."""
        areas = [area_of(self.tabs, part["range"]) for part in body.get("data", [])]
        before = [[list(line) for line in tab.cells] for tab in self.tabs]
        try:
            responses = [
                self._put(area, part["values"], body.get("valueInputOption", ""))
                for area, part in zip(areas, body.get("data", []), strict=True)
            ]
        except Refusal:
            for tab, cells in zip(self.tabs, before, strict=True):
                tab.cells = cells
            raise
        return {"spreadsheetId": SHEET_ID, "responses": responses}

    def _put(self, area: Area, values: list[list[Any]], option: str) -> dict[str, Any]:
        if option not in ("RAW", "USER_ENTERED"):
            raise Refusal("'valueInputOption' is required but not specified")
        if len(values) > area.bottom - area.top or any(len(v) > area.right - area.left for v in values):
            raise Refusal(f"Requested writing within range [{name_of(area)}], but tried writing beyond it")
        count = 0
        for row, line in enumerate(values, area.top):
            for column, value in enumerate(line, area.left):
                if value is None:
                    continue
                if option == "RAW":
                    area.tab.put(row, column, value)
                else:
                    area.tab.type(row, column, str(value))
                    if isinstance(area.tab.get(row, column), Formula):
                        self.executed.append(str(value))
                count += 1
        return {
            "spreadsheetId": SHEET_ID,
            "updatedRange": name_of(area),
            "updatedRows": len(values),
            "updatedColumns": max(map(len, values), default=0),
            "updatedCells": count,
        }

    def _appended(self, asked: Asked) -> dict[str, Any]:
        area = area_of(self.tabs, asked.parts[4].removesuffix(":append"))
        tab, values = area.tab, asked.json["values"]
        last, left = tab.last_of_table(area)
        if asked.one("insertDataOption", "OVERWRITE") == "INSERT_ROWS":
            tab.insert_rows(last + 1, len(values))
        else:
            tab.rows = max(tab.rows, last + 1 + len(values))
        place = Area(tab, last + 1, left, last + 1 + len(values), left + max(map(len, values)))
        tab.columns = max(tab.columns, place.right)
        updates = self._put(place, values, asked.one("valueInputOption"))
        return {"spreadsheetId": SHEET_ID, "updates": updates}


def _error(code: int, text: str, status: str, *details: Any, retry_after: str = "") -> Answer:
    error = {"code": code, "message": text, "status": status, "details": list(details)}
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Answer.of({"error": error}, code, **headers)


__all__ = ["EMAIL", "SHEET_ID", "Answer", "Fault", "SheetsServer"]
