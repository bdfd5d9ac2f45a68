"""What every surface shares: run an operation, and never let an exception reach a person raw."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Protocol

from bot.operations.registry import Requester, find
from bot.operator import Operator
from bot.reply import Reply, for_error
from services.log import log_context, timed


class Surface(Protocol):
    """Runs until cancelled, under a supervisor of its own (bot/app.py)."""

    name: str

    async def run(self) -> None: ...


async def dispatch(op: Operator, by: Requester, name: str, given: dict[str, Any]) -> AsyncGenerator[Reply]:
    """Run operation ``name`` with values from outside; failures come as a last reply with ok False."""
    with log_context(operation=name, voter=by.voter):
        async with aclosing(as_sentences(_run(op, by, name, given))) as replies:
            async for reply in replies:
                yield reply


async def as_sentences(source: AsyncGenerator[Reply]) -> AsyncGenerator[Reply]:
    """The border to people: what goes wrong becomes a last reply with ok False."""
    try:
        async with aclosing(source) as replies:
            async for reply in replies:
                yield reply
    except Exception as error:  # everything becomes a sentence
        yield for_error(error)


async def _run(op: Operator, by: Requester, name: str, given: dict[str, Any]) -> AsyncGenerator[Reply]:
    with timed(f"operation.{name}"):
        async with aclosing(find(name).call(op, by, given)) as replies:
            async for reply in replies:
                yield reply
