"""What planning needs from the operator, whatever is planned: the renderer's dry plan, the movie's file."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.operator import Operator, draft_folder
from services.errors import Refused
from services.files import write_json
from services.model.asset import Asset
from services.model.proposal import Proposal
from services.planner.rounds import DryPlan
from services.ports import RenderRequest
from services.store import drafts


def dry_plan(op: Operator, assets: Sequence[Asset]) -> DryPlan:
    """What the renderer says against a proposal, without rendering it."""
    keys = {asset.id: asset.file.key for asset in assets}

    async def reasons(proposal: Proposal) -> list[str]:
        used = {r.asset: keys[r.asset] for r in proposal.resources}
        try:
            await op.services.renderer.check(RenderRequest("check", proposal.movie, used))
        except Refused as error:
            return [error.message]
        return []

    return reasons


async def write_movies(op: Operator, numbers: Sequence[int]) -> None:
    """The movie beside each draft, as `autopotter render` takes it."""
    for number in numbers:
        draft = await op.store.do(drafts.get, number)
        path = draft_folder(op.drafts_dir, number, draft.tag, draft.revision) / "movie.json"
        if not await asyncio.to_thread(path.exists):
            await asyncio.to_thread(write_json, path, draft.movie)
