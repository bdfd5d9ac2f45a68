"""The crash test with every service elsewhere at once, by their remote twins.

    python -m benchmarks.crashing.at_everything [--login facebook|instagram] [--kills 20] [--seconds MAX]
                                                [--seed S] [--json] [--keep FOLDER]

As benchmarks/crash.py: media in a bucket and drafts in a sheet at Google, proposals by a language model,
finals bought at JSON2Video, Reels published by the account. All of them lose answers now and then, before,
after or long before the effect. At the end nothing may be double, lost or untrue, nothing bought twice, and
no exchange one that a service would refuse. With CONTRACTS_DIR the language model's are held against its
official specification, too.
"""

from __future__ import annotations

import asyncio
import os
import random
from pathlib import Path
from typing import Any

from benchmarks.crashing.at_google import CrashAtGoogle
from benchmarks.crashing.at_json2video import Orders, compare, delivering
from benchmarks.crashing.command import parser, work
from benchmarks.crashing.papers import GooglePapers
from benchmarks.crashing.remotes import (
    Beside,
    BoughtAtJson2Video,
    InBucket,
    InGoogleSheet,
    PlannedByModel,
    Shaky,
)
from benchmarks.crashing.service import InstagramService
from tests.doubles.gcs_server import GcsServer
from tests.doubles.openai_contract import Contract
from tests.doubles.openai_mind import Mind
from tests.doubles.openai_server import OpenAIServer
from tests.doubles.sheets_server import SheetsServer


class Elsewhere:
    """Every double but Instagram's, which is a process of its own."""

    def __init__(self, home: Path, rolls: random.Random) -> None:
        self.bucket, self.sheet, self.renderer = GcsServer(), SheetsServer(), delivering(home)
        folder = os.environ.get("CONTRACTS_DIR")
        self.model = OpenAIServer(Mind(), Contract(Path(folder) if folder else None))
        self.planned = PlannedByModel(self.model, rolls)
        self.shaken = [Shaky(self.bucket, rolls), Shaky(self.sheet, rolls)]
        self.orders = Orders(self.renderer, rolls)

    def remotes(self) -> tuple[InBucket, InGoogleSheet, BoughtAtJson2Video, PlannedByModel]:
        return (
            InBucket(self.bucket),
            InGoogleSheet(self.sheet),
            BoughtAtJson2Video(self.renderer),
            self.planned,
        )

    def problems(self) -> list[str]:
        found = self.bucket.problems + self.sheet.problems + self.renderer.problems + self.model.problems
        return found + [f"{formula!r} was executed in the sheet" for formula in self.sheet.executed]

    def figures(self) -> dict[str, int]:
        return {
            "bought": len(self.renderer.bought),
            "planned": self.model.billed,
            "filed": sum(name.startswith("draft_videos/") for name in self.bucket.objects),
            "asked": len(self.sheet.asked) + len(self.bucket.asked) + len(self.renderer.asked),
            "faults": sum(one.made for one in self.shaken) + self.orders.faults + self.planned.faults,
        }


async def _killed(
    elsewhere: Elsewhere, home: Path, seed: int, login: str, kills: int, seconds: float
) -> tuple[dict[str, Any], list[str]]:
    async with elsewhere.model.running():
        service = Beside(InstagramService(login), home, *elsewhere.remotes())
        crash = CrashAtGoogle(home, seed, service, GooglePapers(elsewhere.sheet))
        elsewhere.orders.aim(crash)
        return await crash.run(kills, seconds)


def run(
    home: Path, seed: int, kills: int, seconds: float, login: str = "facebook"
) -> tuple[dict[str, Any], list[str]]:
    elsewhere = Elsewhere(home, random.Random(seed))
    with elsewhere.bucket.running(), elsewhere.sheet.running(), elsewhere.renderer.running():
        figures, wrong = asyncio.run(_killed(elsewhere, home, seed, login, kills, seconds))
    wrong += elsewhere.problems() + compare(elsewhere.renderer, home / "data" / "operator.db")
    return {**figures, **elsewhere.figures()}, wrong


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--login", choices=("facebook", "instagram"), default="facebook")
    given = options.parse_args()

    def by_login(home: Path, seed: int, kills: int, seconds: float) -> tuple[dict[str, Any], list[str]]:
        return run(home, seed, kills, seconds, given.login)

    work(given, by_login, "effects", "bought", "planned")


if __name__ == "__main__":
    main()
