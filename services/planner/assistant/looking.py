"""Looks into conversations and at responses: what was accepted, what was answered, what was left open."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

import httpx2
import openai

from services.planner.assistant.answers import open_calls, turn_of
from services.planner.assistant.talk import Turn
from services.planner.assistant.trouble import Trouble, trouble_of

_AT_ONCE = 20  # items the service takes in one request
_WORKING = ("queued", "in_progress")
_INTERRUPTED = '{"error":"This look-up was interrupted. Ask again if you still need it."}'


class Unseen(Exception):
    """The conversation could not be looked into: nobody knows what it holds."""


class StillWorking(Exception):
    """An answer is still being made, longer than anybody wants to wait for it."""


async def items_of(client: openai.AsyncOpenAI, conversation: str | None) -> list[dict[str, Any]]:
    """The conversation's newest items, newest first; [] when it is gone, which the next call will say."""
    if not conversation:
        return []
    try:
        page = await client.conversations.items.list(conversation, order="desc", limit=100)
    except (openai.APIError, httpx2.HTTPError) as error:
        if trouble_of(error) is Trouble.CONVERSATION:
            return []
        raise Unseen from None
    return [item.to_dict(mode="json") for item in page.data]


async def close_calls(client: openai.AsyncOpenAI, conversation: str, mine: Collection[object]) -> bool:
    """Answer the tool calls nobody answered, but those in ``mine``; False when that cannot be done."""
    try:
        calls = [call for call in open_calls(await items_of(client, conversation)) if call not in mine]
        items = [{"type": "function_call_output", "call_id": c, "output": _INTERRUPTED} for c in calls]
        for start in range(0, len(items), _AT_ONCE):
            batch: Any = items[start : start + _AT_ONCE]
            await client.conversations.items.create(conversation, items=batch)
    except (openai.APIError, httpx2.HTTPError, Unseen):
        return False
    return bool(calls)


async def response_by_id(
    client: openai.AsyncOpenAI, response: str, waits: Sequence[float], patience: float
) -> Turn | None:
    """A response that had begun, once it has ended; None if it is not there or failed.

    ``waits`` are the seconds between looks (the last one repeats), ``patience`` their sum at most: raises
    StillWorking when it has not ended by then.
    """
    waited, rest = 0.0, list(waits) or [0.0]
    while True:
        try:
            found = await client.responses.retrieve(response)
        except (openai.APIError, httpx2.HTTPError):
            return None
        if found.status not in _WORKING:
            return turn_of(found) if found.status in ("completed", "incomplete") else None
        if waited >= patience:
            raise StillWorking
        wait = rest.pop(0) if len(rest) > 1 else rest[0]
        waited += max(wait, 0.01)
        await asyncio.sleep(wait)
