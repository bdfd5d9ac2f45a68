"""A talk through chat completions, for Ollama, vLLM, llama.cpp and the like. The history is ours.

Such servers keep no conversation, so everything said is sent every time. Many cannot answer in a schema and
call tools in the same turn: first the model may look things up, then it is asked for the answer alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2
import openai
from openai import AsyncStream
from openai.types.chat import ChatCompletionChunk

from services.planner.assistant.line import TRIES, Line
from services.planner.assistant.streaming import EVERY, Broken, writing
from services.planner.assistant.talk import Ask, Call, Outgoing, Tokens, Turn, Words
from services.planner.assistant.trouble import Trouble
from services.planner.tokens import estimate_tokens

_LOOK_UP = (
    "\n\nLook up what you need with the tools now, one or a few at a time. When you know enough, answer with "
    "the single word READY; you are then asked for the answer itself."
)


class ChatTalk:
    """A call that may have been accepted is not sent again."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._history: list[dict[str, Any]] = []

    async def say(self, outgoing: Sequence[Outgoing], ask: Ask, *, mark: str = "") -> Turn:
        self._history += [_message(one) for one in outgoing]
        if ask.tools and ask.tools_allowed:
            turn = await self._turn(ask, tools=True)
            if turn.calls or turn.refusal or turn.cut:
                return turn
            self._history.append({"role": "user", "content": "Now answer, in the given shape."})
        return await self._turn(ask, tools=False)

    async def _turn(self, ask: Ask, *, tools: bool) -> Turn:
        line, tries = self._line, dict[Trouble, int]()
        while True:
            sent = estimate_tokens(f"{ask.instructions}{ask.schema}{self._history}")
            await line.allow(sent)
            try:
                turn, model = await self._ask(ask, tools=tools)
            except (openai.APIError, httpx2.HTTPError, Broken) as error:
                await self._after(error, *line.met(error, tries), ask, sent)
                continue
            await line.pay(ask, turn.tokens, sent, model)
            self._history += turn.items
            return turn

    async def _after(self, error: Exception, trouble: Trouble, count: int, ask: Ask, sent: int) -> None:
        """Wait or take the next model; otherwise raise the error for a person."""
        if trouble is Trouble.MODEL and self._line.next_model():
            return
        if trouble is Trouble.UNCLEAR:
            await self._line.pay(ask, None, sent)
        if trouble not in (Trouble.NEVER_SENT, Trouble.BUSY) or count > TRIES:
            raise self._line.sorry(error) from None
        await self._line.pause(error, count)

    async def _ask(self, ask: Ask, *, tools: bool) -> tuple[Turn, str]:
        more: dict[str, Any] = {}
        instructions = ask.instructions
        if tools:
            instructions += _LOOK_UP
            more["tools"] = [{"type": "function", "function": {"strict": True, **tool}} for tool in ask.tools]
        else:
            schema = {"name": ask.schema_name, "strict": True, "schema": ask.schema}
            more["response_format"] = {"type": "json_schema", "json_schema": schema}
        request: dict[str, Any] = {
            "model": self._line.model,
            "messages": [{"role": "system", "content": instructions}, *self._history],
            "stream_options": {"include_usage": True},
        }
        stream: AsyncStream[ChatCompletionChunk] = await self._line.client.chat.completions.create(
            **request, **more, stream=True
        )
        gathered = _Gathered()
        told = 0
        async with stream:
            async for chunk in stream:
                gathered.take(chunk)
                if gathered.length - told >= EVERY:
                    told = gathered.length
                    self._line.say(writing(self._line.model, told))
        if not gathered.ended:
            raise Broken
        return gathered.turn(), gathered.model


class _Gathered:
    """The pieces of a streamed answer."""

    def __init__(self) -> None:
        self.model = ""
        self.ended = ""  # the finish reason
        self.length = 0
        self._text: list[str] = []
        self._refusal: list[str] = []
        self._calls: dict[int, list[str]] = {}  # index → id, name, arguments
        self._tokens: Tokens | None = None

    def take(self, chunk: ChatCompletionChunk) -> None:
        self.model = chunk.model or self.model
        if chunk.usage is not None:
            read, written = chunk.usage.prompt_tokens_details, chunk.usage.completion_tokens_details
            self._tokens = Tokens(
                chunk.usage.prompt_tokens,
                (read.cached_tokens or 0) if read else 0,
                chunk.usage.completion_tokens,
                (written.reasoning_tokens or 0) if written else 0,
            )
        for choice in chunk.choices[:1]:
            delta = choice.delta
            self._text.append(delta.content or "")
            self._refusal.append(delta.refusal or "")
            self.length += len(delta.content or "")
            for call in delta.tool_calls or ():
                known = self._calls.setdefault(call.index, ["", "", ""])
                known[0] = known[0] or call.id or ""
                if call.function is not None:
                    known[1] = known[1] or call.function.name or ""
                    known[2] += call.function.arguments or ""
            self.ended = choice.finish_reason or self.ended

    def turn(self) -> Turn:
        text = "".join(self._text)
        calls = [Call(call or f"call_{n}", name, given) for n, (call, name, given) in self._calls.items()]
        reply: dict[str, Any] = {"role": "assistant", "content": text}
        if calls:
            reply["tool_calls"] = [
                {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
                for c in calls
            ]
        cut = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(self.ended, "")
        refusal = "".join(self._refusal)
        return Turn(text, tuple(calls), refusal, cut, tokens=self._tokens, items=(reply,))


def _message(one: Outgoing) -> dict[str, Any]:
    if isinstance(one, Words):  # documents go with the Responses interface only
        return {"role": "user", "content": one.text}
    return {"role": "tool", "tool_call_id": one.call, "content": one.output}
