"""Who does a command's work: the running operator, or the command itself; and what comes between."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot import handover, session, wiring
from bot.handover import perform
from bot.reply import Reply
from bot.session import identity
from bot.settings import Settings
from services.store import Store, facts
from services.store.lock import DataLock
from tests.test_app import running


@pytest.fixture
async def settings(settings: Settings) -> Settings:
    settings = settings.model_copy(update={"desk_port": 0})
    store = await Store.open(settings.data_dir / "operator.db")
    await store.do(facts.put, facts.FIRST_RUN, 0)  # no generation by itself
    await store.close()
    return settings


async def ask(settings: Settings, name: str, wait: float = 0.5, **given: Any) -> Reply:
    replies = [reply async for reply in perform(settings, name, given, wait=wait)]
    return replies[-1]


async def test_a_running_operator_is_asked(settings: Settings) -> None:
    async with running(settings) as url:
        answer = await ask(settings, "status")
        assert (answer.data["running"], answer.data["desk"]) == (True, url)
        refused = await ask(settings, "approve", number=99)
        assert (refused.ok, "no draft 99" in refused.text) == (False, True)
        assert (await ask(settings, "schedule", action="pause")).data["paused"]["by"] == "console"


async def test_without_one_the_command_works_by_itself(settings: Settings) -> None:
    answer = await ask(settings, "status")
    assert (answer.ok, answer.data["running"]) == (True, False)


async def test_other_settings_or_versions_are_refused(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(settings):
        other = settings.model_copy(update={"brand_dir": tmp_path})
        answer = await ask(other, "status")
        assert (answer.ok, "other media, brand or services" in answer.text) == (False, True)
        monkeypatch.setattr(handover, "version", lambda name: "99.0")
        answer = await ask(settings, "status")
        assert (answer.ok, "99.0" in answer.text, "Restart" in answer.remedy) == (False, True, True)


def announce(settings: Settings, url: str = "http://127.0.0.1:9") -> None:
    session.announce(settings.data_dir, url=url, token="t" * 20, identity=identity(settings))


async def test_what_a_killed_operator_left_is_ignored(settings: Settings) -> None:
    announce(settings)
    answer = await ask(settings, "status")
    assert (answer.ok, answer.data["running"]) == (True, False)


async def test_an_operator_that_is_just_starting_is_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is taken, and what stands there was left by an operator that was killed."""
    left = subprocess.run(  # noqa: ASYNC221 - it ends at once
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True
    )
    monkeypatch.setattr(os, "getpid", lambda: int(left.stdout))
    announce(settings)
    monkeypatch.undo()
    starting = DataLock(settings.data_dir)
    assert starting.try_acquire()
    asking = asyncio.create_task(ask(settings, "schedule", 20.0, action="pause"))
    await asyncio.sleep(0.3)
    assert not asking.done()
    starting.release()
    assert (await asking).data["paused"]["by"] == "console"


async def test_an_operator_that_is_just_ending_is_not_asked_twice(settings: Settings) -> None:
    """It holds the lock and is still announced, but answers no more; then it is gone."""
    ending = DataLock(settings.data_dir)
    assert ending.try_acquire()
    announce(settings)
    asking = asyncio.create_task(ask(settings, "status"))
    await asyncio.sleep(0.2)
    session.withdraw(settings.data_dir)
    ending.release()
    answer = await asking
    assert (answer.ok, answer.data["running"]) == (True, False)


async def test_a_command_in_the_way_is_named(settings: Settings) -> None:
    other = DataLock(settings.data_dir)
    assert other.try_acquire()
    answer = await ask(settings, "schedule", action="pause")
    assert (answer.ok, f"process {os.getpid()}" in answer.text) == (False, True)
    other.release()


async def test_an_answer_that_breaks_off_is_told(settings: Settings) -> None:
    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 999\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(half, "127.0.0.1", 0)
    lock = DataLock(settings.data_dir)
    assert lock.try_acquire()
    announce(settings, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    answer = await ask(settings, "generate")
    server.close()
    lock.release()
    assert (answer.ok, "did not answer to the end" in answer.text) == (False, True)


async def test_an_operator_that_hangs_is_told(settings: Settings) -> None:
    """It takes the connection and never answers: a stopped process, a dead disk."""
    ended = asyncio.Event()

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the command gives up
        writer.close()
        ended.set()

    server = await asyncio.start_server(nothing, "127.0.0.1", 0)
    lock = DataLock(settings.data_dir)
    assert lock.try_acquire()
    announce(settings, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with asyncio.timeout(20):
        answer = await ask(settings, "approve", number=1)
        await ended.wait()
    server.close()
    lock.release()
    assert (answer.ok, f"process {os.getpid()}) does not answer" in answer.text) == (False, True)


async def test_the_lock_is_not_inherited_by_children(settings: Settings) -> None:
    lock = DataLock(settings.data_dir)
    assert lock.try_acquire()
    child = subprocess.Popen(  # noqa: ASYNC220 - so that nothing but the flag of the file closes it
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False
    )
    try:
        lock.release()
        again = DataLock(settings.data_dir)
        # Not at once: a process that some other thread starts just now holds it for its first instant.
        await again.acquire(5.0)  # a child that outlives the operator does not hold its lock
        again.release()
    finally:
        child.communicate(b"\n")


@pytest.mark.parametrize(("name", "drawn"), [("help", False), ("drafts", False), ("inventory", True)])
async def test_a_sample_studio_is_drawn_only_for_what_looks_at_media(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, drawn: bool
) -> None:
    asked: list[Settings] = []

    async def draw(settings: Settings, on_progress: object = None) -> None:
        asked.append(settings)

    monkeypatch.setattr(wiring, "draw_studio", draw)
    answer = await ask(settings.model_copy(update={"media_dir": None}), name)
    assert (bool(asked), answer.ok) == (drawn, True)
