"""Waiting for work, whoever does it: a running operator's engine, or this command's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping

from bot.operator import Operator
from bot.reply import Progress, Reply
from services.store import jobs
from services.store.jobs import Job

Only = Mapping[str, Collection[str] | None]

POLL_SECONDS = 2.0  # the store tells of changes; this is for changes it cannot see (another process)


async def carry(op: Operator, until: Callable[[], Awaitable[bool]], only: Only) -> None:
    """Return when ``until()`` is true; without a running operator, drive the reconcilers in ``only``."""
    if not op.live:
        await op.engine.drive(until, only=only)
        return
    while True:
        change = op.store.next_change()
        if await until():
            return
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await change.wait()
        except TimeoutError:
            continue


async def show_in_sheet(op: Operator) -> None:
    """Without a running operator: bring the sheet up to date after a decision. A failing sheet waits."""
    if not op.live:

        async def done() -> bool:
            return await op.engine.idle(["sheet"])

        await op.engine.drive(done, only={"sheet": None})


async def follow(op: Operator, job: int, only: Only) -> AsyncGenerator[Reply]:
    """Progress replies until the job has ended; the work goes on when nobody listens any more."""

    async def ended() -> bool:
        return not (await op.store.do(jobs.get, job)).open

    worker = asyncio.create_task(carry(op, ended, only))
    try:
        last: tuple[object, ...] = ()
        while not worker.done():
            change = op.store.next_change()
            known = await op.store.do(jobs.get, job)
            now = (known.stage, known.done, known.total, known.message)
            if now != last and known.open:
                last = now
                yield Reply(progress=_progress(known))
            waiter = asyncio.create_task(change.wait())
            await asyncio.wait({worker, waiter}, return_when=asyncio.FIRST_COMPLETED, timeout=POLL_SECONDS)
            waiter.cancel()
        await worker
    finally:
        worker.cancel()


def _progress(job: Job) -> Progress:
    return Progress(job.id, job.stage or job.state, job.done, job.total, job.message)
