"""The one border where what discord.py and its transport raise becomes an error a person may read.

Codes are Discord's own (reference: opcodes and status codes, "JSON error codes").
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import discord

from bot.chat.port import Gone
from services.errors import Misconfigured, OperatorError, Refused, Unavailable

FOREIGN = (discord.DiscordException, aiohttp.ClientError, OSError)  # a TimeoutError is an OSError
UNKNOWN_CHANNEL, UNKNOWN_GUILD, UNKNOWN_MESSAGE = 10003, 10004, 10008
UNKNOWN_MEMBER, UNKNOWN_USER, UNKNOWN_EMOJI = 10007, 10013, 10014
UNKNOWN_INTERACTION, TOKEN_OVER = 10062, 50027
TOO_LARGE, NO_ACCESS, NO_DM, NO_PERMISSION, ANSWERED = 40005, 50001, 50007, 50013, 40060

_RENEW = (
    "Make a new token on the page Bot of the application at https://discord.com/developers/applications, "
    "put it into DISCORD_TOKEN and start the operator again."
)


@contextlib.asynccontextmanager
async def asking(what: str, *, needs: str = "", seconds: float | None = None) -> AsyncIterator[None]:
    """``what`` is tried within, said as "post a message"; ``needs`` names the permissions it takes.

    Raises OperatorError only, for whatever Discord, the library or the line fails with. ``seconds`` is for
    answers to interactions; all other requests have their own limit (client.py) and must not be cancelled
    while the library waits out a rate limit, as it would then wait for ever.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except FOREIGN as error:
        raise sentence(error, what, needs) from error


def sentence(error: BaseException, what: str, needs: str = "") -> OperatorError:
    """What an exception of the library or its transport means. ``error`` is one of FOREIGN."""
    if isinstance(error, discord.LoginFailure):
        return Misconfigured("Discord refused the token.", remedy=_RENEW, variable="DISCORD_TOKEN")
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return Misconfigured(
            "Discord asks for privileged intents, which the operator does not use.",
            remedy="See the page Bot of the application in Discord's developer portal.",
        )
    if isinstance(error, discord.ConnectionClosed):
        return _closed(error)
    if isinstance(error, discord.RateLimited):
        return Unavailable(f"Discord limits how often one may {what}.", retry_after=float(error.retry_after))
    if isinstance(error, discord.HTTPException):
        return _answered(error, what, needs)
    if isinstance(error, discord.GatewayNotFound):
        return Unavailable("Discord's gateway is not there.", remedy="It is tried again.")
    if isinstance(error, discord.DiscordException):
        return Unavailable(f"Discord said something unexpected when asked to {what}.")
    said = "did not answer in time" if isinstance(error, TimeoutError) else "cannot be reached"
    return Unavailable(f"Discord {said} when asked to {what}.", remedy="It is tried again.")


def _closed(error: discord.ConnectionClosed) -> OperatorError:
    if error.code == 4004:
        return Misconfigured("Discord refused the token.", remedy=_RENEW, variable="DISCORD_TOKEN")
    if error.code in (4010, 4011, 4012, 4013, 4014):  # sharding needed, a version or intents not taken
        return Misconfigured(
            f"Discord's gateway refused the operator (code {error.code}).",
            remedy="See the page Bot of the application; a newer version of the operator may be needed.",
        )
    return Unavailable(f"Discord closed the line (code {error.code}).", remedy="It is tried again.")


def _answered(error: discord.HTTPException, what: str, needs: str) -> OperatorError:
    status, code = error.status, error.code
    if code == UNKNOWN_MESSAGE:
        return Gone("The message was deleted.")
    if status == 401 and code != TOKEN_OVER:
        return Misconfigured("Discord refused the token.", remedy=_RENEW, variable="DISCORD_TOKEN")
    if code == UNKNOWN_CHANNEL:
        return Misconfigured(
            "The Discord channel is not there any more.",
            remedy="Set DISCORD_CHANNEL_ID to the id of another and start the operator again.",
            variable="DISCORD_CHANNEL_ID",
        )
    if status == 403 and code in (NO_ACCESS, NO_PERMISSION):
        missing = needs or "a permission"
        return Misconfigured(
            f"Discord does not let the operator {what}: it lacks {missing} in its channel.",
            remedy="Give the operator's role that in the channel's settings, under Permissions.",
        )
    if status == 413 or code == TOO_LARGE:
        return Refused(f"Discord does not take so large a file when asked to {what}.")
    if status == 429:  # an address that was banned for a while; the library waits for all others
        wait = error.response.headers.get("Retry-After", "")
        return Unavailable(
            "Discord refuses this machine's requests for a while.",
            retry_after=float(wait) if wait.isascii() and wait.isdigit() else 60.0,
        )
    if status >= 500:
        return Unavailable(f"Discord failed when asked to {what} ({status}).", remedy="It is tried again.")
    return Refused(f"Discord refused to {what} ({status}, code {code}).", remedy=_detail(error))


def _detail(error: discord.HTTPException) -> str:
    """Which field it did not like; its text is Discord's own and short."""
    return " ".join(error.text.split())[:300]
