"""What some of the reconcilers' tests ask for."""

from __future__ import annotations

import pytest

from bot.operator import Operator
from services.sheet.csv_file import CsvSheet
from tests.reconcilers.spreadsheet import path, use


@pytest.fixture
def read_at_once(op: Operator) -> None:
    """A sheet saved just now is read at once."""
    use(op, CsvSheet(path(op), settle=0))
