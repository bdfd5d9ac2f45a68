"""What planning needs from the operator: the rounds with the renderer's dry plan, and the movie's file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime

from bot.operator import Operator, draft_folder
from services.errors import OperatorError
from services.files import write_json
from services.log import get_logger
from services.model.asset import Asset
from services.model.brief import Brief
from services.model.proposal import Proposal
from services.planner.assistant.purse import spent_words
from services.planner.rounds import DryPlan, plan_rounds
from services.ports import PlannerAnswer, RenderRequest, Tell
from services.store import drafts, planning

log = get_logger(__name__)


async def planned(op: Operator, brief: Brief, tell: Tell | None = None) -> PlannerAnswer:
    """What the operator's planner makes of a brief, and what the offline one fills in; nothing is stored."""
    services = op.services
    dry, rules = dry_plan(op, brief.assets), op.options.brief
    return await plan_rounds(
        brief, services.planner, services.filler, dry, tell, window=rules.window, cool_down=rules.cool_down
    )


async def cost_notes(op: Operator, run: str, since: datetime | None = None) -> list[str]:
    """What a run cost (from a moment on), as a sentence; [] if it cost nothing."""
    spent = spent_words(await op.store.do(planning.spent, run=run, since=since))
    return [f"Planning took {spent}."] if spent else []


def dry_plan(op: Operator, assets: Sequence[Asset]) -> DryPlan:
    """What the renderer says of a proposal, without rendering it."""
    keys = {asset.id: asset.file.key for asset in assets}

    async def said(proposal: Proposal) -> list[str]:
        used = {r.asset: keys[r.asset] for r in proposal.resources}
        return await op.services.renderer.check(RenderRequest("check", proposal.movie, used))

    return said


async def write_movies(op: Operator, numbers: Sequence[int]) -> None:
    """The movie beside each draft, as `autopotter render` takes it."""
    for number in numbers:
        draft = await op.store.do(drafts.get, number)
        path = draft_folder(op.drafts_dir, number, draft.tag, draft.revision) / "movie.json"
        if not await asyncio.to_thread(path.exists):
            await asyncio.to_thread(write_json, path, draft.movie)


async def try_to_write_movies(op: Operator, numbers: Sequence[int]) -> None:
    """The same for drafts just filed: what cannot be written now is written when they are finished."""
    try:
        await write_movies(op, numbers)
    except OperatorError as error:
        log.warning("the movies of drafts %s: %s", numbers, error)
