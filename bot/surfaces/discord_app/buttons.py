"""The buttons below cards, and the forms they open: both work after any number of restarts."""

from __future__ import annotations

import re
from typing import Any

import discord

from bot.chat.buttons import must_be_told
from bot.operations.pressed import Pressed, pressed
from bot.surfaces.discord_app import forms, interactions
from bot.surfaces.discord_app.context import Context
from bot.surfaces.discord_app.interactions import Interaction
from bot.surfaces.discord_app.text import fitted
from services.errors import Refused

_ID = r"(?P<id>[a-z-]{1,20}:[0-9]{1,9}:[0-9]{1,9}:[a-z_]{0,20}:[0-9a-f]{0,16})"


class Button(discord.ui.DynamicItem[discord.ui.Button[Any]], template=_ID):
    """Any button of a card; the library makes it from the id that was clicked."""

    def __init__(self, item: discord.ui.Button[Any], context: Context) -> None:
        super().__init__(item)
        self._context = context

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Button:
        assert isinstance(item, discord.ui.Button)
        return cls(item, interaction.client.context)

    async def callback(self, interaction: Interaction) -> None:
        self._context.work.begin(click(self._context, interaction, self.custom_id), "click")


async def click(context: Context, interaction: Interaction, id_: str) -> None:
    """A button was pressed: its form is opened, or its operation run."""
    if not await interactions.welcome(context, interaction):
        return
    button = await _read(interaction, id_)
    if button is None:
        return
    if button.asks:
        await interactions.ask(context, interaction, button)
    else:
        await interactions.run(context, interaction, button.name, {"number": button.number}, button)


async def submit(context: Context, interaction: Interaction, id_: str) -> None:
    """A form was sent."""
    if not await interactions.welcome(context, interaction):
        return
    button = await _read(interaction, id_.removeprefix(forms.PREFIX))
    if button is None:
        return
    typed = forms.answered(interaction.data or {})
    if must_be_told(button) and not typed.strip():  # "post" would mean now
        await interactions.refuse(interaction, "Nothing was filled in, so nothing was done.")
        return
    given = {"number": button.number, **({button.asks: typed} if typed.strip() else {})}
    await interactions.run(context, interaction, button.name, given, button)


async def _read(interaction: Interaction, id_: str) -> Pressed | None:
    try:
        return pressed(id_)
    except Refused as error:  # of an older version of the operator
        await interactions.refuse(interaction, fitted(str(error), 1900))
        return None
