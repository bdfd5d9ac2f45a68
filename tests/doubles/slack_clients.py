"""Slack's own client and framework at the double: what the real ones do there, an operator's will, too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.doubles.slack_server import SlackServer
from tests.doubles.slack_state import Message

CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Reel 7"}},
    {"type": "actions", "elements": [
        {"type": "button", "text": {"type": "plain_text", "text": "No"}, "action_id": "deny", "value": "7:1"},
    ]},
]  # fmt: skip


class Clock:
    """Stands still until a test moves it."""

    now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


def client_of(server: SlackServer, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token=token or server.space.bot_token, base_url=server.api_url, retry_handlers=[])


async def refused(asking: Any) -> tuple[str, Any]:
    """The error and the whole answer of a call that Slack refuses."""
    try:
        answer = await asking
    except SlackApiError as error:
        return str(error.response["error"]), error.response
    raise AssertionError(f"it was not refused: {answer}")


@asynccontextmanager
async def listening(server: SlackServer, app: AsyncApp) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app, app_token=server.space.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        await server.socket.connected()
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


def app_of(server: SlackServer) -> AsyncApp:
    return AsyncApp(client=client_of(server), request_verification_enabled=False)


async def post_card(server: SlackServer) -> Message:
    """A message of the app with a button."""
    await client_of(server).chat_postMessage(channel=server.home.id, text="Reel 7", blocks=CARD)
    return server.messages()[-1]
