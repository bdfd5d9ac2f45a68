"""What Slack sends to the app: events of conversations it is in, if scopes and subscriptions fit."""

from __future__ import annotations

from typing import Any

from tests.doubles.slack_methods import EVENTS
from tests.doubles.slack_socket import Delivery, SocketMode
from tests.doubles.slack_state import Channel, Message, Person, Workspace


class Events:
    def __init__(self, space: Workspace, socket: SocketMode) -> None:
        self.space, self.socket = space, socket

    async def send(self, name: str, channel: Channel, event: dict[str, Any]) -> Delivery | None:
        """None where the app does not get it. ``name`` is the subscription's: "message.channels", say."""
        scope = EVENTS[name]
        if not self.space.socket_mode or name not in self.space.events:
            return None
        if scope and scope not in self.space.scopes:
            return None
        if self.space.bot.id not in channel.members and name not in ("channel_left", "member_left_channel"):
            return None
        now = int(self.space.clock())
        event = {"event_ts": self.space.new_ts(), **event}
        authorization = {
            "enterprise_id": None, "team_id": channel.team, "user_id": self.space.bot.id,
            "is_bot": True, "is_enterprise_install": False,
        }  # fmt: skip
        payload = {
            "token": "verification", "team_id": channel.team, "api_app_id": self.space.app_id,
            "event": event, "type": "event_callback", "event_id": self.space.new("Ev"), "event_time": now,
            "authorizations": [authorization], "is_ext_shared_channel": channel.team != self.space.team,
            "event_context": "4-double",
        }  # fmt: skip
        return await self.socket.deliver(Delivery("events_api", payload))

    async def reaction(
        self, added: bool, person: Person, channel: Channel, message: Message, name: str
    ) -> Any:
        kind = "reaction_added" if added else "reaction_removed"
        item = {"type": "message", "channel": channel.id, "ts": message.ts}
        event = {"type": kind, "user": person.id, "reaction": name, "item": item, "item_user": message.user}
        return await self.send(kind, channel, event)

    async def message(self, channel: Channel, message: Message) -> None:
        """A new message: as app_mention where it names the app, and as message where that is subscribed."""
        event: dict[str, Any] = {
            "user": message.user, "text": message.text, "ts": message.ts, "channel": channel.id,
            "team": self.space.people[message.user].team,
        }  # fmt: skip
        if message.thread_ts:
            event["thread_ts"] = message.thread_ts
            if message.is_reply and (parent := channel.messages.get(message.thread_ts)):
                event["parent_user_id"] = parent.user
        if message.bot:
            event["bot_id"] = self.space.bot_id
        if message.blocks:
            event["blocks"] = message.blocks
        if message.subtype:
            event["subtype"] = message.subtype
        if f"<@{self.space.bot.id}>" in message.text and not message.bot and not channel.im:
            await self.send("app_mention", channel, {"type": "app_mention", **event})
        await self._message(channel, {"type": "message", **event})

    async def changed(self, channel: Channel, message: Message, subtype: str) -> None:
        """message_changed or message_deleted."""
        shown = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts}
        event: dict[str, Any] = {"type": "message", "subtype": subtype, "channel": channel.id, "hidden": True}
        event["ts"] = self.space.new_ts()
        if subtype == "message_deleted":
            event |= {"deleted_ts": message.ts, "previous_message": shown}
        else:
            event["message"] = shown
        await self._message(channel, event)

    async def _message(self, channel: Channel, event: dict[str, Any]) -> None:
        kind = self.space.kind(channel)
        await self.send(f"message.{kind}", channel, {**event, "channel_type": kind.rstrip("s")})

    async def member(self, joined: bool, person: Person, channel: Channel) -> None:
        kind = "member_joined_channel" if joined else "member_left_channel"
        event = {"type": kind, "user": person.id, "channel": channel.id, "team": person.team}
        await self.send(kind, channel, event)
        if not joined and person.id == self.space.bot.id:
            gone = {"type": "channel_left", "channel": channel.id, "actor_id": ""}
            await self.send("channel_left", channel, gone)
