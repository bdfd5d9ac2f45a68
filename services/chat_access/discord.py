"""Small looks at Discord with a bot's token: whose it is, where the bot is, what it may do there.

Answers are data from outside: what is missing or of another form is as if it were empty.
https://docs.discord.com/developers/reference
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from services.chat_access.chat_remote import chat_remote
from services.chat_access.discord_terms import PORTAL, VIEW_CHANNEL, Overwrite, in_channel
from services.chat_access.reading import items, number, part, text
from services.errors import Misconfigured, OperatorError, Refused, Unavailable
from services.http.answer import Answer
from services.http.client import Http
from services.redaction import register_secret

NAME = "Discord"
# A client that does not call itself so may be kept out (reference, "User Agent").
_AGENT = "DiscordBot (autopotter, 1.0)"
TEXT_CHANNELS = (0, 5)  # those of text, and those of announcements
_PAGE = 200  # servers in one answer, the most Discord gives


@dataclass(frozen=True, slots=True)
class Application:
    """``bot`` is its user's id. ``endpoint``: an address its interactions go to instead of the gateway."""

    id: str
    name: str
    bot: str
    bot_name: str
    owner: str
    public: bool
    code_grant: bool
    endpoint: str

    @property
    def trouble(self) -> tuple[str, str] | None:
        """What of its own settings keeps the bot from working, and the remedy."""
        page = f"At {PORTAL}: {self.name}"
        if self.code_grant:
            wrong = "The bot cannot be invited while its application requires a code grant."
            return wrong, f"{page}, Bot, switch Requires OAuth2 Code Grant off."
        if self.endpoint:
            wrong = "Discord sends commands and buttons to an address of the web, not to the operator."
            return wrong, f"{page}, General Information, empty Interactions Endpoint URL."
        return None


@dataclass(frozen=True, slots=True)
class Starts:
    """Log-ins of a day: how many are left, of how many, and in how many seconds they are renewed."""

    left: int
    total: int
    renewed: float


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    name: str
    permissions: int
    of_bot: bool


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    kind: int
    position: int
    overwrites: Mapping[str, Overwrite] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Server:
    """``level`` of boosts. ``roles`` by id; the role of everybody has the server's own id."""

    id: str
    name: str
    owner: str
    level: int
    roles: Mapping[str, Role] = field(repr=False)

    def permissions(self, channel: Channel, held: tuple[str, ...], member: str = "") -> int:
        """Of somebody with these roles in the channel, as bits."""
        return in_channel(
            self.id,
            {role.id: role.permissions for role in self.roles.values()},
            held,
            channel.overwrites,
            member,
            owner=bool(member) and member == self.owner,
        )

    def seeing_without(self, channel: Channel, bit: int) -> list[str]:
        """Names of the roles of people that see the channel and lack ``bit`` there."""
        everybody = self.permissions(channel, ())
        if everybody & VIEW_CHANNEL:
            return [] if everybody & bit else ["@everyone"]
        rights = {
            role.name: self.permissions(channel, (role.id,))
            for role in self.roles.values()
            if not role.of_bot
        }
        return [name for name, found in rights.items() if found & VIEW_CHANNEL and not found & bit]


