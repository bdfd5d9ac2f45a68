"""Graph with the account's own token: every call takes the newest one, and says so when it is dead."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from services.errors import Misconfigured
from services.graph.errors import GraphFault, Kind, fault_of
from services.graph.login import Login
from services.graph.upload import upload
from services.graph.wire import Wire
from services.http.service import Again


class Keeper(Protocol):
    """Who keeps the token (services/account/token.py)."""

    async def current(self) -> SecretStr:
        """The token to use now; Misconfigured with how to renew it if it is dead."""
        ...

    async def check_refresh_access_token(self) -> bool:
        """Prolong it if that is due; whether it was."""
        ...

    def died(self, token: SecretStr, fault: GraphFault) -> None:
        """The service refused this token for good."""
        ...


class Graph:
    """What account and publisher ask. Paths are below the version: "17841…/media"."""

    def __init__(self, wire: Wire, keeper: Keeper) -> None:
        self.keeper = keeper
        self._wire = wire

    @property
    def login(self) -> Login:
        return self._wire.login

    async def get(self, path: str, **params: str) -> dict[str, Any]:
        return await self._ask("GET", path, params, Again.SAFE)

    async def post(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        """Once: what comes back unclear is unclear to the caller, too."""
        return await self._ask("POST", path, params, Again.NEVER)

    async def upload(self, container: str, path: Path, size: int, *, begun: bool = False) -> None:
        """``begun``: an earlier upload to it broke off, and this one goes on there."""

        async def send(offset: int) -> None:
            token = await self.keeper.current()
            try:
                await self._wire.upload(container, token, path, size, offset)
            except Misconfigured as error:
                self._note(token, error)
                raise

        async def ask() -> dict[str, Any]:
            return await self.get(container, fields="video_status")

        await upload(send, ask, size, begun=begun, sleep=self._wire.sleep)

    async def pages(self, path: str, **params: str) -> AsyncIterator[dict[str, Any]]:
        """The pages of an edge. The cursor is kept, never the address of the next page.

        An empty page is not the last one; the one without ``next`` is.
        """
        after: dict[str, str] = {}
        while True:
            page = await self.get(path, **params, **after)
            yield page
            cursor = cursor_of(page)
            if not cursor or cursor == after.get("after"):
                return
            after = {"after": cursor}

    async def _ask(self, method: str, path: str, params: dict[str, str], again: Again) -> dict[str, Any]:
        token = await self.keeper.current()
        try:
            return await self._wire.ask(method, f"/{self.login.version}/{path}", params, token, again=again)
        except Misconfigured as error:
            self._note(token, error)
            raise

    def _note(self, token: SecretStr, error: Misconfigured) -> None:
        fault = fault_of(error)
        if fault is not None and fault.entry.kind is Kind.DEAD:
            self.keeper.died(token, fault)


def cursor_of(page: dict[str, Any]) -> str:
    """Where the next page begins, "" if this is the last one."""
    paging = page.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return str(cursors.get("after") or "") if isinstance(cursors, dict) else ""
