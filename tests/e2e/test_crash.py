"""A few kills of a working operator on every run of the tests; benchmarks/crash.py does hundreds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("CRASH_KILLS", "8"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "module",  # at_google and at_json2video are parts of the last
    ["benchmarks.crash", "benchmarks.crashing.at_everything"],
)
def test_killed_at_random_nothing_is_posted_twice_or_lost(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--kills", str(KILLS), "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=580, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    assert figures["kills"] == KILLS
    assert (figures["double"], figures["lost"], figures["untrue"]) == (0, 0, 0)
    assert figures["effects"] > 0
    assert figures["drafts"] >= figures["effects"]
