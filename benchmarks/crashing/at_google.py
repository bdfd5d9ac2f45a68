"""The crash test with the media in a bucket and the drafts in a sheet at Google, by their remote twins.

    python -m benchmarks.crashing.at_google [--kills 20] [--seconds MAX] [--seed S] [--json] [--keep FOLDER]

As benchmarks/crash.py, and besides the doubles of both services lose an answer now and then, before or after
the effect, and refuse some requests. What the operator then shows in the sheet is compared at the end, and so
is what lies in the bucket. No exchange may be one that Google would refuse.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Any

from benchmarks.crash import Crash
from benchmarks.crashing.command import parser, work
from benchmarks.crashing.papers import GooglePapers
from benchmarks.crashing.remotes import Beside, InBucket, InGoogleSheet, Shaky
from benchmarks.crashing.service import OutboxService
from tests.doubles.gcs_server import GcsServer
from tests.doubles.sheets_server import SheetsServer


class CrashAtGoogle(Crash):
    """It rests when the sheet shows what the store knows."""

    async def _rests(self) -> bool:
        """The sheet, too: a write whose answer was lost is looked for after a pause."""
        if not await super()._rests():
            return False
        with contextlib.suppress(FileNotFoundError):
            shown = {row["Video number"]: row["Status"] for row in self.people.papers.rows()}
            # One that was denied before it was rendered never had a row.
            drafts = [draft for draft in await self.people.listed() if draft["status"] and draft["content"]]
            return all(shown.get(str(draft["number"])) == draft["status"] for draft in drafts)
        return False


def run(home: Path, seed: int, kills: int, seconds: float) -> tuple[dict[str, Any], list[str]]:
    rolls = random.Random(seed)
    with GcsServer().running() as bucket, SheetsServer().running() as sheet:
        shaken = [Shaky(bucket, rolls), Shaky(sheet, rolls)]
        service = Beside(OutboxService(), home, InBucket(bucket), InGoogleSheet(sheet))
        figures, wrong = asyncio.run(
            CrashAtGoogle(home, seed, service, GooglePapers(sheet)).run(kills, seconds)
        )
        wrong += bucket.problems + sheet.problems
        wrong += [f"{formula!r} was executed in the sheet" for formula in sheet.executed]
        filed = [name for name in bucket.objects if name.startswith("draft_videos/")]
        faults = sum(shaky.made for shaky in shaken)
        return {**figures, "faults": faults, "filed": len(filed), "asked": len(sheet.asked)}, wrong


if __name__ == "__main__":
    work(parser(__doc__).parse_args(), run, "effects")
