"""Socket Mode: connections that an app opens, and what is delivered over them until it is acknowledged.

https://docs.slack.dev/apis/events-api/using-socket-mode. Each payload goes to one of the connections. An
event that is not acknowledged in time comes again, in a new envelope with the same event_id; a click or a
command does not: its person sees that the app did not answer. With nobody connected, events are lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.doubles.slack_state import Workspace

MOST = 10  # connections of one app


@dataclass(eq=False)
class Delivery:
    """One payload on its way. ``outcome`` is "" until it is "acknowledged", "timeout" or "lost"."""

    kind: str  # events_api, interactive or slash_commands
    payload: dict[str, Any]
    accepts_payload: bool = False
    envelopes: list[str] = field(default_factory=list)
    outcome: str = ""
    answer: dict[str, Any] | None = None  # what came with the acknowledgement
    acknowledgements: int = 0
    took: float = 0.0  # seconds from sending to the first acknowledgement
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def settled(self, within: float = 10.0) -> str:
        """How it ended. Raises TimeoutError when it did not."""
        await asyncio.wait_for(self.answered.wait(), within)
        return self.outcome

    def settle(self, outcome: str) -> None:
        if not self.answered.is_set():
            self.outcome = outcome
            self.answered.set()


@dataclass(eq=False)
class Connection:
    socket: web.WebSocketResponse
    request: web.Request
    leaving: bool = False  # was told to go: nothing more is delivered to it


class SocketMode:
    """``ack_within`` seconds; ``tries`` in all for an event; ``copies`` of each event that are sent."""

    def __init__(self, space: Workspace) -> None:
        self.space = space
        self.ack_within, self.tries, self.copies = 3.0, 3, 1
        self.ping_every: float | None = 10.0
        self.connections: list[Connection] = []
        self.opened = 0  # connections so far
        self.deliveries: list[Delivery] = []
        self.tickets: set[str] = set()
        self._envelopes: dict[str, tuple[Delivery, float]] = {}
        self._turn = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._connected = asyncio.Event()

    # Connections

    def issue(self, base: str) -> str:
        """An address that lets one connection in."""
        ticket = str(uuid.uuid4())
        self.tickets.add(ticket)
        return f"{base.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={self.space.app_id}"

    async def link(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("ticket") not in self.tickets:
            return web.Response(status=403, text="the ticket is used or unknown")
        socket = web.WebSocketResponse(heartbeat=self.ping_every)
        await socket.prepare(request)
        self.tickets.discard(request.query["ticket"])
        refused = "" if self.space.socket_mode else "link_disabled"
        if len(self.connections) >= MOST:
            refused = "too_many_websockets"
        if refused:
            await socket.send_json({"type": "disconnect", "reason": refused})
            await socket.close()
            return socket
        connection = Connection(socket, request)
        self.connections.append(connection)
        self.opened += 1
        self._connected.set()
        try:
            await socket.send_json(self._hello())
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._acknowledged(message.data)
        finally:
            self._gone(connection)
        return socket

    def _hello(self) -> dict[str, Any]:
        debug = {"host": "applink-double", "build_number": 1, "approximate_connection_time": 18060}
        told = {"type": "hello", "num_connections": len(self.connections), "debug_info": debug}
        return told | {"connection_info": {"app_id": self.space.app_id}}

    def _gone(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        if not self.connections:
            self._connected.clear()

    async def connected(self, within: float = 10.0) -> None:
        """Until somebody is connected. Raises TimeoutError."""
        await asyncio.wait_for(self._connected.wait(), within)

    async def disconnect(self, reason: str = "refresh_requested", *, grace: float = 10.0) -> None:
        """Slack asks every connection to go ("warning", "refresh_requested", "link_disabled") and closes
        those that stay longer than ``grace`` seconds."""
        for connection in list(self.connections):
            connection.leaving = True
            debug = {"host": "applink-double"}
            with contextlib.suppress(ConnectionError):
                told = {"type": "disconnect", "reason": reason, "debug_info": debug}
                await connection.socket.send_json(told)
            self.background(self._close(connection, grace))

    async def _close(self, connection: Connection, after: float) -> None:
        await asyncio.sleep(after)
        await connection.socket.close()

    def drop(self) -> None:
        """Every line breaks without a word."""
        for connection in list(self.connections):
            self._gone(connection)
            if connection.request.transport is not None:
                connection.request.transport.abort()

    # Deliveries

    async def deliver(self, delivery: Delivery) -> Delivery:
        """Sends it; does not wait for the acknowledgement."""
        self.deliveries.append(delivery)
        for _ in range(self.copies if delivery.kind == "events_api" else 1):
            await self._send(delivery, 0, "")
        return delivery

    async def redeliver(self, delivery: Delivery, reason: str = "timeout") -> None:
        """The same payload, and event_id, once more."""
        await self._send(delivery, max(1, len(delivery.envelopes)), reason)

    async def _send(self, delivery: Delivery, retry: int, reason: str) -> None:
        ready = [one for one in self.connections if not one.leaving and not one.socket.closed]
        if not ready:
            delivery.settle("lost")
            return
        self._turn += 1
        envelope = {
            "envelope_id": str(uuid.uuid4()),
            "type": delivery.kind,
            "accepts_response_payload": delivery.accepts_payload,
            "payload": delivery.payload,
        }
        if delivery.kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        delivery.envelopes.append(str(envelope["envelope_id"]))
        now = asyncio.get_running_loop().time()
        self._envelopes[delivery.envelopes[-1]] = (delivery, now)
        with contextlib.suppress(ConnectionError):  # it breaks just now: the acknowledgement will not come
            await ready[self._turn % len(ready)].socket.send_json(envelope)
        self.background(self._overdue(delivery, delivery.envelopes[-1], retry))

    async def _overdue(self, delivery: Delivery, envelope: str, retry: int) -> None:
        await asyncio.sleep(self.ack_within)
        self._envelopes.pop(envelope, None)
        if delivery.acknowledgements or envelope != delivery.envelopes[-1]:
            return
        if delivery.kind == "events_api" and retry + 1 < self.tries and self.connections:
            await self._send(delivery, retry + 1, "timeout")
        else:
            delivery.settle("timeout")

    def _acknowledged(self, text: str) -> None:
        told = json.loads(text)
        found = self._envelopes.pop(str(told.get("envelope_id")), None)
        if found is None:
            return  # too late: it counts as not acknowledged
        delivery, since = found
        delivery.acknowledgements += 1
        if delivery.acknowledgements == 1:
            delivery.took = asyncio.get_running_loop().time() - since
            delivery.answer = told.get("payload")
        delivery.settle("acknowledged")

    def of(self, kind: str) -> list[Delivery]:
        """Deliveries of an event ("reaction_added") or interaction ("block_actions", "slash_commands")."""
        return [
            one for one in self.deliveries
            if kind in (one.kind, one.payload.get("type"), one.payload.get("event", {}).get("type"))
        ]  # fmt: skip

    async def quiet(self, within: float = 15.0) -> None:
        """Until nothing is on its way. Raises TimeoutError."""
        for delivery in list(self.deliveries):
            await delivery.settled(within)

    # Tasks of the double

    def background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in list(self.connections):
            await connection.socket.close()
