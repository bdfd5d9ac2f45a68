"""Socket Mode: the line over which Slack tells what happens, kept up until the surface ends.

https://docs.slack.dev/apis/events-api/using-socket-mode: an address lets one connection in, once; Slack asks
it to be renewed every few hours, and then the new one is there before the old one goes. Written here and not
taken from the library, whose client asks the same used address for ever when a connection fails.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.work import Work
from bot.engine import backoff
from bot.surfaces.slack_app.errors import APP, FOREIGN, asking, sentence
from services.errors import Misconfigured, OperatorError, Unavailable
from services.log import get_logger

log = get_logger(__name__)

HELLO_SECONDS = 20.0  # in which Slack greets a new connection
HEARTBEAT = 15.0  # seconds between two pings; a line that answers none is given up
GRACE = 30.0  # how long a connection that was told to go is still listened to
CALM = 60.0  # a connection that lasted so long was no failure
FIRST_REST = 1.0  # seconds before the next try, doubled each time while they fail

AGAIN = "told_again"  # in a payload that was sent before, maybe to the operator before this one

Worked = Callable[[dict[str, Any]], Awaitable[dict[str, Any] | None]]  # a payload → what goes with its answer


class Life(Protocol):
    """Who hears of the connection. Before each one events may have been lost."""

    async def arrived(self) -> None: ...
    def parted(self, reason: str) -> None: ...


class Line:
    """``client`` has the app-level token. ``worked`` takes each payload; its return acknowledges it."""

    def __init__(
        self,
        client: AsyncWebClient,
        web: aiohttp.ClientSession,
        worked: Worked,
        life: Life,
        *,
        first_rest: float = FIRST_REST,
    ) -> None:
        self._client, self._web, self._worked, self._life = client, web, worked, life
        self._first_rest = first_rest
        self._work = Work("slack line")
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled. Misconfigured when Slack lets nobody in; what passes is tried again."""
        failures = 0
        try:
            while True:
                began, leaving = time.monotonic(), asyncio.Event()
                try:
                    await self._held(await self._address(), leaving)
                except Misconfigured:
                    raise
                except OperatorError as error:
                    self._life.parted(str(error))
                    log.debug("the line to Slack is broken: %s", error)
                if leaving.is_set():
                    failures = 0
                    continue
                failures = 1 if time.monotonic() - began > CALM else failures + 1
                await asyncio.sleep(backoff(failures, self._first_rest))
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._work.end()

    async def _address(self) -> str:
        async with asking("open a connection", setting=APP, seconds=30):
            answer = await self._client.apps_connections_open(app_token=str(self._client.token))
        return str(answer["url"])

    async def _held(self, address: str, leaving: asyncio.Event) -> None:
        """Hold one connection until it ends or is asked to go: it is listened to while the next is made."""
        holding = asyncio.create_task(self._hold(address, leaving), name="slack connection")
        self._tasks.add(holding)
        holding.add_done_callback(self._ended)
        asked = asyncio.create_task(leaving.wait())
        try:
            await asyncio.wait({holding, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()
        if holding.done() and not leaving.is_set():
            holding.result()
            raise Unavailable("The line to Slack is broken; it is tried again.")

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # seen: what it means was said by whoever waited for it

    async def _hold(self, address: str, leaving: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(HELLO_SECONDS) as patience:
                async with self._web.ws_connect(address, heartbeat=HEARTBEAT, max_msg_size=2**24) as socket:
                    async for message in socket:
                        if message.type is not aiohttp.WSMsgType.TEXT:
                            continue
                        told = json.loads(message.data)
                        match told.get("type"):
                            case "hello":
                                patience.reschedule(None)
                                await self._life.arrived()
                            case "disconnect":
                                _ensure_welcome(str(told.get("reason") or ""))
                                leaving.set()
                                patience.reschedule(asyncio.get_running_loop().time() + GRACE)
                            case _ if told.get("envelope_id"):
                                self._work.begin(self._answered(socket, told), "delivery")
        except FOREIGN as error:
            if leaving.is_set():
                return
            raise sentence(error, "stay connected", APP) from error

    async def _answered(self, socket: aiohttp.ClientWebSocketResponse, told: dict[str, Any]) -> None:
        """Take what was delivered, then say so: what nobody acknowledged Slack tells again."""
        payload = dict(told.get("payload") or {})
        if told.get("retry_attempt"):
            payload[AGAIN] = True
        answer = await self._worked(payload)
        if answer is None:
            return
        try:
            await socket.send_json(
                {"envelope_id": told["envelope_id"], **({"payload": answer} if answer else {})}
            )
        except FOREIGN:
            log.debug("an acknowledgement came too late: the line is broken")


def _ensure_welcome(reason: str) -> None:
    if reason == "link_disabled":
        raise Misconfigured(
            "Socket Mode is switched off in the Slack app.",
            remedy="Switch it on (the app's page Socket Mode) and start the operator again.",
            variable=APP,
        )
    if reason == "too_many_websockets":
        raise Unavailable("Slack allows no more connections of this app.", remedy="It is tried again.")
