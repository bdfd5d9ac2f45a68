"""Forms that ask one question: why, what, when, where. Their state is in their id, also after a restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.chat.buttons import must_be_told
from bot.operations.pressed import Pressed
from bot.surfaces.discord_app.text import plain

PREFIX = "form:"
FIELD = "answer"
_LONGEST = 4000  # of a field, Discord's
_OPEN_SECONDS = 900.0  # as long as the token of the interaction
_TITLES = {
    "deny": "Deny draft {number}",
    "revise": "Revise draft {number}",
    "post": "Post draft {number} at a time",
    "posted": "Draft {number} was posted by hand",
    "edit": "Caption of draft {number}",
}
_LABELS = {
    "reason": "Why? The planner is told",
    "wish": "What should change?",
    "at": "When?",
    "permalink": "The post's address",
    "caption": "The new caption",
}


def form(button: Pressed, value: str = "") -> discord.ui.Modal:
    """The form for ``button.asks``; ``value`` stands in it already."""
    parameter = button.parameter
    assert parameter is not None
    title = _TITLES.get(button.name, f"{button.name.capitalize()} draft {{number}}")
    modal = discord.ui.Modal(
        title=plain(title.format(number=button.number), 45),
        custom_id=f"{PREFIX}{identity(button)}",
        timeout=_OPEN_SECONDS,
    )
    field = discord.ui.TextInput[discord.ui.Modal](
        custom_id=FIELD,
        style=discord.TextStyle.paragraph if parameter.about.multiline else discord.TextStyle.short,
        required=must_be_told(button),
        placeholder=plain(parameter.about.help, 100),
        default=value[:_LONGEST] or None,
        max_length=_LONGEST,
    )
    label = _LABELS.get(parameter.name, parameter.name.capitalize())
    modal.add_item(discord.ui.Label(text=plain(label, 45), component=field))
    return modal


def identity(button: Pressed) -> str:
    return f"{button.name}:{button.number}:{button.revision}:{button.asks}:{button.shows}"


def answered(data: Mapping[str, Any]) -> str:
    """What was typed into a form."""
    return next((str(part.get("value") or "") for part in _parts(data) if part.get("custom_id") == FIELD), "")


def _parts(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in [*data.get("components", ()), *filter(None, (data.get("component"),))]:
        yield part
        yield from _parts(part)
