"""The running operator: services, engine, schedule and surfaces, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import signal
from collections.abc import AsyncIterator, Callable

from bot import session
from bot.engine import backoff
from bot.operator import Operator
from bot.reply import for_error
from bot.schedule import Schedule
from bot.settings import Settings, twins
from bot.surfaces.base import Surface
from bot.surfaces.desk.desk import Desk
from bot.wiring import close_operator, open_operator
from services.errors import OperatorError
from services.log import get_logger
from services.store import drafts, facts, jobs
from services.store.lock import OPERATOR_WAIT, DataLock

log = get_logger(__name__)

STOP_SECONDS = 10.0


async def run(settings: Settings, *, on_ready: Callable[[str], None] | None = None) -> None:
    """Run until SIGINT or SIGTERM. ``on_ready`` is given the desk's address once it answers.

    Raises OperatorError when it cannot start: DATA_DIR in use, port taken, media folder gone.
    """
    async with _operator(settings) as (op, desk):
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        schedule = Schedule(op)
        await schedule.start()
        await _first_run(settings, op)
        tasks = [
            asyncio.create_task(op.engine.run(), name="engine"),
            asyncio.create_task(supervise(desk), name="desk"),
        ]
        if on_ready is not None:
            on_ready(op.desk_url)
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
            await schedule.stop()
            await _end(tasks)


async def supervise(surface: Surface) -> None:
    """Keep a surface running: one that fails is started again, later and later, and the rest goes on."""
    failures = 0
    while True:
        try:
            await surface.run()
            return
        except asyncio.CancelledError:
            raise
        except Exception as error:  # the surface's border: said, and started again
            failures += 1
            wait = backoff(failures)
            log.error("%s stopped (%s); it starts again in %.0f s", surface.name, for_error(error).text, wait)
            await asyncio.sleep(wait)


@contextlib.asynccontextmanager
async def _operator(settings: Settings) -> AsyncIterator[tuple[Operator, Desk]]:
    """Everything opened in order and closed in reverse, whatever happens in between."""
    lock = DataLock(settings.data_dir)
    await lock.acquire(OPERATOR_WAIT)
    try:
        op = await open_operator(settings)
        op.live = True
        try:
            token = secrets.token_urlsafe(32)
            secret = settings.desk_token.get_secret_value() if settings.desk_token else None
            desk = Desk(op, host=settings.desk_host, port=settings.desk_port, token=secret, cli_token=token)
            op.desk_url = await desk.start()
            session.announce(settings.data_dir, url=op.desk_url, token=token, identity=op.options.identity)
            log.info("running with %s", ", ".join(f"{kind} {name}" for kind, name in twins(settings).items()))
            try:
                yield op, desk
            finally:
                session.withdraw(settings.data_dir)
                await desk.close()
        finally:
            await close_operator(op)
    finally:
        lock.release()


async def _first_run(settings: Settings, op: Operator) -> None:
    """With an empty store and nothing that costs money, make the first drafts without being asked."""
    chosen = twins(settings)
    if chosen["planner"] != "offline" or chosen["renderer"] != "local":
        return
    known = await op.store.do(facts.get, facts.FIRST_RUN)
    if known is None and not await op.store.do(drafts.listed, limit=1):
        params = {
            "count": op.options.drafts_per_run,
            "intent": "",
            "seed": random.randrange(1, 2**31),  # noqa: S311 - variety, not secrecy
        }
        job = await op.store.do(jobs.queue, "generate", params, by="first run", now=op.now())
        await op.store.do(facts.put, facts.FIRST_RUN, job)


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            results = await asyncio.gather(*tasks, return_exceptions=True)
    except TimeoutError:
        log.warning(
            "not everything stopped within %.0f s; the next start goes on from the store", STOP_SECONDS
        )
        return
    for result in results:
        if isinstance(result, OperatorError):
            log.error("%s", result)
        elif isinstance(result, Exception):
            log.error("stopped by a failure", exc_info=result)
