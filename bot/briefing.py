"""Gathers what a planner is told: brand, media, account and past, from where each of them is kept."""

from __future__ import annotations

import asyncio

from bot.operator import Operator
from services.brand import read_brand
from services.errors import Refused
from services.evidence import evidence_lines
from services.model.brief import Brief
from services.store import drafts, results

LEDGER = 60  # drafts that the ledger of used footage goes back at least


async def gather_brief(
    op: Operator, count: int, *, intent: str = "", seed: int = 0, run: str = "", without: int | None = None
) -> Brief:
    """The brief of a run, from the last collected documents. Refused for an intent the brand lacks.

    ``without``: the number of a draft that is left out of the past, as it is made anew.
    """
    brand = await asyncio.to_thread(read_brand, op.options.brand_dir)
    latest = await op.services.collector.latest()
    known = [item.name for item in brand.intents]
    if intent and intent not in known:
        raise Refused(f"The brand has no intent {intent!r}.", remedy=f"It has: {', '.join(known)}.")
    return Brief(
        brand=brand,
        assets=await op.services.inventory.assets(),
        analytics=latest.analytics,
        past=await op.store.do(drafts.past, max(LEDGER, op.options.brief.window), without=without),
        count=count,
        intent=intent,
        seed=seed,
        notes=(*brand.notes, *latest.notes),
        run=run,
        evidence=evidence_lines(await op.store.do(results.results)),
        abilities=op.services.renderer.abilities,
        lengths=op.options.brief.lengths,
    )
