"""Waiting for work, whoever does it: a running operator's engine, or this command's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping

from bot.operator import Operator
from bot.reply import Progress, Reply
from services.errors import Unavailable
from services.store import drafts, jobs
from services.store.jobs import Job

Only = Mapping[str, Collection[str] | None]

STUCK = 3  # failures in a row after which a command that works by itself gives up and says why
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


async def show_in_sheet(op: Operator) -> str:
    """Without a running operator: bring the sheet up to date after a decision.

    Answers why it could not be, "" if it was; a failing sheet changes no decision and is written later.
    """
    if op.live:
        return ""

    sheet: Only = {"sheet": None}

    async def done() -> bool:
        return await op.engine.idle(sheet)

    await op.engine.drive(done, only=sheet)
    return " ".join(message for _, message in _troubles(op, sheet))


async def follow(op: Operator, job: int) -> AsyncGenerator[Reply]:
    """Progress replies until the job has ended; the work goes on when nobody listens any more.

    A command that works by itself drives the job and the renders of its own drafts, no others. What holds
    it up is told once; it gives up when it stays so: Unavailable.
    """
    kind = (await op.store.do(jobs.get, job)).kind
    renders: set[str] = set()
    only: Only = {kind: {str(job)}, "render": renders}

    async def ended() -> bool:
        renders.update(str(draft.number) for draft in await op.store.do(drafts.standings, job=job))
        return not (await op.store.do(jobs.get, job)).open or bool(await _stuck(op, only))

    told = set[str]()
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
            for _, message in _troubles(op, only):
                if message not in told:
                    told.add(message)
                    yield Reply(f"It waits: {message}")
            waiter = asyncio.create_task(change.wait())
            await asyncio.wait({worker, waiter}, return_when=asyncio.FIRST_COMPLETED, timeout=POLL_SECONDS)
            waiter.cancel()
        await worker
        if (await op.store.do(jobs.get, job)).open and (stuck := await _stuck(op, only)):
            raise Unavailable(stuck, remedy="What was begun goes on when an operator runs.")
    finally:
        worker.cancel()
        await asyncio.wait([worker])  # its last piece of work must not meet a closed store


async def _stuck(op: Operator, only: Only) -> str:
    """What keeps this command from ever ending; "" while something else can be done.

    A running operator is never stuck: it tries on.
    """
    lasting = [message for failures, message in _troubles(op, only) if failures >= STUCK]
    if op.live or not lasting or not await op.engine.idle(only):
        return ""
    return lasting[0]


def _troubles(op: Operator, only: Only) -> list[tuple[int, str]]:
    """How often in a row these steps failed, and why."""
    found = []
    for trouble in op.engine.troubles():
        keys = only.get(str(trouble["reconciler"]), ())
        if keys is None or trouble["key"] in keys:
            found.append((int(str(trouble["failures"])), str(trouble["message"])))
    return found


def _progress(job: Job) -> Progress:
    return Progress(job.id, job.stage or job.state, job.done, job.total, job.message)
