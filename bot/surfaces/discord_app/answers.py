"""An operation's reply as an answer in Discord: an embed, a draft's card, a file for what is too long."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import discord
from sqlite_utils import Database

from bot.chat import answers, cards
from bot.reply import Card, Reply
from bot.surfaces.discord_app import card
from bot.surfaces.discord_app.context import Context
from bot.surfaces.discord_app.text import escaped, fitted, length
from services.store import facts, messages

_WHOLE = ("show",)  # operations whose answer is the draft itself; elsewhere its card is in the channel
_CAPTION = 1000
_MORE = 60  # units kept for the line that says how much is left out


@dataclass(slots=True)
class Answer:
    embeds: list[discord.Embed] = field(default_factory=list)
    files: list[discord.File] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it was said, and as Discord is to draw it."""

    plain: str
    drawn: str


async def drawn(context: Context, name: str, reply: Reply) -> Answer:
    """``name`` is the operation's."""
    reply = answers.of_help(reply, "discord") if name == "help" else reply
    answer, listed = Answer(), reply.cards
    if name in _WHOLE and len(listed) == 1:
        await _add_card(context, listed[0], answer)
        listed = ()
    known = await context.op.store.do(_shown, [answers.number(each) for each in listed])
    lines = [
        *(_Line(text, escaped(text)) for text in answers.sentences(reply, "discord")),
        *_cards(context, listed, known),
        *_rows(reply),
    ]
    if lines or not answer.embeds:
        room = card.WHOLE - sum(len(each) for each in answer.embeds)
        text, cut = _within(lines, min(card.DESCRIPTION, room - _MORE))
        colour = discord.Colour.blurple() if reply.ok else discord.Colour.red()
        answer.embeds.append(discord.Embed(description=text or "Done.", colour=colour))
        if drawing := await answers.drawing(name, reply):
            answer.files.append(discord.File(io.BytesIO(drawing), "charts.png"))
            answer.embeds[-1].set_image(url="attachment://charts.png")
        if cut:
            whole = answers.whole(reply, "discord").encode("utf-8", "replace")
            answer.files.append(discord.File(io.BytesIO(whole), f"{name}.txt"))
    return answer


def _cards(context: Context, found: Sequence[Card], known: Mapping[int, str]) -> Iterator[_Line]:
    """A line for each draft, with the way to its card and its post."""
    for each in found:
        line, number = answers.card_line(each), answers.number(each)
        permalink = str(each.data["permalink"] or "")
        post = f" · {permalink}" if permalink.startswith("https://") else ""
        way = f" · [card]({context.home.link(known[number])})" if number in known else ""
        yield _Line(line, f"{_headed(line)}{post}{way}")


def _rows(reply: Reply) -> Iterator[_Line]:
    for each in reply.table:
        line = answers.row(each)
        yield _Line(line, _headed(line))


def _headed(line: str) -> str:
    """With what stands first in bold."""
    head, mark, rest = line.partition(" · ")
    return f"**{escaped(head)}**{mark}{escaped(rest)}"


def _within(lines: Sequence[_Line], most: int) -> tuple[str, bool]:
    """As many lines as fit, and whether something had to be left out."""
    kept: list[str] = []
    room = most - _MORE
    for at, line in enumerate(lines):
        if length(line.drawn) + 1 > room:
            begin = fitted(line.plain, room - 1) if room > _MORE else ""
            more = f"… and {len(lines) - at - bool(begin)} more: see the file." if len(lines) > at + 1 else ""
            return "\n".join(filter(None, (*kept, begin, more))), True
        kept.append(line.drawn)
        room -= length(line.drawn) + 1
    return "\n".join(kept), False


async def _add_card(context: Context, found: Card, answer: Answer) -> None:
    op = context.op
    names, paused = await op.store.do(_names)
    message = card.unsigned(cards.card(found.data, op, names, paused=paused))
    message = replace(message, video=None)  # it is on the card in the channel
    fits = await asyncio.to_thread(card.fitting, message, context.home.guild.filesize_limit)
    embed = card.embed(message, fits)
    embed.description = fitted(message.text, _CAPTION) or None
    answer.embeds.append(embed)
    answer.files += await asyncio.to_thread(card.read, fits)


def _names(db: Database) -> tuple[dict[str, str], bool]:
    return messages.names(db), facts.get(db, facts.PAUSED) is not None


def _shown(db: Database, numbers: Sequence[int]) -> dict[int, str]:
    """Draft → the id of its card in the channel."""
    found = {number: messages.get(db, "discord", cards.key_of(number)).message for number in numbers}
    return {number: id_ for number, id_ in found.items() if id_ and id_ != messages.DELETED}
