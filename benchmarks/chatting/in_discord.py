"""The double of Discord, with people in its channel."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from benchmarks.chatting.channels import CHANCE, Shown, numbered, status_of
from tests.doubles.discord_server import TOKEN, DiscordServer
from tests.doubles.discord_wire import error
from tests.doubles.discord_world import Message
from tests.doubles.http_double import Fault

_SHAKEN = (
    "create_message", "update_message", "get_message", "list_message_reactions_by_emoji",
    "add_my_message_reaction",
)  # fmt: skip


class DiscordChannel:
    name = "discord"

    def __init__(self, people: int) -> None:
        self.server = DiscordServer()
        self.server.checking = False
        self._on = dict(self.server.limits.each), self.server.limits.other, self.server.limits.all
        self.names = [f"Dora{index:02d}" for index in range(people)]
        self.people = [self.server.people.person(name) for name in self.names]
        self.voters = [f"discord:{person.id}" for person in self.people]
        self._cards: dict[int, Message] = {}
        self._reads: list[tuple[int, int, float]] = []  # (place in asked, draft, when)
        self._looked = self.faults = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self.server.running():
            yield

    def settings(self) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_GUILD_ID": str(self.server.guild.id),
            "DISCORD_CHANNEL_ID": str(self.server.channel.id),
            "DISCORD_BASE_URL": f"{self.server.url}/api/v10",
        }

    def limit(self, on: bool) -> None:
        limits = self.server.limits
        if on:
            limits.each, limits.other, limits.all = dict(self._on[0]), self._on[1], self._on[2]
        else:
            limits.off()

    def hearing(self) -> bool:
        return self.server.gateway.connected

    def cards(self) -> dict[int, Any]:
        found: dict[int, Message] = {}
        for one in self.server.messages:
            number = numbered(one.embeds[0].get("title", "")) if one.embeds else None
            if number is not None and one.author is self.server.world.bot:
                assert number not in found, f"draft {number} has two cards in Discord"
                found[number] = one
        self._cards = found
        return {number: one for number, one in found.items() if {"✅", "❌"} <= one.reactions.keys()}

    def status(self, number: int) -> tuple[int, Shown]:
        card = self._cards[number]
        return card.edits, status_of(card.text)

    async def react(self, person: int, number: int, emoji: str, *, put: bool) -> None:
        people, card = self.server.people, self._cards[number]
        (people.react if put else people.unreact)(self.people[person], card, emoji)

    def standing(self, person: int, number: int) -> set[str]:
        card = self._cards[number]
        return {emoji for emoji, there in card.reactions.items() if self.people[person] in there}

    async def approve(self, person: int, number: int) -> bool | None:
        card = self._cards[number]
        if not any(one.get("label") == "Approve" for one in card.buttons):
            return None
        click = self.server.people.click(self.people[person], card, "Approve")
        deadline = time.monotonic() + 10
        while not click.replies and time.monotonic() < deadline:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.02)
        return f"Draft {number} is approved" in click.text if click.replies else None

    def read_since(self, mark: int) -> dict[int, float]:
        by_id = {str(card.id): number for number, card in self._cards.items()}
        asked = self.server.asked
        for place in range(self._looked, len(asked)):
            name, request, status = asked[place]
            if name == "get_message" and status == 200:
                number = by_id.get(request.path.rpartition("/")[2])
                if number is not None:
                    self._reads.append((place, number, time.time()))
        self._looked = len(asked)
        return {number: at for place, number, at in self._reads if place >= mark}

    def shake(self, rolls: random.Random) -> None:
        planned = self.server._planned

        def drawn(name: str) -> Fault:
            if name not in _SHAKEN or rolls.random() > CHANCE:
                return planned(name)
            self.faults += 1
            return rolls.choice((
                Fault(drop="before"), Fault(drop="after"), Fault(drop="late", seconds=1.0),
                error(500), error(502),
            ))  # fmt: skip

        self.server._planned = drawn  # type: ignore[method-assign]

    def mark(self) -> int:
        return len(self.server.asked)

    def requests(self, mark: int = 0) -> Counter[str]:
        return Counter(name for name, _, _ in self.server.asked[mark:])

    def refused(self, mark: int = 0) -> int:
        return sum(status == 429 for _, _, status in self.server.asked[mark:])
