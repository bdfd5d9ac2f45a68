"""chat.*: what the app writes, changes and takes back, refused as Slack refuses it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.doubles.slack_blocks import taken
from tests.doubles.slack_error import SlackError
from tests.doubles.slack_events import Events
from tests.doubles.slack_given import flag, structured
from tests.doubles.slack_state import Channel, Message, Workspace

LONGEST = 40_000  # characters of a new message's text
LONGEST_UPDATE = 4_000  # of one that is changed
METADATA = 8_000  # bytes; Slack has a limit and does not tell it
_OPTIONS = ("parse", "link_names", "unfurl_links", "unfurl_media", "mrkdwn", "username", "icon_emoji")


class Chat:
    def __init__(self, space: Workspace, events: Events, problems: list[str]) -> None:
        self.space, self.events, self.problems = space, events, problems

    async def post(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self._target(args["channel"])
        message = self.made(channel, args)
        if args.get("thread_ts"):
            self._thread(channel, message, str(args["thread_ts"]), flag(args, "reply_broadcast"))
        if metadata := self._metadata(args):
            message.metadata = metadata
        self._warn("chat.postMessage", message)
        await self.put(channel, message)
        return {"channel": channel.id, "ts": message.ts, "message": shown(self.space, channel, message)}

    async def ephemeral(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self.space.joined(args["channel"])
        if args["user"] not in channel.members:
            raise SlackError("user_not_in_channel")
        message = self.made(channel, args)
        message.to = str(args["user"])
        if args.get("thread_ts"):
            self._thread(channel, message, str(args["thread_ts"]), False)
        self.space.ephemerals.append(message)
        return {"message_ts": message.ts}

    async def update(self, args: Mapping[str, Any]) -> dict[str, Any]:
        """Without blocks, a text takes the blocks away; without a text, they stay."""
        channel = self.space.channel(args["channel"])
        message = self.space.message(channel, args["ts"])
        if not message.bot:
            raise SlackError("cant_update_message")
        if "blocks" not in args and "text" not in args and "attachments" not in args:
            raise SlackError("no_text")
        new = self.made(
            channel, {"text": message.text, **args}, longest=LONGEST_UPDATE if "text" in args else LONGEST
        )
        if args.get("blocks") is None and "text" not in args:
            new.blocks = message.blocks
        message.text, message.blocks = new.text, new.blocks
        if args.get("attachments") is not None or "text" in args:
            message.attachments = new.attachments
        metadata = self._metadata(args)
        message.metadata = message.metadata if metadata is None else metadata
        message.edits += 1
        self._warn("chat.update", message)
        await self.events.changed(channel, message, "message_changed")
        told = shown(self.space, channel, message)
        return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": told}

    async def delete(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self.space.channel(args["channel"])
        message = self.space.message(channel, args["ts"])
        if not message.bot:
            raise SlackError("cant_delete_message")
        await self.remove(channel, message)
        return {"channel": channel.id, "ts": message.ts}

    async def permalink(self, args: Mapping[str, Any]) -> dict[str, Any]:
        channel = self.space.channel(args["channel"])
        message = self.space.message(channel, args["message_ts"])
        return {"channel": channel.id, "permalink": permalink(self.space, channel, message.ts)}

    # What others of the double need, too

    def made(self, channel: Channel, args: Mapping[str, Any], *, longest: int = LONGEST) -> Message:
        """A checked message of the app that nobody sees yet. Raises what Slack answers."""
        text = str(args.get("text") or "")
        blocks = structured(args, "blocks", "invalid_blocks_format") or []
        attachments = structured(args, "attachments", "invalid_attachments") or []
        if not text and not blocks and not attachments:
            raise SlackError("no_text")
        if len(text) > longest:
            raise SlackError("msg_too_long")
        if len(attachments) > 100:
            raise SlackError("too_many_attachments")
        kept = taken(self.space, blocks)
        for index, one in enumerate(attachments):
            if "blocks" in one:
                one["blocks"] = taken(self.space, one["blocks"], at=f"/attachments/{index}/blocks")
        if (
            args.get("username") or args.get("icon_emoji")
        ) and "chat:write.customize" not in self.space.scopes:
            provided = ",".join(sorted(self.space.scopes))
            raise SlackError("missing_scope", needed="chat:write.customize", provided=provided)
        options = {name: args[name] for name in _OPTIONS if args.get(name) is not None}
        made = Message(channel.id, self.space.new_ts(), self.space.bot.id, text, bot=True, blocks=kept)
        made.attachments, made.options = attachments, options
        return made

    async def put(self, channel: Channel, message: Message) -> None:
        channel.messages[message.ts] = message
        await self.events.message(channel, message)

    async def remove(self, channel: Channel, message: Message) -> None:
        """A deleted parent leaves its thread's replies behind."""
        channel.messages.pop(message.ts)
        channel.deleted.append(message)
        await self.events.changed(channel, message, "message_deleted")

    # Rules

    def _target(self, given: Any) -> Channel:
        """An id, a name with or without #, or a person's id for direct messages."""
        name = str(given).removeprefix("#")
        if name in self.space.people:
            return self.space.direct(name)
        for one in self.space.channels.values():
            if one.name == name and one.team == self.space.team and not one.im:
                given = one.id
        channel = self.space.channel(given)
        if channel.archived:
            raise SlackError("is_archived")
        public = not channel.private and not channel.im and "chat:write.public" in self.space.scopes
        return channel if public else self.space.joined(channel.id)

    def _thread(self, channel: Channel, message: Message, thread: str, broadcast: bool) -> None:
        parent = channel.messages.get(thread)
        if (
            parent is None
        ):  # Slack starts a thread under nothing, or puts it into the channel: nobody finds it
            self.problems.append(f"a reply to {thread}, which is not in {channel.name}")
        elif parent.is_reply:
            self.problems.append("thread_ts is a reply's; it must be its parent's")
        message.thread_ts, message.broadcast = thread, broadcast

    def _metadata(self, args: Mapping[str, Any]) -> dict[str, Any] | None:
        metadata = structured(args, "metadata", "invalid_metadata_format")
        if metadata is None or metadata == {}:
            return None if metadata is None else {}
        if not isinstance(metadata, dict) or set(metadata) - {"event_type", "event_payload", "entities"}:
            raise SlackError("invalid_metadata_format")
        kind, payload = metadata.get("event_type"), metadata.get("event_payload")
        if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
            raise SlackError("invalid_metadata_format")
        if len(str(metadata)) > METADATA:
            raise SlackError("metadata_too_large")
        return metadata

    def _warn(self, method: str, message: Message) -> None:
        if message.blocks and not message.text:
            self.problems.append(f"{method} without a text: notifications and screen readers get nothing")
        if re.search(r"xox[bp]-|xapp-", f"{message.text}{message.blocks}{message.attachments}"):
            self.problems.append(f"{method} shows a token")


