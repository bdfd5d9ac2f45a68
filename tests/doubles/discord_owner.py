"""What owners of guilds do: rights given and taken, channels and guilds that come and go."""

from __future__ import annotations

from tests.doubles.discord_world import INVITED, Channel, Guild, Right, World


class Owner:
    def __init__(self, world: World, home: Channel) -> None:
        self._world, self._home = world, home

    def take(self, rights: Right, channel: Channel | None = None) -> None:
        """From the bot, in one channel."""
        self._overwrite(channel or self._home, allow=Right(0), deny=rights)

    def give(self, rights: Right, channel: Channel | None = None) -> None:
        """To the bot, in one channel; also back."""
        self._overwrite(channel or self._home, allow=rights, deny=Right(0))

    def _overwrite(self, channel: Channel, *, allow: Right, deny: Right) -> None:
        _, allowed, denied = channel.overwrites.get(self._world.bot.id, (1, Right(0), Right(0)))
        changed = (1, (allowed | allow) & ~deny, (denied | deny) & ~allow)
        channel.overwrites[self._world.bot.id] = changed
        self._world.happened("CHANNEL_UPDATE", channel, channel)

    def empower(self, name: str, rights: Right, guild: Guild | None = None) -> None:
        """Gives a role rights everywhere; the role is made if there is none."""
        place = guild or self._home.guild
        assert place is not None
        role = self._world.role(place, name)
        role.rights |= rights
        self._world.happened("GUILD_ROLE_UPDATE", place, role)

    def boost(self, tier: int, guild: Guild | None = None) -> None:
        """Tiers 2 and 3 let files of 50 and 100 MiB through."""
        place = guild or self._home.guild
        assert place is not None
        place.tier = tier
        self._world.happened("GUILD_UPDATE", place, place)

    def guild(self, name: str, rights: Right = INVITED, *, commands: bool = True) -> Guild:
        """One more that the bot is invited to. ``commands``: with the scope applications.commands."""
        guild = self._world.guild(name, rights)
        guild.takes_commands = commands
        self._world.happened("GUILD_CREATE", guild, guild)
        return guild

    def channel(self, name: str, guild: Guild | None = None) -> Channel:
        place = guild or self._home.guild
        assert place is not None
        channel = self._world.channel(place, name)
        self._world.happened("CHANNEL_CREATE", channel, channel)
        return channel

    def delete_channel(self, channel: Channel) -> None:
        del self._world.channels[channel.id]
        self._world.happened("CHANNEL_DELETE", channel, channel)

    def kick_bot(self, guild: Guild) -> None:
        """The bot is no longer in this guild, and does not see its channels."""
        self._world.happened("GUILD_DELETE", guild, guild)
        del self._world.guilds[guild.id]
        del guild.members[self._world.bot.id]
