"""Who does a command's work: the running operator, by its loopback API, or this process by itself.

What only one of them needs is loaded there: a short command must be quick.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from bot import session
from bot.operations.registry import Requester, find
from bot.reply import Reply, for_error
from bot.session import Session, identity
from bot.settings import Settings
from services.errors import Misconfigured, OperatorError, Refused, Unavailable
from services.store.lock import OPERATOR_WAIT, DataLock

if TYPE_CHECKING:
    from bot.operator import Operator
    from bot.wiring import StudioProgress

CONSOLE = Requester("console")
_RETRY_SECONDS = 0.1
_LEAST_SECONDS = 1.0  # that an operator gets to begin its answer


async def perform(
    settings: Settings,
    name: str,
    given: dict[str, Any],
    on_studio: StudioProgress | None = None,
    *,
    wait: float = OPERATOR_WAIT,
) -> AsyncGenerator[Reply]:
    """Run an operation for the command line; every failure comes as a last reply with ok False.

    ``wait``: for how many seconds somebody else may hold DATA_DIR.
    """
    lock = DataLock(settings.data_dir)
    deadline = time.monotonic() + wait
    try:
        while True:
            source = await _source(settings, lock, deadline, name, given, on_studio)
            try:
                async with aclosing(source) as replies:
                    async for reply in replies:
                        yield reply
            except NobodyThere as nobody:  # it is just ending: who gets the lock next does the work
                if time.monotonic() > deadline:
                    raise _no_answer(nobody) from nobody
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return
    except OperatorError as error:
        yield for_error(error)
    finally:
        lock.release()


async def _source(
    settings: Settings,
    lock: DataLock,
    deadline: float,
    name: str,
    given: dict[str, Any],
    on_studio: StudioProgress | None,
) -> AsyncGenerator[Reply]:
    """The replies of whoever is to do it: the operator, or this process when it is its turn to act.

    What only reads waits for nobody: while another command acts, this process looks beside it.
    """
    reads = find(name).only_reads(given)
    while not await asyncio.to_thread(lock.try_acquire):
        if found := _announced(settings, lock):
            return _ask(found, name, given, deadline)
        if reads and (replies := await _beside(settings, name, given)):
            return replies
        await _next_try(lock, deadline)
    return _locally(settings, name, given, on_studio)


async def running_operator(settings: Settings, lock: DataLock, deadline: float) -> Session | None:
    """The operator to ask; None when this process holds the lock and works by itself."""
    while not await asyncio.to_thread(lock.try_acquire):
        if found := _announced(settings, lock):
            return found
        await _next_try(lock, deadline)
    return None


def _announced(settings: Settings, lock: DataLock) -> Session | None:
    """The operator that holds the lock, if it says where it can be asked.

    What a killed operator announced counts for nothing: only the lock's holder is asked.
    """
    found = session.find(settings.data_dir)
    if found is None or lock.holder() not in (None, found.process):
        return None
    _ensure_same(found, settings)
    return found


async def _next_try(lock: DataLock, deadline: float) -> None:
    if time.monotonic() > deadline:  # another command is acting, or an operator takes long to start
        raise lock.in_use("It is just starting, or at work: try again in a minute, or end it if it hangs.")
    await asyncio.sleep(_RETRY_SECONDS)


def _ensure_same(found: Session, settings: Settings) -> None:
    if found.version != version("autopotter"):
        raise Refused(
            f"The running operator is version {found.version}, this command {version('autopotter')}.",
            remedy="Restart the operator.",
        )
    if found.identity != identity(settings):
        raise Misconfigured(
            "The running operator was started with other media, brand or services than this command.",
            remedy="Use the same bot.env and environment for both, or restart the operator.",
        )


async def _locally(
    settings: Settings, name: str, given: dict[str, Any], on_studio: StudioProgress | None
) -> AsyncGenerator[Reply]:
    from bot import wiring

    if find(name).media and wiring.studio_missing(settings):
        await wiring.draw_studio(settings, on_studio)
    async with aclosing(_by(await wiring.open_operator(settings), name, given)) as replies:
        async for reply in replies:
            yield reply


async def _beside(settings: Settings, name: str, given: dict[str, Any]) -> AsyncGenerator[Reply] | None:
    """The replies of an operator that can only look; None if there is nothing to look at as it is."""
    from bot import wiring

    op = await wiring.open_to_look(settings)
    return _by(op, name, given) if op is not None else None


async def _by(op: Operator, name: str, given: dict[str, Any]) -> AsyncGenerator[Reply]:
    """What the operator of this process answers; it is closed after that."""
    from bot import wiring
    from bot.surfaces.base import dispatch

    try:
        async with aclosing(dispatch(op, CONSOLE, name, given)) as replies:
            async for reply in replies:
                yield reply
    finally:
        await wiring.close_operator(op)


async def _ask(found: Session, name: str, given: dict[str, Any], deadline: float) -> AsyncGenerator[Reply]:
    """The operation's replies."""
    import httpx

    within = max(_LEAST_SECONDS, deadline - time.monotonic())
    try:
        async with aclosing(stream(found, f"/api/operations/{name}", given, within)) as replies:
            async for reply in replies:
                yield reply
    except httpx.HTTPError as error:
        raise _no_answer(error) from error


async def stream(
    found: Session, path: str, given: dict[str, Any], within: float = OPERATOR_WAIT
) -> AsyncGenerator[Reply]:
    """What the operator answers there as it streams it, one JSON object a line.

    Raises NobodyThere if it was not asked at all, Unavailable if its answer did not begin within so many
    seconds (it does at once, however long the work takes), and httpx's errors if the answer broke off.
    """
    import httpx

    headers = {"Authorization": f"Bearer {found.token}", "Accept": "application/x-ndjson"}
    timeout = httpx.Timeout(10.0, read=None)  # long work: the operator answers as it goes
    try:
        async with AsyncExitStack() as stack:
            client = httpx.AsyncClient(base_url=found.url, headers=headers, timeout=timeout, trust_env=False)
            await stack.enter_async_context(client)
            try:
                async with asyncio.timeout(within):
                    answer = await stack.enter_async_context(client.stream("POST", path, json=given))
            except TimeoutError:
                raise _hangs(found) from None
            if answer.status_code >= 400 and "ndjson" not in answer.headers.get("content-type", ""):
                raise Unavailable(
                    f"The running operator refused the command (HTTP {answer.status_code}).",
                    remedy="Restart the operator.",
                )
            async for line in answer.aiter_lines():
                if line.strip():
                    yield Reply.from_dict(json.loads(line))
    except httpx.ConnectError as error:  # nothing was asked yet: asking again does nothing twice
        raise NobodyThere(str(found.process)) from error


class NobodyThere(Exception):
    """The announced address takes no connection."""


def _hangs(found: Session) -> Unavailable:
    return Unavailable(
        f"The running operator (process {found.process}) does not answer; whether it did this is not known.",
        remedy="Try again in a minute. If it hangs, end it and start it again: it goes on where it was.",
    )


def _no_answer(error: Exception) -> Unavailable:
    return Unavailable(
        f"The running operator did not answer to the end ({type(error.__cause__ or error).__name__}).",
        remedy="`autopotter jobs` and `autopotter drafts` show what was done.",
    )
