"""What the gateway tells of what happened: the event's data, and the intents it needs."""

from __future__ import annotations

from typing import Any

from tests.doubles.discord_contract import Contract
from tests.doubles.discord_guilds import begun, whole
from tests.doubles.discord_shapes import Json, Shapes, emoji
from tests.doubles.discord_world import DM, Channel, Guild, Message, Right

GUILDS, MEMBERS, PRESENCES = 1 << 0, 1 << 1, 1 << 8
MESSAGES, REACTIONS = 1 << 9, 1 << 10
DM_MESSAGES, DM_REACTIONS = 1 << 12, 1 << 13
CONTENT = 1 << 15
PRIVILEGED = MEMBERS | PRESENCES | CONTENT
_SCHEMAS = {
    "MESSAGE_CREATE": "MessageResponse",
    "MESSAGE_UPDATE": "MessageResponse",
    "CHANNEL_CREATE": "GuildChannelResponse",
    "CHANNEL_UPDATE": "GuildChannelResponse",
    "THREAD_CREATE": "ThreadResponse",
    "GUILD_CREATE": "GuildResponse",
    "GUILD_UPDATE": "GuildResponse",
}


class Events:
    def __init__(self, shapes: Shapes, contract: Contract) -> None:
        self._shapes = shapes
        self._contract = contract

    def told(self, event: str, place: Channel | Guild | None, intents: int) -> bool:
        """Whether a session with these intents hears of it; a place that the bot cannot see is silent."""
        if event == "INTERACTION_CREATE":
            return True
        if isinstance(place, Channel):
            world = self._shapes.world
            if not event.startswith("CHANNEL_") and Right.VIEW_CHANNEL not in world.rights(world.bot, place):
                return False
        private = isinstance(place, Channel) and place.kind == DM
        if event.startswith("MESSAGE_REACTION"):
            return bool(intents & (DM_REACTIONS if private else REACTIONS))
        if event.startswith("MESSAGE"):
            return bool(intents & (DM_MESSAGES if private else MESSAGES))
        if event in ("GUILD_MEMBER_ADD", "GUILD_MEMBER_REMOVE"):
            return bool(intents & MEMBERS)
        return bool(intents & GUILDS)

    def data(self, event: str, place: Channel | Guild | None, subject: Any, intents: int) -> Json:
        guild = place.guild if isinstance(place, Channel) else place
        here = {"guild_id": str(guild.id)} if guild is not None else {}
        match event:
            case "MESSAGE_CREATE" | "MESSAGE_UPDATE":
                return self._message(subject, guild, intents) | here
            case "MESSAGE_DELETE":
                return {"id": str(subject.id), "channel_id": str(subject.channel.id), **here}
            case "MESSAGE_DELETE_BULK":
                return {
                    "ids": [str(one.id) for one in subject],
                    "channel_id": str(subject[0].channel.id),
                    **here,
                }
            case "MESSAGE_REACTION_REMOVE_ALL":
                return _about(subject) | here
            case "MESSAGE_REACTION_REMOVE_EMOJI":
                return _about(subject[0]) | {"emoji": emoji(subject[1])} | here
            case "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE":
                return self._reaction(event, guild, *subject) | here
            case "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "CHANNEL_DELETE":
                return self._shapes.channel(subject)
            case "THREAD_CREATE":
                return self._shapes.channel(subject) | {"newly_created": True}
            case "GUILD_CREATE":
                return begun(self._shapes, subject, members=bool(intents & MEMBERS))
            case "GUILD_UPDATE":
                return whole(self._shapes, subject)
            case "GUILD_DELETE":
                return {"id": str(subject.id)}
            case "GUILD_ROLE_CREATE" | "GUILD_ROLE_UPDATE":
                return {"role": self._shapes.role(subject), **here}
            case "GUILD_MEMBER_ADD" | "GUILD_MEMBER_UPDATE" | "GUILD_MEMBER_REMOVE":
                return self._shapes.member(subject) | here
            case "INTERACTION_CREATE":
                return dict(subject)
        raise AssertionError(f"nobody knows the event {event}")

    def problems(self, event: str, data: Json) -> list[str]:
        """Where it does not look like Discord's own schemas."""
        found = self._contract.value(_SCHEMAS[event], data) if event in _SCHEMAS else []
        for one in data.get("channels", ()) if event == "GUILD_CREATE" else ():
            found += self._contract.value("GuildChannelResponse", one)
        if event == "INTERACTION_CREATE" and "message" in data:
            found += self._contract.value("MessageResponse", data["message"])
        return [f"{event}: {one}" for one in found]

    def _message(self, message: Message, guild: Guild | None, intents: int) -> Json:
        shape = self._shapes.message(message, content=bool(intents & CONTENT))
        member = guild.members.get(message.author.id) if guild is not None else None
        return shape | ({"member": self._shapes.member(member, whole=False)} if member else {})

    def _reaction(self, event: str, guild: Guild | None, message: Message, person: Any, name: str) -> Json:
        shape = _about(message) | {"user_id": str(person.id), "emoji": emoji(name), "burst": False, "type": 0}
        if event == "MESSAGE_REACTION_ADD":
            shape["message_author_id"] = str(message.author.id)
            if guild is not None and person.id in guild.members:
                shape["member"] = self._shapes.member(guild.members[person.id])
        return shape


def _about(message: Message) -> Json:
    return {"channel_id": str(message.channel.id), "message_id": str(message.id)}
