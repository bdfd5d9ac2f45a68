"""Discord as it is for the operator: token, application, server, channel, permissions, who decides."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.doctor.approving import approving
from bot.doctor.check import Check, fail, failed_by, ok, warn
from bot.settings import Settings, chats
from services.chat_access.discord_terms import (
    PERMISSIONS,
    RESERVE,
    USE_COMMANDS,
    invite_link,
    upload_limit,
)
from services.errors import OperatorError
from services.limits import size

if TYPE_CHECKING:
    from services.chat_access.discord import Application, Channel, DiscordLook, Server

SECONDS = 30.0


async def checks(settings: Settings) -> list[Check]:
    """None where Discord is not selected."""
    if "discord" not in chats(settings) or settings.discord_token is None:
        return []
    from services.chat_access.discord import DiscordLook
    from services.http.client import Http

    found: list[Check] = []
    http = Http()
    try:
        async with asyncio.timeout(SECONDS):
            await _look(found, DiscordLook(http, settings.discord_token, settings.discord_base_url), settings)
    except OperatorError as error:
        found.append(failed_by("token of Discord" if not found else "Discord", error))
    except TimeoutError:
        found.append(fail("Discord", f"It did not answer within {SECONDS:.0f} s.", "Check the network."))
    finally:
        await http.aclose()
    return found


async def _look(found: list[Check], look: DiscordLook, settings: Settings) -> None:
    app = await look.application()
    found.append(ok("token of Discord", f"It is that of the bot {app.bot_name} (application {app.id})."))
    found.append(_application(app))
    found.append(await _starts(look))
    server = await look.server(settings.discord_guild_id)
    if server is None:
        missing = f"The bot is not in the server {settings.discord_guild_id}."
        found.append(
            fail(
                "server of Discord", missing, f"Correct DISCORD_GUILD_ID, or invite it: {invite_link(app.id)}"
            )
        )
        return
    found.append(ok("server of Discord", f"{server.name}, with the bot in it."))
    if not await look.takes_commands(app, server):
        refused = "Discord does not let the bot have any in this server."
        found.append(
            fail(
                "slash commands", refused, f"Invite it once more; it stays where it is: {invite_link(app.id)}"
            )
        )
    found += await _channel(look, app, server, settings.discord_channel_id)
    most = size(upload_limit(server.level))
    found.append(
        ok(
            "upload limit of Discord",
            f"{most} a file (boosts of level {server.level}); more becomes smaller.",
        )
    )
    names = {each: await look.named(server, each) for each in settings.approvers.split(",") if each.isdigit()}
    found.append(approving("Discord", settings, names))


def _application(app: Application) -> Check:
    if app.trouble:
        return fail("application of Discord", *app.trouble)
    return ok(
        "application of Discord", "It needs no privileged intent, and its commands come to the operator."
    )


async def _starts(look: DiscordLook) -> Check:
    what = "log-ins at Discord"
    starts = await look.starts()
    told = f"{starts.left:,} of {starts.total:,} are left today."
    if starts.left <= RESERVE:
        wait = f"They are renewed in {starts.renewed / 3600:.1f} hours; the log tells why it was so often."
        return fail(what, f"{told} The operator leaves the last {RESERVE} alone.", wait)
    return ok(what, told)


async def _channel(look: DiscordLook, app: Application, server: Server, id_: str) -> list[Check]:
    from services.chat_access.discord import TEXT_CHANNELS

    channel = next((each for each in await look.channels(server) if each.id == id_), None)
    if channel is None or channel.kind not in TEXT_CHANNELS:
        wrong = f"There is no channel {id_} in {server.name}."
        if channel is not None:
            wrong = f"{channel.name} is no text channel."
        remedy = "Right-click a text channel, Copy Channel ID, and put it into DISCORD_CHANNEL_ID."
        return [fail("channel of Discord", wrong, remedy)]
    has = server.permissions(channel, await look.held(server, app.bot), app.bot)
    return [ok("channel of Discord", f"#{channel.name}."), *_permissions(app, server, channel, has)]


def _permissions(app: Application, server: Server, channel: Channel, has: int) -> list[Check]:
    found = []
    for each in PERMISSIONS:
        what = f"permission {each.words}"
        if each.need == "people":
            found.append(_of_people(what, server.seeing_without(channel, USE_COMMANDS)))
        elif has & each.bit:
            found.append(ok(what, f"The bot may {each.why}."))
        else:
            remedy = (
                f"Give the bot {app.bot_name} {each.words} in the settings of #{channel.name}, Permissions; "
                f"or invite it again: {invite_link(app.id)}"
            )
            tell = warn if each.need == "wished" else fail
            found.append(tell(what, f"The bot may not {each.why}.", remedy))
    return found


def _of_people(what: str, without: list[str]) -> Check:
    if not without:
        return ok(what, "Whoever sees the channel may use slash commands.")
    remedy = "Allow it in the channel's settings, Permissions; buttons and reactions work all the same."
    return warn(what, f"{', '.join(without)} cannot use slash commands in the channel.", remedy)
