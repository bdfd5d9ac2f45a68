"""The crash test with finals bought at JSON2Video, from media in a bucket at Google, by their remote twins.

    python -m benchmarks.crashing.at_json2video [--kills 20] [--seconds MAX] [--seed S] [--json]
                                                [--keep FOLDER]

As benchmarks/crash.py, and besides, every third order loses its answer: before the effect, after it, or with
the effect up to 1.5 s later. Kills are aimed at the moments after an order as well. At the end nothing may
have been bought twice for one revision of a draft, and nothing that the store does not know of.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.crash import Crash
from benchmarks.crashing.command import parser, work
from benchmarks.crashing.remotes import Beside, BoughtAtJson2Video, InBucket
from benchmarks.crashing.service import OutboxService
from tests.doubles import media
from tests.doubles.gcs_server import GcsServer
from tests.doubles.http_double import Fault
from tests.doubles.json2video_server import Json2VideoServer

SIZE = (270, 480)
LATEST = 1.5  # seconds after which an order whose line broke may still take effect


class Orders:
    """Orders at the double: kills are aimed at them, and every third loses its answer."""

    def __init__(self, server: Json2VideoServer, rolls: random.Random) -> None:
        self._server, self._rolls = server, rolls
        self.faults = 0

    def aim(self, crash: Crash) -> None:
        """Called in the event loop of ``crash``."""
        loop = asyncio.get_running_loop()

        def ordered() -> None:
            loop.call_soon_threadsafe(crash.sent.set)
            if self._rolls.random() < 1 / 3:
                self.faults += 1
                late = Fault(drop="late", seconds=self._rolls.uniform(0, LATEST))
                self._server.fail(
                    "create", self._rolls.choice([Fault(drop="before"), Fault(drop="after"), late])
                )

        self._server.noticed["create"] = ordered


def delivering(home: Path) -> Json2VideoServer:
    """A service that delivers a small video, whatever is ordered."""
    server = Json2VideoServer(media.video(home / "made.mp4", width=SIZE[0], height=SIZE[1]))
    server.size = SIZE
    return server


def run(home: Path, seed: int, kills: int, seconds: float) -> tuple[dict[str, Any], list[str]]:
    with delivering(home).running() as server, GcsServer().running() as bucket:
        orders = Orders(server, random.Random(seed))
        service = Beside(OutboxService(), home, InBucket(bucket), BoughtAtJson2Video(server))
        crash = Crash(home, seed, service)

        async def killed() -> tuple[dict[str, Any], list[str]]:
            orders.aim(crash)
            return await crash.run(kills, seconds)

        figures, wrong = asyncio.run(killed())
        wrong += server.problems + bucket.problems + compare(server, home / "data" / "operator.db")
        return {**figures, "bought": len(server.bought), "faults": orders.faults}, wrong


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


if __name__ == "__main__":
    work(parser(__doc__).parse_args(), run, "effects", "bought")
