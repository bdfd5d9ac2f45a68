"""Logging in with DESK_TOKEN: the form, the cookie it leaves, and a limit on guessing."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import deque

from aiohttp import web

from bot.surfaces.desk.context import HttpProblem, context, render

COOKIE = "autopotter_desk"
DAYS = 30
WINDOW_SECONDS = 60.0
TRIES_EACH, TRIES_ALL = 5, 30  # wrong tokens a minute: from one address, from all

_FAILURES: web.AppKey[Failures] = web.AppKey("desk_failures")


class Failures:
    """Wrong tokens of the last minute. Only that many are remembered, whoever sends how many."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, str]] = deque(maxlen=TRIES_ALL)

    def wait(self, address: str, now: float) -> int:
        """Seconds until this address may try again; 0 if it may now."""
        while self._recent and self._recent[0][0] <= now - WINDOW_SECONDS:
            self._recent.popleft()
        own = [at for at, who in self._recent if who == address]
        held = len(self._recent) >= TRIES_ALL or len(own) >= TRIES_EACH
        if not held:
            return 0
        first = own[0] if len(own) >= TRIES_EACH else self._recent[0][0]
        return int(first + WINDOW_SECONDS - now) + 1

    def add(self, address: str, now: float) -> None:
        self._recent.append((now, address))


def set_up(app: web.Application) -> None:
    app[_FAILURES] = Failures()
    app.router.add_get("/login", show)
    app.router.add_post("/login", submit)
    app.router.add_post("/api/logout", leave)


def _signature(token: str, expires: str) -> str:
    return hmac.new(token.encode(), f"desk session until {expires}".encode(), hashlib.sha256).hexdigest()


def make_cookie(token: str, now: float) -> str:
    """ "<expiry>.<signature>": proves the token without holding it; another DESK_TOKEN ends every session."""
    expires = str(int(now) + DAYS * 86400)
    return f"{expires}.{_signature(token, expires)}"


def cookie_valid(request: web.Request, token: str) -> bool:
    expires, _, signature = request.cookies.get(COOKIE, "").partition(".")
    if not (expires.isascii() and expires.isdigit() and len(expires) < 12) or int(expires) < time.time():
        return False
    return hmac.compare_digest(
        signature.encode("utf-8", "surrogateescape"), _signature(token, expires).encode()
    )


def token_given(request: web.Request, token: str, given: str) -> bool:
    """Whether ``given`` is DESK_TOKEN; HttpProblem 429 after too many that were not."""
    failures, address, now = request.app[_FAILURES], request.remote or "", time.monotonic()
    wait = failures.wait(address, now)
    if wait:
        raise HttpProblem(
            429, "Too many wrong tokens.", remedy=f"Wait {wait} seconds and try again.", retry_after=wait
        )
    if hmac.compare_digest(given.encode("utf-8", "surrogateescape"), token.encode()):
        return True
    failures.add(address, now)
    return False


async def show(request: web.Request) -> web.Response:
    desk = context(request)
    if desk.token is None or cookie_valid(request, desk.token):
        raise web.HTTPSeeOther("/")
    return render(request, "login.html", problem="")


async def submit(request: web.Request) -> web.Response:
    desk = context(request)
    if desk.token is None:
        raise web.HTTPSeeOther("/")
    if not token_given(request, desk.token, str((await request.post()).get("token", "")).strip()):
        return render(request, "login.html", code=403, problem="That is not the DESK_TOKEN of this desk.")
    answer = web.HTTPSeeOther("/")
    answer.set_cookie(
        COOKIE,
        make_cookie(desk.token, time.time()),
        max_age=DAYS * 86400,
        httponly=True,
        samesite="Strict",
        secure=request.secure,
        path="/",
    )
    raise answer


async def leave(request: web.Request) -> web.Response:
    response = web.json_response({"ok": True})
    response.del_cookie(COOKIE, path="/")
    return response
