"""`autopotter autopost` as cron calls it, beside a running operator or without one; some calls are killed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.crashing.people import People

CODES = (0, 1, 3, 4)  # posted, an error, nothing to post, still in progress
HANGS_SECONDS = 180.0  # more than its --timeout by far

Python = Callable[..., Awaitable[asyncio.subprocess.Process]]


def pull(process: asyncio.subprocess.Process) -> None:
    """kill -9. Process.kill() might reap what has just died, and its exit code would be lost."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


class Cron:
    """``python(*words, **more)`` starts a process with the operator's settings."""

    def __init__(self, python: Python, people: People, rolls: random.Random) -> None:
        self._python, self._people, self._rolls = python, people, rolls
        self.wrong: list[str] = []

    async def call(self, *, kill: bool) -> bool:
        """One call, to its end. Whether it was killed at work; what it said it posted is noted."""
        seconds = self._rolls.uniform(2.0, 6.0)
        process = await self._python(
            "benchmarks.crashing.operator", "autopost", f"{seconds:.1f}",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        telling = asyncio.create_task(process.communicate())
        try:
            patience = self._rolls.uniform(0.3, seconds) if kill else HANGS_SECONDS
            await asyncio.wait([telling], timeout=patience)
        finally:
            pull(process)
        out, errors = await telling
        code = process.returncode
        if code == -9:
            if not kill:
                self.wrong.append(f"autopost hung: {errors.decode()[-2000:]}")
            return True
        self._heard(code, out.decode(), errors.decode())
        return False

    def _heard(self, code: int | None, out: str, errors: str) -> None:
        if code not in CODES or "Traceback" in errors:
            self.wrong.append(f"autopost ended with {code}: {errors[-2000:]}")
            return
        said: dict[str, Any] = json.loads(out) or {}
        if (said.get("result") == "posted") != (code == 0):
            self.wrong.append(f"autopost ended with {code} and said {said}")
        if code == 0:
            self._people.posted.add(int(said["number"]))
