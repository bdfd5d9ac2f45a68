"""Discord's gateway over a real websocket: sessions with numbered events, heartbeats, resuming, close codes.

A session goes on without a connection and keeps its events; who resumes gets what was missed. Who identifies
anew gets nothing of what happened in between, as at Discord.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.doubles.discord_events import CONTENT, MEMBERS, PRESENCES, PRIVILEGED, Events
from tests.doubles.discord_line import HELLO, Line
from tests.doubles.discord_shapes import Json, Shapes
from tests.doubles.discord_world import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT = 0, 1, 2, 3, 6, 7
MEMBERS_ASKED, INVALID, ACK = 8, 9, 11
_KNOWN_INTENTS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
_ENDING = (1000, 1001, 4004, 4007, 4009, 4014)  # close codes after which a session cannot be resumed
_PER_MINUTE = 120  # what a client may send


@dataclass(eq=False)
class Session:
    id: str
    intents: int
    events: list[Json] = field(default_factory=list)
    line: Line | None = None

    def say(self, event: str, data: Json) -> None:
        self.events.append({"op": DISPATCH, "t": event, "s": len(self.events) + 1, "d": data})
        if self.line is not None:
            self.line.send(self.events[-1])


class Gateway:
    def __init__(self, world: World, shapes: Shapes, events: Events, token: str) -> None:
        self.url = ""
        self.token = token
        self.heartbeat = 41.25  # seconds between a client's heartbeats
        self.zombie = False  # nothing is acknowledged and nothing told, but the line stays
        self.down = False  # connections are refused
        self.sessions: dict[str, Session] = {}
        self.identifies = self.identifies_today = 0
        self.identify_limit = 1000  # for each day; then Discord resets the token
        self.resumes = 0
        self.closed: Counter[int] = Counter()  # codes the double closed with
        self.compressions: Counter[str] = Counter()
        self.problems: list[str] = []
        self.changed: Callable[[], None] = lambda: None
        self._world, self._shapes, self._events = world, shapes, events
        self._privileged = 0
        self._lines: set[Line] = set()
        self._day = world.now()

    @property
    def privileged(self) -> int:
        return self._privileged

    def enable(self, intents: int) -> None:
        """The privileged intents that are switched on in the developer portal; the rest is off."""
        self._privileged = intents & PRIVILEGED
        self._shapes.sees_content = bool(intents & CONTENT)

    @property
    def flags(self) -> int:
        """The application's, as they tell of its privileged intents."""
        marks = {PRESENCES: 1 << 13, MEMBERS: 1 << 15, CONTENT: 1 << 19}
        return sum(flag for intent, flag in marks.items() if self._privileged & intent)

    @property
    def connected(self) -> bool:
        return any(session.line is not None for session in self.sessions.values())

    @property
    def start_limit(self) -> Json:
        self._turn_day()
        left = max(self.identify_limit - self.identifies_today, 0)
        reset = int((self._day + 86_400 - self._world.now()) * 1000)
        return {"total": self.identify_limit, "remaining": left, "reset_after": reset, "max_concurrency": 1}

    def _turn_day(self) -> None:
        if self._world.now() >= self._day + 86_400:
            self._day, self.identifies_today = self._world.now(), 0

    def happened(self, event: str, place: Any, subject: Any) -> None:
        """Told to every session that may hear it, connected or not."""
        checked = False
        for session in list(self.sessions.values()):
            if self._events.told(event, place, session.intents):
                data = self._events.data(event, place, subject, session.intents)
                if not checked:
                    self.problems += self._events.problems(event, data)
                    checked = True
                session.say(event, data)
        self.changed()

    def close(self, code: int = 4000) -> None:
        """All connections; sessions stay unless the code ends them."""
        for line in list(self._lines):
            self._hang_up(line, code)

    def invalidate(self, *, resumable: bool) -> None:
        for session in list(self.sessions.values()):
            if session.line is not None:
                session.line.send({"op": INVALID, "d": resumable, "s": None, "t": None})
            if not resumable:
                del self.sessions[session.id]

    def ask_to_reconnect(self) -> None:
        for line in self._lines:
            line.send({"op": RECONNECT, "d": None, "s": None, "t": None})

    def forget(self) -> None:
        """Sessions end while nobody is connected: whoever resumes has missed everything."""
        self.sessions = {one.id: one for one in self.sessions.values() if one.line is not None}

    def cut(self) -> None:
        """Every line breaks without a word."""
        for line in list(self._lines):
            line.abort()

    async def talk(self, request: web.Request) -> web.StreamResponse:
        if self.down:
            return web.Response(status=503, text="Service Unavailable")
        self.compressions[request.query.get("compress", "")] += 1
        if request.query.get("v") != "10" or request.query.get("encoding") != "json":
            self.problems.append(f"gateway: {request.query_string} asks for another version or encoding")
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        line = Line(request, socket, lambda: self.zombie)
        self._lines.add(line)
        pouring = asyncio.create_task(self._poured(line))
        try:
            line.send(
                {"op": HELLO, "d": {"heartbeat_interval": int(self.heartbeat * 1000)}, "s": None, "t": None}
            )
            await self._listen(line)
            if line.closing:  # its code is still to be sent
                await asyncio.wait([pouring], timeout=5)
        finally:
            self._lines.discard(line)
            self._let_go(line, socket.close_code or 0)
            pouring.cancel()
            self.changed()
        return socket

    async def _poured(self, line: Line) -> None:
        with suppress(ConnectionError):
            await line.pour()

    async def _listen(self, line: Line) -> None:
        session: Session | None = None
        sent: deque[float] = deque(maxlen=_PER_MINUTE)
        while True:
            try:
                said = await line.socket.receive(timeout=self.heartbeat * 2)
            except TimeoutError:  # who does not beat is gone
                self._hang_up(line, 4009)
                return
            if said.type is not WSMsgType.TEXT:
                return
            if len(said.data.encode()) > 4096:
                self._hang_up(line, 4002)
                return
            if len(sent) == _PER_MINUTE and self._world.now() - sent[0] < 60:
                self._hang_up(line, 4008)
                return
            sent.append(self._world.now())
            session = self._heard(line, session, json.loads(said.data))

    def _heard(self, line: Line, session: Session | None, payload: Json) -> Session | None:
        code, data = payload.get("op"), payload.get("d") or {}
        if code == HEARTBEAT:
            line.send({"op": ACK, "d": None, "s": None, "t": None})
        elif code in (IDENTIFY, RESUME) and session is not None:
            self._hang_up(line, 4005)
        elif code == IDENTIFY:
            return self._identify(line, data)
        elif code == RESUME:
            return self._resume(line, data)
        elif code not in (PRESENCE, MEMBERS_ASKED):
            self._hang_up(line, 4001)
        elif session is None:
            self._hang_up(line, 4003)
        return session

    def _identify(self, line: Line, data: Json) -> Session | None:
        self._turn_day()
        self.identifies += 1
        self.identifies_today += 1
        if self.identifies_today > self.identify_limit:
            self.token = secrets.token_hex(16)  # Discord resets it, and tells the owner by mail
        if data.get("token") != self.token:
            self._hang_up(line, 4004)
            return None
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~_KNOWN_INTENTS:
            self._hang_up(line, 4013)
            return None
        if intents & PRIVILEGED & ~self._privileged:
            self._hang_up(line, 4014)
            return None
        if missing := {"os", "browser", "device"} - data.get("properties", {}).keys():
            self.problems.append(f"gateway: identify lacks {missing}")
        session = Session(secrets.token_hex(16), intents, line=line)
        self.sessions[session.id] = session
        bot, guilds = self._world.bot, self._world.guilds.values()
        session.say("READY", {
            "v": 10,
            "user": self._shapes.me(),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": f"{self.url}/resume",
            "application": {"id": str(bot.id), "flags": self.flags},
            "private_channels": [],
        })  # fmt: skip
        for guild in guilds:
            if self._events.told("GUILD_CREATE", guild, intents):
                data = self._events.data("GUILD_CREATE", guild, guild, intents)
                self.problems += self._events.problems("GUILD_CREATE", data)
                session.say("GUILD_CREATE", data | {"unavailable": False})  # not so when it is new
        self.changed()
        return session

    def _resume(self, line: Line, data: Json) -> Session | None:
        session = self.sessions.get(data.get("session_id", ""))
        if data.get("token") != self.token:
            self._hang_up(line, 4004)
            return None
        if session is None:
            line.send({"op": INVALID, "d": False, "s": None, "t": None})
            return None
        seen = data.get("seq") or 0
        if not 0 <= seen <= len(session.events):
            self._hang_up(line, 4007)
            return None
        self.resumes += 1
        if session.line is not None:
            self._hang_up(session.line, 4000)
        for event in session.events[seen:]:
            line.send(event)
        session.line = line
        session.say("RESUMED", {"_trace": []})
        self.changed()
        return session

    def _hang_up(self, line: Line, code: int) -> None:
        self.closed[code] += 1
        line.close(code)
        self._let_go(line, code)

    def _let_go(self, line: Line, code: int) -> None:
        for session in list(self.sessions.values()):
            if session.line is line:
                session.line = None
                if code in _ENDING:
                    del self.sessions[session.id]
