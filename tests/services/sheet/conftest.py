"""Google's sheet over its double."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.sheet.google import GoogleSheet
from tests.doubles.google_twins import google_sheet
from tests.doubles.sheets_server import SheetsServer


@pytest.fixture
def server() -> Iterator[SheetsServer]:
    with SheetsServer().running() as running:
        yield running
    assert running.problems == []


@pytest.fixture
async def sheet(server: SheetsServer, tmp_path: Path) -> AsyncIterator[GoogleSheet]:
    made = google_sheet(server, tmp_path)
    yield made
    await made.aclose()
