"""What can be done to messages, by the bot and by people alike: it changes the world and is told at once."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.doubles.discord_refusal import field, too_large
from tests.doubles.discord_rules import SETTABLE, V2, check_message
from tests.doubles.discord_shapes import Json, Shapes
from tests.doubles.discord_world import MIB, Channel, File, Message, Person, World, walk

HAS_THREAD, LOADING = 1 << 5, 1 << 7


@dataclass(frozen=True)
class Upload:
    index: int  # n of files[n]
    name: str
    content: bytes


class Acts:
    def __init__(self, world: World, shapes: Shapes) -> None:
        self.world = world
        self.pings: list[tuple[Message, str]] = []  # whom the bot's messages pinged: a name, or "@everyone"
        self._shapes = shapes

    def drafted(self, channel: Channel, author: Person) -> Message:
        """A message that nobody sees yet."""
        return Message(self.world.new_id(), channel, author, self.world.now())

    def compose(self, message: Message, body: Json, uploads: Sequence[Upload] = ()) -> None:
        """Puts into a message what a request says; what it does not name stays. Raises Refusal, and then
        nothing has changed."""
        guild = message.channel.guild
        limit = guild.upload_limit if guild is not None else 10 * MIB
        if any(len(one.content) > limit for one in uploads):
            raise too_large()
        flags = message.flags
        if body.get("flags") is not None:
            flags = (flags & (~SETTABLE | V2)) | (body["flags"] & SETTABLE)
        files = self._files(message, body, uploads)
        said: Json = {
            "content": message.content if "content" not in body else body["content"] or "",
            "embeds": message.embeds if "embeds" not in body else body["embeds"] or [],
            "components": message.components if "components" not in body else body["components"] or [],
        }
        check_message(body | said, files=len(files), flags=flags)
        message.flags, message.files = flags, files
        message.content, message.embeds = said["content"], copy.deepcopy(said["embeds"])
        message.allowed = body.get("allowed_mentions")
        message.components = self._settled(said["components"], message)

    def _files(self, message: Message, body: Json, uploads: Sequence[Upload]) -> list[File]:
        """New ones behind those that stay; ``attachments``, if given, names all that stay."""
        named = body.get("attachments")
        new = {one.index for one in uploads}
        about = {str(one["id"]): one for one in named or []}
        kept = {str(one.id): one for one in message.files}
        if named is not None:
            for index, one in enumerate(named):
                if str(one["id"]) not in kept and int(one["id"]) not in new:
                    raise field(f"attachments/{index}/id", "ATTACHMENT_NOT_FOUND", "No such attachment")
            kept = {number: one for number, one in kept.items() if number in about}
        made = []
        for one in uploads:
            more = about.get(str(one.index), {})
            name = (more.get("filename") or one.name).replace(" ", "_")
            made.append(File(self.world.new_id(), name, one.content, more.get("description")))
        return [*kept.values(), *made]

    def _settled(self, components: list[Json], message: Message) -> list[Json]:
        """As Discord gives them back: numbered, with what has defaults."""
        settled: list[Json] = copy.deepcopy(components)
        numbers = itertools.count(1)
        for one in walk(settled):
            one["id"] = one.get("id") or next(numbers)
            for key in [key for key, value in one.items() if value is None]:
                del one[key]
            kind = one["type"]
            if kind in (11, 13, 17):
                one.setdefault("spoiler", False)
            if kind == 11:
                one.setdefault("description", None)
                one["media"] = self._media(one["media"], message)
            elif kind == 12:
                for item in one["items"]:
                    item |= {"description": item.get("description"), "spoiler": bool(item.get("spoiler"))}
                    item["media"] = self._media(item["media"], message)
            elif kind == 13:
                file = next(
                    (f for f in message.files if one["file"]["url"] == f"attachment://{f.name}"), None
                )
                one["file"] = self._media(one["file"], message)
                one |= {"name": file.name if file else None, "size": len(file.content) if file else None}
            elif kind == 14:
                one |= {"divider": one.get("divider", True), "spacing": one.get("spacing", 1)}
            elif kind == 17:
                one.setdefault("accent_color", None)
        return settled

    def _media(self, media: Json, message: Message) -> Json:
        link = str(media["url"])
        for file in message.files:
            if link == f"attachment://{file.name}":
                shown = self._shapes.attachment(message, file)
                return {
                    "id": shown["id"],
                    "url": shown["url"],
                    "proxy_url": shown["url"],
                    "attachment_id": shown["id"],
                }
        return {"id": media.get("id", "0"), "url": link, "proxy_url": link}

    def post(self, message: Message) -> Message:
        message.remember(self.world.now())
        message.channel.messages[message.id] = message
        if message.author is self.world.bot and message.only_for is None:
            people, roles, everyone = self._shapes.mentioned(message)
            guild = message.channel.guild
            names = [one.name for one in people]
            names += [guild.roles[one].name for one in roles if guild is not None and one in guild.roles]
            self.pings += [(message, one) for one in [*names, *(["@everyone"] if everyone else [])]]
        self._tell("MESSAGE_CREATE", message)
        return message

    def edit(self, message: Message) -> None:
        message.edited = self.world.now()
        message.remember(message.edited)
        self._tell("MESSAGE_UPDATE", message)

    def delete(self, message: Message) -> None:
        message.deleted = True
        message.channel.messages.pop(message.id, None)
        self.world.deleted.append(message)
        self._tell("MESSAGE_DELETE", message)

    def delete_many(self, messages: Sequence[Message]) -> None:
        """Of one channel, at once: it is told in one event."""
        for one in messages:
            one.deleted = True
            one.channel.messages.pop(one.id, None)
            self.world.deleted.append(one)
        self.world.happened("MESSAGE_DELETE_BULK", messages[0].channel, messages)

    def react(self, message: Message, person: Person, name: str) -> None:
        people = message.reactions.setdefault(name, [])
        if person not in people:
            people.append(person)
            self._tell("MESSAGE_REACTION_ADD", message, (message, person, name))

    def unreact(self, message: Message, person: Person, name: str) -> None:
        people = message.reactions.get(name, [])
        if person in people:
            people.remove(person)
            if not people:
                del message.reactions[name]
            self._tell("MESSAGE_REACTION_REMOVE", message, (message, person, name))

    def clear(self, message: Message, name: str | None = None) -> None:
        """All reactions, or those of one emoji."""
        if name is None:
            message.reactions.clear()
            self._tell("MESSAGE_REACTION_REMOVE_ALL", message)
        elif message.reactions.pop(name, None) is not None:
            self._tell("MESSAGE_REACTION_REMOVE_EMOJI", message, (message, name))

    def start_thread(self, message: Message, name: str, person: Person) -> Channel:
        thread = self.world.thread(message, name, person)
        message.flags |= HAS_THREAD
        self.world.happened("THREAD_CREATE", thread, thread)
        self._tell("MESSAGE_UPDATE", message)
        return thread

    def _tell(self, event: str, message: Message, subject: Any = None) -> None:
        if message.only_for is None:
            self.world.happened(event, message.channel, message if subject is None else subject)
