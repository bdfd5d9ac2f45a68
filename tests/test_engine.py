"""The engine: one step a key at a time, limits, retries that say why, and driving only what was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from bot.engine import FIRST_BACKOFF, LAST_BACKOFF, Engine, backoff
from services.errors import Unavailable


class Counting:
    """Keys that each need ``needs`` steps; notes what ran and how many at once."""

    def __init__(self, name: str, keys: Mapping[str, int], limit: int = 2) -> None:
        self.name, self.limit = name, limit
        self.left = dict(keys)
        self.most = 0
        self._now: set[str] = set()
        self.fail: Callable[[str], BaseException | None] = lambda key: None

    async def due(self) -> Mapping[str, float]:
        return {key: 0.0 for key, left in self.left.items() if left > 0}

    async def step(self, key: str) -> None:
        assert key not in self._now, "two steps of one key at once"
        self._now.add(key)
        self.most = max(self.most, len(self._now))
        try:
            await asyncio.sleep(0)
            error = self.fail(key)
            if error is not None:
                raise error
            self.left[key] -= 1
        finally:
            self._now.discard(key)

    async def done(self) -> bool:
        return not any(self.left.values())


async def test_every_key_gets_its_steps_within_the_limit() -> None:
    work = Counting("work", {"a": 3, "b": 2, "c": 1, "d": 5}, limit=2)
    engine = Engine()
    engine.add(work)
    await engine.drive(work.done, only={"work": None})
    assert work.left == {"a": 0, "b": 0, "c": 0, "d": 0}
    assert work.most == 2
    assert engine.running() == []


class InLanes(Counting):
    """The lane is the key's first letter; notes which keys ran in which order."""

    def __init__(self, keys: Mapping[str, int]) -> None:
        super().__init__("lanes", keys, limit=1)
        self.ran: list[str] = []
        self.held = asyncio.Event()

    def lane(self, key: str) -> str:
        return key[0]

    async def step(self, key: str) -> None:
        self.ran.append(key)
        if key[0] == "s":
            await self.held.wait()
        await super().step(key)


async def test_a_slow_lane_keeps_no_other_waiting_and_the_first_named_is_first() -> None:
    work = InLanes({"s1": 1, "s2": 1, "q2": 1, "q1": 1})
    engine = Engine()
    engine.add(work)

    async def quick_done() -> bool:
        return not work.left["q1"] + work.left["q2"]

    async with asyncio.timeout(5):
        await engine.drive(quick_done, only={"lanes": None})
    assert work.ran == ["s1", "q2", "q1"]
    work.held.set()
    await engine.drive(work.done, only={"lanes": None})
    assert work.most == 1


async def test_driving_only_what_was_asked() -> None:
    mine, other = Counting("mine", {"a": 1, "b": 1}), Counting("other", {"x": 1})
    engine = Engine()
    engine.add(mine)
    engine.add(other)

    async def done() -> bool:
        return mine.left["a"] == 0

    await engine.drive(done, only={"mine": {"a"}})
    assert mine.left == {"a": 0, "b": 1}
    assert other.left == {"x": 1}


async def test_a_failing_key_is_retried_and_stops_no_other() -> None:
    work = Counting("work", {"good": 3, "bad": 1})
    failures: list[str] = []

    def fail(key: str) -> BaseException | None:
        if key == "bad" and len(failures) < 2:
            return Unavailable("the service sleeps")
        return None

    work.fail = fail
    engine = Engine(
        report=lambda name, key, error: failures.append(f"{name} {key}: {error}"), first_backoff=0.01
    )
    engine.add(work)
    await engine.drive(work.done, only={"work": None})
    assert failures == ["work bad: the service sleeps"] * 2
    assert engine.troubles() == []


async def test_trouble_is_visible_and_idle_means_nothing_can_be_done_now() -> None:
    work = Counting("work", {"bad": 1})
    work.fail = lambda key: ValueError("secret detail")
    engine = Engine(report=lambda *_: None)
    engine.add(work)

    async def idle() -> bool:
        return await engine.idle({"work": None})

    await engine.drive(idle, only={"work": None})
    (trouble,) = engine.troubles()
    assert (trouble["reconciler"], trouble["key"], trouble["failures"]) == ("work", "bad", 1)
    assert "secret" not in str(trouble["message"])


async def test_a_broken_comparison_stops_no_other_reconciler() -> None:
    class Broken(Counting):
        async def due(self) -> Mapping[str, float]:
            raise RuntimeError("no such table")

    good, reports = Counting("good", {"a": 1}), list[str]()
    engine = Engine(report=lambda name, key, error: reports.append(name))
    engine.add(Broken("broken", {}))
    engine.add(good)
    await engine.drive(good.done, only={"broken": None, "good": None})
    assert "broken" in reports


async def test_stopping_cancels_and_waits() -> None:
    ended = asyncio.Event()

    class Endless(Counting):
        async def step(self, key: str) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    engine = Engine()
    engine.add(Endless("endless", {"a": 1}))
    running = asyncio.create_task(engine.run())
    while not engine.running():  # noqa: ASYNC110 - a few turns of the loop
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended.is_set()


def test_backoff_grows_and_stays_within_its_bounds() -> None:
    for failures in (1, 2, 5, 50, 5000):
        for first in (FIRST_BACKOFF, 0.01):
            span = min(LAST_BACKOFF, first * 2.0 ** min(failures - 1, 30))
            assert all(span / 2 <= backoff(failures, first) <= span for _ in range(20))
