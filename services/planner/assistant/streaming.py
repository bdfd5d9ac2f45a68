"""Sends one request through the Responses interface and follows its stream to the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openai
from openai import AsyncStream
from openai.types.responses import Response, ResponseStreamEvent

EVERY = 400  # characters between two words about progress
_FINAL = ("response.completed", "response.incomplete", "response.failed")


class Broken(Exception):
    """A stream that ended before the answer did."""


def writing(model: str, written: int) -> str:
    return f"{model} writes, {written} characters so far"


async def follow(
    client: openai.AsyncOpenAI,
    request: dict[str, Any],
    *,
    begun: Callable[[str], None],
    tell: Callable[[str], None],
) -> Response:
    """The final response, whatever its status. ``begun`` is given its id as soon as there is one.

    Raises the SDK's errors, the transport's, or Broken.
    """
    model, final = str(request["model"]), None
    written = told = 0
    stream: AsyncStream[ResponseStreamEvent] = await client.responses.create(**request, stream=True)
    async with stream:
        async for event in stream:
            if event.type == "response.created":
                begun(event.response.id)
                tell(f"{model} thinks")
            elif event.type == "response.output_text.delta":
                written += len(event.delta)
                if written - told >= EVERY:
                    told = written
                    tell(writing(model, written))
            elif event.type in _FINAL:
                final = getattr(event, "response", None)
    if not isinstance(final, Response):
        raise Broken
    return final
