"""The desk as one object: its application, its socket, and a bounded end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.operator import Operator
from bot.surfaces.desk import api, charts, login, media, pages, security, words
from bot.surfaces.desk.context import CONTEXT, DeskContext, context
from bot.surfaces.desk.events import Hub, handler
from services.errors import Misconfigured
from services.log import get_logger

log = get_logger(__name__)

HERE = Path(__file__).parent
MOST_BODY = 256 * 1024  # bytes of a request: a caption and its form are far smaller
CLOSE_SECONDS = 3.0


class Desk:
    """The surface "desk". ``await start()`` binds and answers the URL; ``run()`` serves until cancelled.

    ``token`` is DESK_TOKEN: where one is set, and on every address but loopback, nothing is shown without
    it. ``cli_token`` lets the command line in on this machine.
    """

    name = "desk"

    def __init__(self, op: Operator, *, host: str, port: int, token: str | None, cli_token: str) -> None:
        host = host.strip("[]")
        if token is None and not security.is_loopback(host):
            raise Misconfigured(
                f"The desk would be open to everyone who can reach {host or 'this machine'}.",
                remedy="Set DESK_TOKEN to at least 16 characters, or DESK_HOST to 127.0.0.1.",
                variable="DESK_TOKEN",
            )
        self._context = DeskContext(
            op=op,
            host=host,
            port=port,
            token=token,
            cli_token=cli_token,
            templates=_templates(op),
            hub=Hub(op),
            static_versions=_versions(),
        )
        self._runner: web.AppRunner | None = None
        self._pump: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Bind the port; answers the desk's URL. Misconfigured when the address cannot be had."""
        desk = self._context
        runner = web.AppRunner(
            _application(desk), access_log=None, handle_signals=False, shutdown_timeout=CLOSE_SECONDS
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, desk.host or None, desk.port).start()
        except OSError as error:
            await runner.cleanup()
            raise _unbound(error, desk.host, desk.port) from error
        self._runner = runner
        desk.port = int(runner.addresses[0][1])
        desk.op.store.on_change(desk.hub.touch)
        self._pump = asyncio.create_task(desk.hub.run(), name="desk:events")
        return self.url

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = self._context.host
        shown = "127.0.0.1" if host in security.WILDCARDS else f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self._context.port}"

    async def run(self) -> None:
        """Serve until cancelled."""
        if self._runner is None:
            await self.start()
        pump = self._pump
        assert pump is not None
        try:
            await pump
        finally:
            await self.close()

    async def close(self) -> None:
        """End open streams and the socket; gives up waiting for slow requests after a few seconds."""
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump
            self._pump = None
        runner, self._runner = self._runner, None
        if runner is None:
            return
        self._context.hub.close()
        try:
            async with asyncio.timeout(2 * CLOSE_SECONDS):
                await runner.cleanup()
        except TimeoutError:
            log.warning("the desk did not end in time; open requests were dropped")


def _application(desk: DeskContext) -> web.Application:
    app = web.Application(middlewares=security.middlewares(), client_max_size=MOST_BODY)
    app[CONTEXT] = desk
    app.on_response_prepare.append(security.add_headers)
    login.set_up(app)
    pages.set_up(app)
    api.set_up(app)
    media.set_up(app)
    charts.set_up(app)
    app.router.add_get("/events", handler(desk.hub))
    app.router.add_get("/static/{name}", static)
    return app


async def static(request: web.Request) -> web.StreamResponse:
    """The desk's own files, by the names it has; a changed file has another ``?v=``."""
    name = request.match_info["name"]
    if name not in context(request).static_versions:
        raise web.HTTPNotFound
    return web.FileResponse(
        HERE / "static" / name, headers={"Cache-Control": "public, max-age=31536000, immutable"}
    )


def _versions() -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted((HERE / "static").iterdir())
        if path.is_file()
    }


def _templates(op: Operator) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_as_text,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words.install(environment, op.options.timezone)
    environment.globals["NAV"] = pages.NAV
    environment.globals["ZONE"] = str(op.options.timezone)
    return environment


def _as_text(value: Any) -> Any:
    """Names of files can hold bytes that are no text: those become a replacement sign on a page."""
    if type(value) is str and not value.isascii():
        return value.encode("utf-8", "replace").decode("utf-8")
    return value


def _unbound(error: OSError, host: str, port: int) -> Misconfigured:
    if error.errno == errno.EADDRINUSE:
        return Misconfigured(
            f"Port {port} is taken: another program, or another operator, answers there.",
            remedy="End that program, or set DESK_PORT to another port (0 takes any free one).",
            variable="DESK_PORT",
        )
    if error.errno == errno.EACCES:
        return Misconfigured(
            f"This user may not open port {port}.",
            remedy="Set DESK_PORT to a number above 1023.",
            variable="DESK_PORT",
        )
    return Misconfigured(
        f"The desk cannot listen on {host}: this machine has no such address.",
        remedy="Set DESK_HOST to 127.0.0.1, or to an address of this machine.",
        variable="DESK_HOST",
    )
