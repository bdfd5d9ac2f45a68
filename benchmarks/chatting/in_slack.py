"""The double of Slack, with people in its channel."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from benchmarks.chatting.channels import CHANCE, Shown, numbered, status_of
from tests.doubles.slack_error import Fault
from tests.doubles.slack_server import SlackServer
from tests.doubles.slack_state import Message

_NAMES = {"✅": "white_check_mark", "❌": "x", "👍": "+1", "👎": "-1"}
_SHAKEN = (
    "chat.postMessage", "chat.update", "reactions.get", "reactions.add", "conversations.history",
    "files.completeUploadExternal", "files.getUploadURLExternal",
)  # fmt: skip


class SlackChannel:
    """Nothing is told twice by it (``tries``): what comes again late is the surface's own tests' business."""

    name = "slack"

    def __init__(self, people: int) -> None:
        self.server = SlackServer()
        self.server.socket.tries = 1
        self.names = [f"sam{index:02d}" for index in range(people)]
        self.people = [self.server.person(name) for name in self.names]
        self.voters = [f"slack:{person.id}" for person in self.people]
        self._cards: dict[int, Message] = {}
        self._reads: list[tuple[int, int, float]] = []
        self._looked = self.faults = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self.server.running():
            yield

    def settings(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": self.server.space.bot_token,
            "SLACK_APP_TOKEN": self.server.space.app_token,
            "SLACK_CHANNEL": self.server.home.id,
            "SLACK_BASE_URL": self.server.api_url,
        }

    def limit(self, on: bool) -> None:
        self.server.rates.enforced = on

    def hearing(self) -> bool:
        return any(not one.socket.closed for one in self.server.socket.connections)

    def cards(self) -> dict[int, Any]:
        found: dict[int, Message] = {}
        for one in self.server.messages():
            number = numbered(one.text.partition(" – ")[0]) if one.bot else None
            if number is not None and one.metadata:
                assert number not in found, f"draft {number} has two cards in Slack"
                found[number] = one
        self._cards = found
        return {
            number: one for number, one in found.items() if {"white_check_mark", "x"} <= one.reactions.keys()
        }

    def status(self, number: int) -> tuple[int, Shown]:
        card = self._cards[number]
        return card.edits, status_of(card.text)

    async def react(self, person: int, number: int, emoji: str, *, put: bool) -> None:
        people, card = self.server.people, self._cards[number]
        await (people.react if put else people.unreact)(self.people[person], card, _NAMES[emoji])

    def standing(self, person: int, number: int) -> set[str]:
        card, who = self._cards[number], self.people[person].id
        return {emoji for emoji, name in _NAMES.items() if who in card.reactions.get(name, [])}

    async def approve(self, person: int, number: int) -> bool | None:
        card = self._cards[number]
        buttons = [
            one for block in card.blocks if block["type"] == "actions" for one in block["elements"]
            if one["text"]["text"] == "Approve"
        ]  # fmt: skip
        if not buttons:
            return None
        who = self.people[person]
        told = len(self.server.whispers(who))
        await self.server.people.click(who, card, buttons[0]["action_id"])
        deadline = time.monotonic() + 10
        whispers = self.server.whispers
        while len(whispers(who)) == told and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        said = [one.text for one in self.server.whispers(who)[told:]]
        return any(f"Draft {number} is approved" in text for text in said) if said else None

    def read_since(self, mark: int) -> dict[int, float]:
        by_id = {card.ts: number for number, card in self._cards.items()}
        calls = self.server.calls
        for place in range(self._looked, len(calls)):
            call = calls[place]
            if call.method == "reactions.get" and call.status == 200 and not call.error:
                number = by_id.get(str(call.args.get("timestamp")))
                if number is not None:
                    self._reads.append((place, number, time.time()))
        self._looked = len(calls)
        return {number: at for place, number, at in self._reads if place >= mark}

    def shake(self, rolls: random.Random) -> None:
        planned = self.server._fault

        def drawn(name: str) -> Fault:
            if name not in _SHAKEN or rolls.random() > CHANCE:
                return planned(name)
            self.faults += 1
            return rolls.choice((
                Fault(drop="before"), Fault(drop="after"), Fault(late=1.0),
                Fault(status=500), Fault(status=503),
            ))  # fmt: skip

        self.server._fault = drawn  # type: ignore[method-assign]

    def mark(self) -> int:
        return len(self.server.calls)

    def requests(self, mark: int = 0) -> Counter[str]:
        return Counter(call.method for call in self.server.calls[mark:])

    def refused(self, mark: int = 0) -> int:
        return sum(call.status == 429 for call in self.server.calls[mark:])
