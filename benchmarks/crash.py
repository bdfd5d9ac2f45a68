"""kill -9 at random microseconds of a working operator: what is posted twice, and what is lost.

    python -m benchmarks.crash [--kills 200] [--seconds MAX] [--seed S] [--json] [--keep FOLDER]
                               [--instagram facebook]

A real `autopotter run` (benchmarks/crashing/operator.py: small movies, a scripted planner) works through the
whole day, generate, render, row, card, votes, publish, while people decide at the desk, as the command line
does, and in the CSV, somebody pauses posting for a while, and cron calls `autopotter autopost`, which is
killed too, also where no operator runs. It posts to a service in a process of its own (tests/doubles:
publisher_server, or with --instagram graph_process, by the remote twins) whose effects land up to 1.5 s after
the client died, which loses answers, and counts. Kills are aimed, most often at the moments after a publish
was sent. What people were told is noted here, outside. At the end the operator runs in peace until nothing is
left to do; then store, service and notes are compared.

Ctrl-C ends the kills early; the evidence is looked at all the same.
Exit code 1 for anything double, lost or untrue, and for no effects at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks.crashing.command import parser, work
from benchmarks.crashing.cron import Cron, pull
from benchmarks.crashing.evidence import compare
from benchmarks.crashing.papers import Papers
from benchmarks.crashing.people import DESK_TOKEN, OPEN, People
from benchmarks.crashing.service import InstagramService, OutboxService, Service
from tests.doubles import media

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 300.0  # a start that takes longer is a failure; machines may be busy
PEACE_SECONDS = 600.0  # the same for the last run
# What a kill is aimed at: how often; seconds to wait for it at most; the kill comes within so many seconds.
AIMS: dict[str, tuple[int, float, float]] = {
    "publish": (50, 9.0, 1.7),
    "vote": (14, 6.0, 0.04),
    "render": (12, 6.0, 2.0),
    "generate": (8, 6.0, 1.0),
    "anything": (10, 0.0, 4.0),
    "start": (6, 0.0, 2.5),
    "autopost": (8, 0.0, 0.0),  # of a call by cron, while no operator runs
}
CRON = 0.25  # how often cron calls autopost while an operator works


class Crash:
    """One DATA_DIR, one service, one operator at a time."""

    def __init__(self, home: Path, seed: int, service: Service, papers: Papers | None = None) -> None:
        """``papers``: the sheet people decide in, if it is not the CSV."""
        self.home, self.data = home, home / "data"
        self.service = service
        self.rolls = random.Random(seed)
        self.people = People(self.data, random.Random(seed + 1), papers)
        self.sent = asyncio.Event()  # the service has a publish request
        self.enough = asyncio.Event()  # Ctrl-C: no more kills, and then what they did
        self.kills: dict[str, int] = dict.fromkeys(AIMS, 0)
        self.seed, self.reached = seed, dict[str, str]()
        self.cron = Cron(self._python, self.people, random.Random(seed + 2))
        self.calling: asyncio.Task[bool] | None = None

    async def run(self, kills: int, seconds: float) -> tuple[dict[str, Any], list[str]]:
        began = time.monotonic()
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None
        loop.add_signal_handler(signal.SIGINT, self.enough.set)
        loop.add_signal_handler(signal.SIGTERM, task.cancel)  # so that what was started is ended, too
        media.studio(self.home / "media")
        (self.home / "service").mkdir()
        service = await self._python(
            *self.service.words(self.home / "service", self.seed), stdout=asyncio.subprocess.PIPE
        )
        assert service.stdout is not None
        self.reached = self.service.reached((await service.stdout.readline()).decode())
        listening = asyncio.create_task(self._listen(service.stdout))
        try:
            while (
                sum(self.kills.values()) < kills
                and time.monotonic() - began < seconds
                and not self.enough.is_set()
            ):
                await self._life()
            await self._peace()
            figures, wrong = compare(self.data, self.people, await self.service.counts(self.data))
            wrong += self.cron.wrong
        finally:
            listening.cancel()
            if self.calling is not None:
                self.calling.cancel()
                await asyncio.wait([self.calling])
            pull(service)
            await service.wait()
        figures = {"kills": sum(self.kills.values()), **figures}
        return {**figures, "seconds": round(time.monotonic() - began, 1), "aims": self.kills}, wrong

    async def _life(self) -> None:
        """Start, work, and be killed at the moment that was drawn."""
        aim = self.rolls.choices(list(AIMS), [chance for chance, _, _ in AIMS.values()])[0]
        await self._called(wait=aim == "autopost")
        if aim == "autopost":
            self.kills[aim] += await self.cron.call(kill=True)
            return
        if self.calling is None and self.rolls.random() < CRON:
            self.calling = asyncio.create_task(self.cron.call(kill=self.rolls.random() < 0.5))
        _, patience, within = AIMS[aim]
        moments = {"publish": self.sent, "vote": self.people.sent, "generate": self.people.ordered}
        operator = await self._operator()
        try:
            if aim != "start":
                await self._ready(operator)
                working = asyncio.create_task(self.people.work())
                try:
                    await self._moment(moments.get(aim), patience, aim)
                    await asyncio.sleep(self.rolls.uniform(0, within))
                    pull(operator)
                finally:
                    working.cancel()
                    await asyncio.wait([working])
            else:
                await asyncio.sleep(self.rolls.uniform(0, within))
        finally:
            pull(operator)
            code = await operator.wait()
        assert code == -9, f"the operator ended by itself ({code}):\n{self.log()[-4000:]}"
        self.kills[aim] += 1

    async def _called(self, *, wait: bool) -> None:
        """Take note of cron's call, if it is over or is waited for."""
        if self.calling is not None and (wait or self.calling.done()):
            self.kills["autopost"] += await self.calling
            self.calling = None

    async def _moment(self, event: asyncio.Event | None, patience: float, aim: str) -> None:
        if event is not None:
            event.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await event.wait()
        elif aim == "render":
            renders = self.data / "cache" / "renders"
            await self._until(lambda: renders.is_dir() and any(renders.iterdir()), patience)

    async def _peace(self) -> None:
        """No more kills and nothing new: run until nothing is left to do, then end as one should."""
        self.people.calm = True
        await self._called(wait=True)
        operator = await self._operator()
        try:
            await self._rest(operator)
        finally:
            pull(operator)
            await operator.wait()

    async def _rest(self, operator: asyncio.subprocess.Process) -> None:
        await self._ready(operator)
        await self.people.resume()
        deadline = time.monotonic() + PEACE_SECONDS
        quiet = 0
        while quiet < 3:
            assert time.monotonic() < deadline, f"it never came to rest:\n{self.log()[-4000:]}"
            await asyncio.sleep(1.0)
            with contextlib.suppress(httpx.HTTPError):
                quiet = quiet + 1 if await self._rests() else 0
        operator.terminate()
        code = await operator.wait()
        assert code == 0, f"the operator ended with {code}:\n{self.log()[-4000:]}"

    async def _rests(self) -> bool:
        """Every approval was posted, every failure retried; drafts nobody decided about stay."""
        rests = True
        for draft in await self.people.listed():
            deed = {"failed": "retry", "unknown": "unpublished"}.get(draft["state"])
            if deed:
                await self.people.decide(deed, draft["number"])
            rests = rests and (draft["state"] == "draft" or draft["state"] not in (*OPEN, "failed"))
        return rests and not self.people.unheard()

    async def _ready(self, operator: asyncio.subprocess.Process) -> None:
        """Until this very process announced its desk."""

        def announced() -> bool:
            with contextlib.suppress(OSError, ValueError):
                return bool(json.loads((self.data / "operator.json").read_text())["process"] == operator.pid)
            return False

        up = await self._until(lambda: announced() or operator.returncode is not None, START_SECONDS)
        assert up, f"it took too long to start:\n{self.log()[-4000:]}"
        assert operator.returncode is None, f"it did not start:\n{self.log()[-4000:]}"

    async def _until(self, true: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True

    async def _operator(self) -> asyncio.subprocess.Process:
        with (self.home / "run.log").open("a") as log:
            return await self._python("benchmarks.crashing.operator", stderr=log)

    async def _python(self, *words: str, **more: Any) -> asyncio.subprocess.Process:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "DATA_DIR": str(self.data),
            "MEDIA_DIR": str(self.home / "media"),
            "DESK_PORT": "0",
            "DESK_TOKEN": DESK_TOKEN,
            "TIMEZONE": "UTC",
            "POST_DELAY": "1s",
            "DISK_MIN_FREE": "1MB",
            "DISK_WARN_FREE": "1MB",
            "DRAFTS_PER_RUN": "2",
            "VIDEO_MIN_SECONDS": "3",
            **self.reached,
        }
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", *words, env=environ, cwd=ROOT, **more
        )

    async def _listen(self, lines: asyncio.StreamReader) -> None:
        while await lines.readline():
            self.sent.set()

    def log(self) -> str:
        return (self.home / "run.log").read_text()


def main() -> None:
    options = parser(__doc__)
    options.add_argument(
        "--instagram",
        choices=("facebook",),  # the other one posts from a bucket: crashing/at_everything.py
        help="post by this login",
    )
    given = options.parse_args()
    service: Service = InstagramService(given.instagram) if given.instagram else OutboxService()

    def run(home: Path, seed: int, kills: int, seconds: float) -> tuple[dict[str, Any], list[str]]:
        return asyncio.run(Crash(home, seed, service).run(kills, seconds))

    work(given, run, "effects")


if __name__ == "__main__":
    main()
