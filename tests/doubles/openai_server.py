"""A server that speaks OpenAI's language over a real socket: strict about requests, scripted about answers.

It keeps conversations, files and responses; every request is held against Contract. What the model says is
``mind``: a function from what it can see (the conversation's items and the input, oldest first) and the
request to a list of output items (see openai_mind.py), or a Say that names a status. ``faults`` are taken one
for each request to a path, before or after it took effect.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from openai.types.conversations import Conversation
from openai.types.responses import Response

from tests.doubles.openai_contract import Contract
from tests.doubles.openai_words import Item, Say, chunks, events, whole_chat

KEY = "sk-test-0123456789abcdef0123456789abcdef"


Mind = Callable[[list[Item], dict[str, Any]], Sequence[Item] | Say]


@dataclass(frozen=True)
class Fault:
    """``status`` and ``error`` are answered instead. ``drop`` closes the line: "before" anything happens,
    "after" it took effect, "begun" after the stream's first event. ``late`` seconds pass between effect and
    sight."""

    status: int = 0
    error: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    drop: str = ""
    late: float = 0.0


class OpenAIServer:
    def __init__(self, mind: Mind, contract: Contract, models: Sequence[str] = ("gpt-test",)) -> None:
        self.mind = mind
        self.contract = contract
        self.models: dict[str, str | None] = dict.fromkeys(models)  # id → shutdown date
        self.conversations: dict[str, list[Item]] = {}
        self.responses: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str, Any]] = []  # method, path, body
        self.problems: list[str] = []  # requests a strict service would have refused
        self.faults: dict[str, list[Fault]] = {}
        self.locked: set[str] = set()
        self.no_conversations = False
        self.url = ""

    @property
    def billed(self) -> int:
        """How many answers the model made."""
        return len(self.responses)

    def asked(self, path: str, method: str = "POST") -> list[Any]:
        return [body for verb, where, body in self.requests if (verb, where) == (method, path)]

    def fail(self, path: str, *faults: Fault) -> None:
        self.faults.setdefault(path, []).extend(faults)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[OpenAIServer]:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/v1/{path:.*}", self._any)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/v1"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _any(self, request: web.Request) -> web.StreamResponse:
        path = f"/{request.match_info['path']}"
        json_body = request.content_type == "application/json" and request.can_read_body
        body = await request.json() if json_body else await request.read()
        self.requests.append((request.method, path, body))
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            echoed = request.headers.get("Authorization", "")
            return _error(401, f"Incorrect API key provided: {echoed}", code="invalid_api_key")
        planned = self.faults.get(path)
        fault = planned.pop(0) if planned else Fault()
        if fault.drop == "before":
            _close(request)
        if fault.status:
            return web.json_response({"error": fault.error}, status=fault.status, headers=fault.headers)
        if path == "/responses" and request.method == "POST":
            return await self._respond(request, body, fault)
        if path == "/chat/completions":
            return await self._chat(request, body)
        answer = await self._rest(request, path, body)
        if fault.drop:
            _close(request)
        return answer

    async def _rest(self, request: web.Request, path: str, body: Any) -> web.Response:
        parts = path.strip("/").split("/")
        if path == "/models":
            rows = [
                {"id": m, "object": "model", "created": 1, "owned_by": "us", "shutdown_date": end}
                for m, end in self.models.items()
            ]
            return web.json_response({"object": "list", "data": rows})
        if parts[0] == "responses":
            found = self.responses.get(parts[1])
            return web.json_response(found) if found else _error(404, f"Response {parts[1]!r} not found.")
        if path == "/files":
            return self._file(body)
        if parts[0] != "conversations" or self.no_conversations:
            return _error(404, "Not found.")
        if path == "/conversations":
            self.problems += self.contract.check("/conversations", body)
            name = f"conv_{secrets.token_hex(8)}"
            self.conversations[name] = list(body.get("items") or ())
            made = {"id": name, "object": "conversation", "created_at": 1, "metadata": body.get("metadata")}
            Conversation.model_validate(made)
            return web.json_response(made)
        items = self.conversations.get(parts[1])
        if items is None:
            return _gone(parts[1])
        if request.method == "POST":
            self.problems += self.contract.check("/conversations/{conversation_id}/items", body)
            items += [_stored(item) for item in body["items"]]
        newest = items[::-1][: int(request.query.get("limit", 20))]
        return web.json_response(
            {"object": "list", "data": newest, "has_more": False, "first_id": None, "last_id": None}
        )

    def _file(self, body: bytes) -> web.Response:
        name = f"file-{secrets.token_hex(6)}"
        self.files[name] = body
        if b'name="expires_after[seconds]"' not in body or b'name="purpose"' not in body:
            self.problems.append("a file without an end or a purpose")
        made = {"id": name, "object": "file", "bytes": len(body), "created_at": int(time.time())}
        made |= {"filename": "x.txt", "purpose": "user_data", "status": "processed"}
        return web.json_response(made)

    async def _respond(self, request: web.Request, body: dict[str, Any], fault: Fault) -> web.StreamResponse:
        self.problems += self.contract.check("/responses", body)
        refused = self._refuse(body)
        if refused is not None:
            return refused
        items = self.conversations.get(body.get("conversation", ""), [])
        given = [_stored(item) for item in body["input"]]
        said = self.mind([*items, *given], body)
        say = said if isinstance(said, Say) else Say(said)
        response = self._made(body, [*items, *given], say)
        self.responses[response["id"]] = response
        if say.status != "failed":
            if fault.late:  # until then it works on it, and on nothing else
                name = body["conversation"]
                self.locked.add(name)
                loop = asyncio.get_running_loop()
                loop.call_later(fault.late, items.extend, [*given, *say.items])
                loop.call_later(fault.late, self.locked.discard, name)
            else:
                items += [*given, *say.items]
        if fault.drop == "after":
            _close(request)
        if not body.get("stream"):
            return web.json_response(response)
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        begun = response | {"status": "in_progress", "output": [], "usage": None}
        for number, event in enumerate(events(begun, response)):
            text = json.dumps(event | {"sequence_number": number})
            await stream.write(f"event: {event['type']}\ndata: {text}\n\n".encode())
            if fault.drop == "begun":
                _close(request)
        return stream

    def _refuse(self, body: dict[str, Any]) -> web.Response | None:
        if body["model"] not in self.models:
            text = f"The model `{body['model']}` does not exist or you do not have access to it."
            return _error(404, text, code="model_not_found")
        name = body.get("conversation")
        if name is None:
            return None
        if name not in self.conversations:
            return _gone(name)
        if name in self.locked:
            text = (
                "Another process is currently operating on this conversation. Please retry in a few seconds."
            )
            return _error(400, text, code="conversation_locked", param="conversation")
        every = [*self.conversations[name], *body["input"]]
        answered = {i.get("call_id") for i in every if i.get("type") == "function_call_output"}
        for item in every:
            if item.get("type") == "function_call" and item["call_id"] not in answered:
                return _error(
                    400, f"No tool output found for function call {item['call_id']}.", param="input"
                )
        return None

    def _made(self, body: dict[str, Any], seen: list[Item], say: Say) -> dict[str, Any]:
        read = len(json.dumps([seen, body.get("instructions")])) // 4
        written = len(json.dumps(list(say.items))) // 4
        response = {
            "id": f"resp_{secrets.token_hex(8)}",
            "object": "response",
            "created_at": 1,
            "status": say.status,
            "model": body["model"],
            "output": list(say.items),
            "parallel_tool_calls": True,
            "tool_choice": body.get("tool_choice", "auto"),
            "tools": body.get("tools", []),
            "error": {"code": say.code, "message": "It failed."} if say.code else None,
            "incomplete_details": {"reason": say.reason} if say.reason else None,
            "usage": {
                "input_tokens": read,
                "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
                "output_tokens": written,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": read + written,
            },
        }
        Response.model_validate(response)  # what we answer is what the service could answer
        return response

    async def _chat(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        self.problems += self.contract.check("/chat/completions", body)
        if body["model"] not in self.models:
            return _error(404, f"model {body['model']!r} not found")
        said = self.mind(body["messages"], body)
        say = said if isinstance(said, Say) else Say(said)
        self.responses[secrets.token_hex(8)] = {}
        if not body.get("stream"):
            return web.json_response(whole_chat(body["model"], say))
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        for chunk in chunks(body["model"], say):
            await stream.write(f"data: {json.dumps(chunk)}\n\n".encode())
        await stream.write(b"data: [DONE]\n\n")
        return stream


def _stored(item: Item) -> Item:
    return {"id": f"item_{secrets.token_hex(6)}", "status": "completed"} | item


def _gone(name: str) -> web.Response:
    return _error(404, f"Conversation with id '{name}' not found.")


def _error(status: int, text: str, *, code: str | None = None, param: str | None = None) -> web.Response:
    error = {"message": text, "type": "invalid_request_error", "param": param, "code": code}
    return web.json_response({"error": error}, status=status)


def _close(request: web.Request) -> None:
    """The line breaks, without a word."""
    assert request.transport is not None
    request.transport.abort()
    raise asyncio.CancelledError
