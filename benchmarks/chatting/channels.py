"""The doubles of Discord and Slack as the crowd and the evidence use them: one face for both."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Protocol

from tests.doubles.discord_server import TOKEN, DiscordServer
from tests.doubles.discord_wire import error as discord_error
from tests.doubles.discord_world import Message as DiscordMessage
from tests.doubles.http_double import Fault as DiscordFault
from tests.doubles.slack_error import Fault as SlackFault
from tests.doubles.slack_server import SlackServer
from tests.doubles.slack_state import Message as SlackMessage

_STATUS = re.compile(r"\b(Approved|Denied) by ([^.\n]+)\.|(Draft): waits for")
CHANCE = 0.08  # of a request to a shaky channel to go wrong
_SHAKEN = (
    "create_message", "update_message", "get_message", "list_message_reactions_by_emoji",
    "add_my_message_reaction",
    "chat.postMessage", "chat.update", "reactions.get", "reactions.add", "conversations.history",
    "files.completeUploadExternal", "files.getUploadURLExternal",
)  # fmt: skip
_TITLE = re.compile(r"(?:\S )?(\d+) · ")
_SLACK_NAMES = {"✅": "white_check_mark", "❌": "x", "👍": "+1", "👎": "-1"}
Shown = tuple[str, str]  # the sheet's word, and who decided as people read it ("" for a Draft)


def status_of(text: str) -> Shown:
    """What a card says; ("", "") while it says none of these."""
    found = _STATUS.search(text)
    if found is None:
        return ("", "")
    return ("Draft", "") if found[3] else (found[1], found[2])


class Channel(Protocol):
    """One channel with people in it, who are numbered. Drafts' cards are known by the drafts' numbers."""

    name: str
    voters: list[str]  # as the journal calls the people
    names: list[str]  # as cards call them
    faults: int

    def running(self) -> contextlib.AbstractAsyncContextManager[Any]: ...
    def settings(self) -> dict[str, str]: ...
    def limit(self, on: bool) -> None: ...
    def hearing(self) -> bool:
        """Whether the operator is connected, so that it is told what happens."""
        ...

    def cards(self) -> dict[int, Any]:
        """Draft → the one card of it that has its ✅ and ❌. AssertionError for two cards of one draft."""
        ...

    def status(self, number: int) -> tuple[int, Shown]:
        """How often the card was edited, and what it says."""
        ...

    async def react(self, person: int, number: int, emoji: str, *, put: bool) -> None: ...
    def standing(self, person: int, number: int) -> set[str]: ...
    async def approve(self, person: int, number: int) -> bool | None:
        """Press the button: whether it was accepted; None where there is none or nobody answered."""
        ...

    def read_since(self, mark: int) -> dict[int, float]:
        """Draft → when its reactions were read the last time since then (time.time())."""
        ...

    def shake(self, rolls: random.Random) -> None:
        """From now on some requests go wrong; ``faults`` counts them."""
        ...

    def mark(self) -> int: ...
    def requests(self, mark: int = 0) -> Counter[str]: ...
    def refused(self, mark: int = 0) -> int: ...


def _numbered(title: str) -> int | None:
    """The draft whose card has this title, which a chat may put a sign before."""
    found = _TITLE.match(title)
    return int(found[1]) if found else None


class DiscordChannel:
    name = "discord"

    def __init__(self, people: int) -> None:
        self.server = DiscordServer()
        self.server.checking = False
        self._on = dict(self.server.limits.each), self.server.limits.other, self.server.limits.all
        self.names = [f"Dora{index:02d}" for index in range(people)]
        self.people = [self.server.people.person(name) for name in self.names]
        self.voters = [f"discord:{person.id}" for person in self.people]
        self._cards: dict[int, DiscordMessage] = {}
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
        found: dict[int, DiscordMessage] = {}
        for one in self.server.messages:
            number = _numbered(one.embeds[0].get("title", "")) if one.embeds else None
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

        def drawn(name: str) -> DiscordFault:
            if name not in _SHAKEN or rolls.random() > CHANCE:
                return planned(name)
            self.faults += 1
            return rolls.choice((
                DiscordFault(drop="before"), DiscordFault(drop="after"), DiscordFault(drop="late", seconds=1.0),
                discord_error(500), discord_error(502),
            ))  # fmt: skip

        self.server._planned = drawn  # type: ignore[method-assign]

    def mark(self) -> int:
        return len(self.server.asked)

    def requests(self, mark: int = 0) -> Counter[str]:
        return Counter(name for name, _, _ in self.server.asked[mark:])

    def refused(self, mark: int = 0) -> int:
        return sum(status == 429 for _, _, status in self.server.asked[mark:])


class SlackChannel:
    """Nothing is told twice by it (``tries``): what comes again late is the surface's own tests' business."""

    name = "slack"

    def __init__(self, people: int) -> None:
        self.server = SlackServer()
        self.server.socket.tries = 1
        self.names = [f"sam{index:02d}" for index in range(people)]
        self.people = [self.server.person(name) for name in self.names]
        self.voters = [f"slack:{person.id}" for person in self.people]
        self._cards: dict[int, SlackMessage] = {}
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
        found: dict[int, SlackMessage] = {}
        for one in self.server.messages():
            number = _numbered(one.text.partition(" – ")[0]) if one.bot else None
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
        await (people.react if put else people.unreact)(self.people[person], card, _SLACK_NAMES[emoji])

    def standing(self, person: int, number: int) -> set[str]:
        card, who = self._cards[number], self.people[person].id
        return {emoji for emoji, name in _SLACK_NAMES.items() if who in card.reactions.get(name, [])}

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
        while len(self.server.whispers(who)) == told and time.monotonic() < deadline:  # noqa: ASYNC110
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

        def drawn(name: str) -> SlackFault:
            if name not in _SHAKEN or rolls.random() > CHANCE:
                return planned(name)
            self.faults += 1
            return rolls.choice((
                SlackFault(drop="before"), SlackFault(drop="after"), SlackFault(late=1.0),
                SlackFault(status=500), SlackFault(status=503),
            ))  # fmt: skip

        self.server._fault = drawn  # type: ignore[method-assign]

    def mark(self) -> int:
        return len(self.server.calls)

    def requests(self, mark: int = 0) -> Counter[str]:
        return Counter(call.method for call in self.server.calls[mark:])

    def refused(self, mark: int = 0) -> int:
        return sum(call.status == 429 for call in self.server.calls[mark:])
