"""Replies in a terminal: what narrow ones do to tables."""

from __future__ import annotations

import pytest

from bot.reply import Reply
from bot.surfaces.console import Console


def test_short_cells_stay_in_one_piece_in_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    row = {
        "file": "IMG_1045.jpeg", "folder": "completed_works", "kind": "image", "size": "1080×1920",
        "bytes": "157.6 kB", "shows": "brown, beige, sharp, a vase beside the window and much else",
    }  # fmt: skip
    Console().show(Reply("", table=(row, {**row, "file": ""})))
    out = capsys.readouterr().out
    for name in ("IMG_1045.jpeg", "completed_works", "1080×1920", "157.6 kB"):
        assert name in out
    assert max(map(len, out.splitlines())) <= 80
