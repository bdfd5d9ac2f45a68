"""The one httpx client of all remote services, and whose turn it is to ask which host."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from services.http.repeating import Sleep
from services.http.service import Service
from services.http.trouble import Unanswered
from services.http.unpacking import ACCEPTED

KEPT_CONNECTIONS = 10
KEPT_SECONDS = 5.0  # one left idle for longer may be closed by the other side just as it is used


@dataclass(slots=True)
class Turns:
    """Of one host: how many requests at once, and until when it asked to be left alone (monotonic)."""

    free: asyncio.Semaphore
    until: float = 0.0

    def hold(self, seconds: float) -> None:
        self.until = max(self.until, time.monotonic() + seconds)


class Http:
    """Connections, shared by all services; close it with aclose(). ``sleep`` pauses."""

    def __init__(self, *, sleep: Sleep = asyncio.sleep) -> None:
        self.sleep = sleep
        self._client: httpx.AsyncClient | None = None
        self._turns: dict[tuple[str, str], Turns] = {}

    @property
    def client(self) -> httpx.AsyncClient:
        if self._client is None:  # late: reading the certificates takes a while
            trusted = httpx.create_ssl_context()
            here = httpx.AsyncHTTPTransport(verify=trusted)
            self._client = httpx.AsyncClient(
                verify=trusted,
                mounts={f"all://{host}": here for host in ("127.0.0.1", "localhost", "[::1]")},  # no proxy
                headers={"User-Agent": "autopotter", "Accept-Encoding": ACCEPTED},
                limits=httpx.Limits(
                    max_keepalive_connections=KEPT_CONNECTIONS, keepalive_expiry=KEPT_SECONDS
                ),
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # none is kept
            )
        return self._client

    def turns(self, service: Service, host: str) -> Turns:
        key = (service.name, host)
        if key not in self._turns:
            self._turns[key] = Turns(asyncio.Semaphore(service.concurrency))
        return self._turns[key]

    @asynccontextmanager
    async def turn(self, service: Service, host: str) -> AsyncIterator[Turns]:
        """One of the host's turns. Unanswered, unsent, if it asked to be left alone for long."""
        turns = self.turns(service, host)
        async with turns.free:
            rest = turns.until - time.monotonic()
            if rest > service.patience:
                raise Unanswered(
                    f"{service.name} asked to be left alone for another {rest / 60:.0f} min.",
                    sent=False,
                    remedy="It is tried again then.",
                    retry_after=rest,
                )
            if rest > 0:
                await self.sleep(rest)
            yield turns

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None
