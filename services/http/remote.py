"""One service, asked through the common client.

    remote = Remote(http, Service("JSON2Video", "https://api.json2video.com/v2", ("json2video.com",)))
    answer = await remote.ask("GET", "/movies", params={"project": project}, headers={"x-api-key": key})

An answer is given back whatever its status; what gave none is an Unanswered (services/http/trouble.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import SecretStr

from services.errors import Misconfigured, Refused
from services.http.answer import Answer
from services.http.client import Http
from services.http.places import may_be_asked
from services.http.repeating import repeated
from services.http.service import CONNECT_SECONDS, Again, Service
from services.http.trouble import EXCEPTIONS, timed_out, translate
from services.http.unpacking import read_body
from services.log import get_logger, timed

log = get_logger(__name__)

Text = str | SecretStr
Content = bytes | Callable[[], AsyncIterator[bytes]]  # a function makes the body anew for each attempt


@dataclass(frozen=True, slots=True)
class Remote:
    http: Http = field(repr=False)
    service: Service

    async def ask(
        self,
        method: str,
        where: str,
        *,
        params: Mapping[str, Text] | None = None,
        headers: Mapping[str, Text] | None = None,
        json: Any = None,
        data: Mapping[str, Text] | None = None,
        content: Content | None = None,
        again: Again | None = None,
        seconds: float | None = None,
        max_bytes: int | None = None,
    ) -> Answer:
        """``where`` is a path below the base address, or a whole address that the service named.

        ``again`` is SAFE for GET and HEAD unless told, UNSENT for all else. Raises Unanswered; Refused for
        an address that is not the service's; Misconfigured for a key that cannot be sent; Unavailable for an
        answer over ``max_bytes``, though the request may have taken effect.
        """
        url = self.address(where)
        seconds = seconds or self.service.timeout
        most = max_bytes or self.service.max_bytes

        async def once() -> Answer:
            body = content() if callable(content) else content
            parts = {"params": _plain(params), "json": json, "data": _plain(data), "content": body}
            async with self.stream(method, url, headers, seconds, **parts) as response:
                return Answer(
                    self.service.name,
                    response.status_code,
                    {name.lower(): value for name, value in response.headers.items()},
                    await read_body(response, self.service.name, most),
                )

        again = again or (Again.SAFE if method in ("GET", "HEAD") else Again.UNSENT)
        with timed(f"http.{self.service.name}"):
            return await repeated(once, self.service, again, self.http.sleep)

    def address(self, where: str) -> httpx.URL:
        """The whole address of ``where``; Refused if it is not the service's."""
        name, base = self.service.name, self.service.base_url
        try:
            url = httpx.URL(base + where if where.startswith("/") else where)
        except EXCEPTIONS as error:
            raise translate(error, name) from None
        if url.userinfo or not may_be_asked(
            url.scheme, url.host, url.port, base=base, domains=self.service.domains
        ):
            raise Refused(
                f"{name} leads to {url.host[:100]!r}, which is not an address of its own: it is not asked."
            )
        return url

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        url: httpx.URL,
        headers: Mapping[str, Text] | None,
        seconds: float,
        *,
        still: float | None = None,
        **parts: Any,
    ) -> AsyncIterator[httpx.Response]:
        """One exchange, in its turn, that ends after ``seconds`` whatever happens; errors are translated.

        It ends before that if nothing moves for ``still`` seconds.
        """
        name = self.service.name
        timeout = httpx.Timeout(min(still or seconds, seconds), connect=min(seconds, CONNECT_SECONDS))
        given = self._checked(headers)
        async with self.http.turn(self.service, url.host) as turns:
            try:
                async with (
                    asyncio.timeout(seconds),
                    self.http.client.stream(method, url, headers=given, timeout=timeout, **parts) as response,
                ):
                    # Never the query: some services take keys there, and signed addresses are keys.
                    log.debug("%s: %s %s%s → %d", name, method, url.host, url.path, response.status_code)
                    pause = Answer(name, response.status_code, response.headers, b"").retry_after
                    if pause and response.status_code in (429, 503):
                        turns.hold(pause)
                    yield response
            except EXCEPTIONS as error:
                raise translate(error, name) from None
            except TimeoutError:
                raise timed_out(name, seconds) from None

    def _checked(self, headers: Mapping[str, Text] | None) -> dict[str, str]:
        """httpx quotes the value it cannot send in its exception: looked at before."""
        given = _plain(headers) or {}
        if not all(value.isascii() and value.isprintable() for value in given.values()):
            raise Misconfigured(
                f"The key of {self.service.name} has characters that no key has.",
                remedy="Copy it anew, without line ends and quotes.",
            )
        return given


def _plain(texts: Mapping[str, Text] | None) -> dict[str, str] | None:
    """Secrets are revealed here and no sooner."""
    if texts is None:
        return None
    return {
        name: text.get_secret_value() if isinstance(text, SecretStr) else text for name, text in texts.items()
    }
