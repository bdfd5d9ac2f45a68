"""What the operator shows, and when: journal, cards, sheet and desk, seen from outside."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.chatting.channels import Channel, Shown
from benchmarks.crashing.papers import Papers

EVERY = 0.025  # seconds between two looks: how exact the moments are
DESK_TOKEN = "the-desk-of-the-load-test"
_QUERY = "SELECT sequence, draft, kind, voter FROM journal WHERE sequence > ? ORDER BY sequence"
KINDS = ("approve", "deny", "withdraw", "hold")


@dataclass(frozen=True)
class Entry:
    """A vote, and when it could first be read."""

    sequence: int
    draft: int
    kind: str
    voter: str
    at: float


class Watch:
    """``cards`` and ``rows``: (channel, draft) or draft → [(when, what it says)], the oldest first."""

    def __init__(self, data: Path, channels: Sequence[Channel], papers: Papers) -> None:
        self._data, self._channels, self._papers = data, channels, papers
        self.entries: list[Entry] = []
        self.cards: dict[tuple[str, int], list[tuple[float, Shown]]] = defaultdict(list)
        self.rows: dict[int, list[tuple[float, str]]] = defaultdict(list)
        self.desk: dict[int, list[tuple[float, str]]] = defaultdict(list)
        self.saves = 0  # times the sheet was seen to be another than before
        self._edits: dict[tuple[str, int], int] = {}
        self._last = 0
        self._sheet: object = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._look()), asyncio.create_task(self._listen())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for result in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    async def _look(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        for channel in self._channels:
            for number in channel.cards():
                key = (channel.name, number)
                edits, says = channel.status(number)
                if self._edits.get(key) != edits:
                    self._edits[key] = edits
                    self.cards[key].append((time.time(), says))
        await asyncio.to_thread(self._read)

    def _read(self) -> None:
        with contextlib.suppress(sqlite3.OperationalError):  # it is being killed or started just now
            uri = f"file:{self._data / 'operator.db'}?mode=ro"
            with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=0.2)) as db:
                found = db.execute(_QUERY, [self._last]).fetchall()
            now = time.time()
            for sequence, draft, kind, voter in found:
                self._last = sequence
                if kind in KINDS:
                    self.entries.append(Entry(sequence, draft, kind, voter, now))
        with contextlib.suppress(OSError):
            rows = {int(row["Video number"]): row["Status"] for row in self._papers.rows() if row["Draft id"]}
            ids = sorted(row["Draft id"] for row in self._papers.rows())
            self.saves += self._sheet is not None and ids != self._sheet
            self._sheet = ids
            for number, word in rows.items():
                if not self.rows[number] or self.rows[number][-1][1] != word:
                    self.rows[number].append((time.time(), word))

    async def _listen(self) -> None:
        """The desk's stream of changes, asked for again whenever it ends."""
        while True:
            with contextlib.suppress(httpx.HTTPError, OSError, ValueError):
                session = json.loads((self._data / "operator.json").read_text())
                headers = {"Authorization": f"Bearer {DESK_TOKEN}"}
                async with (
                    httpx.AsyncClient(base_url=session["url"], headers=headers, trust_env=False) as line,
                    line.stream("GET", "/events", timeout=httpx.Timeout(5.0, read=60.0)) as answer,
                ):
                    async for text in answer.aiter_lines():
                        if text.startswith("data:"):
                            self._hear(json.loads(text[5:]))
            await asyncio.sleep(0.2)

    def _hear(self, told: dict[str, list[dict[str, object]]]) -> None:
        for view in told.get("drafts", ()):
            self.desk[int(str(view["number"]))].append((time.time(), str(view["state"])))
