"""Ask operations as every surface does."""

from __future__ import annotations

from typing import Any

from bot.operations.registry import Requester
from bot.operator import Operator
from bot.reply import Reply
from bot.surfaces.base import dispatch

CONSOLE = Requester("console")


async def replies(op: Operator, name: str, by: Requester = CONSOLE, **given: Any) -> list[Reply]:
    return [reply async for reply in dispatch(op, by, name, given)]


async def ask(op: Operator, name: str, by: Requester = CONSOLE, **given: Any) -> Reply:
    """The last reply."""
    return (await replies(op, name, by, **given))[-1]
