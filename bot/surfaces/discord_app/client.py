"""The connection to Discord: what is asked for at log-in, how often one logs in, and who hears of what."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Protocol

import aiohttp
import discord
from discord.gateway import KeepAliveHandler

from bot.reply import for_error
from bot.surfaces.discord_app import buttons, forms, library_log, reactions, talk
from bot.surfaces.discord_app.commands import Tree
from bot.surfaces.discord_app.context import Context
from bot.surfaces.discord_app.errors import asking
from services.chat_access.discord_terms import RESERVE
from services.errors import Unavailable
from services.log import get_logger

log = get_logger(__name__)

# Guilds, messages and reactions of the channel, direct messages: none of them privileged.
INTENTS = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True, dm_messages=True)
REQUEST = aiohttp.ClientTimeout(total=60.0, sock_connect=15.0)  # an upload of 25 MiB is the longest
PATIENCE = 30.0  # seconds: what is limited for longer is tried again later, by its reconciler
GUILDS_SECONDS = 1.0  # after log-in, how long after one server is told the next is waited for
FIRST_REST, LAST_REST = 5.0, 300.0  # between two log-ins of one run: one each 5 s is allowed
CALM = 600.0  # a session that lasted so long was no failure


library_log.set_up()
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody talks here


class Life(Protocol):
    """Who hears that the channel is there, or is not any more."""

    async def arrived(self) -> None: ...
    async def resumed(self) -> None: ...
    def parted(self) -> None: ...
    async def changed(self) -> None: ...
    def failed(self, error: BaseException) -> None: ...


class Client(discord.Client):
    """``first_rest``: seconds between two log-ins of this run, doubled each time while they fail."""

    context: Context
    life: Life
    tree: Tree

    def __init__(self, *, first_rest: float = FIRST_REST) -> None:
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),  # roles come with events or are asked for
            chunk_guilds_at_startup=False,
            guild_ready_timeout=GUILDS_SECONDS,
            max_ratelimit_timeout=PATIENCE,
        )
        # The library sets no time limit. Each try of a request has this one; its waits between tries do not.
        self.http.request = partial(self.http.request, timeout=REQUEST)  # type: ignore[method-assign]
        self._first_rest = self._rest = first_rest
        self._identified = 0.0
        self.add_dynamic_items(buttons.Button)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Never a loop of log-ins: they are counted by Discord, and each waits longer than the one before."""
        if not initial:
            calm = time.monotonic() - self._identified > CALM
            self._rest = self._first_rest if calm else min(self._rest * 2, LAST_REST)
            await asyncio.sleep(self._rest)
        async with asking("read how often one may log in"):
            _, _, limit = await self.http.get_bot_gateway()
        if limit["remaining"] <= RESERVE:
            wait = limit["reset_after"] / 1000
            raise Unavailable(
                f"Only {limit['remaining']} of {limit['total']} log-ins are left at Discord today, "
                "so the operator does not log in.",
                remedy=f"They are renewed in {wait / 3600:.1f} hours. The log tells why it was so often.",
                retry_after=wait,
            )
        self._identified = time.monotonic()

    async def close(self) -> None:
        """The library forgets a line on which no log-in came about, with the thread that beats for it."""
        try:
            for thread in threading.enumerate():
                if isinstance(thread, KeepAliveHandler) and thread.ws._connection is self._connection:
                    await thread.ws.close(1000)
        finally:
            await super().close()

    async def on_ready(self) -> None:
        await self.life.arrived()

    async def on_resumed(self) -> None:
        await self.life.resumed()

    async def on_disconnect(self) -> None:
        self.life.parted()

    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._changed(guild)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._changed(guild)

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        await self._changed(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._changed(guild)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._changed(channel.guild)

    async def on_guild_channel_update(
        self, _: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        await self._changed(after.guild)

    async def on_guild_role_update(self, _: discord.Role, after: discord.Role) -> None:
        await self._changed(after.guild)

    async def on_member_update(self, _: discord.Member, after: discord.Member) -> None:
        if self.user is not None and after.id == self.user.id:
            await self._changed(after.guild)

    async def _changed(self, guild: discord.Guild) -> None:
        if guild.id == self.context.home.guild_id and self.is_ready():
            await self.life.changed()

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        await reactions.added(self.context, event)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        await reactions.removed(self.context, event)

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        await reactions.cleared(self.context, event)

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        await reactions.cleared(self.context, event)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        await reactions.deleted(self.context, event.guild_id, event.channel_id, {event.message_id})

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        await reactions.deleted(self.context, event.guild_id, event.channel_id, event.message_ids)

    async def on_message(self, message: discord.Message) -> None:
        self.context.work.begin(talk.written(self.context, message), "message")

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Forms only: commands come by the tree, clicks by the buttons."""
        data: Mapping[str, Any] = dict(interaction.data or {})
        id_ = str(data.get("custom_id", ""))
        if interaction.type is discord.InteractionType.modal_submit and id_.startswith(forms.PREFIX):
            self.context.work.begin(buttons.submit(self.context, interaction, id_), "form")

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """An event that could not be worked off: what it told is read back within minutes."""
        error = sys.exception()
        if error is None or isinstance(error, asyncio.CancelledError):
            return
        if event_method in ("on_ready", "on_resumed"):  # the surface is not there: it has to begin anew
            self.life.failed(error)
        else:
            log.warning("%s: %s", event_method, for_error(error).text)
