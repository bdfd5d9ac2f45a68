"""Connecting Slack in `autopotter setup`: an app by its manifest, its two tokens, the channel, who decides.

Nothing is posted there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.setting_types import ROOT
from bot.settings import Settings
from bot.setup_chat import APPROVERS, DIGEST, decide
from bot.setup_steps import Question
from bot.setup_walks import Choose, Found, Walk
from services.chat_access.slack_scopes import MANIFEST, lacking

if TYPE_CHECKING:
    from services.chat_access.slack import SlackLook

AGAIN, STOP = "again", "stop"
_ASKED = ("slack_bot_token", "slack_app_token", "slack_channel", "slack_base_url", "approvers")


async def look_at_bot(texts: Mapping[str, str], choose: Choose) -> Found:
    """Whether Slack accepts the bot's token, and the app has what its manifest asks for."""
    from services.chat_access.slack import REINSTALL

    async with _looking(texts) as (look, settings):
        if settings.slack_bot_token is None:
            return Found("No bot token was given: Slack is not connected.", ok=False)
        standing = await look.standing()
    if missing := lacking(standing.granted):
        return Found(f"The app @{standing.name} lacks {', '.join(missing)}. {REINSTALL}", ok=False)
    return Found(
        f"The token is that of @{standing.name} in {standing.team}, and the app may do all it needs."
    )


async def look_at_app(texts: Mapping[str, str], choose: Choose) -> Found:
    """Whether the app may connect, and is the one of the bot's token."""
    async with _looking(texts) as (look, settings):
        if settings.slack_app_token is None:
            return Found("No app-level token was given: Slack is not connected.", ok=False)
        await look.connects()
        await look.ensure_one_app(await look.standing())
    return Found("Slack lets the app connect.")


async def look_at_channel(texts: Mapping[str, str], choose: Choose) -> Found:
    """Find the channel among those the app was invited to."""
    async with _looking(texts) as (look, settings):
        name = (await look.standing()).name
        while True:
            channels = {f"#{each.name}": each for each in await look.joined()}
            if not channels:
                ask = f"The app is in no channel yet. Write /invite @{name} in the one it shall live in."
                if choose(f"{ask} Then answer again.", (AGAIN, STOP)) == STOP:
                    return Found("The app is in no channel: Slack is not connected.", ok=False)
                continue
            order = sorted(channels, key=lambda label: channels[label].id != settings.slack_channel)
            elsewhere = f"another (write /invite @{name} there first)"
            chosen = choose("In which channel shall the operator live?", [*order, elsewhere])
            if chosen in channels:
                break
    where = "the private channel" if channels[chosen].private else "the channel"
    return Found(
        f"The operator will live in {where} {chosen}.", answers={"SLACK_CHANNEL": channels[chosen].id}
    )


async def look_at_approvers(texts: Mapping[str, str], choose: Choose) -> Found:
    """Whether APPROVERS names people and groups of the workspace."""
    async with _looking(texts) as (look, settings):
        ids = [each for each in settings.approvers.split(",") if each and not each.isdigit()]
        names = {each: await look.named(each) for each in ids}
    return decide("Slack", settings.approvers, names, "of the workspace")


@asynccontextmanager
async def _looking(texts: Mapping[str, str]) -> AsyncIterator[tuple[SlackLook, Settings]]:
    # httpx takes a moment to load: only who connects Slack waits for it.
    from services.chat_access.slack import SlackLook
    from services.http.client import Http

    given = {name: found for name in _ASKED if (found := texts.get(name.upper(), ""))}
    settings = Settings(**given)  # type: ignore[arg-type]
    none = SecretStr("")
    http = Http()
    try:
        yield (
            SlackLook(
                http,
                settings.slack_base_url,
                bot=settings.slack_bot_token or none,
                app=settings.slack_app_token or none,
            ),
            settings,
        )
    finally:
        await http.aclose()


SLACK_WALK = Walk(
    "slack",
    "Slack",
    (
        Question(
            "SLACK_BOT_TOKEN",
            "What is the bot token of your Slack app?",
            how="At https://api.slack.com/apps: Create New App, From a manifest, your workspace; paste the "
            f"text of {ROOT / MANIFEST} there. Then Install App, and copy the Bot User OAuth Token (xoxb-…).",
        ),
    ),
    look_at_bot,
    then=Walk(
        "slack",
        "its connection",
        (
            Question(
                "SLACK_APP_TOKEN",
                "What is the app-level token of the same app?",
                how="On the app's page: Basic Information, App-Level Tokens, Generate Token and Scopes, with "
                "the scope connections:write (xapp-…).",
            ),
        ),
        look_at_app,
        then=Walk(
            "slack",
            "its channels",
            (),
            look_at_channel,
            finds=(Question("SLACK_CHANNEL", "Which channel?"),),
            then=Walk(
                "slack",
                "who decides",
                (APPROVERS, replace(DIGEST, unless="DISCORD_TOKEN")),
                look_at_approvers,
            ),
        ),
    ),
)
