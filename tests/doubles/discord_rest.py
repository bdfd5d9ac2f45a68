"""Discord's API for a bot: guilds, channels, messages, reactions, threads; rights are checked.

Each function is named after its operation in Discord's document and gives (status, body).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.doubles import discord_guilds
from tests.doubles import discord_refusal as refusal
from tests.doubles.discord_acts import Acts, Upload
from tests.doubles.discord_gateway import Gateway
from tests.doubles.discord_refusal import Refusal
from tests.doubles.discord_shapes import Json, Shapes
from tests.doubles.discord_world import DM, THREAD, Channel, Guild, Message, Right, World

Said = tuple[int, Any]
_NOTHING: Said = (204, None)
_PLAIN = re.compile(r"[\x00-\x7f]*\Z")


@dataclass(frozen=True)
class Call:
    """A request: the variables of its path, its query, its body and what was uploaded."""

    path: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    uploads: Sequence[Upload] = ()


class Rest:
    def __init__(self, world: World, shapes: Shapes, acts: Acts, gateway: Gateway) -> None:
        self.nonces_last = 300.0  # seconds for which a nonce is remembered, also when its message is gone
        self.nonces: dict[str, tuple[float, Message]] = {}
        self.deduplicated = 0
        self.application: Json = {}  # of the developer portal, over what is usual
        self._world, self._shapes, self._acts, self._gateway = world, shapes, acts, gateway

    def get_my_user(self, call: Call) -> Said:
        return 200, self._shapes.me()

    def get_user(self, call: Call) -> Said:
        person = self._world.people.get(_number(call.path["user_id"]))
        if person is None:
            raise refusal.unknown("User")
        return 200, self._shapes.user(person)

    def get_my_application(self, call: Call) -> Said:
        bot = self._world.bot
        none = ("icon", "interactions_endpoint_url", "role_connections_verification_url", "team", "type")
        counts = ("guild_count", "user_install_count", "user_authorization_count")
        zero = (*(f"approximate_{one}" for one in counts), "explicit_content_filter")
        shape = (
            dict.fromkeys(none) | dict.fromkeys(zero, 0) | {"redirect_uris": [], "eligible_oauth2_scopes": []}
        )
        flags = self._gateway.flags
        shape |= {
            "id": str(bot.id),
            "name": bot.name,
            "description": "",
            "verify_key": "0" * 64,
            "flags": flags,
        }
        shape |= {"flags_new": str(flags), "owner": self._shapes.user(self._world.owner)}
        shape |= {"bot": self._shapes.user(bot), "bot_public": False, "bot_require_code_grant": False}
        return 200, shape | self.application

    get_my_oauth2_application = get_my_application

    def get_gateway(self, call: Call) -> Said:
        return 200, {"url": self._gateway.url}

    def get_bot_gateway(self, call: Call) -> Said:
        return 200, {"url": self._gateway.url, "shards": 1, "session_start_limit": self._gateway.start_limit}

    def list_my_guilds(self, call: Call) -> Said:
        return 200, [discord_guilds.listed(self._shapes, one) for one in self._world.guilds.values()]

    def get_guild(self, call: Call) -> Said:
        guild = self._guild(call)
        counts = {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
        return 200, discord_guilds.whole(self._shapes, guild) | (
            counts if call.query.get("with_counts") else {}
        )

    def list_guild_channels(self, call: Call) -> Said:
        guild = self._guild(call)
        mine = [one for one in self._world.channels.values() if one.guild is guild and one.kind != THREAD]
        return 200, [self._shapes.channel(one) for one in mine]

    def list_guild_roles(self, call: Call) -> Said:
        return 200, [self._shapes.role(one) for one in self._guild(call).roles.values()]

    def get_guild_member(self, call: Call) -> Said:
        member = self._guild(call).members.get(_number(call.path["user_id"]))
        if member is None:
            raise refusal.unknown("Member")
        return 200, self._shapes.member(member)

    def create_dm(self, call: Call) -> Said:
        person = self._world.people.get(_number(call.body.get("recipient_id")))
        if person is None or person.bot:
            raise Refusal(400, 50033, "Invalid Recipient(s)")
        return 200, self._shapes.channel(self._world.dm(person))

    def get_channel(self, call: Call) -> Said:
        return 200, self._shapes.channel(self._channel(call))

    def trigger_typing_indicator(self, call: Call) -> Said:
        self._may_write(self._channel(call))
        return _NOTHING

    def join_thread(self, call: Call) -> Said:
        self._channel(call)
        return _NOTHING

    def list_messages(self, call: Call) -> Said:
        channel = self._channel(call)
        if not self._may(channel, Right.READ_MESSAGE_HISTORY):
            return 200, []
        messages = [one for one in channel.messages.values() if one.only_for is None]
        limit = _limit(call, 50)
        if after := call.query.get("after"):
            chosen = [one for one in messages if one.id > int(after)][:limit]
        elif around := call.query.get("around"):
            chosen = sorted(messages, key=lambda one: abs(one.id - int(around)))[:limit]
        else:
            before = int(call.query.get("before") or 2**63)
            chosen = [one for one in messages if one.id < before][-limit:]
        return 200, [self._shapes.message(one) for one in sorted(chosen, key=lambda one: -one.id)]

    def get_message(self, call: Call) -> Said:
        return 200, self._shapes.message(self._message(call))

    def create_message(self, call: Call) -> Said:
        channel, body = self._channel(call), call.body or {}
        self._may_write(channel)
        self._may_show(channel, body, call.uploads)
        message = self._acts.drafted(channel, self._world.bot)
        message.nonce = body.get("nonce")
        message.reference = self._answered(channel, body.get("message_reference"))
        self._acts.compose(message, body | {"flags": (body.get("flags") or 0) & ~64}, call.uploads)
        if body.get("enforce_nonce") and message.nonce is not None:
            at, before = self.nonces.get(str(message.nonce), (0.0, message))
            if before is not message and self._world.now() < at + self.nonces_last:
                self.deduplicated += 1
                if before.deleted:  # meant so: discord/discord-api-docs, pull request 6647
                    raise refusal.unknown("Message")
                return 200, self._shapes.message(before)
        if message.nonce is not None:
            self.nonces[str(message.nonce)] = (self._world.now(), message)
        return 200, self._shapes.message(self._acts.post(message))

    def update_message(self, call: Call) -> Said:
        message = self._message(call, history=False)
        if message.author is not self._world.bot:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        self._may_show(message.channel, call.body or {}, call.uploads)
        self._acts.compose(message, call.body or {}, call.uploads)
        self._acts.edit(message)
        return 200, self._shapes.message(message)

    def delete_message(self, call: Call) -> Said:
        message = self._message(call, history=False)
        if message.author is not self._world.bot:
            self._needs(message.channel, Right.MANAGE_MESSAGES)
        self._acts.delete(message)
        return _NOTHING

    def create_thread_from_message(self, call: Call) -> Said:
        message = self._message(call)
        self._needs(message.channel, Right.CREATE_PUBLIC_THREADS)
        if message.channel.kind != 0:
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        if message.thread is not None:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        thread = self._acts.start_thread(message, call.body["name"], self._world.bot)
        return 201, self._shapes.channel(thread)

    def add_my_message_reaction(self, call: Call) -> Said:
        message, name = self._message(call), _emoji(call)
        if name not in message.reactions:
            self._needs(message.channel, Right.ADD_REACTIONS)
            if len(message.reactions) >= 20:
                raise Refusal(400, 30010, "Maximum number of reactions reached (20)")
        self._acts.react(message, self._world.bot, name)
        return _NOTHING

    def delete_my_message_reaction(self, call: Call) -> Said:
        self._acts.unreact(self._message(call), self._world.bot, _emoji(call))
        return _NOTHING

    def delete_user_message_reaction(self, call: Call) -> Said:
        message, person = self._message(call), self._world.people.get(_number(call.path["user_id"]))
        if person is not self._world.bot:
            self._needs(message.channel, Right.MANAGE_MESSAGES)
        if person is None:
            raise refusal.unknown("User")
        self._acts.unreact(message, person, _emoji(call))
        return _NOTHING

    def delete_all_message_reactions(self, call: Call) -> Said:
        message = self._message(call)
        self._needs(message.channel, Right.MANAGE_MESSAGES)
        self._acts.clear(message)
        return _NOTHING

    def delete_all_message_reactions_by_emoji(self, call: Call) -> Said:
        message = self._message(call)
        self._needs(message.channel, Right.MANAGE_MESSAGES)
        self._acts.clear(message, _emoji(call))
        return _NOTHING

    def list_message_reactions_by_emoji(self, call: Call) -> Said:
        people = self._message(call).reactions.get(_emoji(call), [])
        after = int(call.query.get("after") or 0)
        later = sorted((one for one in people if one.id > after), key=lambda one: one.id)
        return 200, [self._shapes.user(one) for one in later[: _limit(call, 25)]]

    def _guild(self, call: Call) -> Guild:
        guild = self._world.guilds.get(_number(call.path["guild_id"]))
        if guild is None:
            raise refusal.unknown("Guild")
        return guild

    def _channel(self, call: Call) -> Channel:
        channel = self._world.channels.get(_number(call.path["channel_id"]))
        if channel is None:
            raise refusal.unknown("Channel")
        if not self._may(channel, Right.VIEW_CHANNEL):
            raise refusal.missing_access()
        return channel

    def _message(self, call: Call, *, history: bool = True) -> Message:
        channel = self._channel(call)
        if history:
            self._needs(channel, Right.READ_MESSAGE_HISTORY)
        message = channel.messages.get(_number(call.path["message_id"]))
        if message is None or message.only_for is not None:
            raise refusal.unknown("Message")
        return message

    def _answered(self, channel: Channel, reference: Json | None) -> Message | int | None:
        if not reference:
            return None
        number = _number(reference["message_id"])
        message = channel.messages.get(number)
        if message is None and reference.get("fail_if_not_exists") is not False:
            raise refusal.field("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        if not self._may(channel, Right.READ_MESSAGE_HISTORY):
            raise Refusal(403, 160002, "Cannot reply without permission to read message history")
        return message or number

    def _may(self, channel: Channel, right: Right) -> bool:
        return right in self._world.rights(self._world.bot, channel)

    def _needs(self, channel: Channel, right: Right) -> None:
        if not self._may(channel, right):
            raise refusal.missing_permissions()

    def _may_write(self, channel: Channel) -> None:
        in_thread = channel.kind == THREAD
        self._needs(channel, Right.SEND_MESSAGES_IN_THREADS if in_thread else Right.SEND_MESSAGES)
        if channel.kind == DM and channel.recipient is not None:
            shared = any(channel.recipient.id in one.members for one in self._world.guilds.values())
            if not channel.recipient.takes_dms or not shared:
                raise Refusal(403, 50007, "Cannot send messages to this user")

    def _may_show(self, channel: Channel, body: Json, uploads: Sequence[Upload]) -> None:
        if uploads:
            self._needs(channel, Right.ATTACH_FILES)
        if body.get("embeds"):
            self._needs(channel, Right.EMBED_LINKS)


def _number(text: Any) -> int:
    """An id; what is none is a bad form."""
    if not str(text).isdigit():
        raise refusal.field("id", "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
    return int(text)


def _limit(call: Call, default: int) -> int:
    limit = int(call.query.get("limit") or default)
    if not 1 <= limit <= 100:
        raise refusal.field("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.")
    return limit


def _emoji(call: Call) -> str:
    name = call.path["emoji_name"]
    if _PLAIN.match(name) and not re.fullmatch(r"\w{2,32}:\d+", name):
        raise Refusal(400, 10014, "Unknown Emoji")
    return name
