"""What can go wrong with one request to the Graph double, and what it writes down of each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from tests.doubles.graph_error import GraphError


@dataclass(frozen=True)
class Fault:
    """``error``, or ``status`` with ``text``, is answered instead. ``drop`` closes the line "before" anything
    happens or "after" it did; with ``late`` the line closes at once and the effect comes so many seconds
    later. ``cut`` ends the answer in its middle. With ``after`` an ``error`` is answered though it happened.
    ``keeps``: the line of an upload breaks when so many of its bytes are there.
    """

    error: GraphError | None = None
    status: int = 0
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    drop: str = ""
    late: float | None = None
    cut: bool = False
    after: bool = False
    keeps: int | None = None


@dataclass(frozen=True)
class Call:
    operation: str
    method: str
    path: str
    params: dict[str, str]


def hang_up(request: web.Request) -> None:
    """The line breaks: the client never hears what became of it."""
    assert request.transport is not None
    request.transport.abort()
    raise asyncio.CancelledError
