"""Who somebody in Discord is to the operator: their voter name, what they are called, whether they decide."""

from __future__ import annotations

from collections.abc import Iterable

import discord

from bot.chat.approvers import may_decide
from bot.operations.registry import Requester
from bot.surfaces.discord_app.errors import UNKNOWN_MEMBER, UNKNOWN_USER, asking

PREFIX = "discord:"


def voter_of(user: int) -> str:
    return f"{PREFIX}{user}"


def user_of(voter: str) -> int:
    return int(voter.removeprefix(PREFIX))


class People:
    """``approvers``: ids of people and roles, of all chats; empty: whoever may use the channel."""

    def __init__(self, approvers: frozenset[str]) -> None:
        self._approvers = approvers

    def requester(self, user: discord.User | discord.Member) -> Requester:
        """Of somebody the event told with their roles."""
        return Requester(voter_of(user.id), user.display_name, decides=self.decides(user.id, roles(user)))

    def decides(self, user: int, of_roles: Iterable[int]) -> bool:
        return may_decide(self._approvers, str(user), map(str, of_roles))

    def name_roles(self, guild: discord.Guild) -> bool:
        """Whether APPROVERS names a role of this server, so that people's roles matter."""
        return any(str(role.id) in self._approvers for role in guild.roles)

    async def looked_up(self, guild: discord.Guild, user: discord.User | discord.Member) -> bool:
        """Whether somebody decides whose roles were not told; asks for them only where they matter."""
        if isinstance(user, discord.Member):
            return self.decides(user.id, roles(user))
        if self.decides(user.id, ()) or not self.name_roles(guild):
            return self.decides(user.id, ())
        try:
            async with asking("look up somebody's roles"):
                return self.decides(user.id, roles(await _member(guild, user.id)))
        except _Left:
            return False  # they left the server


class _Left(Exception):
    """There is no such member."""


async def _member(guild: discord.Guild, user: int) -> discord.Member:
    try:
        return guild.get_member(user) or await guild.fetch_member(user)
    except discord.NotFound as error:
        if error.code in (UNKNOWN_MEMBER, UNKNOWN_USER):
            raise _Left from error
        raise


def roles(user: discord.User | discord.Member) -> list[int]:
    return [role.id for role in user.roles] if isinstance(user, discord.Member) else []
