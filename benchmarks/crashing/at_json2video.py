"""The crash test with finals bought at JSON2Video, from media in a bucket at Google, by their remote twins.

    python -m benchmarks.crashing.at_json2video [--kills 20] [--seconds MAX] [--seed S] [--json]
                                                [--keep FOLDER]

As benchmarks/crash.py, and besides, every third order loses its answer: before the effect, after it, or with
the effect up to 1.5 s later. Kills are aimed at the moments after an order as well. At the end nothing may
have been bought twice for one revision of a draft, and nothing that the store does not know of.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.crash import Crash
from benchmarks.crashing.service import OutboxService
from tests.doubles import media
from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import key_file
from tests.doubles.http_double import Fault
from tests.doubles.json2video_server import KEY, Json2VideoServer

SIZE = (270, 480)
LATEST = 1.5  # seconds after which an order whose line broke may still take effect


class AtJson2Video(OutboxService):
    """Posts into the outbox's double; the operator's environment names the other two."""

    def __init__(self, home: Path, bucket: GcsServer, renderer: Json2VideoServer) -> None:
        super().__init__()
        self._home, self._bucket, self._renderer = home, bucket, renderer

    def words(self, folder: Path, seed: int) -> list[str]:
        shelf = self._home / "media"
        for path in sorted(path for path in shelf.rglob("*") if path.is_file()):
            self._bucket.add(path.relative_to(shelf).as_posix(), path.read_bytes())
        return super().words(folder, seed)

    def reached(self, line: str) -> dict[str, str]:
        return super().reached(line) | {
            "GCS_BUCKET": BUCKET,
            "GCS_API_KEY_PATH": str(key_file(self._home / "bucket.json", self._bucket.url)),
            "STORAGE_EMULATOR_HOST": self._bucket.url,
            "JSON2VIDEO_API_KEY": KEY,
            "JSON2VIDEO_BASE_URL": f"{self._renderer.url}/v2",
        }


def run(home: Path, seed: int, kills: int, seconds: float) -> tuple[dict[str, Any], list[str]]:
    rolls = random.Random(seed)
    server = Json2VideoServer(media.video(home / "made.mp4", width=SIZE[0], height=SIZE[1]))
    server.size, server.patience, server.account.credits = SIZE, 1, 10**6
    with server.running(), GcsServer().running() as bucket:
        crash = Crash(home, seed, AtJson2Video(home, bucket, server))
        faults = 0

        def ordered() -> None:
            nonlocal faults
            loop.call_soon_threadsafe(crash.sent.set)
            if rolls.random() < 1 / 3:
                faults += 1
                late = Fault(drop="late", seconds=rolls.uniform(0, LATEST))
                server.fail("create", rolls.choice([Fault(drop="before"), Fault(drop="after"), late]))

        async def killed() -> tuple[dict[str, Any], list[str]]:
            nonlocal loop
            loop = asyncio.get_running_loop()
            server.noticed["create"] = ordered
            return await crash.run(kills, seconds)

        loop: asyncio.AbstractEventLoop
        figures, wrong = asyncio.run(killed())
        wrong += server.problems + bucket.problems + compare(server, home / "data" / "operator.db")
        return {**figures, "bought": len(server.bought), "faults": faults}, wrong


def compare(server: Json2VideoServer, path: Path) -> list[str]:
    """What was bought twice, or is not known to the store."""
    marks = [render.movie["client-data"] for render in server.bought]
    orders = Counter((mark["draft"], mark["revision"]) for mark in marks)
    with closing(sqlite3.connect(path)) as db:
        known = {
            handle for (handle,) in db.execute("SELECT handle FROM renders WHERE renderer = 'json2video'")
        }
    wrong = [f"{count} finals of {draft}, revision {n}" for (draft, n), count in orders.items() if count > 1]
    wrong += [f"{r.project} is not known" for r in server.bought if r.project not in known]
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="no new kill after so long")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="work in this new folder and leave it")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    with contextlib.ExitStack() as stack:
        home = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home.mkdir(parents=True, exist_ok=True)
        figures, wrong = run(home, seed, given.kills, given.seconds)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    figures |= {"seed": seed}
    print(json.dumps(figures) if given.json else "\n".join(f"{n:10}{v}" for n, v in figures.items()))
    sys.exit(bool(wrong) or not (figures["effects"] and figures["bought"]))


if __name__ == "__main__":
    main()
