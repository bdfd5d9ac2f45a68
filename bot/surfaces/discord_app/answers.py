"""An operation's reply as an answer in Discord: an embed, a draft's card, a file for what is too long."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import discord
from sqlite_utils import Database

from bot.chat import cards
from bot.chat.spelling import spelled, usage
from bot.operations.registry import find
from bot.reply import Card, Reply
from bot.surfaces.discord_app import card
from bot.surfaces.discord_app.context import Context
from bot.surfaces.discord_app.text import escaped, fitted, length, plain, visible
from services.store import facts, messages

_WHOLE = ("show",)  # operations whose answer is the draft itself; elsewhere its card is in the channel
_CAPTION = 1000


@dataclass(slots=True)
class Answer:
    embeds: list[discord.Embed] = field(default_factory=list)
    files: list[discord.File] = field(default_factory=list)


async def drawn(context: Context, name: str, reply: Reply) -> Answer:
    """``name`` is the operation's."""
    reply = _of_help(reply) if name == "help" else reply
    answer = Answer()
    whole = name in _WHOLE and len(reply.cards) == 1
    if whole:
        await _add_card(context, reply.cards[0], answer)
    known = {} if whole else await context.op.store.do(_shown, [_number(each) for each in reply.cards])
    lines = [line for line in (*_text(reply), *_cards(context, () if whole else reply.cards, known)) if line]
    lines += [_row(row) for row in reply.table]
    if lines or not answer.embeds:
        room = card.WHOLE - sum(len(each) for each in answer.embeds)
        text, cut = _within(lines, min(card.DESCRIPTION, room - 16))
        colour = discord.Colour.blurple() if reply.ok else discord.Colour.red()
        answer.embeds.append(discord.Embed(description=text or "Done.", colour=colour))
        if cut:
            full = _file(reply)
            answer.files.append(discord.File(io.BytesIO(full.encode("utf-8", "replace")), f"{name}.txt"))
    return answer


def _text(reply: Reply) -> Iterable[str]:
    for part in (reply.text, "" if reply.ok else reply.remedy):
        if part:
            yield escaped(spelled(part, "discord"))


def _cards(context: Context, found: Sequence[Card], known: Mapping[int, str]) -> Iterable[str]:
    """A line for each draft, with the way to its card."""
    for each in found:
        view, number = each.data, _number(each)
        state = view["status"] if view["state"] == str(view["status"]).lower() else view["state"]
        link = f" · [card]({context.home.link(known[number])})" if number in known else ""
        post = f" · {view['permalink']}" if str(view["permalink"] or "").startswith("https://") else ""
        yield f"**{number}** {fitted(view['title'], 200)} · {escaped(str(state))}{post}{link}"


def _row(row: Mapping[str, Any]) -> str:
    """One row of a table as a line: names are said where a value alone would say nothing."""
    first, *rest = row.items()
    parts = [_said(key, value) for key, value in rest if str(value)]
    return " · ".join([f"**{escaped(str(first[1])) or '–'}**", *parts])


def _said(key: str, value: Any) -> str:
    text = str(value)
    bare = isinstance(value, (int, float)) or text in ("yes", "no")
    return escaped(f"{key.replace('_', ' ')} {text}" if bare else text)


def _within(lines: Sequence[str], most: int) -> tuple[str, bool]:
    """As many lines as fit, and whether something had to be left out."""
    kept: list[str] = []
    room = most - 60
    for at, line in enumerate(lines):
        if length(line) + 1 > room:
            if not kept:
                return fitted(visible(line), most), True
            return "\n".join([*kept, f"… and {len(lines) - at} more: see the file."]), True
        kept.append(line)
        room -= length(line) + 1
    return "\n".join(kept), False


def _file(reply: Reply) -> str:
    """Everything, as plain text with aligned columns."""
    parts = [spelled(reply.text, "discord"), reply.remedy if not reply.ok else ""]
    parts += [f"{_number(each)} · {each.data['title']} · {each.data['state']}" for each in reply.cards]
    if reply.table:
        parts.append(_aligned(reply.table))
    return "\n\n".join(part for part in parts if part) + "\n"


def _aligned(rows: Sequence[Mapping[str, Any]]) -> str:
    table = [list(rows[0]), *([" ".join(str(value).split()) for value in row.values()] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    )


def _of_help(reply: Reply) -> Reply:
    """The help in Discord's spelling."""
    if isinstance(reply.data, list):
        rows = tuple(
            {"command": usage(find(each["name"]), "discord"), "what it does": each["summary"]}
            for each in reply.data
        )
        return replace(reply, table=rows)
    if isinstance(reply.data, dict) and "name" in reply.data:
        found = find(reply.data["name"])
        about = "\n".join(f"{p.name}: {p.about.help}" for p in found.parameters)
        return replace(reply, text="\n\n".join(filter(None, (usage(found, "discord"), found.help, about))))
    return reply


async def _add_card(context: Context, found: Card, answer: Answer) -> None:
    op = context.op
    names, paused = await op.store.do(_names)
    message = card.unsigned(cards.card(found.data, op, names, paused=paused))
    message = replace(message, video=None)  # it is on the card in the channel
    fits = await asyncio.to_thread(card.fitting, message, context.home.guild.filesize_limit)
    answer.embeds.append(card.embed(message, fits))
    answer.files += await asyncio.to_thread(card.read, fits)
    for each in answer.embeds:
        each.description = fitted(message.text, _CAPTION) or None


def _names(db: Database) -> tuple[dict[str, str], bool]:
    return messages.names(db), facts.get(db, facts.PAUSED) is not None


def _shown(db: Database, numbers: Sequence[int]) -> dict[int, str]:
    """Draft → the id of its card in the channel."""
    found = {number: messages.get(db, "discord", cards.key_of(number)).message for number in numbers}
    return {number: id_ for number, id_ in found.items() if id_ and id_ != messages.DELETED}


def _number(found: Card) -> int:
    return int(found.data["number"])


def words(reply: Reply) -> str:
    """A reply in one plain line, for places that take no embed."""
    return plain(spelled(" ".join(filter(None, (reply.text, reply.remedy))), "discord"), 1900)
