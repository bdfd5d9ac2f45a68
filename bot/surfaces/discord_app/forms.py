"""Forms that ask one question: why, what, when, where. Their state is in their id, also after a restart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.chat import forms as words
from bot.chat.buttons import must_be_told
from bot.operations.pressed import Pressed
from bot.surfaces.discord_app.text import plain

PREFIX = "form:"
FIELD = "answer"
_LONGEST = 4000  # of a field, Discord's
_OPEN_SECONDS = 900.0  # as long as the token of the interaction


def form(button: Pressed, value: str = "") -> discord.ui.Modal:
    """The form for ``button.asks``; ``value`` stands in it already."""
    parameter = button.parameter
    assert parameter is not None
    modal = discord.ui.Modal(
        title=plain(words.title(button), 45),
        custom_id=f"{PREFIX}{words.identity(button)}",
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
    modal.add_item(discord.ui.Label(text=plain(words.label(button), 45), component=field))
    return modal


def answered(data: Mapping[str, Any]) -> str:
    """What was typed into a form."""
    return next((str(part.get("value") or "") for part in _parts(data) if part.get("custom_id") == FIELD), "")


def _parts(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for part in [*data.get("components", ()), *filter(None, (data.get("component"),))]:
        yield part
        yield from _parts(part)
