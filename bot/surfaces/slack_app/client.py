"""The Web API client: one pool of connections, repeats only what Slack did not take for its rate limits.

The library's own repeats are left out: it would post a message again when the line breaks before the answer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import aiohttp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.surfaces.slack_app.errors import TOKEN_REFUSED, seconds_of

REQUEST_SECONDS = 30.0
LONGEST_WAIT = 10.0  # what is limited for longer is tried again later, by whoever wanted it
REPEATS = 3
QUIET = logging.getLogger(
    "slack_bolt.autopotter"
)  # the libraries' own: everything that matters is told by us
QUIET.setLevel(logging.ERROR)


class Patience(AsyncRateLimitErrorRetryHandler):
    """Waits for a rate limit where that is soon over. ``refused`` hears when the token is taken no more."""

    def __init__(self, refused: Callable[[str], None]) -> None:
        super().__init__(max_retry_count=REPEATS)
        self._refused = refused

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if response is None:
            return False
        code = (response.body or {}).get("error") if isinstance(response.body, dict) else None
        if code in TOKEN_REFUSED:
            self._refused(str(code))
        if response.status_code != 429:
            return False
        said = {name: values[0] for name, values in response.headers.items() if values}
        return seconds_of(said) <= LONGEST_WAIT


def session() -> aiohttp.ClientSession:
    """Connections for all calls of one run."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS), trust_env=True)


def web_client(
    token: str, base_url: str, line: aiohttp.ClientSession, refused: Callable[[str], None]
) -> AsyncWebClient:
    return AsyncWebClient(
        token=token,
        base_url=base_url,
        session=line,
        logger=QUIET,
        retry_handlers=[Patience(refused)],
    )
