"""Pages ask operations like every other surface does, and take the last answer that carries data."""

from __future__ import annotations

from typing import Any

from bot.operations.registry import Requester
from bot.operator import Operator
from bot.reply import Reply
from bot.surfaces.base import dispatch
from services.errors import Unavailable


async def ask(op: Operator, name: str, **given: Any) -> Reply:
    """The answer of an operation that only looks. A failed one is an answer too if it carries its data."""
    answer = Reply()
    async for reply in dispatch(op, Requester("desk"), name, given):
        if reply.data is not None:
            answer = reply
    if isinstance(answer.data, dict) and "error" in answer.data and not answer.ok:
        raise Unavailable(answer.text, remedy=answer.remedy)
    return answer
