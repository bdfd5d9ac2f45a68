"""The crash test with the media in a bucket and the drafts in a sheet at Google, by their remote twins.

    python -m benchmarks.crashing.at_google [--kills 20] [--seconds MAX] [--seed S] [--json] [--keep FOLDER]

As benchmarks/crash.py, and besides the doubles of both services lose an answer now and then, before or after
the effect, and refuse some requests. What the operator then shows in the sheet is compared at the end, and so
is what lies in the bucket. No exchange may be one that Google would refuse.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.crash import Crash
from benchmarks.crashing.papers import GooglePapers
from benchmarks.crashing.people import People
from benchmarks.crashing.service import OutboxService
from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_keys import key_file
from tests.doubles.http_double import Answer, Asked, Double, Fault
from tests.doubles.sheets_server import SHEET_ID, SheetsServer

CHANCE = 0.03  # of a request to go wrong
FAULTS = (Fault(drop="before"), Fault(drop="after"), Fault(Answer(503)), Fault(Answer(429)))


class Shaky:
    """Makes requests of a double go wrong at random."""

    def __init__(self, double: Double, rolls: random.Random) -> None:
        self._handle, self._double, self._rolls = double._handle, double, rolls
        self.made = 0
        double._handle = self._shake  # type: ignore[method-assign]

    def _shake(self, asked: Asked) -> tuple[Answer | None, int | None]:
        name = self._double.name_of(asked)
        if name != "token" and self._rolls.random() < CHANCE:
            self.made += 1
            self._double.fail(name, self._rolls.choice(FAULTS))
        return self._handle(asked)


class AtGoogle(OutboxService):
    """Posts into the outbox's double; the operator's environment names Google's doubles, too."""

    def __init__(self, home: Path, bucket: GcsServer, sheet: SheetsServer) -> None:
        super().__init__()
        self._home, self._bucket, self._sheet = home, bucket, sheet

    def words(self, folder: Path, seed: int) -> list[str]:
        media = self._home / "media"
        for path in sorted(path for path in media.rglob("*") if path.is_file()):
            self._bucket.add(path.relative_to(media).as_posix(), path.read_bytes())
        return super().words(folder, seed)

    def reached(self, line: str) -> dict[str, str]:
        return super().reached(line) | {
            "GCS_BUCKET": BUCKET,
            "GCS_API_KEY_PATH": str(key_file(self._home / "bucket.json", self._bucket.url)),
            "STORAGE_EMULATOR_HOST": self._bucket.url,
            "GOOGLE_SHEETS_ID": SHEET_ID,
            "GOOGLE_CREDENTIALS_PATH": str(key_file(self._home / "sheet.json", self._sheet.url)),
            "SHEETS_BASE_URL": self._sheet.url,
            "AUTOPOST_POLL_INTERVAL": "3s",
        }


class CrashAtGoogle(Crash):
    async def _rests(self) -> bool:
        """The sheet, too: a write whose answer was lost is looked for after a pause."""
        if not await super()._rests():
            return False
        with contextlib.suppress(FileNotFoundError):
            shown = {row["Video number"]: row["Status"] for row in self.people.papers.rows()}
            drafts = [draft for draft in await self.people.listed() if draft["status"]]
            return all(shown.get(str(draft["number"])) == draft["status"] for draft in drafts)
        return False


def run(home: Path, seed: int, kills: int, seconds: float) -> tuple[dict[str, Any], list[str]]:
    rolls = random.Random(seed)
    with GcsServer().running() as bucket, SheetsServer().running() as sheet:
        sheet.per_minute = 10**6  # killed operators do not know what the ones before asked
        shaken = [Shaky(bucket, rolls), Shaky(sheet, rolls)]
        crash = CrashAtGoogle(home, seed, AtGoogle(home, bucket, sheet))
        crash.people = People(home / "data", random.Random(seed + 1), GooglePapers(sheet))
        crash.cron._people = crash.people
        figures, wrong = asyncio.run(crash.run(kills, seconds))
        wrong += bucket.problems + sheet.problems
        wrong += [f"{formula!r} was executed in the sheet" for formula in sheet.executed]
        filed = [name for name in bucket.objects if name.startswith("draft_videos/")]
        faults = sum(shaky.made for shaky in shaken)
        return {**figures, "faults": faults, "filed": len(filed), "asked": len(sheet.asked)}, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="no new kill after so long")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="work in this new folder and leave it")
    given = parser.parse_args()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    with contextlib.ExitStack() as stack:
        home = given.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home.mkdir(parents=True, exist_ok=True)
        figures, wrong = run(home, seed, given.kills, given.seconds)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    figures |= {"seed": seed}
    print(json.dumps(figures) if given.json else "\n".join(f"{n:10}{v}" for n, v in figures.items()))
    sys.exit(bool(wrong) or not figures["effects"])


if __name__ == "__main__":
    main()
