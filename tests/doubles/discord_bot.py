"""As small a bot as can be: the real discord.py, which keeps what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
from discord import app_commands

from tests.doubles.discord_server import DiscordServer

INTENTS = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True)


class Bot(discord.Client):
    def __init__(self, **options: Any) -> None:
        # discord.py waits so long for more guilds before it is ready
        super().__init__(**{"intents": INTENTS, "guild_ready_timeout": 0.05, **options})
        self.tree = app_commands.CommandTree(self)
        self.heard: list[tuple[str, Any]] = []

    def of(self, kind: str) -> list[Any]:
        return [what for one, what in self.heard if one == kind]

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        self.heard.append(("reaction", payload))

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        self.heard.append(("unreaction", payload))

    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        self.heard.append(("cleared", payload))

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.heard.append(("message", message))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        self.heard.append(("deleted", payload))

    async def on_resumed(self) -> None:
        self.heard.append(("resumed", None))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.heard.append(("joined", guild))


@asynccontextmanager
async def connected(double: DiscordServer, bot: Bot) -> AsyncIterator[discord.TextChannel]:
    """The first channel as the bot has it, once it is ready. Raises what ended the bot before."""
    running = asyncio.create_task(bot.start(double.gateway.token))
    try:
        await double.until(lambda: bot.is_ready() or running.done())
        if running.done():
            running.result()
        channel = bot.get_channel(double.channel.id)
        assert isinstance(channel, discord.TextChannel)
        yield channel
    finally:
        await bot.close()
        await asyncio.gather(running, return_exceptions=True)
