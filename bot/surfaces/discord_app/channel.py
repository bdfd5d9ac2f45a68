"""The channel as reconcilers use it: bot.chat.port.Chat over Discord's REST API."""

from __future__ import annotations

import asyncio
from datetime import datetime

import discord
from discord.utils import MISSING

from bot.chat.port import Message, Standing
from bot.chat.spelling import in_words_of
from bot.chat.video_link import video_link
from bot.surfaces.discord_app import card
from bot.surfaces.discord_app.emoji import SEEDS, choice_of
from bot.surfaces.discord_app.errors import UNKNOWN_EMOJI, UNKNOWN_MEMBER, UNKNOWN_USER, asking
from bot.surfaces.discord_app.home import Home
from bot.surfaces.discord_app.people import People, user_of, voter_of
from bot.surfaces.discord_app.telling import Telling
from services.errors import Misconfigured, Unavailable
from services.ports import Bucket
from services.store.reactions import Reaction

SETTLE = 20.0  # Discord answers within 15 s or its own border gives up
PAGE = 100  # people Discord lists at once
POST = "Send Messages, Embed Links or Attach Files"


class DiscordChat:
    """One channel. ``epoch`` is raised by the surface at every connection."""

    name = "discord"

    def __init__(
        self, home: Home, people: People, telling: Telling, bucket: Bucket, *, settle: float = SETTLE
    ) -> None:
        """``bucket`` may give an address for what is too large to be attached."""
        self._home, self._people, self._telling, self._bucket = home, people, telling, bucket
        self.channel = str(home.channel_id)
        self.settle = settle
        self.epoch = 0

    async def ping(self) -> str:
        async with asking("read the channel", needs="View Channel"):
            found = await self._home.guild.fetch_channel(self._home.channel_id)
        return f"#{found.name} in {self._home.guild.name}"

    async def post(self, message: Message, since: datetime) -> str:
        message = in_words_of(message, "discord")
        found, files = await self._files(message)
        drawn = await self._drawn(message, found)
        buttons = card.view(message)
        async with asking("post in the channel", needs=POST):
            sent = await self._home.messages.send(
                embed=drawn,
                files=files,
                view=buttons if buttons is not None else MISSING,
                nonce=card.nonce(message, since),
            )
        return str(sent.id)

    async def find(self, message: Message, since: datetime) -> str | None:
        self._ensure_history()  # without it Discord answers with no messages at all
        own = self._home.guild.me.id
        async with asking("read the channel's history", needs="Read Message History"):
            async for found in self._home.messages.history(limit=None, after=since, oldest_first=True):
                if found.author.id == own and card.marked(found, message.mark):
                    return str(found.id)
        return None

    async def edit(self, id_: str, message: Message, *, files: bool) -> None:
        message = in_words_of(message, "discord")
        found, attached = await self._files(message, read=files)
        drawn = await self._drawn(message, found)
        async with asking("edit its message", needs=POST):
            await self._message(id_).edit(
                embed=drawn,
                view=card.view(message),
                attachments=attached if files else MISSING,
            )

    async def _files(self, message: Message, *, read: bool = True) -> tuple[card.Fitting, list[discord.File]]:
        limit = self._home.guild.filesize_limit
        try:
            found = await asyncio.to_thread(card.fitting, message, limit)
            return found, await asyncio.to_thread(card.read, found) if read else []
        except OSError as error:  # they were cleared at this very moment
            raise Unavailable(f"A file of {message.title!r} cannot be read now.") from error

    async def _drawn(self, message: Message, found: card.Fitting) -> discord.Embed:
        link = await video_link(message, self._bucket) if found.left_out else ""
        return card.embed(message, found, link)

    async def standing(self, id_: str) -> Standing:
        self._ensure_history()
        needs = "Read Message History"
        async with asking("read its message", needs=needs):
            found = await self._home.messages.fetch_message(int(id_))
        own = {str(each.emoji) for each in found.reactions if each.me}
        if own and not own.issuperset(SEEDS):
            await self.seed(id_)
        people: list[Reaction] = []
        for each in found.reactions:
            if choice_of(str(each.emoji)) is not None:
                people += await self._voters(each)
        return Standing(people, seeded=bool(own))

    async def _voters(self, found: discord.Reaction) -> list[Reaction]:
        emoji = str(found.emoji)
        choice = choice_of(emoji)
        assert choice is not None
        users: dict[int, discord.User | discord.Member] = {}
        async with asking("read who reacted", needs="Read Message History"):
            for count, kind in (
                (found.normal_count, discord.ReactionType.normal),
                (found.burst_count, discord.ReactionType.burst),
            ):
                if count:
                    users |= {user.id: user for user in await self._users(found, kind)}
        guild, voters = self._home.guild, []
        for user in users.values():
            if user.id != guild.me.id and not user.bot:
                entitled = await self._people.looked_up(guild, user)
                voters.append(Reaction(voter_of(user.id), emoji, choice, user.display_name, entitled))
        return voters

    async def _users(
        self, found: discord.Reaction, kind: discord.ReactionType
    ) -> list[discord.User | discord.Member]:
        """Everybody, however many they are by now: the library stops at the number that was told before, and
        leaves somebody out who was there all the time when another came meanwhile."""
        guild, users, after = self._home.guild, list[discord.User | discord.Member](), 0
        state = guild._state
        while True:
            page = await state.http.get_reaction_users(
                found.message.channel.id, found.message.id, str(found.emoji), PAGE, after or None, kind.value
            )
            users += [guild.get_member(int(raw["id"])) or discord.User(state=state, data=raw) for raw in page]
            if len(page) < PAGE:
                return users
            after = int(page[-1]["id"])

    async def unreact(self, id_: str, voter: str, emoji: str) -> None:
        async with asking("take a reaction away", needs="Manage Messages"):
            try:
                await self._message(id_).remove_reaction(emoji, discord.Object(user_of(voter)))
            except discord.NotFound as error:
                if error.code not in (UNKNOWN_EMOJI, UNKNOWN_MEMBER, UNKNOWN_USER):
                    raise

    async def seed(self, id_: str) -> None:
        async with asking("react to its message", needs="Add Reactions or Read Message History"):
            for emoji in SEEDS:
                await self._message(id_).add_reaction(emoji)

    async def tell(self, voter: str, text: str) -> None:
        """Discord has no private answer to a reaction, so it is a direct message."""
        await self._telling.tell(user_of(voter), text)

    def _message(self, id_: str) -> discord.PartialMessage:
        return self._home.messages.get_partial_message(int(id_))

    def _ensure_history(self) -> None:
        if not self._home.may("read_message_history"):
            raise Misconfigured(
                "The operator lacks Read Message History in its Discord channel: it cannot see what stands "
                "there.",
                remedy="Give its role that in the channel's settings, under Permissions.",
            )
