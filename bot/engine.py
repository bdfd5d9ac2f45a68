"""The engine: compares what the store wants with what is, and takes one step for each key that differs.

A reconciler says which keys need a step (``due``) and takes one (``step``). The engine runs one step a key
at a time, at most ``limit`` keys of a reconciler at once, wakes on every change of the store and on the
clock, and retries with backoff and jitter. It keeps no state that matters: killed anywhere, the next start
compares again. It knows nothing of drafts.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from bot.telling import Telling
from services.errors import CreditUsedUp, Misconfigured, OperatorError, QuotaUsedUp, Unavailable
from services.log import get_logger, timed

log = get_logger(__name__)

TICK_SECONDS = 30.0  # the world may have changed without the store: look again
FIRST_BACKOFF, LAST_BACKOFF = 1.0, 300.0
STOP_SECONDS = 5.0  # how long cancelled steps may take to end


class Reconciler(Protocol):
    """``due()`` maps each key that needs a step to the seconds until it does (0: now); those named first are
    begun first."""

    name: str

    @property
    def limit(self) -> int: ...

    async def due(self) -> Mapping[str, float]: ...
    async def step(self, key: str) -> None: ...


@runtime_checkable
class Laned(Protocol):
    """A reconciler some of whose keys must not wait for the others: ``limit`` is of each lane."""

    def lane(self, key: str) -> str: ...


@dataclass(slots=True)
class _Trouble:
    """How often a key failed in a row, when it may be tried again, of what kind the last failure was, and
    the sentence for a person."""

    failures: int
    until: float
    kind: str
    sentence: str


@dataclass(slots=True)
class _Work:
    reconciler: Reconciler
    lane: Callable[[str], str]
    running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    lanes: dict[str, str] = field(default_factory=dict)  # the lane of each key that runs
    troubles: dict[str, _Trouble] = field(default_factory=dict)

    def has_room(self, lane: str) -> bool:
        return sum(one == lane for one in self.lanes.values()) < self.reconciler.limit


class Engine:
    """Runs reconcilers. ``report`` is called with (reconciler, key, error) for every failed step; without it
    the log says each cause once.

    ``first_backoff`` is how long a key rests after its first failure, in seconds.
    """

    def __init__(
        self,
        report: Callable[[str, str, BaseException], None] | None = None,
        *,
        first_backoff: float = FIRST_BACKOFF,
    ) -> None:
        self._works: dict[str, _Work] = {}
        self._wake = asyncio.Event()
        self._telling = Telling()
        self._report = report or self._telling.failed
        self._first_backoff = first_backoff

    def add(self, reconciler: Reconciler) -> None:
        lane = reconciler.lane if isinstance(reconciler, Laned) else lambda key: ""
        self._works[reconciler.name] = _Work(reconciler, lane)

    def wake(self) -> None:
        """Something changed: compare again soon."""
        self._wake.set()

    def troubles(self) -> list[dict[str, object]]:
        """What keeps failing now, for `status`, `jobs` and chats; may be asked from any thread.

        ``kind``: limit (a quota, credits), setting (a person has to act), outside (it may pass), other.
        """
        now = time.monotonic()
        return [
            {
                "reconciler": name,
                "key": key,
                "failures": trouble.failures,
                "retry_in": max(0.0, round(trouble.until - now, 1)),
                "kind": trouble.kind,
                "message": trouble.sentence,
            }
            for name, work in self._works.items()
            for key, trouble in list(work.troubles.items())
        ]

    def running(self) -> list[tuple[str, str]]:
        return [(name, key) for name, work in self._works.items() for key in work.running]

    async def run(self) -> None:
        """Compare and step until cancelled; running steps are cancelled with it."""
        try:
            while True:
                self._wake.clear()
                pause = await self._start_due()
                await self._sleep(pause)
        finally:
            await self.stop()

    async def drive(
        self, until: Callable[[], Awaitable[bool]], *, only: Mapping[str, Collection[str] | None]
    ) -> None:
        """Work until ``until()`` is true, with the reconcilers in ``only`` and (unless None) their keys.

        For commands that work without an operator: they drive what they were asked for, then stop.
        """
        try:
            while True:
                self._wake.clear()  # before looking: what changes meanwhile is looked at again
                if await until():
                    return
                pause = await self._start_due(only)
                await self._sleep(min(pause, 1.0))
        finally:
            await self.stop()

    async def idle(self, only: Mapping[str, Collection[str] | None]) -> bool:
        """Nothing of these runs or is due now, but for what failed and waits for its turn."""
        for name, keys in only.items():
            work = self._works[name]
            if work.running:
                return False
            due = await work.reconciler.due()
            mine = {key: wait for key, wait in due.items() if keys is None or key in keys}
            if any(wait <= 0 and key not in work.troubles for key, wait in mine.items()):
                return False
        return True

    async def stop(self) -> None:
        """Cancel what runs and wait for it. Steps leave the store as a crash would: ready to be compared."""
        tasks = [task for work in self._works.values() for task in work.running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            _, still = await asyncio.wait(tasks, timeout=STOP_SECONDS)
            for task in still:
                log.warning("%s did not stop in time; the next start compares again", task.get_name())

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(0.01, seconds)):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _start_due(self, only: Mapping[str, Collection[str] | None] | None = None) -> float:
        """Start every step that is due now; answers the seconds until the next one is."""
        pause = TICK_SECONDS
        for name, work in self._works.items():
            if only is not None and name not in only:
                continue
            keys = only[name] if only is not None else None
            try:
                due = await work.reconciler.due()
            except Exception as error:  # the runner's border: one reconciler's trouble stops no other
                self._report(name, "", error)
                pause = min(pause, self._first_backoff)
                continue
            self._telling.worked(name, "")
            for key in [key for key in work.troubles if key not in due]:
                del work.troubles[key]
                self._telling.dropped(name, key)
            for key, wait in due.items():
                if key in work.running or (keys is not None and key not in keys):
                    continue
                trouble = work.troubles.get(key)
                if trouble is not None:
                    wait = max(wait, trouble.until - time.monotonic())
                if wait > 0:
                    pause = min(pause, wait)
                elif work.has_room(lane := work.lane(key)):
                    work.lanes[key] = lane
                    work.running[key] = asyncio.create_task(self._step(work, key), name=f"{name}:{key}")
        return pause

    async def _step(self, work: _Work, key: str) -> None:
        name = work.reconciler.name
        try:
            async with timed(f"reconcile.{name}"):
                await work.reconciler.step(key)
            work.troubles.pop(key, None)
            self._telling.worked(name, key)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # the task's border: every failure is reported and retried
            failures = work.troubles[key].failures + 1 if key in work.troubles else 1
            wait = backoff(failures, self._first_backoff)
            if isinstance(error, Unavailable) and error.retry_after is not None:
                wait = max(wait, error.retry_after)
            unexpected = "Something unexpected went wrong; the log has the details."
            sentence = str(error) if isinstance(error, OperatorError) else unexpected
            work.troubles[key] = _Trouble(failures, time.monotonic() + wait, _kind(error), sentence)
            self._report(name, key, error)
        finally:
            work.running.pop(key, None)
            work.lanes.pop(key, None)
            self.wake()


def _kind(error: Exception) -> str:
    match error:
        case CreditUsedUp() | QuotaUsedUp():
            return "limit"
        case Misconfigured():
            return "setting"
        case Unavailable():
            return "outside"
        case _:
            return "other"


def backoff(failures: int, first: float = FIRST_BACKOFF) -> float:
    """Seconds to wait after so many failures in a row: doubling, capped, with jitter against herds."""
    span = min(LAST_BACKOFF, first * 2.0 ** min(failures - 1, 30))
    return span * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret
