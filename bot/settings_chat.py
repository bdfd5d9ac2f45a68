"""The settings of the chats, Discord and Slack; bot/settings.py takes them in."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr
from pydantic_settings import BaseSettings

from bot.setting_types import CronLine, Explained, setting, vendor_address

CHATS = "Chats"
_SNOWFLAKE = re.compile(r"[0-9]{15,21}\Z")  # Discord's ids: copied from its menu in developer mode
# The address of a server, a channel or a message, as Discord's "Copy Link" gives it.
_DISCORD_LINK = re.compile(
    r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/channels/([0-9]+)(?:/([0-9]+))?(?:/[0-9]+)?/?\Z"
)
_SLACK_CHANNEL = re.compile(r"[CG][A-Z0-9]{6,20}\Z")
# https://studio.slack.com/archives/C0123ABCDEF/p1795000000000100, https://app.slack.com/client/T…/C…
_SLACK_LINK = re.compile(
    r"https://[a-z0-9.-]+\.slack\.com/(?:archives|client/[TE][A-Z0-9]+)/([A-Z0-9]+)(?:/p[0-9]+)?/?(?:\?.*)?\Z"
)
_APPROVER = re.compile(r"[0-9]{15,21}\Z|[UWS][A-Z0-9]{6,20}\Z")
# As the chats write mentions: <@1>, <@!1>, <@&1>, <@U1|name>, <!subteam^S1|@name>.
_MENTION = re.compile(r"<(?:@[!&]?|!subteam\^)([0-9A-Z]+)(?:\|[^>]*)?>\Z")


def _server(text: str) -> str:
    return _discord_id(text, 1)


def _channel(text: str) -> str:
    return _discord_id(text, 2)


def _discord_id(text: str, of_link: int) -> str:
    plain = text.strip().removeprefix("<#").removesuffix(">")
    if link := _DISCORD_LINK.match(plain):
        plain = link[of_link] or ""
        if not plain:
            raise Explained("is the address of a server", "Copy the link of a channel in it")
    if plain and not _SNOWFLAKE.match(plain):
        raise ValueError("not an id of Discord")
    return plain


def _slack_channel(text: str) -> str:
    plain = text.strip().removeprefix("<#").removesuffix(">").partition("|")[0]
    if link := _SLACK_LINK.match(plain):
        plain = link[1]
    if plain.startswith(("D", "U")) and _SLACK_CHANNEL.match("C" + plain[1:]):
        raise Explained(
            "names direct messages, not a channel", "Copy the id at the foot of a channel's details"
        )
    if plain and not _SLACK_CHANNEL.match(plain):
        raise ValueError("not the id of a channel")
    return plain


def _approvers(text: str) -> str:
    """Ids, each once, in the order they were given."""
    ids = []
    for part in filter(None, map(str.strip, text.split(","))):
        mention = _MENTION.match(part)
        id_ = mention[1] if mention else part
        if not _APPROVER.match(id_):
            raise ValueError("not the id of a person or a role")
        ids.append(id_)
    return ",".join(dict.fromkeys(ids))


def _discord_token(token: SecretStr | None) -> SecretStr | None:
    if token is None:
        return None
    plain = token.get_secret_value().strip().removeprefix("Bot ").strip()
    if plain.isdigit() or re.fullmatch("[0-9a-f]{64}", plain):
        raise Explained(
            "is the application's id or public key, not the token of its bot",
            "Take the token of the page Bot: Reset Token, Copy",
        )
    return SecretStr(plain)


def _bot_token(token: SecretStr | None) -> SecretStr | None:
    return _slack_token(token, "xoxb-", "the Bot User OAuth Token of the app's page OAuth & Permissions")


def _app_token(token: SecretStr | None) -> SecretStr | None:
    return _slack_token(token, "xapp-", "one of the App-Level Tokens of the app's page Basic Information")


def _slack_token(token: SecretStr | None, begins: str, where: str) -> SecretStr | None:
    """Tokens of Slack tell what they are by how they begin; nothing else of one is looked at."""
    plain = token.get_secret_value().strip() if token is not None else ""
    if not plain:
        return None
    for begin, (kind, remedy) in _KINDS.items():
        if plain.startswith(begin) and begin != begins:
            raise Explained(f"is {kind}", remedy or f"Take {where}")
    if not plain.startswith(begins):
        raise ValueError("not such a token")
    return SecretStr(plain)


_KINDS = {
    "xoxb-": ("a bot token", "Put it into SLACK_BOT_TOKEN"),
    "xapp-": ("an app-level token", "Put it into SLACK_APP_TOKEN"),
    "xoxp-": ("the token of a person, not of a bot", ""),
    "xoxe": (
        "a token that ends after hours",
        "Make the app anew: once switched on, its token rotation stays",
    ),
}


class ChatSettings(BaseSettings):
    """Fields of Settings; DISCORD_TOKEN and SLACK_BOT_TOKEN select the chats (bot/twins.py)."""

    discord_token: Annotated[SecretStr | None, AfterValidator(_discord_token)] = setting(
        None,
        CHATS,
        "The token of your Discord bot. It selects Discord; the operator lives in the channel named below.",
        "the token of a bot, from the page Bot of its application",
        "",
        words="(none)",
    )
    discord_guild_id: Annotated[str, AfterValidator(_server)] = setting(
        "",
        CHATS,
        "The Discord server, by its id or a link to a channel in it.",
        "an id of 15 to 21 digits, or a link",
        "123456789012345678",
        words="(none)",
    )
    discord_channel_id: Annotated[str, AfterValidator(_channel)] = setting(
        "",
        CHATS,
        "The channel in it, by its id or link: cards, progress and commands stay there.",
        "an id of 15 to 21 digits, or a link",
        "234567890123456789",
        words="(none)",
    )
    slack_bot_token: Annotated[SecretStr | None, AfterValidator(_bot_token)] = setting(
        None,
        CHATS,
        "The bot token of your Slack app (xoxb-…). It selects Slack.",
        "a bot token (xoxb-…)",
        "",
        words="(none)",
    )
    slack_app_token: Annotated[SecretStr | None, AfterValidator(_app_token)] = setting(
        None,
        CHATS,
        "The app-level token of the same app (xapp-…), with the scope connections:write.",
        "an app-level token (xapp-…)",
        "",
        words="(none)",
    )
    slack_channel: Annotated[str, AfterValidator(_slack_channel)] = setting(
        "",
        CHATS,
        "The Slack channel, by its id or link; the app must be invited to it.",
        "an id like C0123ABCDEF, or a link",
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
