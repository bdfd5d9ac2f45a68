"""Slack as it is for the operator: tokens, scopes, channel, the way to connect, who decides."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.doctor.approving import approving
from bot.doctor.check import Check, fail, failed_by, ok, warn
from bot.settings import Settings, chats
from services.chat_access.slack_scopes import MANIFEST, lacking, needed
from services.errors import OperatorError

if TYPE_CHECKING:
    from services.chat_access.slack import SlackLook, Standing

SECONDS = 30.0


async def checks(settings: Settings) -> list[Check]:
    """None where Slack is not selected."""
    bot, app = settings.slack_bot_token, settings.slack_app_token
    if "slack" not in chats(settings) or bot is None or app is None:
        return []
    from services.chat_access.slack import SlackLook
    from services.http.client import Http

    found: list[Check] = []
    http = Http()
    try:
        async with asyncio.timeout(SECONDS):
            await _look(found, SlackLook(http, settings.slack_base_url, bot=bot, app=app), settings)
    except OperatorError as error:
        found.append(failed_by("Slack", error))
    except TimeoutError:
        found.append(fail("Slack", f"It did not answer within {SECONDS:.0f} s.", "Check the network."))
    finally:
        await http.aclose()
    return found


async def _look(found: list[Check], look: SlackLook, settings: Settings) -> None:
    from services.chat_access.slack import Lacking

    found.append(await _connects(look))
    try:
        standing = await look.standing()
    except OperatorError as error:
        found.append(failed_by("bot token of Slack", error))
        return
    found.append(ok("bot token of Slack", f"It is that of @{standing.name} in {standing.team}."))
    found.append(await _one_app(look, standing))
    found += await _channel(look, standing, settings)
    ids = [each for each in settings.approvers.split(",") if each and not each.isdigit()]
    try:
        found.append(approving("Slack", settings, {each: await look.named(each) for each in ids}))
    except Lacking:  # the scope for it is missing, which is told with the scopes
        return


async def _connects(look: SlackLook) -> Check:
    try:
        await look.connects()
    except OperatorError as error:
        return failed_by("app token of Slack", error)
    return ok("app token of Slack", "Slack gives the app an address to connect to.")


async def _one_app(look: SlackLook, standing: Standing) -> Check:
    try:
        await look.ensure_one_app(standing)
    except OperatorError as error:
        return failed_by("both tokens of Slack", error)
    return ok("both tokens of Slack", "They are of one app, as far as Slack tells.")


async def _channel(look: SlackLook, standing: Standing, settings: Settings) -> list[Check]:
    from services.chat_access.slack import Lacking

    what, missing = "channel of Slack", lacking(standing.granted)
    try:
        channel = await look.channel(settings.slack_channel)
    except Lacking:  # a scope is missing without which the channel cannot be looked at
        return _scopes(missing, frozenset(missing))
    if channel is None:
        remedy = f"Copy the id at the foot of its details, and write /invite @{standing.name} there."
        told = f"There is no channel {settings.slack_channel}, or it is a private one without the app."
        return [*_scopes(missing, frozenset(missing)), fail(what, told, remedy)]
    found = _scopes(missing, needed(private=channel.private, approvers=settings.approvers.split(",")))
    if channel.archived:
        return [*found, fail(what, f"#{channel.name} is archived.", "Choose another one.")]
    if not channel.member:
        invite = f"Write /invite @{standing.name} in the channel."
        return [*found, fail(what, f"The app is not in #{channel.name}.", invite)]
    return [*found, ok(what, f"#{channel.name}, with the app in it.")]


def _scopes(missing: tuple[str, ...], used: frozenset[str]) -> list[Check]:
    from services.chat_access.slack import REINSTALL

    lacks = [scope for scope in missing if scope in used]
    if lacks:
        return [fail("scopes of Slack", f"The app lacks {', '.join(lacks)}.", REINSTALL)]
    if missing:
        told = f"The app has not all that {MANIFEST} asks for: {', '.join(missing)} is not used so far."
        return [warn("scopes of Slack", told, REINSTALL)]
    return [ok("scopes of Slack", f"The app has all that {MANIFEST} asks for.")]
