"""What stands in Slack: people, channels, messages, files and views, and who may see what."""

from __future__ import annotations

import itertools
import random
import string
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.slack_error import SlackError

BOT_SCOPES = (
    "app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:read",
    "files:write", "groups:history", "groups:read", "im:history", "im:write", "reactions:read",
    "reactions:write", "users:read",
)  # fmt: skip
BOT_EVENTS = ("app_mention", "reaction_added", "reaction_removed")


@dataclass
class Person:
    id: str
    name: str
    team: str
    is_bot: bool = False
    admin: bool = False
    deleted: bool = False


@dataclass
class Message:
    """``blocks`` are as Slack keeps them, each with a block_id. ``edits`` counts the updates that came.

    ``to`` is the one person who sees an ephemeral message.
    """

    channel: str
    ts: str
    user: str
    text: str
    bot: bool = False
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str = ""
    broadcast: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)  # name → who, in order
    options: dict[str, Any] = field(default_factory=dict)  # parse, link_names, unfurl_links …
    edits: int = 0
    to: str = ""
    subtype: str = ""

    @property
    def is_reply(self) -> bool:
        return self.thread_ts not in ("", self.ts)


@dataclass
class Channel:
    id: str
    name: str
    team: str
    private: bool = False
    im: str = ""  # whose direct messages these are
    archived: bool = False
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    deleted: list[Message] = field(default_factory=list)


@dataclass
class File:
    """``visible`` a moment after it was completed: before, nobody sees it and no block may name it."""

    id: str
    name: str
    length: int
    data: bytes | None = None
    title: str = ""
    alt_text: str = ""
    completed: bool = False
    visible: bool = False
    deleted: bool = False
    shares: dict[str, str] = field(default_factory=dict)  # channel → ts of the message


@dataclass
class View:
    """``state`` is "open", "closed" or "submitted"; ``errors`` are what the app said of its fields."""

    id: str
    user: str
    body: dict[str, Any]
    hash: str
    external_id: str = ""
    state: str = "open"
    updates: int = 0
    errors: dict[str, str] = field(default_factory=dict)


class Workspace:
    """``clock`` gives seconds since 1970. Everything may be read, and changed, by a test."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self._random = random.Random(7)
        self._ticks: Iterator[int] = itertools.count(1)
        self._last_ts = 0
        self.team, self.domain, self.app_id = self.new("T"), "studio", self.new("A")
        self.people: dict[str, Person] = {}
        self.bot = self.add_person("autopotter", is_bot=True)
        self.bot_id = self.new("B")
        self.bot_token = f"xoxb-{self.new('')}-{self.new('')}"
        self.app_token = f"xapp-1-{self.app_id}-{self.new('')}"
        # token → (kind, what Slack says of it: "", "token_revoked", "account_inactive" …)
        self.tokens = {self.bot_token: ("bot", ""), self.app_token: ("app", "")}
        self.scopes = set(BOT_SCOPES)
        self.app_scopes = {"connections:write"}
        self.events = set(BOT_EVENTS)
        self.commands = {"/autopotter"}
        self.interactive = self.socket_mode = True
        self.unfurl_domains: set[str] = set()  # of the app: what a video block may show
        self.groups: dict[str, list[str]] = {}  # user groups
        self.channels: dict[str, Channel] = {}
        self.ephemerals: list[Message] = []
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}

    # Making

    def new(self, letter: str) -> str:
        """An id of Slack's form."""
        return letter + "".join(self._random.choices(string.ascii_uppercase + string.digits, k=10))

    def new_ts(self) -> str:
        """Unique in the workspace, and rising, whatever the clock does."""
        self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add_person(self, name: str, *, team: str = "", is_bot: bool = False) -> Person:
        person = Person(self.new("U"), name, team or self.team, is_bot)
        self.people[person.id] = person
        return person

    def add_channel(self, name: str, *, private: bool = False, team: str = "", bot: bool = True) -> Channel:
        channel = Channel(self.new("C"), name, team or self.team, private)
        channel.members += [self.bot.id] if bot else []
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: str) -> Channel:
        """The person's direct messages with the app."""
        for channel in self.channels.values():
            if channel.im == user:
                return channel
        channel = Channel(self.new("D"), "", self.team, im=user, members=[user, self.bot.id])
        self.channels[channel.id] = channel
        return channel

    # Finding, with the bot's eyes

    def channel(self, given: Any) -> Channel:
        """A private channel the bot is not in does not exist for it. Raises channel_not_found."""
        channel = self.channels.get(str(given or ""))
        if channel is None or channel.team != self.team:
            raise SlackError("channel_not_found")
        if (channel.private or channel.im) and self.bot.id not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def joined(self, given: Any) -> Channel:
        channel = self.channel(given)
        if self.bot.id not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def message(self, channel: Channel, ts: Any) -> Message:
        found = channel.messages.get(str(ts or ""))
        if found is None:
            raise SlackError("message_not_found")
        return found

    def replies(self, channel: Channel, ts: str) -> list[Message]:
        return [one for one in channel.messages.values() if one.is_reply and one.thread_ts == ts]

    def kind(self, channel: Channel) -> str:
        """The first part of the scopes and events that concern it."""
        return "im" if channel.im else "groups" if channel.private else "channels"
