"""What some of the reconcilers' tests ask for."""

from __future__ import annotations

import pytest

from bot import engine as engine_module
from bot.operator import Operator
from services.sheet.csv_file import CsvSheet
from tests.reconcilers.spreadsheet import path, use


@pytest.fixture
def read_at_once(op: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet saved just now is read at once, and what failed is tried again soon."""
    monkeypatch.setattr(engine_module, "FIRST_BACKOFF", 0.01)
    use(op, CsvSheet(path(op), settle=0))