class DiscordLook:
    """``base_url`` is that of Discord's API. All raise OperatorError."""

    def __init__(self, http: Http, token: SecretStr, base_url: str) -> None:
        register_secret(token.get_secret_value())
        self._token = token
        self._remote = chat_remote(http, NAME, base_url, "discord.com")

    async def application(self) -> Application:
        """Misconfigured if Discord does not accept the token."""
        shown = await self._get("/applications/@me")
        me = await self._get("/users/@me")
        return Application(
            id=_id(shown),
            name=text(shown, "name"),
            bot=_id(me),
            bot_name=text(me, "username"),
            owner=text(part(shown, "team") or part(shown, "owner"), "name", "global_name", "username"),
            public=shown.get("bot_public") is not False,
            code_grant=shown.get("bot_require_code_grant") is True,
            endpoint=text(shown, "interactions_endpoint_url"),
        )

    async def starts(self) -> Starts:
        found = part(await self._get("/gateway/bot"), "session_start_limit")
        return Starts(number(found, "remaining"), number(found, "total"), number(found, "reset_after") / 1000)

    async def servers(self) -> dict[str, str]:
        """id → name of each server the bot is in."""
        found: dict[str, str] = {}
        after = ""
        while True:
            query = f"?limit={_PAGE}" + (f"&after={after}" if after else "")
            page = await self._list(f"/users/@me/guilds{query}")
            found |= {text(each, "id"): text(each, "name") for each in page}
            if len(page) < _PAGE or text(page[-1], "id") == after:
                return found
            after = text(page[-1], "id")

    async def server(self, id_: str) -> Server | None:
        """None if the bot is not in it."""
        try:
            found = await self._get(f"/guilds/{id_}")
        except (_Unknown, _Barred):  # Discord says either of a server the bot is not in
            return None
        roles = [_role(each) for each in items(found, "roles")]
        return Server(
            id=_id(found),
            name=text(found, "name"),
            owner=text(found, "owner_id"),
            level=number(found, "premium_tier"),
            roles={role.id: role for role in roles},
        )

    async def channels(self, server: Server) -> list[Channel]:
        """Of every kind but threads, in the order people see them."""
        found = [_channel(each) for each in await self._list(f"/guilds/{server.id}/channels")]
        return sorted(found, key=lambda channel: (channel.position, int(channel.id or 0)))

    async def held(self, server: Server, user: str) -> tuple[str, ...]:
        """The ids of a member's roles; none if there is no such member."""
        found = await self._member(server, user)
        roles = found.get("roles") if found is not None else None
        return tuple(map(str, roles)) if isinstance(roles, list) else ()

    async def named(self, server: Server, id_: str) -> str:
        """What the role or the person of this id is called in the server; "" if there is none."""
        if id_ in server.roles:
            return f"the role {server.roles[id_].name}" if id_ != server.id else "everybody"
        found = await self._member(server, id_)
        if found is None:
            return ""
        return text(found, "nick") or text(part(found, "user"), "global_name", "username") or id_

    async def _member(self, server: Server, user: str) -> Mapping[str, Any] | None:
        try:
            return await self._get(f"/guilds/{server.id}/members/{user}")
        except _Unknown:
            return None

    async def takes_commands(self, application: Application, server: Server) -> bool:
        """Whether the bot was invited with the scope applications.commands."""
        try:
            await self._list(f"/applications/{application.id}/guilds/{server.id}/commands")
        except _Barred:
            return False
        return True

    async def _get(self, path: str) -> dict[str, Any]:
        return (await self._asked(path)).json()

    async def _list(self, path: str) -> list[Mapping[str, Any]]:
        answer = await self._asked(path)
        # Answer.json() takes objects only, and some of Discord's answers are lists.
        wrapped = Answer(NAME, answer.status, answer.headers, b'{"list":%s}' % answer.body)
        return items(wrapped.json(), "list")

    async def _asked(self, path: str) -> Answer:
        key = SecretStr(f"Bot {self._token.get_secret_value()}")
        answer = await self._remote.ask("GET", path, headers={"Authorization": key, "User-Agent": _AGENT})
        if not answer.ok:
            raise _trouble(answer)
        return answer


_CHECK = "Check DISCORD_GUILD_ID, DISCORD_CHANNEL_ID and DISCORD_BASE_URL; ask again in an hour."


class _Unknown(Refused):
    """Nothing of that id is there for the bot."""


class _Barred(Refused):
    """The bot may not look at it."""


def _trouble(answer: Answer) -> OperatorError:
    if answer.status == 401:
        return Misconfigured(
            "Discord does not accept the token.",
            remedy=f"Make a new one at {PORTAL}: your application, Bot, Reset Token; put it into "
            "DISCORD_TOKEN.",
            variable="DISCORD_TOKEN",
        )
    if answer.status == 404:
        return _Unknown("Discord does not know what was asked for.", remedy=_CHECK)
    if answer.status == 403:
        return _Barred("Discord lets neither this bot nor, it may be, this machine ask.", remedy=_CHECK)
    if answer.status == 429:
        return Unavailable("Discord is asked too often for now.", remedy="Ask again in a few minutes.")
    return answer.trouble()


def _id(found: Mapping[str, Any]) -> str:
    """Unavailable if there is none: nothing more can be asked about it."""
    id_ = text(found, "id")
    if not id_.isdigit():
        raise Unavailable("Discord answered something that cannot be read.", remedy="Ask again later.")
    return id_


def _role(found: Mapping[str, Any]) -> Role:
    return Role(
        text(found, "id"), text(found, "name"), number(found, "permissions"), found.get("managed") is True
    )


def _channel(found: Mapping[str, Any]) -> Channel:
    return Channel(
        id=text(found, "id"),
        name=text(found, "name"),
        kind=number(found, "type"),
        position=number(found, "position"),
        overwrites={
            text(each, "id"): Overwrite(number(each, "allow"), number(each, "deny"))
            for each in items(found, "permission_overwrites")
        },
    )
