"""The HTTP client that remote services share, made when the first of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.http.client import Http


class Connections:
    """Builders of remote twins call it; who uses local ones only does not wait for httpx to load."""

    def __init__(self) -> None:
        self._http: Http | None = None

    def __call__(self) -> Http:
        from services.http.client import Http

        self._http = self._http or Http()
        return self._http

    async def aclose(self) -> None:
        if self._http is not None:
            await self._http.aclose()
