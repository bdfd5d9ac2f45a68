"""The sheet as people at work use it: the CSV file, or a Google sheet in the browser."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Protocol

from tests.doubles.sheets_server import SheetsServer

Row = dict[str, str]


class Papers(Protocol):
    def rows(self) -> list[Row]:
        """Header → cell of every row, as it stands there now; OSError while there is none."""
        ...

    def write(self, number: int, was: str, word: str) -> bool:
        """Put ``word`` in place of the Status ``was`` of a draft; False if it is another by now."""
        ...


class CsvPapers:
    def __init__(self, path: Path) -> None:
        self._path = path

    def rows(self) -> list[Row]:
        return list(csv.DictReader(io.StringIO(self._path.read_text(encoding="utf-8-sig"), newline="")))

    def write(self, number: int, was: str, word: str) -> bool:
        rows = self.rows()
        for row in rows:
            if row["Video number"] == str(number) and row["Status"] == was:
                row["Status"] = word
                text = io.StringIO(newline="")
                writer = csv.DictWriter(text, list(row))
                writer.writeheader()
                writer.writerows(rows)
                part = self._path.with_name(".saved-by-a-person")
                part.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
                part.replace(self._path)
                return True
        return False


class GooglePapers:
    def __init__(self, server: SheetsServer) -> None:
        self._server = server

    def rows(self) -> list[Row]:
        with self._server.lock:
            texts = self._server.tab.texts()
        if not texts:
            raise FileNotFoundError
        return [dict(zip(texts[0], line, strict=True)) for line in texts[1:]]

    def write(self, number: int, was: str, word: str) -> bool:
        with self._server.lock:
            for index, row in enumerate(self.rows(), 1):
                if row["Video number"] == str(number) and row["Status"] == was and row["Draft id"]:
                    self._server.tab.type(index, list(row).index("Status"), word)
                    return True
        return False
