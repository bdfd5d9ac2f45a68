"""The settings of the chats, Discord and Slack; bot/settings.py takes them in."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr
from pydantic_settings import BaseSettings

from bot.setting_types import CronLine, setting, vendor_address

CHATS = "Chats"
_SNOWFLAKE = re.compile(r"[0-9]{15,21}\Z")  # Discord's ids: copied from its menu in developer mode
_SLACK_CHANNEL = re.compile(r"[CG][A-Z0-9]{6,20}\Z")
_APPROVER = re.compile(r"[0-9]{15,21}\Z|[UWS][A-Z0-9]{6,20}\Z")


def _discord_id(text: str) -> str:
    plain = text.strip()
    if plain and not _SNOWFLAKE.match(plain):
        raise ValueError("not an id of Discord")
    return plain


def _slack_channel(text: str) -> str:
    plain = text.strip()
    if plain and not _SLACK_CHANNEL.match(plain):
        raise ValueError("not the id of a channel")
    return plain


def _approvers(text: str) -> str:
    """Ids, each once, in the order they were given."""
    ids = dict.fromkeys(part.strip().strip("<@&!>") for part in text.split(",") if part.strip())
    for each in ids:
        if not _APPROVER.match(each):
            raise ValueError(f"{each[:40]!r} is not the id of a person or a role")
    return ",".join(ids)


class ChatSettings(BaseSettings):
    """Fields of Settings; DISCORD_TOKEN and SLACK_BOT_TOKEN select the chats (bot/twins.py)."""

    discord_token: SecretStr | None = setting(
        None,
        CHATS,
        "The token of your Discord bot. It selects Discord; the operator lives in the channel named below.",
        "the token of a bot, from the page Bot of its application",
        "",
        words="(none)",
    )
    discord_guild_id: Annotated[str, AfterValidator(_discord_id)] = setting(
        "",
        CHATS,
        "The Discord server, by its id.",
        "an id of 15 to 21 digits",
        "123456789012345678",
        words="(none)",
    )
    discord_channel_id: Annotated[str, AfterValidator(_discord_id)] = setting(
        "",
        CHATS,
        "The channel in it, by its id: cards, progress and commands stay there.",
        "an id of 15 to 21 digits",
        "234567890123456789",
        words="(none)",
    )
    slack_bot_token: SecretStr | None = setting(
        None,
        CHATS,
        "The bot token of your Slack app (xoxb-…). It selects Slack.",
        "a bot token",
        "",
        words="(none)",
    )
    slack_app_token: SecretStr | None = setting(
        None,
        CHATS,
        "The app-level token of the same app (xapp-…), with the scope connections:write.",
        "an app-level token",
        "",
        words="(none)",
    )
    slack_channel: Annotated[str, AfterValidator(_slack_channel)] = setting(
        "",
        CHATS,
        "The Slack channel, by its id; the app must be invited to it.",
        "an id like C0123ABCDEF",
        "C0123ABCDEF",
        words="(none)",
    )
    approvers: Annotated[str, AfterValidator(_approvers)] = setting(
        "",
        CHATS,
        "Who may decide in the chats: ids of people and roles, of Discord and Slack alike. Empty: whoever "
        "may use the channel.",
        "ids of people and roles, separated by commas",
        "345678901234567890,U0123ABCDEF",
        words="(whoever uses the channel)",
    )
    digest_cron: CronLine = setting(
        "",
        CHATS,
        "When the chats get a digest: what was posted, what waits, what comes next. Empty: never.",
        "a cron line of five fields that comes to pass",
        "0 8 * * mon-fri",
        words="(never)",
    )
    discord_base_url: Annotated[str, vendor_address("discord.com")] = setting(
        "https://discord.com/api/v10",
        CHATS,
        "Where Discord is asked; another is for tests.",
        "an https address of Discord, or one of this machine",
        "https://discord.com/api/v10",
    )
    slack_base_url: Annotated[str, vendor_address("slack.com")] = setting(
        "https://slack.com/api/",
        CHATS,
        "Where Slack is asked; another is for tests.",
        "an https address of Slack, or one of this machine",
        "https://slack.com/api/",
    )
