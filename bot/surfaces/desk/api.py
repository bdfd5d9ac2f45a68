"""Operations over HTTP: every one of the registry, for the page's buttons and for the command line."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from importlib.metadata import version
from typing import Any

from aiohttp import web

from bot import next_post
from bot.operations.pressed import pressed
from bot.operations.registry import find, operations
from bot.operator import Operator
from bot.reply import Reply
from bot.surfaces.base import as_sentences, dispatch
from bot.surfaces.desk.context import HttpProblem, operator, or_missing
from bot.surfaces.desk.events import seen
from bot.surfaces.desk.security import REQUESTER
from bot.views import draft_view
from services.errors import Refused

NDJSON = "application/x-ndjson"
_ACTION_VALUES = ("reason", "permalink", "at", "wish")


def set_up(app: web.Application) -> None:
    app.router.add_get("/api/about", about)
    app.router.add_post("/api/operations/{name}", operation)
    app.router.add_post("/api/actions", action)
    app.router.add_post("/api/autopost", autopost)


async def about(request: web.Request) -> web.Response:
    """Which operator answers here: the command line compares it with itself before it asks anything."""
    op = operator(request)
    return web.json_response(
        {
            "product": "autopotter",
            "version": version("autopotter"),
            "identity": op.options.identity,
            "services": op.services.names(),
            "chats": {name: _chat(op, name) for name in op.surfaces if name != "desk"},
            "started": op.started.isoformat(),
            "operations": list(operations()),
        }
    )


def _chat(op: Operator, name: str) -> dict[str, str]:
    """In which channel it is, "" while it is in none, and what is wrong with it."""
    chat = op.chats.get(name)
    return {"channel": chat.channel if chat else "", "trouble": op.surfaces[name].trouble}


async def operation(request: web.Request) -> web.StreamResponse:
    """POST /api/operations/{name} with a JSON object of parameters.

    Answers {"replies": [Reply…], "ok"}, or with ``Accept: application/x-ndjson`` one Reply a line as they
    come. A failed operation is a last reply with ok false: its status is 200 in a stream, else 422.
    """
    name = request.match_info["name"]
    if name not in operations():
        raise HttpProblem(
            404, f"There is no operation {name[:40]!r}.", remedy="The help page lists them all."
        )
    given = await _object(request)
    return await _answer(request, dispatch(operator(request), request[REQUESTER], name, given))


async def action(request: web.Request) -> web.StreamResponse:
    """POST /api/actions {"id": "approve:7:1", "seen"?, "reason"?, "permalink"?, "at"?}: a button of a card.

    Refused when the draft shows something else by now than what the button was below.
    """
    given = await _object(request)
    button = pressed(str(given.get("id", "")))
    name, number, asked = button.name, button.number, button.asks
    if asked and not given.get(asked):  # without it the operation would mean something else
        raise Refused(f"{asked} is missing: nothing was done.", remedy="Reload the page and try again.")
    op = operator(request)
    view = await or_missing(draft_view(op, number))
    unseen = button.judges and "seen" in given and given["seen"] != seen(view)
    if view["revision"] != button.revision or unseen:
        raise HttpProblem(
            409,
            f"Draft {number} was changed meanwhile: nothing was done.",
            remedy="Look at it again, then decide.",
        )
    known = {parameter.name for parameter in find(name).parameters}
    values = {key: given[key] for key in _ACTION_VALUES if key in known and given.get(key)}
    return await _answer(request, dispatch(op, request[REQUESTER], name, {"number": number, **values}))


async def autopost(request: web.Request) -> web.StreamResponse:
    """POST /api/autopost {"seconds", "begun"?}: what the command of that name asks; of no use to a page."""
    given = await _object(request)
    seconds, begun = given.get("seconds"), given.get("begun")
    if request[REQUESTER].voter != "console":
        raise HttpProblem(403, "Only the command line asks for this.")
    if not isinstance(seconds, int | float) or not (begun is None or isinstance(begun, int)):
        raise Refused("seconds and begun must be numbers.")
    return await _answer(request, as_sentences(next_post.post_next(operator(request), seconds, begun)))


async def _object(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    if not body.strip():
        return {}
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Refused("The parameters must be one JSON object.")
    for key, value in given.items():
        if not (value is None or isinstance(value, (str, int, float, bool))):
            raise Refused(f"{key[:40]} must be a single value, not a list or an object.")
    return given


async def _answer(request: web.Request, replies: AsyncGenerator[Reply]) -> web.StreamResponse:
    if NDJSON in request.headers.get("Accept", ""):
        return await _stream(request, replies)
    collected = [reply async for reply in replies]
    ok = all(reply.ok for reply in collected)
    body = {"replies": [reply.to_dict() for reply in collected], "ok": ok}
    return web.json_response(body, status=200 if ok else 422, dumps=_dumps)


async def _stream(request: web.Request, replies: AsyncGenerator[Reply]) -> web.StreamResponse:
    """One reply a line. When nobody listens any more the operation is left; its job goes on by itself."""
    response = web.StreamResponse(headers={"Content-Type": f"{NDJSON}; charset=utf-8"})
    await response.prepare(request)
    async with aclosing(replies) as lines:
        async for reply in lines:
            await response.write(_dumps(reply.to_dict()).encode() + b"\n")
    await response.write_eof()
    return response


def _dumps(value: Any) -> str:
    return json.dumps(value, default=str)
