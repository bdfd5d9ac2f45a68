"""A short load on both chats on every run of the tests; benchmarks/chat.py does hundreds of reactions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(240)
def test_reactions_in_both_chats_with_a_kill_are_each_one_vote_and_all_agrees() -> None:
    words = ["--chat", "both", "--reactions", "60", "--seconds", "5", "--drafts", "8", "--people", "12"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.chat", *words, "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=230, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    assert (figures["kills"], figures["wrong"], figures["reactions"]) == (1, 0, 60)
    assert 0 < figures["told"] < 60  # some while it was away
    assert figures["converged"] < 60
    assert figures["journal"]["count"] > 0
