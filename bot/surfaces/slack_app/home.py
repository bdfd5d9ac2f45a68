"""The one channel of the one workspace the operator lives in, and what the app must be allowed to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.web.async_client import AsyncWebClient

from bot.surfaces.slack_app.errors import asking, lacks_scopes, no_channel, not_invited
from services.chat_access.slack_scopes import VITAL, lacking
from services.errors import Misconfigured


@dataclass(frozen=True, slots=True)
class Home:
    """``url`` is the workspace's, ``user`` and ``bot`` the app's ids in it."""

    team: str
    team_name: str
    url: str
    user: str
    bot: str
    name: str  # the app's, as people mention it
    channel: str
    channel_name: str
    lacks: tuple[str, ...] = ()

    def link(self, message: str) -> str:
        """The address of a message in the channel."""
        return f"{self.url}archives/{self.channel}/p{message.replace('.', '')}"

    def here(self, team: object, channel: object) -> bool:
        return team == self.team and channel == self.channel

    def trouble(self) -> str:
        """What the app lacks, as a sentence with the remedy; "" if nothing."""
        return str(lacks_scopes(list(self.lacks))) if self.lacks else ""


async def look(client: AsyncWebClient, channel: str) -> Home:
    """Log in and look at the channel. Misconfigured when the token, a vital scope or the channel is wrong."""
    async with asking("log in"):
        who = await client.auth_test()
    if not who.get("bot_id"):
        raise Misconfigured(
            "SLACK_BOT_TOKEN is no bot's token.",
            remedy="Copy the Bot User OAuth Token (xoxb-…) of the app's page OAuth & Permissions into it and "
            "start the operator again.",
            variable="SLACK_BOT_TOKEN",
        )
    lacks = _lacking(who.headers)
    if any(scope in lacks for scope in VITAL):
        raise lacks_scopes(list(lacks))
    async with asking("look at its channel"):
        found = (await client.conversations_info(channel=channel))["channel"]
    if found.get("is_archived"):
        raise no_channel("is archived")
    if not found.get("is_member"):
        raise not_invited()
    return Home(
        team=str(who["team_id"]),
        team_name=str(who.get("team") or ""),
        url=_workspace(str(who.get("url") or "")),
        user=str(who["user_id"]),
        bot=str(who["bot_id"]),
        name=str(who.get("user") or ""),
        channel=str(found["id"]),
        channel_name=str(found.get("name") or channel),
        lacks=lacks,
    )


def _lacking(headers: Mapping[str, Any]) -> tuple[str, ...]:
    """The scopes that the token was not given; Slack names those it has with each answer."""
    given = next((str(value) for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    return lacking(given)


def _workspace(url: str) -> str:
    return url if urlsplit(url).scheme == "https" and url.endswith("/") else "https://slack.com/"
