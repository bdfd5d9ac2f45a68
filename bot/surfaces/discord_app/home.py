"""The one server and channel the operator lives in, and what it must be allowed to do there."""

from __future__ import annotations

import discord

from services.chat_access.discord_terms import NEEDED, VITAL, invite_link
from services.errors import Misconfigured


class Home:
    """``guild`` and ``channel`` are the ids of the settings."""

    def __init__(self, client: discord.Client, guild: int, channel: int) -> None:
        self._client = client
        self.guild_id, self.channel_id = guild, channel

    @property
    def guild(self) -> discord.Guild:
        """Misconfigured when the operator is not in it."""
        found = self._client.get_guild(self.guild_id)
        if found is None:
            raise Misconfigured(
                f"The Discord bot is not in the server {self.guild_id}.",
                remedy=f"Invite it with {self.invite()} or correct DISCORD_GUILD_ID, and start the operator "
                "again.",
                variable="DISCORD_GUILD_ID",
            )
        return found

    @property
    def channel(self) -> discord.TextChannel:
        """Misconfigured when there is no such text channel in the server."""
        found = self.guild.get_channel(self.channel_id)
        if not isinstance(found, discord.TextChannel):
            wrong = "is no text channel" if found is not None else "is not there"
            raise Misconfigured(
                f"The channel {self.channel_id} {wrong} in the Discord server {self.guild.name!r}.",
                remedy="Copy the id of a text channel into DISCORD_CHANNEL_ID and start the operator again.",
                variable="DISCORD_CHANNEL_ID",
            )
        return found

    @property
    def messages(self) -> discord.PartialMessageable:
        """The channel as something to send to; needs no look at what is known of it."""
        return self._client.get_partial_messageable(self.channel_id, guild_id=self.guild_id)

    def may(self, name: str) -> bool:
        """Whether the operator has this permission (a name of PERMISSIONS) in its channel."""
        return bool(getattr(self.channel.permissions_for(self.guild.me), name))

    def ensure_there(self) -> None:
        """Misconfigured when server or channel are not there for the operator."""
        assert self.channel.guild is not None

    def lacking(self) -> tuple[str, bool]:
        """What it lacks, as a sentence with the remedy ("" if nothing), and whether that is vital."""
        missing = [name for name in NEEDED if not self.may(name)]
        if not missing:
            return "", False
        words = ", ".join(NEEDED[name] for name in missing)
        text = (
            f"The Discord bot lacks {words} in #{self.channel.name}. Give its role that in the channel's "
            "settings, under Permissions."
        )
        return text, any(name in VITAL for name in missing)

    def here(self, guild: int | None, channel: object) -> bool:
        """Whether something happened in the channel, or in a thread of it."""
        if guild != self.guild_id:
            return False
        if isinstance(channel, discord.Thread):
            return channel.parent_id == self.channel_id
        return getattr(channel, "id", None) == self.channel_id

    def invite(self) -> str:
        """The address that invites the bot with all it needs."""
        return invite_link(self._client.application_id or 0)

    def link(self, message: str) -> str:
        """The address of a message in the channel."""
        return f"https://discord.com/channels/{self.guild_id}/{self.channel_id}/{message}"
