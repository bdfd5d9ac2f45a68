"""A talk through the Responses interface, in a stored conversation where there is one.

Everything said is kept here as well, with how much of it the conversation is known to hold: a conversation
that is gone, locked or broken is replaced by a new one that is told everything again. A call that may have
been accepted is never sent again before it was looked for, as it would be billed twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx2
import openai
from openai.types.responses import Response

from services.errors import Unavailable
from services.log import get_logger
from services.planner.assistant.answers import answered_since, read_items, turn_of
from services.planner.assistant.clean import inert
from services.planner.assistant.line import TRIES, Line
from services.planner.assistant.looking import StillWorking, Unseen, close_calls, items_of, response_by_id
from services.planner.assistant.streaming import Broken, follow
from services.planner.assistant.talk import Ask, Outgoing, Turn, Words
from services.planner.assistant.trouble import Trouble
from services.planner.tokens import estimate_tokens

log = get_logger(__name__)

SETTLE = (2.0, 4.0, 8.0, 16.0)  # seconds between looks for what may have been accepted

Renew = Callable[[str], Awaitable[str | None]]  # why → the id of a new conversation, None if there is none


class ResponsesTalk:
    """``resumed``: the conversation is older than this process; what it holds is looked up before anything is
    said. ``compact_above`` (tokens, 0: never) lets the service shorten a conversation that goes on for ever.
    ``patience``: seconds that an answer under way is waited for.
    """

    def __init__(
        self,
        line: Line,
        *,
        conversation: str | None,
        resumed: bool,
        renew: Renew,
        compact_above: int = 0,
        patience: float = 600.0,
    ) -> None:
        self._line = line
        self.conversation = conversation
        self._resumed = resumed
        self._renew = renew
        self._compact_above = compact_above
        self._patience = patience
        self._history: list[dict[str, Any]] = []
        self._held = 0  # so many items of the history are in the conversation
        self._pending = ""  # the id of a response that has begun

    async def say(self, outgoing: Sequence[Outgoing], ask: Ask, *, mark: str = "") -> Turn:
        self._history += [_item(one, mark) for one in outgoing]
        ours = {mark} if mark else {one.call for one in outgoing if not isinstance(one, Words)}
        turn = await self._already(ours, settle=False) if self._resumed else None
        tries: dict[Trouble, int] = {}
        while turn is None:
            turn = await self._once(ask, ours, mark, tries)
        self._history += turn.items
        self._held = len(self._history)
        return turn

    async def _once(self, ask: Ask, ours: set[str], mark: str, tries: dict[Trouble, int]) -> Turn | None:
        """One attempt; None: another one is due."""
        sent = self._tokens(ask)
        await self._line.allow(sent)
        self._pending = ""
        try:
            response = await self._ask(ask, mark)
        except (openai.APIError, httpx2.HTTPError, Broken) as error:
            trouble, count = self._line.met(error, tries)
            if trouble is Trouble.LOCKED and Trouble.UNCLEAR in tries:
                turn = await self._working_on(error, ours, ask)
            else:
                turn = await self._after(error, trouble, count, ours, ask)
            if turn is not None:
                await self._line.pay(ask, turn.tokens, sent)
            return turn
        turn = turn_of(response)
        if turn.tokens is not None or response.status == "completed":
            await self._line.pay(ask, turn.tokens, sent, response.model)
        if response.status in ("completed", "incomplete"):
            return turn
        await self._failed(response, ours, tries)
        return None

    async def _ask(self, ask: Ask, mark: str) -> Response:
        """Send what the conversation does not hold yet, and follow the stream to its end."""
        items = self._history[self._held if self.conversation else 0 :]
        more: dict[str, Any] = {}
        if self.conversation:
            more["conversation"] = self.conversation
            if self._compact_above:
                rule = {"type": "compaction", "compact_threshold": max(1000, self._compact_above)}
                more["context_management"] = [rule]
        if ask.tools:
            more["tools"] = [{"type": "function", "strict": True, **tool} for tool in ask.tools]
            more["tool_choice"] = "auto" if ask.tools_allowed else "none"
        request: dict[str, Any] = {
            "model": self._line.model,
            "instructions": ask.instructions,
            "input": items,
            "text": {"format": _format(ask)},
            "max_output_tokens": ask.max_output_tokens,
            "metadata": {"run": self._line.run[:512], "mark": mark[:512]},
        }
        return await follow(self._line.client, request | more, begun=self._begun, tell=self._line.say)

    def _begun(self, response: str) -> None:
        self._pending = response

    async def _after(
        self, error: Exception, trouble: Trouble, count: int, ours: set[str], ask: Ask
    ) -> Turn | None:
        """What to do about it: an answer that was found, None to try again, or the error for a person."""
        if count > TRIES:
            raise self._line.sorry(error) from None
        match trouble:
            case Trouble.UNCLEAR:
                return await self._look(error, ours, ask)
            case Trouble.NEVER_SENT | Trouble.BUSY:
                await self._line.pause(error, count)
            case Trouble.MODEL if self._line.next_model():
                pass
            case Trouble.LOCKED if count < TRIES:
                await self._line.settle(count)
            case Trouble.LOCKED:
                await self._replace("is in use by somebody else")
            case Trouble.CONVERSATION if self.conversation:
                await self._replace("was gone")
            case Trouble.DANGLING if self.conversation:
                if not await self._close_calls():
                    await self._replace("was broken off in the middle of a look-up")
            case Trouble.FILE:
                self._drop_files()
            case _:
                raise self._line.sorry(error) from None
        return None

    async def _working_on(self, error: Exception, ours: set[str], ask: Ask) -> Turn | None:
        """The answer to what seemed lost: the lock proves that it is being worked on, as nobody else has this
        conversation. It is never sent again, however the lock ends; None: the question was left unanswered.
        """
        waited, wait = 0.0, self._line.waits[-1] if self._line.waits else 0.0
        while waited <= self._patience:
            waited += max(wait, 0.01)
            await asyncio.sleep(wait)
            try:
                if await self._since(ours) is not None:
                    return await self._already(ours, settle=False)
            except Unseen:
                continue
        await self._line.pay(ask, None, self._tokens(ask))
        raise self._line.sorry(error) from None

    async def _failed(self, response: Response, ours: set[str], tries: dict[Trouble, int]) -> None:
        """A response that says "failed" although the request succeeded: try again, if it may help."""
        code = str(response.error.code) if response.error else "unknown"
        trouble = Trouble.BUSY if code == "rate_limit_exceeded" else Trouble.UNCLEAR
        tries[trouble] = tries.get(trouble, 0) + 1
        log.warning("%s: the response failed (%s)", self._line.server, inert(code, 60))
        if tries[trouble] >= TRIES:
            raise Unavailable(
                f"{self._line.server} could not make an answer ({inert(code, 60)}), {TRIES} times.",
                remedy="Try again later.",
            )
        await self._line.settle(tries[trouble])
        if self.conversation and await self._since(ours) is not None:
            await self._replace("kept a question without an answer")  # said twice, it would be answered twice

    async def _look(self, error: Exception, ours: set[str], ask: Ask) -> Turn | None:
        """Find out whether an unclear call was accepted. None: it was not, so it may be sent again."""
        self._line.say("the line broke; looking for the answer")
        if self._pending:
            try:
                found = await response_by_id(
                    self._line.client, self._pending, self._line.waits, self._patience
                )
            except StillWorking:
                await self._line.pay(ask, None, self._tokens(ask))
                raise self._line.sorry(error) from None
            if found is not None:
                return found
        if not self.conversation:
            await self._line.pay(ask, None, self._tokens(ask))
            raise self._line.sorry(error) from None
        return await self._already(ours, settle=True)

    async def _already(self, ours: set[str], *, settle: bool) -> Turn | None:
        """The answer to what of ours the conversation holds; None if it holds nothing of it.

        ``settle``: it may still be on its way. Otherwise only what is there, unanswered, is waited for.
        """
        present, looked = False, False
        for wait in (0.0, *self._line.waits):
            await asyncio.sleep(wait)
            try:
                after = await self._since(ours)
            except Unseen:
                continue
            looked = True
            if after:
                return read_items(after)
            present = after is not None
            if after is None and not settle:
                return None
        if not looked:
            raise Unavailable(
                f"{self._line.server} cannot be asked whether it accepted the last request.",
                remedy="Try again; what was accepted is found then.",
            )
        if present:
            await self._replace("kept a question without an answer")
        return None

    async def _since(self, ours: set[str]) -> list[dict[str, Any]] | None:
        return answered_since(await items_of(self._line.client, self.conversation), ours)

    async def _close_calls(self) -> bool:
        """Answer the tool calls nobody answered; False when that cannot be done."""
        assert self.conversation
        mine = {item.get("call_id") for item in self._history[self._held :]}
        closed = await close_calls(self._line.client, self.conversation, mine)
        if closed:
            self._line.notes.append(
                "The planner's conversation was broken off in a look-up; it was repaired."
            )
        return closed

    async def _replace(self, why: str) -> None:
        self.conversation = await self._renew(why)
        self._held, self._resumed = 0, False
        if self.conversation:
            self._line.notes.append(f"The planner's conversation {why}; a new one was begun.")
        else:
            self._line.notes.append(
                f"The planner's conversation {why}, and no other could be made: it went on without."
            )

    def _drop_files(self) -> None:
        """Go on without uploaded documents that are gone; the brief has the most of them."""
        for item in self._history:
            if isinstance(item.get("content"), list):
                item["content"] = [part for part in item["content"] if part.get("type") != "input_file"]
        self._line.notes.append("Documents uploaded earlier were gone: the planner worked without them.")

    def _tokens(self, ask: Ask) -> int:
        """What a call reads, estimated; a conversation's items are read (and billed) on every call."""
        return estimate_tokens(f"{ask.instructions}{ask.schema}{ask.tools}{self._history}")


def _item(one: Outgoing, mark: str) -> dict[str, Any]:
    if not isinstance(one, Words):
        return {"type": "function_call_output", "call_id": one.call, "output": one.output}
    text = f"{one.text}\n\n(turn {mark})" if mark else one.text
    content: list[dict[str, Any]] = [{"type": "input_text", "text": text}]
    content += [{"type": "input_file", "file_id": file} for file in one.files]
    return {"type": "message", "role": "user", "content": content}


def _format(ask: Ask) -> dict[str, Any]:
    return {"type": "json_schema", "name": ask.schema_name, "strict": True, "schema": ask.schema}
