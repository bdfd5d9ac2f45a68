"""Our side of a Graph double: clock, connection, wire, keeper and twins as wiring makes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from services.account.token import TokenKeeper
from services.graph.graph import Graph
from services.graph.login import Login
from services.graph.usage import Pace
from services.graph.wire import Wire
from services.http.client import Http
from services.publisher.instagram_container import Share
from tests.doubles.graph_server import GraphServer
from tests.doubles.shelf import shelf


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()


@dataclass
class Side:
    """One account as the operator reaches it."""

    server: GraphServer
    clock: Clock
    http: Http
    folder: Path
    pauses: list[float] = field(default_factory=list)
    token: str = ""
    share: Share | None = None  # where Instagram fetches files, for the login that takes no uploads

    def __post_init__(self) -> None:
        self.token = self.token or self.server.state.issue()
        self.wire = Wire(self.http, self.login, pace=Pace(self.clock.seconds), sleep=self.pause)
        self.keeper = self.keeper_of(self.token, self.server.state.tokens[self.token].expires)
        self.graph = Graph(self.wire, self.keeper)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    @property
    def login(self) -> Login:
        state = self.server.state
        return Login(
            state.flavour,  # type: ignore[arg-type]
            state.user_id,
            base_url=self.server.url,
            upload_url=self.server.url,
            app_id=state.app_id,
            app_secret=SecretStr(state.app_secret),
        )

    @property
    def file(self) -> Path:
        return self.folder / "instagram_token.json"

    def keeper_of(self, token: str, expires: datetime | None = None) -> TokenKeeper:
        return TokenKeeper(self.wire, SecretStr(token), self.file, given_expires=expires, clock=self.clock)


@asynccontextmanager
async def side(flavour: str, folder: Path, clock: Clock | None = None) -> AsyncIterator[Side]:
    clock = clock or Clock()
    http = Http(sleep=_at_once)
    async with GraphServer(flavour, clock=clock).running() as server, shelf() as (_, share):
        try:
            yield Side(server, clock, http, folder, share=None if server.state.takes_uploads else share)
        finally:
            await http.aclose()


async def _at_once(_seconds: float) -> None:
    return None
