"""operator.db: the one truth. One connection, used by one thread, one transaction for each piece of work.

Work is a plain function that takes the database first (see the modules beside this one):

    draft = await store.do(drafts.get, 7)

Everything such a function does is committed together or not at all. Functions compose by calling each
other with the same database. This module knows nothing of what the tables mean.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlite_utils import Database

from services.errors import Misconfigured, OperatorError, Unavailable
from services.store import touched
from services.store.migrations import is_current, migrate

P = ParamSpec("P")
T = TypeVar("T")

BUSY_SECONDS = 10.0  # how long a write waits for another process that is writing


class Store:
    """The open database. Make it with ``await Store.open(path)`` and end it with ``await close()``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._database: Database | None = None
        self._begin = "BEGIN IMMEDIATE"
        self._listeners: list[Callable[[], None]] = []
        self._next_change = asyncio.Event()

    @classmethod
    async def open(cls, path: Path) -> Store:
        """Open (and create, and migrate) the database at ``path``.

        Raises Misconfigured when it cannot be written, is no database or was made by a newer version.
        """
        store = cls(path)
        try:
            await asyncio.get_running_loop().run_in_executor(store._thread, store._connect)
        except BaseException:  # not handled: the thread must not go on, whatever ended it
            store._thread.shutdown(wait=False)
            raise
        return store

    @classmethod
    async def open_to_read(cls, path: Path) -> Store | None:
        """Open the database beside the process that acts on it; nothing can be written through this.

        None when there is nothing to read as it is: no database, one that has to be migrated first, or one
        that a crash left half-written.
        """
        store = cls(path)
        store._begin = "BEGIN"
        try:
            await asyncio.get_running_loop().run_in_executor(store._thread, store._connect_to_read)
        except sqlite3.Error:
            store._thread.shutdown(wait=False)
            return None
        return store

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` on the event loop after every commit that changed something."""
        self._listeners.append(listener)

    def next_change(self) -> asyncio.Event:
        """An event that is set by the next commit that changes something: take it, read, then wait for it."""
        return self._next_change

    async def do(self, work: Callable[Concatenate[Database, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``work(database, …)`` in its own transaction and answer what it returns."""

        loop = asyncio.get_running_loop()

        def run() -> T:
            database = self._opened()
            before = database.conn.total_changes
            with transaction(database, self.path, self._begin):
                result = work(database, *args, **kwargs)
            if database.conn.total_changes != before:
                # From here, not after the await: who asked may be cancelled, what was committed stays.
                loop.call_soon_threadsafe(self._tell)
            return result

        return await loop.run_in_executor(self._thread, run)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown(wait=True)

    def _tell(self) -> None:
        event, self._next_change = self._next_change, asyncio.Event()
        event.set()
        for listener in self._listeners:
            listener()

    def _opened(self) -> Database:
        if self._database is None:
            raise RuntimeError("the store is closed")
        return self._database

    def _connect(self) -> None:
        with sentences(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                # A rollback journal: one file to copy, nothing left over; FULL syncs each commit.
                connection.execute("PRAGMA journal_mode=DELETE")
                connection.execute("PRAGMA synchronous=FULL")
                connection.execute("PRAGMA foreign_keys=ON")
                database = Database(connection)
                migrate(database, self.path)
                touched.watch(database)
            except BaseException:  # not handled: the file must not stay open, whatever ended it
                connection.close()
                raise
        self._database = database

    def _connect_to_read(self) -> None:
        uri = f"{self.path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(
            uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            database = Database(connection)
            if not is_current(database):
                raise sqlite3.DatabaseError("another version")
        except BaseException:  # not handled: the file must not stay open, whatever ended it
            connection.close()
            raise
        self._database = database

    def _disconnect(self) -> None:
        if self._database is not None:
            self._database.conn.close()
            self._database = None


@contextlib.contextmanager
def transaction(database: Database, path: Path, begin: str) -> Iterator[None]:
    """``begin`` … COMMIT; sqlite's own errors become sentences."""
    with sentences(path):
        database.conn.execute(begin)
        try:
            yield
            database.conn.execute("COMMIT")
        except BaseException:  # not handled: half a transaction must not stay open, whatever ended it
            if database.conn.in_transaction:
                database.conn.execute("ROLLBACK")
            raise


@contextlib.contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn what sqlite and the file system say about ``path`` into errors for a person."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError, OSError) as error:
        translated = _translate(error, path)
        if translated is None:
            raise
        raise translated from error


def _translate(error: Exception, path: Path) -> OperatorError | None:
    text = str(error).lower()
    if "disk is full" in text or "no space left" in text:
        return Unavailable(
            f"The disk with {path.parent} is full: nothing was saved of this step.",
            remedy="Free some space; the operator goes on by itself.",
        )
    if isinstance(error, PermissionError) or any(
        sign in text for sign in ("readonly", "read-only", "unable to open", "permission denied")
    ):
        return Misconfigured(
            f"{path.parent} cannot be written.",
            remedy="Give this user write access to it, or set DATA_DIR to a folder it may write.",
            variable="DATA_DIR",
        )
    if "locked" in text:
        return Unavailable(
            "Another Autopotter process is writing to the same operator.db.",
            remedy="Try again in a moment; if it stays so, end the other process.",
        )
    if "not a database" in text or "malformed" in text:
        return Misconfigured(
            f"{path} is damaged or not an operator.db.",
            remedy=f"Put a backup in its place (copies named {path.name}.before-… lie beside it).",
            variable="DATA_DIR",
        )
    return None