def permalink(space: Workspace, channel: Channel, ts: str) -> str:
    return f"https://{space.domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"


def shown(
    space: Workspace, channel: Channel, message: Message, *, metadata: bool = True, users: int | None = None
) -> dict[str, Any]:
    """A message as the API tells it; with ``users``, at most so many are named with each reaction."""
    told: dict[str, Any] = {
        "type": "message", "user": message.user, "ts": message.ts, "text": message.text,
        "team": space.people[message.user].team,
    }  # fmt: skip
    if message.bot:
        told |= {"bot_id": space.bot_id, "app_id": space.app_id}
    for name in ("blocks", "attachments", "subtype"):
        if value := getattr(message, name):
            told[name] = value
    if message.metadata and metadata:
        told["metadata"] = message.metadata
    if message.files:
        told["files"] = [
            {"id": one, "name": space.files[one].name} if not space.files[one].deleted
            else {"id": one, "mode": "tombstone"} for one in message.files
        ]  # fmt: skip
    if message.edits and not message.blocks:
        told["edited"] = {"user": message.user, "ts": message.ts}
    if message.thread_ts:
        told["thread_ts"] = message.thread_ts
    if replies := space.replies(channel, message.ts):
        told |= {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
    if message.reactions:
        told["reactions"] = [
            {"name": name, "users": who[:users], "count": len(who)}
            for name, who in message.reactions.items()
        ]  # fmt: skip
    return told
