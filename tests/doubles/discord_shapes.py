"""Discord's world as JSON, as its API and its gateway tell it to the bot."""

from __future__ import annotations

import mimetypes
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tests.doubles.discord_world import (
    DM,
    THREAD,
    Channel,
    File,
    Member,
    Message,
    Person,
    Right,
    Role,
    World,
    walk,
)

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")
Json = dict[str, Any]


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def emoji(name: str) -> Json:
    """ "✅", or "name:id" of a guild's own."""
    label, _, number = name.partition(":")
    return {"id": number or None, "name": label}


class Shapes:
    """``url``: where attachments are served. ``sees_content``: the message content intent was granted."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url = ""
        self.sees_content = False

    def user(self, person: Person) -> Json:
        names = {"username": person.name.lower(), "global_name": None if person.bot else person.name}
        looks = {"avatar": None, "banner": None, "accent_color": None, "avatar_decoration_data": None}
        more = {
            "discriminator": "0",
            "public_flags": 0,
            "flags": 0,
            "primary_guild": None,
            "collectibles": None,
        }
        return {"id": str(person.id), **names, **looks, **more, **({"bot": True} if person.bot else {})}

    def me(self) -> Json:
        return self.user(self.world.bot) | {
            "mfa_enabled": True,
            "locale": "en-US",
            "verified": True,
            "email": None,
        }

    def member(self, member: Member, *, whole: bool = True) -> Json:
        shape: Json = {
            "avatar": None,
            "avatar_decoration_data": None,
            "banner": None,
            "communication_disabled_until": None,
            "flags": 0,
            "joined_at": stamp(member.joined),
            "nick": None,
            "pending": False,
            "premium_since": None,
            "roles": [str(role) for role in sorted(member.roles)],
            "mute": False,
            "deaf": False,
        }
        return shape | ({"user": self.user(member.person)} if whole else {})

    def role(self, role: Role) -> Json:
        colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
        tags = {"tags": {"bot_id": str(role.of_bot)}} if role.of_bot else {}
        return {
            "id": str(role.id),
            "name": role.name,
            "permissions": str(int(role.rights)),
            "position": role.position,
            "color": 0,
            "colors": colors,
            "hoist": False,
            "managed": role.of_bot is not None,
            "mentionable": False,
            "icon": None,
            "unicode_emoji": None,
            "flags": 0,
            **tags,
        }

    def channel(self, channel: Channel) -> Json:
        last = str(next(reversed(channel.messages))) if channel.messages else None
        shape: Json = {"id": str(channel.id), "type": channel.kind, "flags": 0, "last_message_id": last}
        if channel.kind == DM:
            assert channel.recipient is not None
            return shape | {"recipients": [self.user(channel.recipient)]}
        assert channel.guild is not None
        shape |= {"guild_id": str(channel.guild.id), "name": channel.name, "rate_limit_per_user": 0}
        if channel.kind == THREAD:
            return shape | self._thread(channel)
        overwrites = [
            {"id": str(one), "type": kind, "allow": str(int(allow)), "deny": str(int(deny))}
            for one, (kind, allow, deny) in channel.overwrites.items()
        ]
        more = {"topic": None, "parent_id": None, "position": 0, "nsfw": False}
        return shape | more | {"permission_overwrites": overwrites}

    def _thread(self, thread: Channel) -> Json:
        assert thread.parent is not None
        assert thread.owner is not None
        made = stamp(((thread.id >> 22) + 1_420_070_400_000) / 1000)
        times = {"archive_timestamp": made, "create_timestamp": made, "auto_archive_duration": 1440}
        count = len(thread.messages)
        return {
            "parent_id": str(thread.parent.id),
            "owner_id": str(thread.owner.id),
            "thread_metadata": {"archived": False, "locked": False, **times},
            "message_count": count,
            "total_message_sent": count,
            "member_count": 1,
        }

    def mentioned(self, message: Message) -> tuple[list[Person], list[int], bool]:
        """Whom a message pings: people, roles, and whether everybody."""
        allowed = message.allowed or {"parse": ["users", "roles", "everyone"], "replied_user": True}
        parse, text = allowed.get("parse") or [], message.content
        named = [int(one) for one in _USER.findall(text)]
        listed = {int(one) for one in allowed.get("users") or []}
        people = [self.world.people[one] for one in named if one in self.world.people]
        people = [one for one in people if "users" in parse or one.id in listed]
        if isinstance(message.reference, Message) and allowed.get("replied_user"):
            people.append(message.reference.author)
        listed = {int(one) for one in allowed.get("roles") or []}
        roles = [int(one) for one in _ROLE.findall(text) if "roles" in parse or int(one) in listed]
        may = Right.MENTION_EVERYONE in self.world.rights(message.author, message.channel)
        return (
            list(dict.fromkeys(people)),
            roles,
            may and "everyone" in parse and bool(_EVERYONE.search(text)),
        )

    def reads(self, message: Message, content: bool | None = None) -> bool:
        """Whether the bot may read what somebody wrote."""
        own = message.author is self.world.bot or message.channel.kind == DM
        asked = self.sees_content if content is None else content
        return own or asked or self.world.bot in self.mentioned(message)[0]

    def message(self, message: Message, *, nested: bool = False, content: bool | None = None) -> Json:
        """``nested``: without the message that it answers. ``content``: whether a session asked for what
        people write; None: as the application may."""
        people, roles, everyone = self.mentioned(message)
        reads = self.reads(message, content)
        bot = self.world.bot
        shape: Json = {
            "type": 19
            if message.reference
            else (20 if message.interaction and message.interaction.kind == 2 else 0),
            "content": message.content if reads else "",
            "mentions": [self.user(one) for one in people],
            "mention_roles": [str(one) for one in roles],
            "mention_everyone": everyone,
            "attachments": self._attachments(message) if reads else [],
            "embeds": [self._embed(one, message) for one in message.embeds] if reads else [],
            "components": message.components if reads else [],
            "timestamp": stamp(message.at),
            "edited_timestamp": stamp(message.edited) if message.edited else None,
            "flags": message.flags,
            "id": str(message.id),
            "channel_id": str(message.channel.id),
            "author": self.user(message.author),
            "pinned": False,
            "tts": False,
        }
        if message.nonce is not None:
            shape["nonce"] = message.nonce
        if message.reactions:
            shape["reactions"] = [
                {
                    "emoji": emoji(name),
                    "count": len(people),
                    "count_details": {"burst": 0, "normal": len(people)},
                    "burst_colors": [],
                    "me_burst": False,
                    "me": bot in people,
                }
                for name, people in message.reactions.items()
            ]
        if message.author is bot and message.interaction is not None:
            shape |= {"application_id": str(bot.id), "webhook_id": str(bot.id)}
            shape["interaction_metadata"] = self.origin(message.interaction)
        if message.thread is not None:
            shape["thread"] = self.channel(message.thread)
        return shape if nested else shape | self._reference(message)

    def _reference(self, message: Message) -> Json:
        answered = message.reference
        if answered is None:
            return {}
        gone = not isinstance(answered, Message) or answered.deleted
        number = answered if isinstance(answered, int) else answered.id
        about = {"type": 0, "channel_id": str(message.channel.id), "message_id": str(number)}
        if message.channel.guild is not None:
            about["guild_id"] = str(message.channel.guild.id)
        shown = None if gone or isinstance(answered, int) else self.message(answered, nested=True)
        return {"message_reference": about, "referenced_message": shown}

    def origin(self, interaction: Any) -> Json:
        """What a message says of the interaction that it answers."""
        owners = (
            {"0": str(interaction.channel.guild.id)}
            if interaction.channel.guild
            else {"1": str(interaction.person.id)}
        )
        shape = {"id": str(interaction.id), "type": interaction.kind, "user": self.user(interaction.person)}
        shape["authorizing_integration_owners"] = owners
        if interaction.kind == 3:
            shape["interacted_message_id"] = str(interaction.message.id)
        if interaction.kind == 5:
            shape["triggering_interaction_metadata"] = self.origin(interaction.opened_by)
        return shape

    def _link(self, message: Message, file: File) -> str:
        return f"{self.url}/attachments/{message.channel.id}/{file.id}/{quote(file.name)}"

    def _attachments(self, message: Message) -> list[Json]:
        """Files that an embed or a component shows are not told again (discord-api-docs, issue 1340)."""
        media = [one.get("media") or one.get("file") for one in walk(message.components)]
        media += [item["media"] for one in walk(message.components) for item in one.get("items", ())]
        held = {one["id"] for one in media if one}
        inside = {
            one[part]["url"] for one in message.embeds for part in ("image", "thumbnail") if part in one
        }
        return [
            self.attachment(message, one)
            for one in message.files
            if f"attachment://{one.name}" not in inside and str(one.id) not in held
        ]

    def attachment(self, message: Message, file: File) -> Json:
        link = self._link(message, file)
        kind = mimetypes.guess_type(file.name)[0]
        shape: Json = {"id": str(file.id), "filename": file.name, "size": len(file.content)}
        shape |= {"url": link, "proxy_url": link}
        shape |= {"content_type": kind} if kind else {}
        shape |= {"description": file.description} if file.description else {}
        return shape | ({"ephemeral": True} if message.only_for else {})

    def _embed(self, embed: Json, message: Message) -> Json:
        shape = {key: one for key, one in embed.items() if one is not None} | {"type": "rich"}
        shape["fields"] = [{"inline": False, **one} for one in embed.get("fields") or ()]
        if not shape["fields"]:
            del shape["fields"]
        for part in ("image", "thumbnail"):
            if part in shape:
                link = str(shape[part]["url"])
                name = link.removeprefix("attachment://")
                files = [self._link(message, one) for one in message.files if one.name == name]
                link = files[0] if files and name != link else link
                shape[part] = {"url": link, "proxy_url": link, "width": 1, "height": 1}
        return shape
