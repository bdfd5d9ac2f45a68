"""What every handler of the desk needs, and the errors that are about the request itself."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web
from jinja2 import Environment

from bot.operator import Operator
from bot.surfaces.desk.events import Hub
from services.errors import Refused

T = TypeVar("T")


class HttpProblem(Refused):
    """A request that is refused with a particular HTTP status."""

    def __init__(self, status: int, message: str, *, remedy: str = "", retry_after: int = 0) -> None:
        super().__init__(message, remedy=remedy)
        self.status = status
        self.retry_after = retry_after


@dataclass(slots=True)
class DeskContext:
    """The operator the desk shows, its secrets, and what renders its pages.

    ``token`` is DESK_TOKEN or None (then nobody needs to log in), ``cli_token`` what the command line
    shows. ``csrf`` lives as long as the process: pages carry it, state changes must send it back.
    """

    op: Operator
    host: str
    port: int
    token: str | None
    cli_token: str
    templates: Environment
    hub: Hub
    static_versions: dict[str, str]
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))


CONTEXT: web.AppKey[DeskContext] = web.AppKey("desk_context", DeskContext)


def context(request: web.Request) -> DeskContext:
    return request.app[CONTEXT]


def operator(request: web.Request) -> Operator:
    return request.app[CONTEXT].op


async def or_missing(looked_up: Awaitable[T]) -> T:
    """What the address of a request names; a Refused look-up is "not found"."""
    try:
        return await looked_up
    except Refused as error:
        raise HttpProblem(404, error.message, remedy=error.remedy) from error


def number_in(request: web.Request, name: str, *, low: int = 0, high: int = 10**9) -> int:
    """A whole number of the path; anything else is no page of ours."""
    text = request.match_info[name]
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or not low <= int(text) <= high:
        raise HttpProblem(404, "There is no such page.", remedy="The menu leads to all there are.")
    return int(text)


def query_number(request: web.Request, name: str, default: int, *, low: int, high: int) -> int:
    """A whole number of the query, kept within its bounds; the default when it is none."""
    text = request.query.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        return default
    return max(low, min(high, int(text)))


def render(request: web.Request, template: str, *, code: int = 200, **values: Any) -> web.Response:
    """A page from a template; every template knows ``desk``, ``op``, ``path`` and ``csrf``."""
    desk = context(request)
    html = desk.templates.get_template(template).render(
        desk=desk, op=desk.op, path=request.path, csrf=desk.csrf, now=desk.op.now(), **values
    )
    return web.Response(text=html, content_type="text/html", status=code)
