"""A folder of small media for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from renderer_studio import Studio


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    folder = tmp_path / "media"
    folder.mkdir()
    return Studio(folder)
