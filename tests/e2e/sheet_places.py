"""Where the sheet is in a test of the real command: a file in DATA_DIR, or one at Google. The same people."""

from __future__ import annotations

import csv
import io
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.doubles.google_keys import key_file
from tests.doubles.sheets_server import SHEET_ID, SheetsServer


class Place(ABC):
    """``settings``: what the operator is told of it."""

    settings: Mapping[str, str]

    @abstractmethod
    def kept(self) -> bytes:
        """What stands there, as CSV."""

    @abstractmethod
    def save(self, table: bytes) -> None:
        """A person saves this CSV there; a file then looks as if nobody were still at it."""

    @abstractmethod
    def take_away(self) -> None:
        """A person moves what is there somewhere else."""

    def rows(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.kept().decode("utf-8-sig"), newline="")))

    def edit(self, number: int, **cells: str) -> None:
        found = self.rows()
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, found[0])
        writer.writeheader()
        writer.writerows({**row, **cells} if row["Video number"] == str(number) else row for row in found)
        self.save(text.getvalue().encode())


class CsvPlace(Place):
    def __init__(self, path: Path) -> None:
        self.settings = {}
        self.path = path

    def kept(self) -> bytes:
        return self.path.read_bytes()

    def save(self, table: bytes) -> None:
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_bytes(table)
        os.utime(self.path, (1, 1))

    def take_away(self) -> None:
        self.path.rename(self.path.with_name("mine.csv"))


class GooglePlace(Place):
    def __init__(self, server: SheetsServer, folder: Path) -> None:
        self.server = server
        server.per_minute = 10**6  # each command counts by itself, and tests ask more of them than people
        self.settings = {
            "GOOGLE_SHEETS_ID": SHEET_ID,
            "GOOGLE_CREDENTIALS_PATH": str(key_file(folder / "sheet.json", server.url)),
            "SHEETS_BASE_URL": server.url,
        }

    def kept(self) -> bytes:
        text = io.StringIO(newline="")
        with self.server.lock:
            csv.writer(text).writerows(self.server.tab.texts())
        return text.getvalue().encode()

    def save(self, table: bytes) -> None:
        with self.server.lock:
            self.server.tab.cells = [*csv.reader(io.StringIO(table.decode("utf-8-sig"), newline=""))]

    def take_away(self) -> None:
        self.save(b"")


@contextmanager
def place_of(kind: str, data: Path) -> Iterator[Place]:
    """``kind``: "csv_file" or "google"; ``data`` is the operator's DATA_DIR."""
    if kind == "csv_file":
        yield CsvPlace(data / "drafts.csv")
        return
    with SheetsServer().running() as server:
        yield GooglePlace(server, data.parent)
    assert server.problems == []
    assert server.executed == []
