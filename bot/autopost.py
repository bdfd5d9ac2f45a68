"""`autopotter autopost`: one post from the approved drafts, in a bounded time, with or without an operator.

A running operator is asked to do it, so that only one process acts. Without one this process looks, acts
under the lock of DATA_DIR, and lets go of it between its looks: other commands go on, and an operator that is
started meanwhile takes over.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import Any

import httpx

from bot import BEGUN, next_post
from bot.handover import NobodyThere, running_operator, stream
from bot.next_post import Result
from bot.operator import Operator
from bot.reply import Reply
from bot.session import Session
from bot.settings import Settings
from bot.surfaces.console import Console
from bot.wiring import close_operator, open_operator
from services.errors import Unavailable
from services.log import get_logger
from services.store.lock import DataLock

log = get_logger(__name__)

EXIT_CODES = {Result.POSTED: 0, Result.NOTHING: 3, Result.IN_PROGRESS: 4}  # every other: 1
LEAST_PAUSE = 0.1
ANSWER_SECONDS = 2.0  # more than the operator is given, so that it can say how it ended
_THREADS = "autopost"

Show = Callable[[Reply], None]
Opened = Callable[[Settings], Awaitable[Operator]]


def autopost(
    settings: Settings, console: Console, given: dict[str, Any], opened: Opened = open_operator
) -> None:
    """Show what is done; ``console.exit_code`` says how it ended. ``given``: timeout, in seconds, or None.

    ``opened`` makes the operator, for a process that has services of its own to put in.
    """
    seconds = given["timeout"] or settings.autopost_timeout.total_seconds()
    end = deadline(seconds)
    turn = _Turn(settings, end, console.show, opened)
    runner = asyncio.Runner()
    try:
        reply = runner.run(turn.run())
    except BaseException:  # not handled: the loop must not stay open, whatever ended the turn
        runner.close()
        raise
    console.show(reply)
    console.exit_code = EXIT_CODES.get(reply.data.get("result"), 1)
    if turn.threads_ended():
        runner.close()
    else:
        _leave(console)


def deadline(seconds: float, begun: float = BEGUN) -> float:
    """On the monotonic clock. The time is that of the whole command: what loading it took has passed."""
    now = time.monotonic()
    return now + seconds - min(now - begun, seconds / 2)


class _Turn:
    """One run of the command. ``end`` is on the monotonic clock."""

    def __init__(self, settings: Settings, end: float, show: Show, opened: Opened) -> None:
        self._settings, self._end, self._show, self._opened = settings, end, show, opened
        self._lock = DataLock(settings.data_dir)
        self._begun: int | None = None  # the draft that was taken: should who posts it die, it is still ours
        self._threads = ThreadPoolExecutor(thread_name_prefix=_THREADS)

    async def run(self) -> Reply:
        """The last reply. Raises OperatorError where nothing could be done at all."""
        asyncio.get_running_loop().set_default_executor(self._threads)
        interval = self._settings.autopost_poll_interval.total_seconds()
        while True:
            reply = await self._look()
            rest = self._rest()
            if reply is None and not rest:
                reply = await self._busy("The running operator does not answer.")
            if reply is not None and (reply.data.get("result") != Result.NOTHING or rest < 2 * LEAST_PAUSE):
                return reply
            # Sooner and sooner towards the end, so that what is found still has time to be posted.
            await asyncio.sleep(max(LEAST_PAUSE, min(interval, rest / 2)) if reply else LEAST_PAUSE)

    async def _look(self) -> Reply | None:
        """What was done now, by whoever may; None: nobody did anything yet, and asking again is right."""
        try:
            found = await running_operator(self._settings, self._lock, self._end)
        except Unavailable as busy:
            return await self._busy(str(busy))
        try:
            return await (self._ask(found) if found else self._act())
        finally:
            self._lock.release()

    async def _act(self) -> Reply | None:
        op = await self._opened(self._settings)
        last = None
        try:
            async with aclosing(next_post.post_next(op, self._rest(), self._begun)) as replies:
                async for reply in replies:
                    last = self._heard(reply) or last
        finally:
            await close_operator(op)
        return last

    async def _ask(self, found: Session) -> Reply | None:
        """A running operator waits and posts for us. None: it is gone, and who comes next goes on."""
        given = {"seconds": self._rest(), "begun": self._begun}
        last = None
        try:
            async with (
                asyncio.timeout(self._rest() + ANSWER_SECONDS),
                aclosing(stream(found, "/api/autopost", given)) as replies,
            ):
                async for reply in replies:
                    last = self._heard(reply) or last
        except NobodyThere:
            return last
        except TimeoutError:
            raise Unavailable(
                "The running operator did not answer in time.",
                remedy="`autopotter drafts` shows whether anything was posted.",
            ) from None
        except httpx.HTTPError as error:
            log.warning("the running operator broke off: %s", type(error).__name__)
        return last

    def _heard(self, reply: Reply) -> Reply | None:
        """The reply, if it is the last; what was taken is remembered and told."""
        if reply.data is None:
            return None
        if reply.data.get("result") != Result.TAKEN:
            return reply
        self._begun = int(reply.data["number"])
        self._show(reply)
        return None

    async def _busy(self, why: str) -> Reply:
        """Somebody else had the store to the end: what became of it is looked up, nothing is done."""
        op = await self._opened(self._settings)
        try:
            return await next_post.look(op, why)
        finally:
            await close_operator(op)

    def _rest(self) -> float:
        return max(0.0, self._end - time.monotonic())

    def threads_ended(self) -> bool:
        """Whether all blocking calls came to an end; what was given up at the deadline may not have."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        mine = [thread for thread in threading.enumerate() if thread.name.startswith(_THREADS)]
        for thread in mine:
            thread.join(self._rest() + LEAST_PAUSE)
        return not any(thread.is_alive() for thread in mine)


def _leave(console: Console) -> None:
    """End the process though a service still keeps a thread waiting: the time is over.

    It is as a crash would be, which every step is made for: what was begun is recorded.
    """
    console.__exit__(None, None, None)
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if console.ok else console.exit_code)
