"""What thousands of drafts cost the running operator: after each commit, at the start, and in the sheet.

    python -m benchmarks.sheet [--drafts 500 5000] [--json]

The store is filled with drafts as they are after months: most posted, some denied, a few open, each with a
movie of a usual size. ``due_…`` is what a reconciler's question "is there anything to do?" takes after a
commit that concerns no draft, which the engine asks on every commit and every tick. ``start_ms`` is the
first look of a process at a sheet in which nothing is to be changed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from bot.operator import Operator
from bot.reconcilers.generate import Generate
from bot.reconcilers.publish import Publish
from bot.reconcilers.render import Render
from bot.reconcilers.sheet import Sheet
from bot.retention import upcoming
from bot.settings import load_settings
from bot.surfaces.desk.events import Hub
from bot.wiring import close_operator, open_operator
from services.log import initialize_logging
from services.model.draft import Rendered, State
from services.model.proposal import Proposal, Resource
from services.model.vote import Choice
from services.store import decisions, drafts, facts

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ROUNDS = 15
SCENES = 8


def fill(db: Database, count: int, target: str) -> None:
    for index in range(count):
        assets = [f"m{index:05d}{scene:04d}" for scene in range(SCENES)]
        number = drafts.file(db, proposal(index, assets), job=None, sample=True, now=NOW)
        drafts.move(db, number, State.PROPOSED, State.RENDERING, now=NOW)
        video = Rendered("video.mp4", "preview.mp4", "cover.jpg", "storyboard.jpg",
                         24.0, 9_000_000, f"{index:064x}", "local")  # fmt: skip
        contents = {asset: f"{scene:064x}" for scene, asset in enumerate(assets)}
        drafts.set_rendered(db, number, 1, video, contents)
        drafts.move(db, number, State.RENDERING, State.DRAFT, now=NOW)
        if index % 20 == 0:
            continue  # waits for review
        choice = Choice.DENY if index % 5 == 0 else Choice.APPROVE
        decisions.vote(db, number, choice, voter="desk", target=target, now=NOW)
        if choice is Choice.APPROVE and index % 20 != 1:
            decisions.posted_by_hand(db, number, f"https://example.com/{number}", voter="desk", now=NOW)


def proposal(index: int, assets: list[str]) -> Proposal:
    text = {"type": "text", "text": "Layer by layer", "style": "001", "settings": {"font-size": "64px"}}
    clip = {"type": "video", "seek": 1.25, "duration": 3.0, "resize": "cover", "volume": 0.2, "zoom": 2}
    scenes = [{"duration": 3.0, "elements": [{**clip, "src": asset}, text]} for asset in assets]
    return Proposal(
        title=f"RV{index:04d} grows",
        strategy="Shows a whole process in the time a person gives it, and ends with a question.",
        description="One take after another, each from the same place, until the pot stands.",
        caption=f"Layer by layer, day {index}.\n\nWhat would you put into it?\n\n#ceramics #pottery",
        resources=tuple(Resource(asset=asset, role="lead") for asset in assets),
        movie={"resolution": "instagram-story", "quality": "high", "scenes": scenes},
    )


async def measure(count: int, home: Path) -> dict[str, float | int]:
    media = home / "studio"
    media.mkdir(parents=True)
    settings = load_settings([], {"DATA_DIR": str(home / "data"), "MEDIA_DIR": str(media)})
    op = await open_operator(settings)
    try:
        await op.store.do(fill, count, op.target)
        return await figures(op, count)
    finally:
        await close_operator(op)


async def figures(op: Operator, count: int) -> dict[str, float | int]:
    result: dict[str, float | int] = {"drafts": count}
    sheet = Sheet(op)
    result["first_sheet_ms"] = await milliseconds(lambda: sheet.step("rows"))
    result["start_ms"] = await milliseconds(lambda: Sheet(op).step("rows"))
    await sheet.due()
    for reconciler in (sheet, Render(op), Publish(op), Generate(op)):
        result[f"due_{reconciler.name}_ms"] = await after_commits(op, reconciler.due)
    result["due_after_vote_ms"] = await after_votes(op, sheet.due, sheet)
    result["step_after_vote_ms"] = await after_votes(op, lambda: sheet.step("rows"), None)
    result["desk_ms"] = await after_commits(op, Hub(op).snapshot)
    result["deletions_ms"] = await after_commits(op, lambda: op.store.do(upcoming, op))
    return result


async def after_commits(op: Operator, work: Callable[[], Awaitable[object]]) -> float:
    """The median after commits that concern no draft."""
    taken = []
    for turn in range(ROUNDS):
        await op.store.do(facts.put, "turn", turn)
        taken.append(await milliseconds(work))
    return round(statistics.median(taken), 2)


async def after_votes(op: Operator, work: Callable[[], Awaitable[object]], sheet: Sheet | None) -> float:
    """The median after a vote that changes one row; ``sheet`` writes it outside what is measured."""
    taken = []
    for turn in range(ROUNDS):
        choice = Choice.DENY if turn % 2 else Choice.APPROVE
        await op.store.do(decisions.vote, 1, choice, voter="desk", target=op.target, now=NOW)
        taken.append(await milliseconds(work))
        if sheet is not None:
            await sheet.step("rows")
    return round(statistics.median(taken), 2)


async def milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return round((time.perf_counter() - started) * 1000, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drafts", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    initialize_logging({"log_level": "WARNING"})
    results = []
    for count in arguments.drafts:
        with tempfile.TemporaryDirectory() as home:
            results.append(asyncio.run(measure(count, Path(home))))
    if arguments.json:
        print(json.dumps(results))
        return
    for name in results[0]:
        print(f"{name:22}" + "".join(f"{result[name]:>12}" for result in results))


if __name__ == "__main__":
    main()
