"""Hundreds of reactions within seconds, and the operator killed in the middle: what is lost, and how late.

    python -m benchmarks.chat [--chat discord|slack|both] [--sheet csv|google] [--reactions 500]
                              [--seconds 10] [--drafts 50] [--people 20] [--no-kill | --kills N]
                              [--shaky] [--calm N] [--seed S] [--json] [--keep FOLDER]

A real `autopotter run` is connected to doubles of the chats, and of the sheet, that enforce the services'
rate limits. People put reactions and take them back, also ones that contradict each other, press buttons,
decide at the desk and write into the sheet; in the middle the operator is killed with -9 and started again;
what happens meanwhile it is not told. Then nothing more is done until all agrees. The journal is held against
an independent model of the rules (benchmarks/chatting/votes.py): each vote once, none lost, those of the time
away as they are to be read back; and cards, sheet and desk against the journal.

``--kills N`` pulls the plug N times: half of them while the cards are being posted, the others spread over
the load. ``--shaky`` lets the chats lose answers, before, after and long before the effect, and fail.
``--calm N`` decides N times by a reaction, each alone, and tells after how long all the others show it.

Figures: seconds from a reaction to journal, card, row and desk (p50, p95, max; of votes that were told, until
each place says what the vote or a later one led to); ``converged``: from the last reaction until all agrees.
Exit code 1 for anything lost, double or differing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.chatting import evidence
from benchmarks.chatting.channels import Channel
from benchmarks.chatting.crowd import Crowd, Step
from benchmarks.chatting.in_discord import DiscordChannel
from benchmarks.chatting.in_slack import SlackChannel
from benchmarks.chatting.process import Process
from benchmarks.chatting.studio import fill
from benchmarks.chatting.watching import Watch
from benchmarks.crashing.papers import CsvPapers, GooglePapers, Papers
from benchmarks.crashing.remotes import InGoogleSheet
from tests.doubles.sheets_server import SheetsServer

READY_SECONDS = 180.0
CONVERGE_SECONDS = 180.0


@contextlib.contextmanager
def sheet(name: str, home: Path) -> Iterator[tuple[Papers, dict[str, str], SheetsServer | None]]:
    """Where the drafts stand, the settings that say so, and the double if it is one."""
    if name == "csv":
        yield CsvPapers(home / "data" / "drafts.csv"), {}, None
        return
    with SheetsServer().running() as server:
        settings = InGoogleSheet(server).settings(home)
        del settings["AUTOPOST_POLL_INTERVAL"]
        server.per_minute = 60
        yield GooglePapers(server), settings, server


def channels(chat: str, people: int) -> list[Channel]:
    if chat == "both":
        return [DiscordChannel(people // 2), SlackChannel(people - people // 2)]
    return [DiscordChannel(people) if chat == "discord" else SlackChannel(people)]


class Run:
    def __init__(
        self, given: argparse.Namespace, home: Path, found: Sequence[Channel], papers: Papers
    ) -> None:
        self.given, self.data = given, home / "data"
        self.channels, self.papers = found, papers
        self.names = {v: n for c in found for v, n in zip(c.voters, c.names, strict=True)}
        self.watch = Watch(self.data, found, papers)
        self.process = Process(home)
        self.numbers: list[int] = []
        self.deaths: list[evidence.Death] = []

    async def begin(self, settings: dict[str, str]) -> None:
        """Until every card and row is there; the limits are out of the way for that."""
        self.numbers = await fill(self.data, self.given.drafts)
        for channel in self.channels:
            settings = settings | channel.settings()
            if self.given.shaky:
                channel.shake(random.Random(self.given.seed))
        await self.process.start(settings)
        rolls = random.Random(self.given.seed)
        for _ in range(self.given.kills // 2):
            await asyncio.sleep(rolls.uniform(1.0, 5.0))
            await self.process.kill(lambda: None)
            await self.process.start()
        for channel in self.channels:
            channel.limit(False)
        deadline = time.monotonic() + READY_SECONDS
        while not self._ready():
            assert time.monotonic() < deadline, f"it never showed all cards:\n{self.process.log()[-4000:]}"
            self.process.ensure_alive()
            await asyncio.sleep(0.2)
        self.watch.start()
        await asyncio.sleep(2.0)
        for channel in self.channels:
            channel.limit(True)

    def _ready(self) -> bool:
        with contextlib.suppress(OSError, sqlite3.OperationalError):
            rows = [row for row in self.papers.rows() if row["Draft id"]]
            cards = all(len(channel.cards()) == len(self.numbers) for channel in self.channels)
            return len(rows) == len(self.numbers) and cards and evidence.written_down(self.data)
        return False

    async def load(self) -> tuple[dict[str, Any], list[str]]:
        given = self.given
        crowd = Crowd(self.data, self.channels, self.papers, self.numbers, random.Random(given.seed))
        marks = [channel.mark() for channel in self.channels]
        saves = self.watch.saves
        before = self.process.usage()
        killing = asyncio.create_task(self._kill(crowd))
        await crowd.work(given.reactions, given.seconds)
        ended = time.time()
        await killing
        await crowd.settle()
        converged = await self._converged()
        await asyncio.sleep(1.0)
        await self.watch.look()
        heard, wrong = evidence.votes(crowd, self.channels, self.watch.entries, self.deaths)
        wrong += self._differing()
        times = evidence.delays(heard, self.watch, self.channels, self.names)
        usage = self.process.usage()
        marked = list(zip(self.channels, marks, strict=True))
        figures: dict[str, Any] = {
            "reactions": sum(step.seen is None for steps in crowd.steps.values() for step in steps),
            "told": sum(s.seen is None and s.told for steps in crowd.steps.values() for s in steps),
            "votes": len(self.watch.entries),
            "clicks": crowd.clicked.total(), "desk": crowd.decided.total(), "sheet_edits": len(crowd.saved),
            "kills": given.kills, "faults": sum(c.faults for c in self.channels),
            "wrong": len(wrong),
            **{name: evidence.summary(found) for name, found in times.items()},
            "converged": round(converged - ended, 1) if converged else None,
            "sheet_saves": self.watch.saves - saves,
            "requests": {c.name: dict(c.requests(m).most_common()) for c, m in marked},
            "refused_429": {c.name: c.refused(m) for c, m in marked},
            "cpu_seconds": round(usage["cpu"] - before["cpu"], 1), "memory_mb": usage["memory_mb"],
        }  # fmt: skip
        if not converged:
            wrong.append(f"it never agreed within {CONVERGE_SECONDS:.0f} s")
        return figures, wrong

    async def _kill(self, crowd: Crowd) -> None:
        times = self.given.kills - self.given.kills // 2
        for _ in range(times):
            await asyncio.sleep(self.given.seconds / (times + 1))
            at = await self.process.kill(crowd.killed)
            self.deaths.append(evidence.death(self.data, at))
            await self.process.start()

    def _differing(self) -> list[str]:
        return evidence.differing(self.data, self.watch, self.channels, self.numbers, self.names)

    async def _converged(self) -> float | None:
        """When all agreed, and still did a second later."""
        deadline = time.monotonic() + CONVERGE_SECONDS
        since: float | None = None
        while time.monotonic() < deadline:
            self.process.ensure_alive()
            agrees = not self._differing()
            since = (since or time.time()) if agrees else None
            if since is not None and time.time() > since + 1.0:
                return since
            await asyncio.sleep(0.1)
        return None

    async def calm(self) -> tuple[dict[str, Any], list[str]]:
        """One decision at a time, by a reaction on the channels in turn."""
        crowd = Crowd(self.data, self.channels, self.papers, self.numbers, random.Random(self.given.seed))
        for index in range(self.given.calm):
            channel = self.channels[index % len(self.channels)]
            number = self.numbers[index % len(self.numbers)]
            key = (channel.name, 0, number)
            crowd.steps[key].append(Step(time.time(), "✅"))
            await channel.react(0, number, "✅", put=True)
            await self._converged()
            await asyncio.sleep(crowd.rolls.uniform(2.0, 6.0))
        heard, wrong = evidence.votes(crowd, self.channels, self.watch.entries, [])
        times = evidence.delays(heard, self.watch, self.channels, self.names)
        return {"decisions": len(heard), **{n: evidence.summary(t) for n, t in times.items()}}, wrong


async def measure(given: argparse.Namespace, home: Path) -> tuple[dict[str, Any], list[str]]:
    (home / "data").mkdir(parents=True)
    found = channels(given.chat, given.people)
    async with contextlib.AsyncExitStack() as stack:
        papers, settings, server = stack.enter_context(sheet(given.sheet, home))
        for channel in found:
            await stack.enter_async_context(channel.running())
        run = Run(given, home, found, papers)
        try:
            await run.begin(settings)
            asked = len(server.asked) if server else 0
            figures, wrong = await (run.calm() if given.calm else run.load())
            if server is not None:
                late = server.asked[asked:]
                figures["sheet_requests"] = len(late)
                figures["sheet_refused"] = sum(status == 429 for _, _, status in late)
                wrong += server.problems
            code = await run.process.stop()
            if code:
                wrong.append(f"the operator ended with {code}")
        finally:
            await run.watch.stop()
            await run.process.end()
    return figures, wrong


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--chat", choices=("discord", "slack", "both"), default="discord")
    options.add_argument("--sheet", choices=("csv", "google"), default="csv")
    options.add_argument("--reactions", type=int, default=500)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--drafts", type=int, default=50)
    options.add_argument("--people", type=int, default=20)
    options.add_argument("--kills", type=int, default=1)
    options.add_argument("--no-kill", dest="kills", action="store_const", const=0)
    options.add_argument("--shaky", action="store_true")
    options.add_argument("--calm", type=int, default=0, metavar="N")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", action="store_true")
    options.add_argument("--keep", type=Path, help="work in this new folder and leave it")
    given = options.parse_args()
    with contextlib.ExitStack() as stack:
        home = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home.mkdir(parents=True, exist_ok=True)
        figures, wrong = asyncio.run(measure(given, home))
    own = resource.getrusage(resource.RUSAGE_SELF)
    figures["doubles_cpu_seconds"] = round(own.ru_utime + own.ru_stime, 1)
    figures["machine_load"] = round(os.getloadavg()[0], 1)
    figures["seed"] = given.seed
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    print(json.dumps(figures) if given.json else "\n".join(f"{n:20}{v}" for n, v in figures.items()))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
