"""What Discord offers while somebody types: draft numbers with their titles, intents, operations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands
from sqlite_utils import Database

from bot.operations.registry import Parameter, operations
from bot.surfaces.discord_app.context import Context
from bot.surfaces.discord_app.text import plain
from services.brand import read_brand
from services.store import drafts

MOST = 25
_LOOKED_AT = 500  # the newest drafts

Complete = Callable[[discord.Interaction[Any], str], Awaitable[list[app_commands.Choice[Any]]]]


def of(parameter: Parameter, context: Context) -> Complete | None:
    """None for parameters that nothing completes."""
    finders: dict[str, Callable[[Context, str], Awaitable[list[app_commands.Choice[Any]]]]] = {
        "draft": _drafts,
        "intent": _intents,
        "operation": _operations,
    }
    find = finders.get(parameter.about.completes)
    if find is None:
        return None

    async def complete(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[Any]]:
        if not context.home.here(interaction.guild_id, interaction.channel):
            return []
        return await find(context, typed.strip())

    return complete


async def _drafts(context: Context, typed: str) -> list[app_commands.Choice[Any]]:
    found = await context.op.store.do(_known)
    low = typed.casefold()
    fitting = [
        (n, title, state) for n, title, state in found if str(n).startswith(low) or low in title.casefold()
    ]
    return [
        app_commands.Choice(name=plain(f"{number} · {title} · {state}", 100), value=number)
        for number, title, state in fitting[:MOST]
    ]


def _known(db: Database) -> list[tuple[int, str, str]]:
    return [(d.number, d.title, str(d.state)) for d in drafts.listed(db, limit=_LOOKED_AT)]


async def _intents(context: Context, typed: str) -> list[app_commands.Choice[Any]]:
    brand = await asyncio.to_thread(read_brand, context.op.options.brand_dir)
    return _words([intent.name for intent in brand.intents], typed)


async def _operations(context: Context, typed: str) -> list[app_commands.Choice[Any]]:
    return _words(list(operations()), typed)


def _words(known: list[str], typed: str) -> list[app_commands.Choice[Any]]:
    found = [word for word in known if typed.casefold() in word.casefold() and 0 < len(word) <= 100]
    return [app_commands.Choice(name=plain(word, 100) or word, value=word) for word in found[:MOST]]
