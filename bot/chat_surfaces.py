"""The chats that the settings select, as surfaces; their libraries are loaded only for those."""

from __future__ import annotations

from bot.operator import Operator
from bot.settings import Settings, chats
from bot.surfaces.base import Surface


def chat_surfaces(op: Operator, settings: Settings) -> list[Surface]:
    """One surface for each chat, each to run under a supervisor of its own."""
    selected = chats(settings)
    approvers = frozenset(filter(None, settings.approvers.split(",")))
    surfaces: list[Surface] = []
    if "discord" in selected and settings.discord_token is not None:
        from bot.surfaces.discord_app.app import DiscordApp

        surfaces.append(
            DiscordApp(
                op,
                token=settings.discord_token.get_secret_value(),
                guild=int(settings.discord_guild_id),
                channel=int(settings.discord_channel_id),
                approvers=approvers,
                base_url=settings.discord_base_url,
            )
        )
    if "slack" in selected and settings.slack_bot_token is not None and settings.slack_app_token is not None:
        from bot.surfaces.slack_app.app import SlackApp

        surfaces.append(
            SlackApp(
                op,
                bot_token=settings.slack_bot_token.get_secret_value(),
                app_token=settings.slack_app_token.get_secret_value(),
                channel=settings.slack_channel,
                approvers=approvers,
                base_url=settings.slack_base_url,
            )
        )
    return surfaces
