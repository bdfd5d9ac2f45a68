"""Progress of a job as it happens, written to its row a few times a second at most."""

from __future__ import annotations

import asyncio
from types import TracebackType

from services.store import Store, jobs

INTERVAL_SECONDS = 0.25


class JobProgress:
    """Callable with (stage, done, total[, message]) from any thread; the newest call wins.

    Use as an async context manager: leaving it writes what is still unwritten.
    """

    def __init__(self, store: Store, job: int) -> None:
        self._store, self._job = store, job
        self._loop = asyncio.get_running_loop()
        self._latest: tuple[str, float, float, str] | None = None
        self._writer: asyncio.Task[None] | None = None

    def __call__(self, stage: str, done: float = 0, total: float = 0, message: str = "") -> None:
        self._loop.call_soon_threadsafe(self._take, (stage, done, total, message))

    def _take(self, values: tuple[str, float, float, str]) -> None:
        self._latest = values
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        while self._latest is not None:
            values, self._latest = self._latest, None
            await self._store.do(jobs.progress, self._job, *values)
            await asyncio.sleep(INTERVAL_SECONDS)

    async def __aenter__(self) -> JobProgress:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        if self._latest is not None:
            await self._store.do(jobs.progress, self._job, *self._latest)
