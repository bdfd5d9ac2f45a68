"""The planner that needs no service: honest formats filled from the material, chosen to differ.

A run is a pure function of its brief: the same brief gives the same proposals.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from services.evidence import leans_on
from services.log import get_logger
from services.model.brief import Brief, Intent
from services.model.draft import State
from services.model.proposal import Labels, Proposal
from services.planner.candidates import Candidate, accept, choose
from services.planner.check import check
from services.planner.formats import FORMATS
from services.planner.material import COOL_DOWN, Ledger, Material
from services.planner.offline_run import Run, begin, remembered
from services.planner.quota import next_intent
from services.planner.reasons import why_now, why_this_one, with_reason
from services.planner.revising import revise
from services.planner.shortage import shortage
from services.planner.shots import described, resources
from services.planner.soundtrack import length_word, music_word, pace_word
from services.planner.variety import WINDOW
from services.planner.words import shortened
from services.ports import PlannerAnswer, Tell

log = get_logger(__name__)


class OfflinePlanner:
    """The Planner port without AI.

    ``window``: how many of the last drafts a new one must differ from; ``cool_down``: for how many drafts a
    file rests while an unused one of its kind exists.
    """

    name = "offline"

    def __init__(self, window: int = WINDOW, cool_down: int = COOL_DOWN) -> None:
        self._window, self._cool_down = window, cool_down

    async def ping(self) -> str:
        return f"The offline planner is ready with {len(FORMATS)} formats; it needs no service."

    async def propose(self, brief: Brief, tell: Tell | None = None) -> PlannerAnswer:
        """Up to ``brief.count`` proposals; when there are fewer, a note says what to add."""
        # Planning is pure computation; a thread keeps the loop free for people.
        return await asyncio.to_thread(plan, brief, self._window, self._cool_down)


def plan(
    brief: Brief,
    window: int = WINDOW,
    cool_down: int = COOL_DOWN,
    *,
    measured: bool = True,
    without: str = "",
) -> PlannerAnswer:
    """The proposals for a brief. Pure: no clock, no chance, no files.

    ``without``: the name of a format that is left out. Not ``measured``: no
    distance is computed and the first filling is taken (a baseline for benchmarks).
    """
    if brief.revises is not None:
        material = Material(brief.assets, brief.brand.context, Ledger.of(brief.past, [], cool_down))

        def again(order: Brief, without: str) -> PlannerAnswer:
            return plan(order, window, cool_down, without=without)

        return revise(brief, brief.revises, material, again)
    back = [remembered(rejection.proposal, State.FAILED) for rejection in brief.rejected]
    if before := [*map(remembered, brief.kept), *back]:
        # Asked again: what this run made already, and what came back, is not to be repeated either.
        brief = replace(brief, past=[*before, *brief.past], kept=(), rejected=())
        window += len(before)
    run = begin(brief, window, cool_down, measured)
    run.left_out |= {without} - {""}
    proposals: list[Proposal] = []
    for slot in range(max(0, brief.count)):
        proposal = _next(run, slot, proposals)
        if proposal is None:
            break
        proposals.append(proposal)
    notes: tuple[str, ...] = ()
    if len(proposals) < brief.count:
        misfits = brief.lengths if run.misfits else None
        notes = (
            shortage(run.material, run.impossible, brief.count, len(proposals), bool(run.others), misfits),
        )
    log.info("planned %d of %d videos offline", len(proposals), brief.count)
    return PlannerAnswer(tuple(proposals), notes)


def _intent(run: Run, proposals: Sequence[Proposal]) -> Intent | None:
    brief = run.brief
    known = {i.name: i for i in brief.brand.intents}
    if brief.intent:
        return known.get(brief.intent) or Intent(brief.intent, "")
    made = [p.labels.intent for p in proposals]
    turns = Counter(brief.turns) - Counter(made)
    for name in brief.turns:
        if turns[name] and name in known and name not in run.unserved:
            return known[name]
    return next_intent([i for i in brief.brand.intents if i.name not in run.unserved], run.served + made)


def _next(run: Run, slot: int, before: Sequence[Proposal]) -> Proposal | None:
    """The best proposal that also passes the check; a format that fails it is left out of this run."""
    while (best := choose(run, slot, intent := _intent(run, before))) is not None:
        if intent and not best.score[0] and not run.brief.intent:
            run.unserved.add(intent.name)  # its turn comes again in a later run
            continue
        proposal = _proposal(run, best, intent)
        reasons = check(proposal, run.assets, run.brief.abilities, run.brief.lengths)
        if not reasons:
            accept(run, best)
            return proposal
        log.error("format %s made a movie that cannot be used: %s", best.format.name, reasons)
        run.left_out.add(best.format.name)
    return None


def _proposal(run: Run, candidate: Candidate, intent: Intent | None) -> Proposal:
    cut, track, seen = candidate.cut, candidate.track, candidate.features
    drafts = len(run.brief.past) + len(run.siblings)
    because = why_now(run.material, cut.items, cut.lead, drafts)
    why = why_this_one(run.material, cut.items, because, candidate.neighbour, candidate.nearest)
    labels = Labels(
        intent=intent.name if intent else "",
        format=candidate.format.name,
        hook=cut.hook,
        length=length_word(seen.length),
        pace=pace_word(seen.lengths),
        music=music_word(track),
    )
    if leaning := leans_on(run.brief.evidence, labels):
        why = f"{why}\nLeans on: {leaning}."
    return Proposal(
        title=shortened(cut.title, 100),
        strategy=shortened(with_reason(cut.strategy, because), 300),
        description="\n".join((cut.strategy, described(cut.shots, candidate.look, track), why)),
        caption=candidate.caption,
        resources=resources(cut.shots, track),
        labels=labels,
        movie=candidate.movie,
        planner=OfflinePlanner.name,
        seed=candidate.seed,
        distance=round(candidate.nearest, 3) if candidate.neighbour else None,
        neighbour=candidate.neighbour,
    )
