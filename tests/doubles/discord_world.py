"""What there is at Discord: people, guilds, roles, channels, messages, reactions, and who may do what.

It knows neither sockets nor JSON. Ids are snowflakes of the world's own clock, which a test may put forward.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any

MIB = 2**20
EPOCH = 1_420_070_400_000  # milliseconds, the start of 2015: where Discord's ids begin to count
TEXT, DM, THREAD = 0, 1, 11  # types of channels


class Right(IntFlag):
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


NONE = Right(0)
ALL = Right(sum(Right))
INVITED = Right.VIEW_CHANNEL | Right.SEND_MESSAGES | Right.EMBED_LINKS | Right.ATTACH_FILES
INVITED |= Right.ADD_REACTIONS | Right.READ_MESSAGE_HISTORY | Right.USE_APPLICATION_COMMANDS
EVERYBODY = INVITED | Right.CREATE_PUBLIC_THREADS | Right.SEND_MESSAGES_IN_THREADS
_UPLOADS = {0: 10 * MIB, 1: 10 * MIB, 2: 50 * MIB, 3: 100 * MIB}  # by tier of boosts


@dataclass(eq=False)
class Person:
    id: int
    name: str
    bot: bool = False
    takes_dms: bool = True


@dataclass(eq=False)
class Role:
    id: int
    name: str
    rights: Right
    position: int
    of_bot: int | None = None  # the bot's user id, if this is the role that came with its invitation


@dataclass(eq=False)
class Member:
    person: Person
    roles: set[int]
    joined: float


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    owner: Person
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    tier: int = 0
    takes_commands: bool = True  # the bot was invited with the scope applications.commands

    @property
    def upload_limit(self) -> int:
        return _UPLOADS[self.tier]


@dataclass(eq=False)
class Channel:
    id: int
    kind: int
    guild: Guild | None = None
    name: str = ""
    parent: Channel | None = None  # of a thread
    owner: Person | None = None  # of a thread
    recipient: Person | None = None  # of a DM
    overwrites: dict[int, tuple[int, Right, Right]] = field(default_factory=dict)  # id → kind, allow, deny
    messages: dict[int, Message] = field(default_factory=dict)

    @property
    def major(self) -> Channel:
        """Where its rights are from."""
        return self.parent or self


@dataclass(eq=False)
class File:
    id: int
    name: str
    content: bytes
    description: str | None = None


@dataclass(frozen=True)
class Version:
    """A message as it once was."""

    at: float
    content: str
    embeds: tuple[dict[str, Any], ...]
    components: tuple[dict[str, Any], ...]
    files: tuple[File, ...]


@dataclass(eq=False)
class Message:
    id: int
    channel: Channel
    author: Person
    at: float
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    flags: int = 0
    edited: float | None = None
    nonce: str | int | None = None
    reference: Message | int | None = None  # an id if what it answered is gone
    reactions: dict[str, list[Person]] = field(default_factory=dict)
    allowed: dict[str, Any] | None = None  # allowed_mentions
    interaction: Any = None
    only_for: Person | None = None  # ephemeral
    thread: Channel | None = None
    deleted: bool = False
    versions: list[Version] = field(default_factory=list)  # the first is as it was posted

    @property
    def edits(self) -> int:
        return len(self.versions) - 1

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [one for one in walk(self.components) if one["type"] == 2]

    @property
    def text(self) -> str:
        """Every word that people read in it, but for its files."""
        words = [self.content]
        for embed in self.embeds:
            words += [str(embed.get("title", "")), str(embed.get("description", ""))]
            words += [f"{one['name']}: {one['value']}" for one in embed.get("fields", ())]
            words += [embed.get("author", {}).get("name", ""), embed.get("footer", {}).get("text", "")]
        words += [one.get("content", "") for one in walk(self.components) if one["type"] == 10]
        return "\n".join(word for word in words if word)

    def remember(self, at: float) -> None:
        parts = tuple(self.embeds), tuple(self.components), tuple(self.files)
        self.versions.append(Version(at, self.content, *parts))

    def button(self, label: str) -> str:
        """The custom id of the button whose label holds this."""
        return next(str(one["custom_id"]) for one in self.buttons if label in one.get("label", ""))


def walk(components: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    """Each component and those within it."""
    for one in components:
        yield one
        inner = [*one.get("components", ()), one.get("accessory"), one.get("component")]
        yield from walk(part for part in inner if part)


Happened = Callable[[str, Any, Any], None]


class World:
    """``happened(event, channel or guild, subject)`` hears of everything that changes."""

    def __init__(self) -> None:
        self._ahead, self._last = 0.0, 0
        self.happened: Happened = lambda event, place, subject: None
        self.people: dict[int, Person] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.deleted: list[Message] = []
        self.bot = self.person("Operator", bot=True)
        self.owner = self.person("Owner")

    def now(self) -> float:
        return time.time() + self._ahead

    def later(self, seconds: float) -> None:
        """The world's clock goes on by so much at once: tokens run out, buckets fill."""
        self._ahead += seconds

    def new_id(self) -> int:
        self._last = max(self._last + 1, (int(self.now() * 1000) - EPOCH) << 22)
        return self._last

    def person(self, name: str, *, bot: bool = False) -> Person:
        one = Person(self.new_id(), name, bot)
        self.people[one.id] = one
        return one

    def guild(self, name: str, rights: Right = INVITED) -> Guild:
        """A guild with the bot in it; ``rights``: what the bot was invited with."""
        guild = Guild(self.new_id(), name, self.owner)
        guild.roles[guild.id] = Role(guild.id, "@everyone", EVERYBODY, 0)
        own = self.role(guild, self.bot.name, rights)
        own.of_bot = self.bot.id
        self.join(guild, self.owner)
        self.join(guild, self.bot, own)
        self.guilds[guild.id] = guild
        return guild

    def role(self, guild: Guild, name: str, rights: Right = NONE) -> Role:
        """The role of this name; made if there is none."""
        for role in guild.roles.values():
            if role.name == name:
                return role
        role = Role(self.new_id(), name, rights, len(guild.roles))
        guild.roles[role.id] = role
        return role

    def join(self, guild: Guild, person: Person, *roles: Role) -> Member:
        member = guild.members.setdefault(person.id, Member(person, set(), self.now()))
        member.roles |= {role.id for role in roles}
        return member

    def channel(self, guild: Guild, name: str) -> Channel:
        return self._kept(Channel(self.new_id(), TEXT, guild, name))

    def dm(self, person: Person) -> Channel:
        for channel in self.channels.values():
            if channel.kind == DM and channel.recipient is person:
                return channel
        return self._kept(Channel(self.new_id(), DM, recipient=person))

    def thread(self, message: Message, name: str, owner: Person) -> Channel:
        """A thread has the id of the message that it starts from."""
        parent = message.channel
        thread = self._kept(Channel(message.id, THREAD, parent.guild, name, parent, owner))
        message.thread = thread
        return thread

    def _kept(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def rights(self, person: Person, channel: Channel) -> Right:
        guild, place = channel.guild, channel.major
        if guild is None:
            return EVERYBODY if person in (channel.recipient, self.bot) else Right(0)
        member = guild.members.get(person.id)
        if member is None:
            return Right(0)
        roles = {guild.id, *member.roles}
        rights = Right(0)
        for role in roles:
            rights |= guild.roles[role].rights
        if person is guild.owner or Right.ADMINISTRATOR in rights:
            return ALL
        for group in ([guild.id], list(member.roles), [person.id]):
            found = [place.overwrites[one] for one in group if one in place.overwrites]
            for _, _, deny in found:
                rights &= ~deny
            for _, allow, _ in found:
                rights |= allow
        return rights if Right.VIEW_CHANNEL in rights else Right(0)

    def threads(self, guild: Guild) -> list[Channel]:
        return [one for one in self.channels.values() if one.guild is guild and one.kind == THREAD]
