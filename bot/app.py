"""The running operator: services, engine, schedule and surfaces, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

from sqlite_utils import Database

from bot import session
from bot.chat_surfaces import chat_surfaces
from bot.engine import FIRST_BACKOFF, LAST_BACKOFF, backoff
from bot.operator import Operator, SurfaceState
from bot.reply import for_error
from bot.schedule import Schedule
from bot.settings import Settings, twins
from bot.surfaces.base import Surface
from bot.surfaces.desk.desk import Desk
from bot.wiring import StudioProgress, close_operator, draw_studio, open_operator, studio_missing
from services.errors import Misconfigured
from services.log import get_logger
from services.store import drafts, facts, jobs
from services.store.lock import OPERATOR_WAIT, DataLock

log = get_logger(__name__)

STOP_SECONDS = 10.0


async def run(
    settings: Settings,
    *,
    on_ready: Callable[[str], None] | None = None,
    on_studio: StudioProgress | None = None,
    opened: Callable[[Settings], Awaitable[Operator]] = open_operator,
) -> None:
    """Run until SIGINT or SIGTERM. ``on_ready`` is given the desk's address once it answers.

    Where there is no media at all a sample studio is drawn first; ``on_studio`` hears how far it is.
    ``opened`` makes the operator, for a process that has services of its own to put in.

    Raises OperatorError when it cannot start: DATA_DIR in use, port taken, media folder gone.
    """
    stop = asyncio.Event()
    async with _operator(settings, on_studio, stop, opened) as (op, desk):
        schedule = Schedule(op)
        await schedule.start()
        await op.store.do(_first_run, settings, op)
        surfaces = [desk, *chat_surfaces(op, settings)]
        tasks = [
            asyncio.create_task(op.engine.run(), name="engine"),
            *(asyncio.create_task(supervise(op, each), name=each.name) for each in surfaces),
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


@contextlib.contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """Ctrl-C and SIGTERM set ``stop``, once: what comes after that ends the process as ever."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)

    def forget() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)

    def begin_to_stop() -> None:
        stop.set()
        forget()

    for number in numbers:
        loop.add_signal_handler(number, begin_to_stop)
    try:
        yield
    finally:
        forget()


async def supervise(op: Operator, surface: Surface, *, first_backoff: float = FIRST_BACKOFF) -> None:
    """Keep a surface running: one that fails is started again, later and later, and the rest goes on.

    One that says Misconfigured stays down until the next start: a chat counts failed log-ins, and no try
    mends a wrong token. `status` says so with the remedy either way.
    """
    failures = 0
    while True:
        began = time.monotonic()
        op.surfaces[surface.name] = SurfaceState()
        try:
            await surface.run()
            reason = "it ended by itself"
        except Misconfigured as error:
            op.surfaces[surface.name] = SurfaceState(str(error), ends=True)
            log.error("%s is down until the next start: %s", surface.name, error)
            await asyncio.Event().wait()  # until cancelled
        except Exception as error:  # the surface's border: said, and started again
            reply = for_error(error)
            reason = f"{reply.text} {reply.remedy}".strip()
        failures = 1 if time.monotonic() - began > LAST_BACKOFF else failures + 1
        wait = backoff(failures, first_backoff)
        op.surfaces[surface.name] = SurfaceState(f"It stopped: {reason}")
        log.error("%s stopped (%s); it starts again in %.0f s", surface.name, reason, wait)
        await asyncio.sleep(wait)


@contextlib.asynccontextmanager
async def _operator(
    settings: Settings,
    on_studio: StudioProgress | None,
    stop: asyncio.Event,
    opened: Callable[[Settings], Awaitable[Operator]],
) -> AsyncIterator[tuple[Operator, Desk]]:
    """Everything opened in order and closed in reverse, whatever happens in between."""
    lock, stack = DataLock(settings.data_dir), contextlib.ExitStack()
    await lock.acquire(OPERATOR_WAIT)
    try:
        if studio_missing(settings):  # under the lock: two that draw would sweep each other's files away
            await draw_studio(settings, on_studio)
        op = await opened(settings)
        op.live = True
        try:
            token = secrets.token_urlsafe(32)
            secret = settings.desk_token.get_secret_value() if settings.desk_token else None
            desk = Desk(op, host=settings.desk_host, port=settings.desk_port, token=secret, cli_token=token)
            try:
                op.desk_url = await desk.start()
                log.info("running with %s", ", ".join(f"{k} {name}" for k, name in twins(settings).items()))
                stack.enter_context(_signals(stop))  # before anybody is told whom to stop
                session.announce(
                    settings.data_dir, url=op.desk_url, token=token, identity=op.options.identity
                )
                yield op, desk
            finally:
                session.withdraw(settings.data_dir)
                await desk.close()
                stack.close()
        finally:
            await close_operator(op)
    finally:
        lock.release()


def _first_run(db: Database, settings: Settings, op: Operator) -> None:
    """With an empty store and nothing that costs money, make the first drafts without being asked."""
    chosen = twins(settings)
    if chosen["planner"] != "offline" or chosen["renderer"] != "local":
        return
    if facts.get(db, facts.FIRST_RUN) is None and not drafts.listed(db, limit=1):
        job = jobs.queue_generation(db, op.options.drafts_per_run, by="first run", now=op.now())
        facts.put(db, facts.FIRST_RUN, job)


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
        if isinstance(result, Exception):  # nothing ends these but the end: the process must not end well
            raise result
