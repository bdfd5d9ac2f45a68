"""conversations.*, reactions.*, users.info and user groups: what the app reads back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.doubles.slack_chat import shown
from tests.doubles.slack_error import SlackError
from tests.doubles.slack_events import Events
from tests.doubles.slack_given import flag, page, timestamp
from tests.doubles.slack_state import Channel, Message, Person, Workspace

NAMED = 5  # people named with a reaction unless all are asked for; Slack says only "may not be complete"
MOST_EMOJI = 23  # distinct ones on a message
ALIASES = {"thumbsup": "+1", "thumbsdown": "-1"}  # Slack keeps, and tells, the short names
_EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


class Conversations:
    def __init__(self, space: Workspace, events: Events) -> None:
        self.space, self.events = space, events

    async def info(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self.space.channel(args["channel"])
        told = self._described(channel)
        if flag(args, "include_num_members"):
            told["num_members"] = len(channel.members)
        return {"channel": told}

    async def listed(self, args: Mapping[str, Any]) -> dict[str, Any]:
        kinds = str(args.get("types") or "public_channel").split(",")
        found = [
            self._described(one) for one in self.space.channels.values()
            if one.team == self.space.team and not one.im
            and ("private_channel" if one.private else "public_channel") in kinds
            and (not one.private or self.space.bot.id in one.members)
        ]  # fmt: skip
        part, cursor = page(found, args, 100, 999)
        return {"channels": part, "response_metadata": {"next_cursor": cursor}}

    async def joined(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Those the app is in; the answer does not say so of each."""
        told = await self.listed({**args, "limit": 999, "cursor": ""})
        ids = [one["id"] for one in told["channels"] if one.pop("is_member")]
        found = [one for one in told["channels"] if one["id"] in ids]
        if flag(args, "exclude_archived"):
            found = [one for one in found if not one["is_archived"]]
        part, cursor = page(found, args, 100, 999)
        return {"channels": part, "response_metadata": {"next_cursor": cursor}}

    async def history(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """The newest first; of threads only the parents and what was broadcast."""
        channel = self.space.joined(args["channel"])
        found = [one for one in channel.messages.values() if not one.is_reply or one.broadcast]
        found = self._within(sorted(found, key=lambda one: float(one.ts), reverse=True), args)
        return self._messages(channel, found, args)

    async def replies(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """The parent, then its replies, the oldest first."""
        channel = self.space.joined(args["channel"])
        parent = channel.messages.get(str(args["ts"]))
        below = self.space.replies(channel, str(args["ts"]))
        if parent is None and not below:
            raise SlackError("thread_not_found")
        return self._messages(channel, ([parent] if parent else []) + self._within(below, args), args)

    async def members(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self.space.channel(args["channel"])
        part, cursor = page(channel.members, args, 100, 999)
        return {"members": part, "response_metadata": {"next_cursor": cursor}}

    async def open(self, args: Mapping[str, Any]) -> dict[str, Any]:
        users = str(args.get("users") or "")
        if not users:
            raise SlackError("users_list_not_supplied")
        if "," in users:
            raise SlackError("method_not_supported_for_channel_type")  # groups: not known here
        if users not in self.space.people:
            raise SlackError("user_not_found")
        return {"channel": {"id": self.space.direct(users).id}}

    # Reactions

    async def react(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel, message, name = self._reacting(args)
        await self.add_reaction(self.space.bot, channel, message, name)
        return {}

    async def unreact(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel, message, name = self._reacting(args)
        await self.remove_reaction(self.space.bot, channel, message, name)
        return {}

    async def reactions(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel, message = self._item(args)
        users = None if flag(args, "full") else NAMED
        told = shown(self.space, channel, message, users=users)
        return {"type": "message", "channel": channel.id, "message": told}

    async def add_reaction(self, who: Person, channel: Channel, message: Message, name: str) -> None:
        name = canonical(name)
        people = message.reactions.get(name, [])
        if who.id in people:
            raise SlackError("already_reacted")
        if name not in message.reactions and len(message.reactions) >= MOST_EMOJI:
            raise SlackError("too_many_emoji")
        message.reactions[name] = [*people, who.id]
        await self.events.reaction(True, who, channel, message, name)

    async def remove_reaction(self, who: Person, channel: Channel, message: Message, name: str) -> None:
        name = canonical(name)
        people = message.reactions.get(name, [])
        if who.id not in people:
            raise SlackError("no_reaction")
        message.reactions[name] = [one for one in people if one != who.id]
        if not message.reactions[name]:
            del message.reactions[name]
        await self.events.reaction(False, who, channel, message, name)

    def _reacting(self, args: Mapping[str, Any]) -> tuple[Channel, Message, str]:
        channel, message = self._item(args)
        name = str(args["name"])
        if not _EMOJI.fullmatch(name):  # with colons, or the character itself
            raise SlackError("invalid_name")
        if channel.archived:
            raise SlackError("is_archived")
        return channel, message, name

    def _item(self, args: Mapping[str, Any]) -> tuple[Channel, Message]:
        if not args.get("channel"):
            raise SlackError("no_item_specified")
        ts = timestamp(args, "timestamp")
        channel = self.space.joined(args["channel"])
        return channel, self.space.message(channel, ts)

    # People

    async def user(self, args: Mapping[str, Any]) -> dict[str, Any]:
        person = self.space.people.get(str(args["user"]))
        if person is None:
            raise SlackError("user_not_found")
        profile = {"display_name": person.name, "real_name": person.name.title()}
        return {
            "user": {
                "id": person.id, "team_id": person.team, "name": person.name, "profile": profile,
                "real_name": profile["real_name"], "deleted": person.deleted, "is_bot": person.is_bot,
                "is_admin": person.admin, "tz": "Europe/Berlin",
            }
        }  # fmt: skip

    async def group(self, args: Mapping[str, Any]) -> dict[str, Any]:
        if args["usergroup"] not in self.space.groups:
            raise SlackError("no_such_subteam")
        return {"users": self.space.groups[args["usergroup"]]}

    async def app(self, args: Mapping[str, Any]) -> dict[str, Any]:
        if args.get("bot") != self.space.bot_id:
            raise SlackError("bot_not_found")
        return {
            "bot": {
                "id": self.space.bot_id, "app_id": self.space.app_id, "user_id": self.space.bot.id,
                "name": self.space.bot.name, "deleted": False,
            }
        }  # fmt: skip

    # Forms

    def _described(self, channel: Channel) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": channel.id, "name": channel.name, "is_channel": not channel.im, "is_im": bool(channel.im),
            "is_private": channel.private, "is_archived": channel.archived, "is_ext_shared": False,
            "is_member": self.space.bot.id in channel.members, "context_team_id": channel.team,
        }  # fmt: skip
        return told | ({"user": channel.im} if channel.im else {})

    def _within(self, found: list[Message], args: Mapping[str, Any]) -> list[Message]:
        for name in ("oldest", "latest"):
            if args.get(name) and not re.fullmatch(r"\d+(\.\d+)?", str(args[name])):
                raise SlackError(f"invalid_ts_{name}")
        oldest, latest = float(args.get("oldest") or 0), float(args.get("latest") or 1e12)
        edge = flag(args, "inclusive")
        return [
            one for one in found
            if oldest < float(one.ts) < latest or (edge and float(one.ts) in (oldest, latest))
        ]  # fmt: skip

    def _messages(self, channel: Channel, found: list[Message], args: Mapping[str, Any]) -> dict[str, Any]:
        part, cursor = page(found, args, 100, 999)
        metadata = flag(args, "include_all_metadata")
        told = [shown(self.space, channel, one, metadata=metadata, users=NAMED) for one in part]
        return {"messages": told, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def canonical(name: str) -> str:
    """With its skin tone, if it has one."""
    base, tone, shade = name.partition("::")
    return ALIASES.get(base, base) + tone + shade
