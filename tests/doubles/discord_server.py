"""Discord on a socket of this machine: its gateway and its API, strict about requests, with people who act.

Every exchange is held against Discord's own document; what breaks it stands in ``problems``. It runs on the
loop of whoever enters ``running``; the operator may be of the same process or of another.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiohttp import web

from tests.doubles import discord_refusal as refusal
from tests.doubles.discord_acts import Acts
from tests.doubles.discord_commands import Commands
from tests.doubles.discord_contract import SERVED, contract
from tests.doubles.discord_events import Events
from tests.doubles.discord_gateway import Gateway
from tests.doubles.discord_interactions import Interactions
from tests.doubles.discord_limits import BANNED, Limits
from tests.doubles.discord_owner import Owner
from tests.doubles.discord_people import People
from tests.doubles.discord_refusal import Refusal
from tests.doubles.discord_rest import Call, Rest, Said
from tests.doubles.discord_shapes import Shapes
from tests.doubles.discord_wire import error, given, parsed
from tests.doubles.discord_world import MIB, Message, World
from tests.doubles.http_double import Answer, Asked, Fault

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GtestX.notASecretOnlyForTests0123456789abcde"
_BASE = "/api/v10"
_BY_TOKEN_IN_PATH = ("/interactions/", "/webhooks/")
_T = TypeVar("_T")


class DiscordServer:
    def __init__(self, guild: str = "Studio", channel: str = "reels") -> None:
        self.url = ""
        self.down = False  # every request is answered 503
        self.request_limit = 25 * MIB
        self.checking = True  # against the document; it costs some ms for each exchange
        self.asked: list[tuple[str, Asked, int]] = []  # operation, request, status (0: the line broke)
        self.faults: dict[str, list[Fault]] = {}
        self.world = World()
        self.guild = self.world.guild(guild)
        self.channel = self.world.channel(self.guild, channel)
        self.shapes = Shapes(self.world)
        self.limits = Limits(self.world.now)
        self.acts = Acts(self.world, self.shapes)
        self.gateway = Gateway(self.world, self.shapes, Events(self.shapes, contract()), TOKEN)
        self.rest = Rest(self.world, self.shapes, self.acts, self.gateway)
        self.interactions = Interactions(self.world, self.shapes, self.acts)
        self.commands = Commands(self.world)
        self.people = People(self.world, self.acts, self.commands, self.interactions, self.channel)
        self.owner = Owner(self.world, self.channel)
        self._problems: list[str] = []
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.world.happened = self.gateway.happened
        self.gateway.changed = self._changed.set

    @property
    def problems(self) -> list[str]:
        """What broke Discord's document: requests of the bot, or answers and events of the double."""
        return [*self._problems, *self.gateway.problems]

    @property
    def messages(self) -> list[Message]:
        """What everybody sees in the first channel, the oldest first."""
        return [one for one in self.channel.messages.values() if one.only_for is None]

    def fail(self, operation: str, *faults: Fault) -> None:
        """The next requests of this operation ("create_message"; "*": of any) go wrong, one fault each."""
        assert operation in SERVED | {"*"}, operation
        self.faults.setdefault(operation, []).extend(faults)

    def count(self, *operations: str) -> int:
        return sum(name in operations for name, _, _ in self.asked)

    async def until(self, so: Callable[[], _T], seconds: float = 10.0) -> _T:
        """Waits until ``so`` is true, and gives what it gave. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not (found := so()):
                self._changed.clear()
                changed = asyncio.ensure_future(self._changed.wait())
                await asyncio.wait([changed], timeout=0.02)  # also for what changes elsewhere
                changed.cancel()
            return found

    def go_offline(self, *, api: bool = False) -> None:
        """Discord is away: connections end, sessions are lost with all that happens, nobody gets in.
        ``api``: it answers 503, too."""
        self.gateway.down, self.down = True, api
        self.gateway.close(1001)
        self.gateway.cut()
        self.gateway.forget()

    def come_back(self) -> None:
        self.gateway.down = self.down = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[DiscordServer]:
        app = web.Application(client_max_size=2**30)
        app.router.add_get("/gateway/{rest:.*}", self.gateway.talk)
        app.router.add_get("/attachments/{channel}/{file}/{name}", self._attachment)
        app.router.add_route("*", _BASE + "/{path:.*}", self._any)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = self.shapes.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self.gateway.url = f"ws{self.url.removeprefix('http')}/gateway/"
        try:
            yield self
        finally:
            await asyncio.gather(*self._tasks)
            self.gateway.close(1001)
            await runner.cleanup()

    async def _attachment(self, request: web.Request) -> web.Response:
        number = int(request.match_info["file"])
        channel = self.world.channels.get(int(request.match_info["channel"]))
        files = [one for message in channel.messages.values() for one in message.files] if channel else []
        for one in files:
            if one.id == number:
                return web.Response(body=one.content)
        raise web.HTTPNotFound(text="This content is no longer available.")

    async def _any(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        path = request.rel_url.raw_path.removeprefix(_BASE)
        name, _, variables = contract().operation(request.method, path)
        headers = {key.lower(): value for key, value in request.headers.items()}
        fault = self._planned(name)
        if fault.answer is not None or fault.drop == "before":
            self._note(name, request, headers, raw, fault.answer.status if fault.answer else 0)
            if fault.answer is not None:
                self._count_invalid(fault.answer)
            return await given(request, fault.answer, fault.cut)
        if fault.drop == "late":
            self._note(name, request, headers, raw, 0)
            self._soon(fault.seconds, name, variables, request, headers, raw)
            return await given(request, None, None)
        answer = self._effect(name, variables, request, headers, raw)
        self._note(name, request, headers, raw, answer.status)
        self._changed.set()
        await asyncio.sleep(fault.seconds)  # the service is slow: its client has to wait
        return await given(request, None if fault.drop == "after" else answer, fault.cut)

    def _soon(self, seconds: float, *effect: Any) -> None:
        async def come() -> None:
            await asyncio.sleep(seconds)
            self._effect(*effect)

        task = asyncio.get_running_loop().create_task(come())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _planned(self, name: str) -> Fault:
        if self.down:
            return error(503)
        planned = self.faults.get(name) or self.faults.get("*")
        return planned.pop(0) if planned else Fault()

    def _note(
        self, name: str, request: web.Request, headers: dict[str, str], raw: bytes, status: int
    ) -> None:
        """Of a form only its JSON is kept."""
        if headers.get("content-type", "").startswith("multipart/"):
            raw = raw.partition(b'name="payload_json"')[2].partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0]
        self.asked.append((name, Asked(request.method, request.raw_path, headers, raw), status))

    def _effect(
        self, name: str, variables: dict[str, str], request: web.Request, headers: dict[str, str], raw: bytes
    ) -> Answer:
        path = request.rel_url.raw_path.removeprefix(_BASE)
        limited: dict[str, str] = {}
        try:
            if self.limits.banned:
                return BANNED
            if (
                not path.startswith(_BY_TOKEN_IN_PATH)
                and headers.get("authorization") != f"Bot {self.gateway.token}"
            ):
                raise refusal.unauthorized()
            answer, limited = self.limits.taken(name, variables)
            if answer is not None:
                self._count_invalid(answer)
                return answer
            if len(raw) > self.request_limit:
                return Answer(
                    413, b"<html>413 Request Entity Too Large</html>", {"Content-Type": "text/html"}
                )
            status, body = self._done(name, request, headers, raw)
        except Refusal as no:
            status, body = no.status, no.body
        if self.checking:
            self._problems += contract().answer(request.method, path, status, body)
        answer = Answer(status, b"", limited) if body is None else Answer.of(body, status, **limited)
        self._count_invalid(answer)
        return answer

    def _count_invalid(self, answer: Answer) -> None:
        if answer.headers.get("X-RateLimit-Scope") != "shared":
            self.limits.answered(answer.status)

    def _done(self, name: str, request: web.Request, headers: dict[str, str], raw: bytes) -> Said:
        path = request.rel_url.raw_path.removeprefix(_BASE)
        try:
            kind, body, uploads = parsed(headers.get("content-type", ""), raw)
        except ValueError as bad:
            self._problems.append(f"{name or path}: {bad}")
            raise Refusal(400, 50109, "The request body contains invalid JSON.") from bad
        if self.checking:
            query = {key: request.query.getall(key) for key in request.query}
            self._problems += contract().request(request.method, path, query, body, kind)
        if not name:
            raise Refusal(404, 0, "404: Not Found")
        _, _, variables = contract().operation(request.method, request.rel_url.path.removeprefix(_BASE))
        call = Call(variables, dict(request.query), body, uploads)
        for part in (self.rest, self.interactions, self.commands):
            if (does := getattr(part, name, None)) is not None:
                said: Said = does(call)
                return said
        raise AssertionError(f"nobody does {name}")
