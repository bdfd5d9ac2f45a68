"""Progress of a job as it happens, written to its row a few times a second at most."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType

from services.errors import OperatorError
from services.log import get_logger
from services.store import Store, jobs

log = get_logger(__name__)

INTERVAL_SECONDS = 0.25


class JobProgress:
    """Callable with (stage, done, total[, message]) from any thread; the newest call wins.

    Use as an async context manager: leaving it writes what is still unwritten. Progress that cannot be
    written (a full disk) is dropped: the work itself says what is wrong.
    """

    def __init__(self, store: Store, job: int) -> None:
        self._store, self._job = store, job
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._latest: tuple[str, float, float, str] | None = None
        self._written: tuple[str, float, float, str] | None = None
        self._ended = False
        self._writer: asyncio.Task[None] | None = None

    def __call__(self, stage: str, done: float = 0, total: float = 0, message: str = "") -> None:
        if threading.get_ident() == self._thread:  # at once: leaving must not overtake it
            self._take((stage, done, total, message))
        else:
            self._loop.call_soon_threadsafe(self._take, (stage, done, total, message))

    def _take(self, values: tuple[str, float, float, str]) -> None:
        if self._ended:  # a thread's late word: the job is further than that by now
            return
        self._latest = values
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._latest is not self._written:
            await self._put()
            await asyncio.sleep(INTERVAL_SECONDS)

    async def _put(self) -> None:
        values = self._latest
        if values is None or values is self._written:
            return
        try:
            await self._store.do(jobs.progress, self._job, *values)
        except OperatorError as error:
            log.debug("progress of job %s was not written: %s", self._job, error)
        self._written = values

    async def __aenter__(self) -> JobProgress:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        await self._put()
