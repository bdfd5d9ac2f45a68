"""An operation's reply as an answer in Slack: blocks for whoever asked, a file for what is too long."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlite_utils import Database

from bot.chat import answers, cards
from bot.chat.answers import number
from bot.reply import Card, Reply
from bot.surfaces.slack_app import card
from bot.surfaces.slack_app.context import Context
from bot.surfaces.slack_app.text import address, line, plain, section
from services.errors import OperatorError
from services.log import get_logger
from services.store import facts, messages

log = get_logger(__name__)

_WHOLE = ("show",)  # operations whose answer is the draft itself; elsewhere its card is in the channel
CARDS = 12  # lines of their own, with a button; more stand in the text
LEAST = 500  # of text, whatever else is shown; what is longer comes as a file
OF_A_BLOCK = 80  # what a section takes besides its text
_CAPTION = 1000


@dataclass(slots=True)
class Answer:
    """``text`` is what notifications get; ``full`` is what did not fit, for a file, "" if all did."""

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    full: str = ""


async def drawn(context: Context, name: str, reply: Reply) -> Answer:
    """``name`` is the operation's."""
    reply = answers.of_help(reply, "slack") if name == "help" else reply
    said = answers.sentences(reply, "slack")
    answer = Answer(" ".join(said) or "Done.")
    if name in _WHOLE and len(reply.cards) == 1:
        answer.blocks += await _whole(context, reply.cards[0])
        reply = replace(reply, cards=())
    known = await context.op.store.do(_shown, [number(each) for each in reply.cards[:CARDS]])
    rest = [_line(context, each, known) for each in reply.cards[:CARDS]]
    lines = [*said, *(answers.card_line(each) for each in reply.cards[CARDS:])]
    lines += [answers.row(row) for row in reply.table]
    if found := await answers.drawing(name, reply):
        rest = [*await _drawing(context, found, said[0] if said else name), *rest]
    if lines or not (answer.blocks or rest):
        sign = "" if reply.ok else "🔴 "
        room = max(LEAST, card.WHOLE - _size([*answer.blocks, *rest]))
        parts, cut = _within([f"{sign}{lines[0]}", *lines[1:]] if lines else ["Done."], room)
        answer.blocks += [section(plain(part, card.SECTION)) for part in parts]
        answer.full = answers.whole(reply, "slack") if cut else ""
    answer.blocks += rest
    return answer


def _line(context: Context, found: Card, known: Mapping[int, str]) -> dict[str, Any]:
    """A draft in one line, with the way to its card."""
    text = section(line(answers.card_line(found), 150))
    message = known.get(number(found))
    if message:
        url = context.home.link(message)
        text["accessory"] = {
            "type": "button",
            "text": line("Card", card.LABEL),
            "action_id": f"open:{number(found)}",
            "url": address(url),
        }
    return text


def _within(lines: Sequence[str], room: int) -> tuple[list[str], bool]:
    """The lines in parts that fit into a section each, ``room`` in all, and whether something is left out."""
    parts = [""]
    for at, text in enumerate(lines):
        size = _size(text)
        if size > room or len(text) > card.SECTION:
            more = len(lines) - at
            kept = (
                parts if at else [text[: min(card.SECTION, room) // 6]]
            )  # of the first at least the beginning
            return [*kept, f"… and {more} more {'line' if more == 1 else 'lines'}: see the file."], True
        if len(parts[-1]) + len(text) + 1 > card.SECTION:
            parts.append("")
            room -= OF_A_BLOCK
        parts[-1] = f"{parts[-1]}\n{text}" if parts[-1] else text
        room -= size
    return parts, False


def _size(part: Any) -> int:
    """As Slack is sent it."""
    return len(json.dumps(part, separators=(",", ":"), ensure_ascii=False))


async def _whole(context: Context, found: Card) -> list[dict[str, Any]]:
    """The draft as its card says it, with its picture."""
    op = context.op
    names, paused = await op.store.do(_names)
    message = card.unsigned(cards.card(found.data, op, names, paused=paused))
    image = ""
    if message.image is not None and await asyncio.to_thread(message.image.is_file):
        try:
            image = await context.files.picture(message.image, message.title)
        except OperatorError as error:  # the words are the answer
            log.info("a draft is shown without its picture: %s", error)
    return card.blocks(message, card.Attached(image))


async def _drawing(context: Context, found: bytes, about: str) -> list[dict[str, Any]]:
    try:
        image = await context.files.drawing(found, "charts.png", about)
    except OperatorError as error:  # the words are the answer
        log.info("an answer is shown without its picture: %s", error)
        return []
    return [{"type": "image", "slack_file": {"id": image}, "alt_text": line(about, 1000)["text"]}]


def _names(db: Database) -> tuple[dict[str, str], bool]:
    return messages.names(db), facts.get(db, facts.PAUSED) is not None


def _shown(db: Database, numbers: Sequence[int]) -> dict[int, str]:
    """Draft → the id of its card in the channel."""
    found = {each: messages.get(db, "slack", cards.key_of(each)).message for each in numbers}
    return {each: id_ for each, id_ in found.items() if id_ and id_ != messages.DELETED}
