"""Operations that only read: they change nothing at all, and so wait for no command that is acting."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.handover import perform
from bot.operations.registry import operations
from bot.operator import Operator
from bot.reply import Reply
from bot.settings import Settings
from bot.wiring import close_operator, open_operator, open_to_look
from services.errors import OperatorError
from services.files import sha256
from services.model.draft import State
from services.store import Store, drafts, facts, jobs
from tests.golden import make as golden
from tests.operations.asking import ask as ask_directly
from tests.reconcilers.helpers import drive, make_draft, post_now

READING = {"brief", "digest", "drafts", "show", "schedule", "jobs", "status", "help"}
# Holds the lock, as a command does that renders for half an hour; a line on its input ends it.
HOLDER = """
import sys
from pathlib import Path
from services.store.lock import DataLock
lock = DataLock(Path(sys.argv[1]))
assert lock.try_acquire()
print("held", flush=True)
sys.stdin.readline()
"""
# The same, in the middle of a transaction that was not committed.
WRITER = HOLDER.replace(
    'print("held"',
    """
import sqlite3
db = sqlite3.connect(Path(sys.argv[1]) / "operator.db", isolation_level=None)
db.execute("PRAGMA cache_size=1")
db.execute("BEGIN IMMEDIATE")
db.execute("INSERT INTO facts VALUES ('paused', '{}')")
print("held\"""",
)


@contextlib.contextmanager
def holding(data: Path, code: str = HOLDER) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
    finally:
        process.communicate(b"\n")


@pytest.fixture
async def full(op: Operator) -> Operator:
    """Drafts that are posted, approved and to be reviewed, with their sheet; a job; the folders of a day."""
    posted, approved = await make_draft(op), await make_draft(op, "SV02 turns")
    await make_draft(op, "HP08 waits")
    await post_now(op, posted)
    await drive(op, "publish")
    await op.store.do(drafts.move, approved, State.DRAFT, State.APPROVED, now=op.now())
    await op.store.do(jobs.queue, "collect", {}, by="desk", now=op.now())
    await drive(op, "collect", "sheet")
    return op


def picture(folder: Path) -> dict[str, tuple[int, int, int, int]]:
    """Every file and folder with its inode, size and times: whatever is written changes it."""
    found = {}
    for path in [folder, *folder.rglob("*")]:
        facts = path.lstat()
        found[str(path)] = (facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)
    return found


async def ask(settings: Settings, name: str, **given: Any) -> Reply:
    return [reply async for reply in perform(settings, name, given, wait=0.3)][-1]


def test_which_operations_only_read() -> None:
    known = operations().values()
    assert {found.name for found in known if found.only_reads({})} == READING
    schedule = operations()["schedule"]
    assert schedule.only_reads({"action": "show"})
    assert not schedule.only_reads({"action": "pause"})
    assert not [found.name for found in known if found.reads is not None and (found.decides or found.media)]


@pytest.mark.parametrize("name", sorted(READING))
@pytest.mark.parametrize("way", ["beside", "by itself"])
async def test_what_only_reads_writes_nothing(
    full: Operator, settings: Settings, name: str, way: str
) -> None:
    """Neither over a store it can only read, nor over one it could write."""
    needed = {"number": 1} if name == "show" else {}
    op: Operator | None = full
    if way == "beside":
        op = await open_to_look(settings)
    assert op is not None
    before = picture(settings.data_dir)
    changes = op.store.next_change()
    answer = await ask_directly(op, name, **needed)
    await asyncio.sleep(0)
    if way == "beside":
        await close_operator(op)
    assert answer.ok, answer.text
    assert picture(settings.data_dir) == before
    assert not changes.is_set()


@pytest.mark.parametrize("code", [HOLDER, WRITER], ids=["acting", "writing"])
async def test_another_command_is_not_waited_for(full: Operator, settings: Settings, code: str) -> None:
    with holding(settings.data_dir, code) as holder:
        before = picture(settings.data_dir)
        for name in sorted(READING):
            began = time.monotonic()
            answer = await ask(settings, name, **({"number": 2} if name == "show" else {}))
            assert (answer.ok, time.monotonic() - began < 5) == (True, True), answer.text
        assert len((await ask(settings, "drafts")).cards) == 3
        assert (await ask(settings, "schedule")).data["paused"] is None  # what is not committed is not there
        assert holder.poll() is None
        assert picture(settings.data_dir) == before


async def test_what_is_committed_meanwhile_is_seen(full: Operator, settings: Settings) -> None:
    with holding(settings.data_dir):
        await full.store.do(facts.put, facts.PAUSED, {"by": "desk", "at": full.now().isoformat()})
        assert (await ask(settings, "schedule")).data["paused"]["by"] == "desk"


async def test_what_writes_still_waits(full: Operator, settings: Settings) -> None:
    with holding(settings.data_dir) as holder:
        for name, given in (("schedule", {"action": "pause"}), ("approve", {"number": 3}), ("insights", {})):
            answer = await ask(settings, name, **given)
            assert (answer.ok, f"process {holder.pid}" in answer.text) == (False, True), name


@pytest.mark.parametrize("store", ["absent", "old", "damaged"])
async def test_a_store_that_cannot_be_read_as_it_is_has_to_be_waited_for(
    settings: Settings, store: str
) -> None:
    path = settings.data_dir / "operator.db"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if store == "old":
        shutil.copy(Path(golden.__file__).parent / "operator-m001.db", path)
    elif store == "damaged":
        path.write_bytes(b"no database at all" * 100)
    with holding(settings.data_dir):
        before = picture(settings.data_dir)
        answer = await ask(settings, "drafts")
        assert (answer.ok, "is using" in answer.text) == (False, True)
        assert picture(settings.data_dir) == before
    answer = await ask(settings, "drafts")
    assert answer.ok is (store != "damaged")


async def test_what_a_crash_left_half_written_is_not_read(settings: Settings, tmp_path: Path) -> None:
    """Only who may write can roll it back; until then what stands in the file is nobody's truth."""
    await close_operator(await open_operator(settings))
    path = settings.data_dir / "operator.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA cache_size=1")
        db.execute("BEGIN IMMEDIATE")
        db.execute("CREATE TABLE big (text)")
        db.executemany("INSERT INTO big VALUES (?)", [("x" * 4000,)] * 400)  # spills into the file
        crashed = tmp_path / "crashed"
        shutil.copytree(settings.data_dir, crashed)
        db.execute("ROLLBACK")
    assert (crashed / "operator.db-journal").stat().st_size
    before = {path: sha256(path) for path in crashed.iterdir()}
    assert await Store.open_to_read(crashed / "operator.db") is None
    assert {path: sha256(path) for path in crashed.iterdir()} == before
    again = await Store.open(crashed / "operator.db")
    await again.close()
    looking = await Store.open_to_read(crashed / "operator.db")
    assert looking is not None
    await looking.close()


async def test_nothing_can_be_written_through_it(settings: Settings) -> None:
    await close_operator(await open_operator(settings))
    op = await open_to_look(settings)
    assert op is not None
    with pytest.raises(OperatorError):
        await op.store.do(facts.put, facts.PAUSED, {})
    await close_operator(op)


async def test_a_sample_studio_that_is_not_there_is_left_to_who_acts(settings: Settings) -> None:
    await close_operator(await open_operator(settings))
    assert await open_to_look(settings.model_copy(update={"media_dir": None})) is None
    assert not os.path.lexists(settings.data_dir / "media")
