"""A message of the operator as Discord draws it: an embed, its files, its buttons, within Discord's limits.

https://docs.discord.com/developers/resources/message: title 256, description 4096, 25 fields of 256 and
1024, footer 2048, 6000 in all; 10 files, 25 MiB a request. Files have the server's own limit besides.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import discord

from bot.chat.buttons import button_id
from bot.chat.port import Message
from bot.reply import Action
from bot.surfaces.discord_app.text import EMPTY, fitted, length, plain

REQUEST_BYTES = 24 * 1024**2  # of 25 MiB, the rest for all that is no file
TITLE, DESCRIPTION, FIELDS, FIELD, FOOT, WHOLE = 256, 4096, 25, 1024, 2048, 6000
IMAGE, VIDEO = "picture", "video"
MARK_SEPARATOR = " · "

_COLOURS = {
    "plain": discord.Colour.blurple(),
    "waiting": discord.Colour.gold(),
    "good": discord.Colour.green(),
    "bad": discord.Colour.red(),
    "done": discord.Colour.light_grey(),
}
_STYLES = {
    "plain": discord.ButtonStyle.secondary,
    "primary": discord.ButtonStyle.success,
    "danger": discord.ButtonStyle.danger,
}


@dataclass(frozen=True, slots=True)
class Fitting:
    """What of a message's image and video can be attached, by its name in Discord; ``left_out`` says why
    the video is not among them."""

    files: Mapping[str, Path]
    left_out: str = ""

    @property
    def image(self) -> str:
        """The name of the image, "" if there is none."""
        return next((name for name in self.files if name.startswith(IMAGE)), "")


def fitting(message: Message, limit: int) -> Fitting:
    """Look which files fit. ``limit``: bytes of one file this server takes."""
    files, room, left_out = {}, REQUEST_BYTES, ""
    for path, name in ((message.image, IMAGE), (message.video, VIDEO)):
        if path is None or not path.is_file():  # cleared meanwhile; the message says enough without
            continue
        size = path.stat().st_size
        if 0 < size <= min(limit, room):
            files[f"{name}{path.suffix.lower()}"] = path
            room -= size
        elif name == VIDEO and size:
            left_out = f"too large for this server ({size / 1024**2:.0f} MB)"
    return Fitting(files, left_out)


def read(found: Fitting) -> list[discord.File]:
    return [discord.File(io.BytesIO(path.read_bytes()), name) for name, path in found.files.items()]


def embed(message: Message, found: Fitting, link: str = "") -> discord.Embed:
    """``link``: where the video can be watched that does not fit."""
    drawn = discord.Embed(
        title=fitted(message.title, TITLE) or EMPTY,
        description=fitted(message.text, DESCRIPTION) or None,
        url=message.link or None,
        colour=_COLOURS.get(message.tone, _COLOURS["plain"]),
    )
    for field in message.fields[: FIELDS - 1]:
        name, value = fitted(field.name, 256), fitted(field.text, FIELD)
        drawn.add_field(name=name or EMPTY, value=value or EMPTY, inline=field.short)
    if found.left_out:
        way = f"{found.left_out}: [watch it]({link})"
        fits = link and length(way) <= FIELD and not set(link) & set("() ")
        drawn.add_field(name="Preview", value=way if fits else found.left_out, inline=False)
    if message.foot:
        drawn.set_footer(text=plain(message.foot, FOOT))
    if found.image:
        drawn.set_image(url=f"attachment://{found.image}")
    return _within(drawn, message)


def _within(drawn: discord.Embed, message: Message) -> discord.Embed:
    """An embed of at most WHOLE units: its description gives way, as "Details" shows all of it."""
    over = sum(length(part) for part in _words(drawn)) - WHOLE
    if over > 0:
        most = max(length(drawn.description or "") - over, 0)
        drawn.description = fitted(message.text, most) or None
    over = sum(length(part) for part in _words(drawn)) - WHOLE
    while over > 0 and drawn.fields:  # nothing the operator writes is as long as that
        drawn.remove_field(len(drawn.fields) - 1)
        over = sum(length(part) for part in _words(drawn)) - WHOLE
    return drawn


def _words(drawn: discord.Embed) -> list[str]:
    fields = [str(part) for field in drawn.fields for part in (field.name, field.value)]
    return [drawn.title or "", drawn.description or "", drawn.footer.text or "", *fields]


def marked(found: discord.Message, mark: str) -> bool:
    """Whether a message carries this mark: it ends its foot, as names may stand before it."""
    feet = [each.footer.text or "" for each in found.embeds]
    return any(foot.rpartition(MARK_SEPARATOR)[2] == mark for foot in feet)


def nonce(message: Message, since: datetime) -> str:
    """The same for every try to post this; Discord then answers with the message that is there.

    https://docs.discord.com/developers/resources/message#create-message: at most 25 characters, for a few
    minutes.
    """
    return hashlib.sha256(f"{message.mark} {since.isoformat()}".encode()).hexdigest()[:24]


def view(message: Message) -> discord.ui.View | None:
    """The message's buttons. Their state is in their ids, so nothing of them is kept."""
    if not message.actions:
        return None
    buttons = discord.ui.View(timeout=None)
    for action in message.actions[:25]:
        buttons.add_item(_button(action, message.shows))
    buttons.stop()  # a view that was stopped is not remembered by the library
    return buttons


def _button(action: Action, shows: str) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(
        label=plain(action.label, 80) or EMPTY,
        style=_STYLES.get(action.style, discord.ButtonStyle.secondary),
        custom_id=button_id(action, shows),
    )


def unsigned(message: Message) -> Message:
    """The same for a reply: without its mark, by which find() would take it for the card, and buttons."""
    return replace(message, foot="", actions=(), seeded=False)
