"""The buttons below cards, and the modals they open: both work after any number of restarts."""

from __future__ import annotations

import re
from typing import Any

from bot.operations.pressed import Pressed, pressed
from bot.reply import Reply, for_error
from bot.surfaces.slack_app import asking, forms
from bot.surfaces.slack_app.commands import FOREIGN
from bot.surfaces.slack_app.context import Context
from services.errors import Refused

BUTTON = re.compile(r"[a-z-]{1,20}:[0-9]{1,9}:[0-9]{1,9}:[a-z_]{0,20}:[0-9a-f]{0,16}\Z")


async def click(context: Context, body: dict[str, Any], action: dict[str, Any]) -> None:
    """A button was pressed: its modal is opened, or its operation run."""
    if (body.get("channel") or {}).get("id") != context.home.channel:
        return
    user = await _user(context, body)
    if not user:
        return
    button = await _read(context, user, str(action.get("action_id") or ""))
    if button is None:
        return
    if button.asks:
        await asking.ask(context, user, str(body["trigger_id"]), button)
    else:
        await asking.run(context, user, button.name, {"number": button.number}, button)


async def submit(context: Context, body: dict[str, Any], view: dict[str, Any]) -> None:
    """A modal was sent; what had to be filled in was (forms.missing)."""
    user = await _user(context, body)
    if not user:
        return
    button = await _read(context, user, str(view.get("private_metadata") or ""))
    if button is None:
        return
    typed = forms.answered(view)
    given = {"number": button.number, **({button.asks: typed} if typed.strip() else {})}
    await asking.run(context, user, button.name, given, button)


async def _user(context: Context, body: dict[str, Any]) -> str:
    """Who it was, if they are of the operator's workspace; people of others hear that they have no say."""
    user = body.get("user") or {}
    id_, team = str(user.get("id") or ""), context.home.team
    whose = {user.get("team_id") or team, (body.get("team") or {}).get("id") or team}
    if whose == {team}:
        return id_
    await asking.show(context, id_, "", Reply(FOREIGN, ok=False))
    return ""


async def _read(context: Context, user: str, id_: str) -> Pressed | None:
    try:
        return pressed(id_)
    except Refused as error:  # of an older version of the operator
        await asking.show(context, user, "", for_error(error))
        return None
