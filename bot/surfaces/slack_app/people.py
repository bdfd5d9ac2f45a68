"""Who somebody in Slack is to the operator: their voter name, what they are called, whether they decide."""

from __future__ import annotations

import time
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.chat.approvers import may_decide
from bot.operations.registry import Requester
from bot.surfaces.slack_app.errors import Code, asking
from bot.surfaces.slack_app.home import Home
from services.errors import Misconfigured
from services.log import get_logger

log = get_logger(__name__)

PREFIX = "slack:"
KNOWN_SECONDS = 600.0  # what was looked up is believed for so long
_KEPT = 1000


def voter_of(user: str) -> str:
    return f"{PREFIX}{user}"


def user_of(voter: str) -> str:
    return voter.removeprefix(PREFIX)


@dataclass(frozen=True, slots=True)
class Person:
    """``ours``: of the operator's own workspace, and a human being. ``decides``: may vote and command."""

    id: str
    name: str
    ours: bool
    decides: bool

    def requester(self) -> Requester:
        return Requester(voter_of(self.id), self.name, decides=self.decides)


class People:
    """``approvers``: ids of people and user groups, of all chats; empty: whoever may use the channel."""

    def __init__(self, client: AsyncWebClient, home: Home, approvers: frozenset[str]) -> None:
        self._client, self._home, self._approvers = client, home, approvers
        self._known: dict[str, tuple[float, Person]] = {}  # → when (monotonic), oldest first
        self._groups: tuple[float, dict[str, frozenset[str]]] = (float("-inf"), {})

    async def person(self, user: str) -> Person:
        """Looked up now and then. Guests of another workspace, bots and people who left decide nothing."""
        known = self._known.get(user)
        if known is not None and time.monotonic() - known[0] < KNOWN_SECONDS:
            return known[1]
        found = await self._looked_up(user)
        self._known.pop(user, None)
        self._known[user] = (time.monotonic(), found)
        while len(self._known) > _KEPT:
            del self._known[next(iter(self._known))]
        return found

    async def _looked_up(self, user: str) -> Person:
        try:
            async with asking("look somebody up"):
                found = (await self._client.users_info(user=user))["user"]
        except Misconfigured as error:  # the scope is missing: ids tell enough, if APPROVERS names some
            log.info("%s", error)
            return Person(user, "", ours=True, decides=bool(self._approvers) and await self._named(user))
        except Code as error:
            if error.code not in ("user_not_found", "user_not_visible"):
                raise
            return Person(user, "", ours=False, decides=False)
        profile = found.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or found.get("name") or ""
        ours = (
            found.get("team_id") == self._home.team and not found.get("is_bot") and not found.get("deleted")
        )
        return Person(user, str(name), ours=ours, decides=ours and await self._named(user))

    async def _named(self, user: str) -> bool:
        return may_decide(self._approvers, user) or user in await self._in_groups()

    async def _in_groups(self) -> frozenset[str]:
        """Everybody in the user groups that APPROVERS names."""
        at, groups = self._groups
        if time.monotonic() - at >= KNOWN_SECONDS:
            groups = {group: await self._members(group) for group in self._approvers if group[:1] == "S"}
            self._groups = (time.monotonic(), groups)
        return frozenset().union(*groups.values())

    async def _members(self, group: str) -> frozenset[str]:
        try:
            async with asking("read who is in a user group"):
                found = await self._client.usergroups_users_list(usergroup=group)
        except (Code, Misconfigured) as error:
            log.warning("nobody of the user group %s decides: %s", group, error)
            return frozenset()
        return frozenset(map(str, found["users"]))
