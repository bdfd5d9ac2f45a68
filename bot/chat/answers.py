"""A reply of an operation as plain text: lines for the chat, and the whole for a file where that is long."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import charts
from bot.chat.spelling import Chat, spelled, usage
from bot.operations.registry import find
from bot.reply import Card, Reply

_CHARTS = "insights"  # its document is what charts are drawn from


async def drawing(name: str, reply: Reply) -> bytes | None:
    """The PNG that belongs to an operation's answer; None for most."""
    if name != _CHARTS or not reply.ok or not isinstance(reply.data, dict):
        return None
    return await asyncio.to_thread(charts.picture, reply.data)


def of_help(reply: Reply, chat: Chat) -> Reply:
    """The answer of ``help`` in the chat's spelling."""
    if isinstance(reply.data, list):
        rows = tuple(
            {"command": usage(find(each["name"]), chat), "what it does": each["summary"]}
            for each in reply.data
        )
        return replace(reply, table=rows)
    if isinstance(reply.data, dict) and "name" in reply.data:
        found = find(reply.data["name"])
        about = "\n".join(f"{p.name}: {p.about.help}" for p in found.parameters)
        return replace(reply, text="\n\n".join(filter(None, (usage(found, chat), found.help, about))))
    return reply


def sentences(reply: Reply, chat: Chat) -> list[str]:
    """What the operation says, with the remedy where it failed; its commands in the chat's spelling."""
    parts = [reply.text, "" if reply.ok else reply.remedy]
    return [spelled(part, chat) for part in parts if part]


def row(given: Mapping[str, Any]) -> str:
    """One row of a table as a line: names are said where a value alone would say nothing."""
    first, *rest = given.items()
    parts = [_said(key, value) for key, value in rest if str(value)]
    return " · ".join([str(first[1]) or "–", *parts])


def _said(key: str, value: Any) -> str:
    text = str(value)
    figure = text.replace(",", "").removesuffix("%").replace(".", "", 1).isdecimal()
    bare = figure or isinstance(value, (int, float)) or text in ("yes", "no", "–")
    return f"{key.replace('_', ' ')} {text}" if bare else text


def card_line(found: Card) -> str:
    """A draft in one line."""
    view = found.data
    state = view["status"] if view["state"] == str(view["status"]).lower() else view["state"]
    return f"{number(found)} · {view['title']} · {state}"


def whole(reply: Reply, chat: Chat) -> str:
    """Everything, as plain text with aligned columns."""
    parts = [*sentences(reply, chat), *(card_line(each) for each in reply.cards)]
    if reply.table:
        parts.append(_aligned(reply.table))
    return "\n\n".join(part for part in parts if part) + "\n"


def _aligned(rows: Sequence[Mapping[str, Any]]) -> str:
    table = [list(rows[0]), *([" ".join(str(value).split()) for value in each.values()] for each in rows)]
    widths = [max(len(each[column]) for each in table) for column in range(len(table[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(each, widths, strict=True)).rstrip()
        for each in table
    )


def number(found: Card) -> int:
    return int(found.data["number"])
