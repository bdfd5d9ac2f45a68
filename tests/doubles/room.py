"""A chat in memory: keeps messages and reactions as a channel does, and can lose an answer or a permission.

It fills the operator's own port, so it is no check of a service's rules: those are in the doubles over
sockets. People's acts answer what the chat would tell a surface; nobody tells it while ``away``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.chat.port import Gone, Message, Standing
from services.errors import Misconfigured, Unavailable
from services.model.vote import Choice
from services.store.reactions import Reaction

CHOICES = {"✅": Choice.APPROVE, "👍": Choice.APPROVE, "❌": Choice.DENY, "👎": Choice.DENY}
OPERATOR = "room:operator"

Told = Callable[[str, str, Reaction], Awaitable[None]]


@dataclass(slots=True)
class Posted:
    """One message as people see it; ``said`` is what it said, oldest first."""

    id: str
    at: datetime
    said: list[Message]
    files: int = 0  # how often they were sent
    reactions: list[tuple[str, str]] = field(default_factory=list)  # (person, emoji)

    @property
    def now(self) -> Message:
        return self.said[-1]


class Room:
    """One channel. ``answers_lost`` further posts take effect without an answer; ``may_remove`` others'
    reactions."""

    name = "room"

    def __init__(self, approvers: frozenset[str] = frozenset()) -> None:
        self.channel = "lobby"
        self.settle = 0.0
        self.epoch = 1
        self.posted: dict[str, Posted] = {}
        self.whispers: list[tuple[str, str]] = []
        self.answers_lost = 0
        self.may_remove = True
        self.read = asyncio.Event()  # set: somebody asked how a message stands
        self.open = asyncio.Event()  # cleared: edits wait
        self.open.set()
        self._approvers = approvers
        self._last = 0

    async def ping(self) -> str:
        return "a room in memory"

    async def post(self, message: Message, since: datetime) -> str:
        self._last += 1
        id_ = str(self._last)
        self.posted[id_] = Posted(id_, datetime.now(UTC), [message], files=1)
        if self.answers_lost:
            self.answers_lost -= 1
            raise Unavailable("The room did not answer.")
        return id_

    async def find(self, message: Message, since: datetime) -> str | None:
        found = [p.id for p in self.posted.values() if p.now.mark == message.mark and p.at >= since]
        return found[-1] if found else None

    async def edit(self, id_: str, message: Message, *, files: bool) -> None:
        await self.open.wait()
        posted = self._there(id_)
        posted.said.append(message)
        posted.files += files

    async def standing(self, id_: str) -> Standing:
        posted = self._there(id_)
        self.read.set()
        people = [self.reaction(who, emoji) for who, emoji in posted.reactions if who != OPERATOR]
        return Standing(people, any(who == OPERATOR for who, _ in posted.reactions))

    async def unreact(self, id_: str, voter: str, emoji: str) -> None:
        posted = self._there(id_)
        if not self.may_remove:
            raise Misconfigured("The room does not let the operator remove reactions.")
        if (voter, emoji) in posted.reactions:
            posted.reactions.remove((voter, emoji))

    async def seed(self, id_: str) -> None:
        posted = self._there(id_)
        for emoji in ("✅", "❌"):
            if (OPERATOR, emoji) not in posted.reactions:
                posted.reactions.append((OPERATOR, emoji))

    async def tell(self, voter: str, text: str) -> None:
        self.whispers.append((voter, text))

    def reaction(self, person: str, emoji: str) -> Reaction:
        entitled = not self._approvers or person in self._approvers
        return Reaction(person, emoji, CHOICES[emoji], name=person.title(), entitled=entitled)

    def of(self, key: str) -> list[Posted]:
        """The messages with this key that are there, oldest first."""
        return [posted for posted in self.posted.values() if posted.now.key == key]

    def titled(self, begin: str) -> list[Posted]:
        """The messages whose title begins so, oldest first."""
        return [posted for posted in self.posted.values() if posted.now.title.startswith(begin)]

    def card(self, number: int) -> Posted:
        """The draft's card; there must be one and no more."""
        (posted,) = self.of(f"draft:{number}")
        return posted

    def _there(self, id_: str) -> Posted:
        if id_ not in self.posted:
            raise Gone("The message was deleted.")
        return self.posted[id_]
