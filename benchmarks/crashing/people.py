"""People at work while the plug is pulled: over the desk's API, as the command line asks it, in the sheet.

They note what they were told: a vote counts as accepted when its request was answered with success, a draft
or a generation once it was shown. What is noted here must be found in operator.db at the end.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from benchmarks.crashing.papers import CsvPapers, Papers

DESK_TOKEN = "the-desk-of-the-crash-test"
OPEN = ("proposed", "rendering", "draft", "approved", "publishing", "unknown")
PAUSES = 0.02  # how often somebody pauses posting instead of deciding something
WANTED_OPEN = 5  # drafts that are under way; fewer, and somebody asks for more

# What the journal calls an accepted request.
KINDS = {
    "approve": "approve", "deny": "deny", "edit": "edit", "undo": "undo", "post": "post_now",
    "retry": "retry", "unpublished": "not_live",
}  # fmt: skip
# state → what somebody may do about such a draft, and how often; "" is nothing
DEEDS: dict[str, dict[str, int]] = {
    "draft": {"approve": 45, "sheet": 20, "post": 15, "deny": 8, "edit": 8, "": 4},
    "approved": {"": 60, "undo": 8, "edit": 6, "post": 14, "sheet": 6, "deny": 6},
    "denied": {"": 85, "approve": 10, "undo": 5},
    "failed": {"retry": 60, "": 40},
    "unknown": {"unpublished": 60, "": 40},
    "publishing": {"": 80, "deny": 10, "approve": 10},
    "rendering": {"": 97, "deny": 3},
}


class People:
    """``accepted`` counts (draft, kind, voter); ``drafts`` and ``jobs`` are those that were shown."""

    def __init__(self, data: Path, rolls: random.Random, papers: Papers | None = None) -> None:
        self._data, self._rolls = data, rolls
        self.papers = papers or CsvPapers(data / "drafts.csv")
        self.accepted: Counter[tuple[int, str, str]] = Counter()
        self.texts: set[tuple[int, str]] = set()  # reasons and captions that were accepted
        self.drafts: set[int] = set()
        self.jobs: set[int] = set()
        self.saved: dict[int, str] = {}  # draft → the Status somebody saved in the sheet
        self._saved_ids: set[str] = set()
        self.sent = asyncio.Event()  # a request to decide something is on its way
        self.ordered = asyncio.Event()
        self.calm = False  # finish what there is, begin nothing new
        self.posted: set[int] = set()  # drafts an autopost said it had posted
        self.pauses: list[tuple[datetime, datetime]] = []  # from "paused" to asking for it to go on
        self._pausing = False  # asked for, heard or not
        self._paused: datetime | None = None

    async def work(self) -> None:
        """Until cancelled. A request that is not answered counts for nothing: the plug was pulled."""
        while True:
            try:
                await self._act()
            except (httpx.HTTPError, OSError, ValueError, KeyError):
                await asyncio.sleep(0.1)
            await asyncio.sleep(self._rolls.uniform(0.02, 0.3))

    async def listed(self) -> list[dict[str, Any]]:
        """Every draft as the desk shows it."""
        found: list[dict[str, Any]] = (await self._ask("drafts", {}))["replies"][-1]["data"]
        self.drafts.update(draft["number"] for draft in found)
        return found

    def unheard(self) -> bool:
        """Whether the sheet still says what somebody saved, in a row the operator has not written since."""
        if not self._saved_ids:
            return False
        now = {row["Draft id"] for row in self.papers.rows()}
        return bool(now & self._saved_ids)

    async def _act(self) -> None:
        if self._pausing:
            await self.resume()
        elif not self.calm and self._rolls.random() < PAUSES:
            await self._pause()
        found = await self.listed()
        under_way = [draft for draft in found if draft["state"] in OPEN]
        if len(under_way) < WANTED_OPEN and not self.calm:
            await self._order()
            return
        fresh = [draft for draft in found[:25] if draft["state"] in DEEDS]
        if not fresh:
            return
        draft = self._rolls.choice(fresh)
        chances = DEEDS[draft["state"]]
        deed = self._rolls.choices(list(chances), list(chances.values()))[0]
        if deed == "sheet":
            self._in_the_sheet(draft["number"])
        elif deed and not (self.calm and deed in ("deny", "undo", "edit")):
            await self.decide(deed, draft["number"])

    async def _pause(self) -> None:
        """Hold all posting for a while; should the plug be pulled meanwhile, for longer."""
        self._pausing = True
        if (await self._ask("schedule", {"action": "pause"}))["ok"]:
            self._paused = datetime.now(UTC)
            await asyncio.sleep(self._rolls.uniform(0.5, 2.0))

    async def resume(self) -> None:
        until = datetime.now(UTC)
        if self._paused is not None:
            self.pauses.append((self._paused, until))
            self._paused = None
        self._pausing = not (await self._ask("schedule", {"action": "resume"}))["ok"]

    async def _order(self) -> None:
        """Ask for videos; the job is acknowledged by the first line, and then nobody listens any more."""
        session = json.loads((self._data / "operator.json").read_text())
        headers = {"Authorization": f"Bearer {DESK_TOKEN}", "Accept": "application/x-ndjson"}
        self.ordered.set()
        async with (
            httpx.AsyncClient(base_url=session["url"], headers=headers, trust_env=False) as line,
            line.stream("POST", "/api/operations/generate", json={"count": 2}) as answer,
        ):
            async for reply in answer.aiter_lines():
                self.jobs.add(json.loads(reply)["data"]["job"])
                break
        await asyncio.sleep(1.0)

    async def decide(self, deed: str, number: int) -> None:
        """Ask for it; noted if it was accepted."""
        given: dict[str, Any] = {"number": number}
        if deed == "deny":
            given["reason"] = f"reason {self._rolls.randrange(10**9)}"
        if deed == "edit":
            given["caption"] = f"words {self._rolls.randrange(10**9)} #ceramics"
        # Posting at once is asked for by the command line: its approvals stay apart from the desk's.
        voter = "console" if deed == "post" else "desk"
        self.sent.set()
        if deed == "post":
            await self._post_now(number)
            return
        answer = await self._ask(deed, given)
        if answer["ok"]:
            self.accepted[number, KINDS[deed], voter] += 1
            if text := given.get("reason") or given.get("caption"):
                self.texts.add((number, text))

    async def _post_now(self, number: int) -> None:
        """Its first line says that it is noted; the rest comes when it is posted."""
        session = json.loads((self._data / "operator.json").read_text())
        headers = {"Authorization": f"Bearer {session['token']}", "Accept": "application/x-ndjson"}
        async with (
            httpx.AsyncClient(base_url=session["url"], headers=headers, trust_env=False) as line,
            line.stream("POST", "/api/operations/post", json={"number": number}) as answer,
        ):
            async for reply in answer.aiter_lines():
                if json.loads(reply)["ok"] and json.loads(reply)["data"]["state"] == "approved":
                    self.accepted[number, "post_now", "console"] += 1
                break

    async def _ask(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        session = json.loads((self._data / "operator.json").read_text())
        headers = {"Authorization": f"Bearer {DESK_TOKEN}"}
        async with httpx.AsyncClient(
            base_url=session["url"], headers=headers, timeout=20.0, trust_env=False
        ) as line:
            answer = await line.post(f"/api/operations/{name}", json=given)
        found: dict[str, Any] = answer.json()
        if "ok" not in found:
            raise ValueError(found)
        return found

    def _in_the_sheet(self, number: int) -> None:
        """Write a Status into the sheet, once a draft: what is saved must be heard."""
        if number in self.saved:
            return
        for row in self.papers.rows():
            if row["Video number"] == str(number) and row["Status"] in ("Draft", "Approved"):
                word = "Approved" if row["Status"] == "Draft" else "Denied"
                self.sent.set()
                if self.papers.write(number, row["Status"], word):
                    self.saved[number] = word
                    self._saved_ids.add(row["Draft id"])
                return
