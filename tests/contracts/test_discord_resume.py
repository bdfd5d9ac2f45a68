"""However often the line to Discord's double breaks, who resumes hears everything once and in order."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.doubles.discord_server import DiscordServer

INTENTS = 1537


class Ear:
    """A client of the gateway as bare as possible."""

    def __init__(self, double: DiscordServer, session: aiohttp.ClientSession) -> None:
        self._double, self._session = double, session
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._id, self._seen = "", 0
        self.heard: list[str] = []

    async def connect(self) -> None:
        self._socket = await self._session.ws_connect(f"{self._double.gateway.url}?v=10&encoding=json")
        token = self._double.gateway.token
        if self._id:
            about = {"token": token, "session_id": self._id, "seq": self._seen}
            await self._socket.send_json({"op": 6, "d": about})
        else:
            properties = {"os": "x", "browser": "x", "device": "x"}
            await self._socket.send_json(
                {"op": 2, "d": {"token": token, "intents": INTENTS, "properties": properties}}
            )

    async def listen(self, until: int) -> None:
        """Until so many events of the session were seen, or the line broke."""
        assert self._socket is not None
        while self._seen < until:
            said = await self._socket.receive()
            if said.type is not aiohttp.WSMsgType.TEXT:
                return
            self._note(said.json())

    def _note(self, payload: Any) -> None:
        if payload["op"] != 0:
            return
        assert payload["s"] == self._seen + 1
        self._seen = payload["s"]
        if payload["t"] == "READY":
            self._id = payload["d"]["session_id"]
        if payload["t"] == "MESSAGE_REACTION_ADD":
            self.heard.append(payload["d"]["user_id"])


async def _hears(acts: list[str]) -> None:
    double = DiscordServer()
    async with double.running(), aiohttp.ClientSession() as session:
        card = double.people.write(double.world.owner, "vote")
        ear, voted = Ear(double, session), []
        await ear.connect()
        await ear.listen(2)
        [one] = double.gateway.sessions.values()
        for number, act in enumerate(acts):
            if act == "vote":
                person = double.people.person(f"P{number}")
                double.people.react(person, card, "✅")
                voted.append(str(person.id))
            elif act == "cut":
                double.gateway.cut()
                await double.until(lambda: one.line is None)
            else:
                if one.line is None:
                    await ear.connect()
                    await double.until(lambda: one.line)
                await ear.listen(len(one.events) if act == "all" else len(one.events) - 1)
        double.gateway.cut()
        await double.until(lambda: one.line is None)
        await ear.connect()
        await double.until(lambda: one.line)
        await ear.listen(len(one.events))
        assert ear.heard == voted
        assert double.problems == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["vote", "vote", "cut", "all", "some"]), max_size=20))
def test_each_event_is_heard_once_and_in_order(acts: list[str]) -> None:
    asyncio.run(_hears(acts))
