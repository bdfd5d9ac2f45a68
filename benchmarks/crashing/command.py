"""What the crash tests' commands share: their options, a folder to work in, figures and the exit code."""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

# In a folder, with a seed: so many kills, or as many as begin within so many seconds. Answers figures, and
# sentences of what is wrong.
Run = Callable[[Path, int, int, float], tuple[dict[str, Any], list[str]]]


def parser(description: str | None) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.RawTextHelpFormatter)
    made.add_argument("--kills", type=int, default=20)
    made.add_argument("--seconds", type=float, default=float("inf"), help="no new kill after so long")
    made.add_argument("--seed", type=int, default=None)
    made.add_argument("--json", action="store_true")
    made.add_argument("--keep", type=Path, help="work in this new folder and leave it")
    return made


def work(given: argparse.Namespace, run: Run, *counted: str) -> None:
    """Ends the process: with 1 for anything wrong, and where one of the ``counted`` figures is 0."""
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    with contextlib.ExitStack() as stack:
        home = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home.mkdir(parents=True, exist_ok=True)
        figures, wrong = run(home, seed, given.kills, given.seconds)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    figures |= {"seed": seed}
    print(json.dumps(figures) if given.json else "\n".join(f"{n:10}{v}" for n, v in figures.items()))
    none = [name for name in counted if not figures[name]]
    if none:
        print(f"No {', '.join(none)} at all: this run shows nothing.", file=sys.stderr)
    sys.exit(bool(wrong or none))
