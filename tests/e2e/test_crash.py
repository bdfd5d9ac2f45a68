"""A few kills of a working operator on every run of the tests; benchmarks/crash.py does hundreds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("CRASH_KILLS", "5"))


RUNS = 3  # at most: on a slow machine all kills may come before anything was posted, which shows nothing


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "module",  # at_google and at_json2video are parts of the last
    ["benchmarks.crash", "benchmarks.crashing.at_everything"],
)
def test_killed_at_random_nothing_is_posted_twice_or_lost(module: str) -> None:
    effects = 0
    for _ in range(RUNS):
        figures = run(module)
        assert figures["kills"] >= KILLS  # it kills in rounds
        assert (figures["double"], figures["lost"], figures["untrue"]) == (0, 0, 0)
        assert figures["drafts"] >= figures["effects"]
        effects += figures["effects"]
        if effects:
            break
    assert effects > 0


def run(module: str) -> dict[str, int]:
    """What one run saw. It fails for anything but having nothing to show."""
    done = subprocess.run(
        [sys.executable, "-m", module, "--kills", str(KILLS), "--json"],
        cwd=ROOT, capture_output=True, text=True, timeout=580, check=False,
    )  # fmt: skip
    assert done.returncode == 0 or "this run shows nothing" in done.stderr, done.stdout + done.stderr
    figures: dict[str, int] = json.loads(done.stdout)
    return figures
