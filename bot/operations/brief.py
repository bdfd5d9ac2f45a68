"""Show what the planner is told, and make it forget."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

from bot.briefing import gather_brief
from bot.operations.registry import About, Requester, operation
from bot.operator import Operator
from bot.reply import Reply
from services.planner.brief import write_brief
from services.store import planning

_FORGET = "begin a new conversation with the planner at the next run"


@operation(reads={"new_thread": False}, group="material")
async def brief(
    op: Operator,
    by: Requester,
    new_thread: Annotated[bool, About(_FORGET, option=True)] = False,
) -> AsyncGenerator[Reply]:
    """Show the brief: everything the planner would be told now, with the tokens of each part.

    Tokens are estimated. What is data and what binds the planner is told apart.
    """
    forgotten = await op.store.do(planning.forget_conversations) if new_thread else 0
    order = await gather_brief(op, op.options.drafts_per_run)
    written = await asyncio.to_thread(write_brief, order, op.options.brief)
    last = await op.store.do(planning.latest_conversation)
    parts = [
        {
            "part": part.name,
            "tokens": part.tokens,
            "left out": part.left_out,
            "binding": "yes" if part.binding else "no",
        }
        for part in written.parts
    ]
    text = f"{written.text}\n{written.tokens:,} of {written.budget:,} tokens (estimated)."
    if new_thread:
        many = "conversation was" if forgotten == 1 else "conversations were"
        text += f" {forgotten} {many} forgotten; the next run begins a new one."
    data = {
        "tokens": written.tokens,
        "budget": written.budget,
        "parts": [row | {"text": part.text} for row, part in zip(parts, written.parts, strict=True)],
        "conversation": {"id": last.id, "configuration": last.configuration, "run": last.run}
        if last
        else None,
        "forgotten": forgotten,
    }
    yield Reply(text, data=data, table=tuple(parts))
