"""The operator as a whole in this process: starting, stopping, the first run, a surface that fails."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from bot import app, engine, session
from bot.operator import Operator
from bot.settings import Settings
from bot.wiring import open_operator
from services.errors import Misconfigured
from services.log import initialize_logging
from services.store import Store, facts, jobs
from services.store.lock import DataLock


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"desk_port": 0})


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[str]:
    """The desk's address, of an operator that is ended by SIGTERM, as a supervisor would end it."""
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(app.run(settings, on_ready=ready.set_result))
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        yield await ready
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(app.STOP_SECONDS + 10):
            await task


async def known_jobs(settings: Settings) -> list[jobs.Job]:
    store = await Store.open(settings.data_dir / "operator.db")
    try:
        return await store.do(jobs.listed)
    finally:
        await store.close()


async def no_first_run(settings: Settings) -> None:
    store = await Store.open(settings.data_dir / "operator.db")
    await store.do(facts.put, facts.FIRST_RUN, 0)
    await store.close()


async def test_it_answers_and_ends_in_time_leaving_nothing_behind(settings: Settings) -> None:
    await no_first_run(settings)
    async with running(settings) as url:
        found = session.find(settings.data_dir)
        assert found is not None
        assert (found.url, found.process) == (url, os.getpid())
        assert (settings.data_dir / session.FILE).stat().st_mode & 0o077 == 0
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(url)).status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < app.STOP_SECONDS
    assert session.find(settings.data_dir) is None
    lock = DataLock(settings.data_dir)
    assert lock.try_acquire()
    lock.release()


async def test_the_first_run_happens_once_also_when_stopped_in_the_middle(settings: Settings) -> None:
    async with running(settings):
        pass
    first = await known_jobs(settings)
    assert [(job.kind, job.by) for job in first] == [("generate", "first run")]
    async with running(settings):
        pass
    assert [job.id for job in await known_jobs(settings)] == [first[0].id]


@pytest.mark.parametrize("remote", ["planner", "renderer"])
async def test_nothing_paid_ever_runs_by_itself(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, remote: str
) -> None:
    chosen = {"planner": "offline", "renderer": "local"} | {remote: "paid"}
    monkeypatch.setattr(app, "twins", lambda settings: chosen)
    async with running(settings):
        pass
    assert await known_jobs(settings) == []


async def test_a_port_that_is_taken_stops_the_start_and_frees_everything(settings: Settings) -> None:
    await no_first_run(settings)
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(Misconfigured, match=f"Port {port} is taken"):
        await app.run(settings.model_copy(update={"desk_port": port}))
    server.close()
    lock = DataLock(settings.data_dir)
    assert lock.try_acquire()
    lock.release()
    op = await open_operator(settings)  # the store was closed properly, too
    await op.services.inventory.close()
    await op.store.close()


@dataclasses.dataclass
class Fragile:
    """A surface that breaks, ends by itself, then stays."""

    name: str = "fragile"
    runs: int = 0

    def __post_init__(self) -> None:
        self.stays = asyncio.Event()

    async def run(self) -> None:
        self.runs += 1
        if self.runs == 1:
            raise RuntimeError("the socket broke")
        if self.runs == 2:
            return
        self.stays.set()
        await asyncio.Event().wait()


async def test_a_surface_that_fails_or_ends_is_started_again(
    op: Operator, capsys: pytest.CaptureFixture[str]
) -> None:
    initialize_logging({})
    surface = Fragile()
    task = asyncio.create_task(app.supervise(op, surface, first_backoff=0.01))
    async with asyncio.timeout(5):
        await surface.stays.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert surface.runs == 3
    assert "it ended by itself" in capsys.readouterr().err


async def test_a_step_that_does_not_want_to_end_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "STOP_SECONDS", 0.05)
    release = asyncio.Event()

    class Stubborn:
        name = "stubborn"
        limit = 1

        async def due(self) -> dict[str, float]:
            return {"a": 0.0}

        async def step(self, key: str) -> None:
            while not release.is_set():
                try:
                    await release.wait()
                except asyncio.CancelledError:
                    continue

    held = engine.Engine()
    held.add(Stubborn())
    task = asyncio.create_task(held.run())
    while not held.running():  # noqa: ASYNC110 - a few turns of the loop
        await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await task
    release.set()
    await asyncio.sleep(0)
