"""People who react, press buttons, decide at the desk and write into the sheet, at a pace, by a seed.

What they did is kept as it was done, and whether the operator was connected then. Near a kill, what one
person does at one card is left as it is until that card was read back, so that it is known what was read.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.chatting.channels import Channel
from benchmarks.chatting.watching import DESK_TOKEN
from benchmarks.crashing.papers import Papers

BOUNDARY = 3.0  # seconds before a kill in which nobody knows what was still taken in
SETTLED = 2.5  # seconds after a card was read back until its people go on
CLICKERS = 2  # people of each channel who only press buttons
EMOJI = ("✅", "✅", "✅", "❌", "❌", "👍", "👎")


@dataclass(frozen=True)
class Step:
    """``emoji`` put or taken; or, with ``seen``, what stood there when the card was read back."""

    at: float
    emoji: str = ""
    put: bool = True
    told: bool = True
    seen: frozenset[str] | None = None


@dataclass
class Lost:
    """A channel without its operator since ``at``; ``mark`` is the place in its requests."""

    at: float
    mark: int
    back: bool = False


Key = tuple[str, int, int]  # channel, person, draft


@dataclass
class Crowd:
    data: Path
    channels: Sequence[Channel]
    papers: Papers
    numbers: Sequence[int]
    rolls: random.Random
    steps: dict[Key, list[Step]] = field(default_factory=lambda: defaultdict(list))
    clicked: Counter[tuple[str, int]] = field(default_factory=Counter)  # accepted: voter, draft
    clicks: Counter[tuple[str, int]] = field(default_factory=Counter)  # begun
    decided: Counter[tuple[int, str]] = field(default_factory=Counter)  # accepted at the desk: draft, kind
    asked: Counter[tuple[int, str]] = field(default_factory=Counter)
    saved: dict[int, str] = field(default_factory=dict)  # draft → the Status that was written into the sheet
    lost: dict[str, Lost] = field(default_factory=dict)
    _open: set[Key] = field(default_factory=set)  # what was done there while nobody listened is not read yet
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def killed(self) -> None:
        """The operator is gone since just now."""
        now = time.time()
        for channel in self.channels:
            self.lost[channel.name] = Lost(now, channel.mark())
        self._open |= {key for key, steps in self.steps.items() if steps[-1].at > now - BOUNDARY}

    async def work(self, reactions: int, seconds: float) -> None:
        began = time.monotonic()
        for index in range(reactions):
            await asyncio.sleep(max(0.0, began + index * seconds / reactions - time.monotonic()))
            await self._react()
            if index % 25 == 12:
                self._begin(self._click(self.rolls.choice(self.channels), self.rolls.choice(self.numbers)))
            if index % 50 == 25:
                deed = self.rolls.choice(("approve", "deny"))
                self._begin(self.decide(deed, self.rolls.choice(self.numbers)))
            if index % 100 == 60:
                self._write(self.rolls.choice(self.numbers))
        await asyncio.gather(*self._tasks)

    async def settle(self) -> None:
        """Until every card was read back that has to be."""
        while self._open:
            for channel in self.channels:
                self._catch_up(channel)
            await asyncio.sleep(0.1)

    async def _react(self) -> None:
        while True:
            channel = self.rolls.choice(self.channels)
            state = self._state(channel)
            key = (
                channel.name,
                self.rolls.randrange(len(channel.voters) - CLICKERS),
                self.rolls.choice(self.numbers),
            )
            if state == "arriving" or (state == "there" and key in self._open):
                await asyncio.sleep(0.005)
                continue
            _, person, number = key
            standing = channel.standing(person, number)
            if len(standing) == 4 or (standing and self.rolls.random() < 0.45):
                emoji, put = self.rolls.choice(sorted(standing)), False
            else:
                emoji, put = self.rolls.choice([one for one in EMOJI if one not in standing]), True
            told = channel.hearing()
            if not told:
                self._open.add(key)
            self.steps[key].append(Step(time.time(), emoji, put, told))
            await channel.react(person, number, emoji, put=put)
            return

    def _state(self, channel: Channel) -> str:
        """there, away, or arriving: connected, but nobody knows yet since when it hears."""
        lost = self.lost.get(channel.name)
        if lost is None:
            return "there"
        if not channel.hearing() and not lost.back:
            return "away"
        self._catch_up(channel)
        return "there" if lost.back else "arriving"

    def _catch_up(self, channel: Channel) -> None:
        lost = self.lost[channel.name]
        read = channel.read_since(lost.mark)
        lost.back = lost.back or bool(read)
        now = time.time()
        for key in [key for key in self._open if key[0] == channel.name]:
            _, person, number = key
            if number in read and now > read[number] + SETTLED:
                self.steps[key].append(Step(now, seen=frozenset(channel.standing(person, number))))
                self._open.discard(key)

    def _begin(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)

    async def _click(self, channel: Channel, number: int) -> None:
        person = len(channel.voters) - 1 - self.rolls.randrange(CLICKERS)
        voter = channel.voters[person]
        self.clicks[voter, number] += 1
        if channel.hearing() and await channel.approve(person, number):
            self.clicked[voter, number] += 1

    async def decide(self, deed: str, number: int) -> None:
        self.asked[number, deed] += 1
        try:
            session = json.loads((self.data / "operator.json").read_text())
            headers = {"Authorization": f"Bearer {DESK_TOKEN}"}
            async with httpx.AsyncClient(
                base_url=session["url"], headers=headers, timeout=20.0, trust_env=False
            ) as line:
                answer = await line.post(f"/api/operations/{deed}", json={"number": number})
            if answer.json().get("ok"):
                self.decided[number, deed] += 1
        except (httpx.HTTPError, OSError, ValueError):
            return  # it is being killed or started: nobody was told anything

    def _write(self, number: int) -> None:
        """Once for each draft, so that it can be told whether it was heard."""
        if number in self.saved:
            return
        for row in self.papers.rows():
            if row["Video number"] == str(number):
                word = "Denied" if row["Status"] == "Approved" else "Approved"
                if self.papers.write(number, row["Status"], word):
                    self.saved[number] = word
                return
