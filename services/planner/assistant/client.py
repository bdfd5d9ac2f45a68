"""The SDK's client: where it asks, with which key, how long it waits. Retries are ours, not its."""

from __future__ import annotations

import json
from http.client import NO_CONTENT
from urllib.parse import urlsplit

import httpx2
import openai

from services.redaction import register_secret

OPENAI = "https://api.openai.com/v1"
_CONNECT = 10.0  # seconds
_NO_KEY = "not-needed"  # local servers want a header, not a key


def connect(key: str, base_url: str, timeout: float) -> openai.AsyncOpenAI:
    """A client that never retries by itself and never follows a redirect with the key in hand.

    ``base_url`` "" is OpenAI's; ``timeout`` in seconds for one answer.
    """
    if key:
        register_secret(key)
    limits = openai.Timeout(timeout, connect=_CONNECT)
    return openai.AsyncOpenAI(
        api_key=key or _NO_KEY,
        base_url=base_url or OPENAI,
        timeout=limits,
        max_retries=0,
        http_client=openai.DefaultAsyncHttpx2Client(
            follow_redirects=False, timeout=limits, event_hooks={"response": [_ensure_readable]}
        ),
    )


async def _ensure_readable(response: httpx2.Response) -> None:
    """The SDK takes a page of a proxy, or nothing at all, for an answer, and stumbles over it later."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not response.is_success or response.status_code == NO_CONTENT or kind == "text/event-stream":
        return
    try:
        if not kind.endswith("json"):
            raise ValueError(kind)
        json.loads(await response.aread())
    except (ValueError, RecursionError) as error:
        raise httpx2.RemoteProtocolError("The answer cannot be read.", request=response.request) from error


def server_name(base_url: str) -> str:
    """How people are told where it is: host and port, nothing else of the address."""
    parts = urlsplit(base_url or OPENAI)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def is_openai(base_url: str) -> bool:
    host = urlsplit(base_url or OPENAI).hostname or ""
    return host == "openai.com" or host.endswith(".openai.com")
