"""`autopotter run` as it is, but for three services: it posts to the counting double, renders small and fast,
and takes its proposals from a script where no model is named. Started and killed by benchmarks/crash.py.

    PUBLISHER_URL=http://127.0.0.1:… python -m benchmarks.crashing.operator [autopost SECONDS]

Without PUBLISHER_URL it posts where the settings say, but settles as briefly as the double allows.

With "autopost" it is that command, as cron calls it, with the same services. The movies last 3 s, the least
Instagram takes (VIDEO_MIN_SECONDS is lowered to it), at 270×480. POSTS_PER_DAY is
out of the way.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import random
import sys
from typing import Any

from bot import app
from bot.autopost import autopost
from bot.operator import Operator
from bot.settings import Settings, load_settings
from bot.surfaces.console import Console
from bot.wiring import open_operator
from services.log import initialize_logging
from services.model.asset import Asset, Category
from services.model.brief import Brief
from services.model.proposal import Labels, Proposal, Resource
from services.ports import PlannerAnswer
from services.renderer.local.local import LocalRenderer
from services.renderer.local.profile import Profile
from tests.doubles.publisher_client import DoublePublisher

SECONDS = 3
FINAL_SETTLES = 4.0  # seconds; the double's orders take effect within 1.5
SMALL = Profile("crash", scale=0.25, preset="ultrafast", preview_scale=0.5)


class ScriptedPlanner:
    """Planner port: one clip or photo with a title a video, none like another."""

    name = "offline"

    async def ping(self) -> str:
        return "ready"

    async def propose(self, brief: Brief, tell: object = None) -> PlannerAnswer:
        usable = [a for a in brief.assets if a.usable and a.category in (Category.VIDEO, Category.IMAGE)]
        rolls = random.Random()
        return PlannerAnswer(tuple(_proposal(rolls.choice(usable), rolls) for _ in range(brief.count)))


def _proposal(asset: Asset, rolls: random.Random) -> Proposal:
    title = f"Pot {rolls.randrange(10**9)}"
    clip = asset.category is Category.VIDEO
    shown: dict[str, Any] = {"type": "video" if clip else "image", "src": asset.id, "resize": "cover"}
    if clip:
        shown["muted"] = True
    return Proposal(
        title=title,
        strategy=f"Shows {title}.",
        description="One shot.",
        caption=f"{title}, layer by layer. #ceramics",
        resources=(Resource(asset=asset.id, role="lead"),),
        labels=Labels(format="shot"),
        movie={
            "resolution": "instagram-story",
            "fps": 30,
            "scenes": [{"duration": SECONDS, "elements": [shown]}],
        },
    )


async def opened(settings: Settings) -> Operator:
    op = await open_operator(settings)
    bucket = op.services.bucket
    op.services = dataclasses.replace(
        op.services,
        planner=ScriptedPlanner()
        if op.services.planner.name == ScriptedPlanner.name
        else op.services.planner,
        renderer=LocalRenderer(settings.data_dir / "cache" / "renders", bucket.fetch, profile=SMALL),
    )
    if url := os.environ.get("PUBLISHER_URL"):
        op.services = dataclasses.replace(op.services, publisher=DoublePublisher(url))
    else:
        op.services.publisher.settle = DoublePublisher.settle
    if op.services.final is not None:
        op.services.final.settle = FINAL_SETTLES
    op.options = dataclasses.replace(op.options, posts_per_day=10**6)
    return op


def main(words: list[str]) -> int:
    initialize_logging({"log_level": "INFO"})
    settings = load_settings([])
    if not words:
        asyncio.run(app.run(settings, opened=opened))
        return 0
    with Console(as_json=True) as console:
        autopost(settings, console, {"timeout": float(words[1])}, opened)
    return 0 if console.ok else console.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
