"""Proposals as they may be filed: planned, judged, sent back with reasons at most twice, and then filled up.

Whoever planned it, a proposal passes the check, the gate of variety and the renderer's dry plan, or its
reasons go back to the planner. What is still missing after that the offline planner fills in, and it is
said. The gate is never loosened. Nothing is stored here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from services.errors import OperatorError, Refused
from services.log import get_logger
from services.model.asset import Asset
from services.model.brief import Brief, Rejection
from services.model.proposal import Proposal
from services.planner.check import check
from services.planner.material import COOL_DOWN
from services.planner.pieces import read_items
from services.planner.quota import Places
from services.planner.resting import Resting
from services.planner.variety import GATE, WINDOW, Features, features, parts
from services.planner.variety import nearest as nearest_of
from services.planner.words import counted, harmless, shortened
from services.ports import Planner, PlannerAnswer, Tell

REPAIRS = 2  # how often reasons go back
_NEAR = {  # what two videos have in common, for a planner that has to change it
    "assets": "the files",
    "format": "what the shots look like",
    "rhythm": "the lengths of the shots",
    "opening": "the first picture",
    "caption": "the caption",
    "kinds": "the transitions and kinds of elements",
    "length": "the length",
    "music": "the music",
}

# What the renderer would only approximate, as sentences; Refused with the reason if it cannot be rendered.
DryPlan = Callable[[Proposal], Awaitable[list[str]]]

log = get_logger(__name__)


async def plan_rounds(
    brief: Brief,
    planner: Planner,
    filler: Planner,
    dry_plan: DryPlan,
    tell: Tell | None = None,
    *,
    window: int = WINDOW,
    cool_down: int = COOL_DOWN,
) -> PlannerAnswer:
    """Up to ``brief.count`` proposals that may be filed, and what to say about the run.

    Raises what ``planner`` raises when it is asked first; a planner that fails later is filled up for.
    """
    run = _Run(brief, window, cool_down, dry_plan)
    await run.prepare()
    own = planner.name == filler.name
    gate = not own or brief.revises is not None  # a revision is measured here, whoever made it
    await run.take(await planner.propose(brief, tell), gate=gate, held=not own)
    for _ in range(REPAIRS):
        if not run.missing or (own and not run.rejected):
            break
        try:
            answer = await planner.propose(run.again(), tell)
        except OperatorError as error:
            log.warning("the planner %s could not repair: %s", planner.name, error)
            run.notes.append(str(error))
            break
        await run.take(answer, gate=gate, held=not own)
    if run.missing and not own:
        await run.fill(filler, tell, planner.name)
    for rejection in run.rejected:
        title = harmless(rejection.proposal.title, 80) or "A proposal"
        run.notes.append(f"“{title}” was not accepted: {' '.join(rejection.reasons)}")
    return PlannerAnswer(tuple(run.kept), tuple(dict.fromkeys(run.notes)))


@dataclass(slots=True)
class _Run:
    brief: Brief
    window: int
    cool_down: int
    dry_plan: DryPlan
    assets: dict[str, Asset] = field(default_factory=dict)
    pieces: dict[str, str] = field(default_factory=dict)
    others: list[Features] = field(default_factory=list)  # what a new one must differ from
    names: list[str] = field(default_factory=list)
    kept: list[Proposal] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)  # of the last round
    sent_back: int = 0
    notes: list[str] = field(default_factory=list)
    places: Places = field(init=False)
    resting: Resting = field(init=False)

    async def prepare(self) -> None:
        await asyncio.to_thread(self._prepare)

    def _prepare(self) -> None:
        brief = self.brief
        self.places = Places(brief)
        self.assets = {asset.id: asset for asset in brief.assets}
        items = read_items(brief.assets, brief.brand.context)
        self.pieces = {item.id: item.piece for item in items}
        self.resting = Resting(items, brief.past, self.cool_down)
        recent = brief.past[: self.window]
        self.others = [features(d.movie, d.caption, self.pieces) for d in recent]
        self.names = [f"draft {d.number}" for d in recent]

    @property
    def missing(self) -> int:
        return max(0, self.brief.count - len(self.kept))

    def again(self) -> Brief:
        """The same order for what is missing, with what stands and what came back."""
        return replace(
            self.brief,
            count=self.missing,
            seed=self.brief.seed + 1 + self.sent_back,
            kept=tuple(self.kept),
            rejected=tuple(self.rejected),
            turns=self.places.left,
        )

    async def take(self, answer: PlannerAnswer, *, gate: bool, held: bool) -> None:
        """Judge an answer. ``gate`` False: its planner measures the distances itself, against more.

        ``held``: to the intents of the places, and to files that do not rest. The offline planner sees to
        both itself, and knows where it cannot.
        """
        self.notes += answer.notes
        self.rejected = []
        for proposal in answer.proposals[: max(self.missing, 0)]:
            seen = await asyncio.to_thread(features, proposal.movie, proposal.caption, self.pieces)
            proposal = self._with_intent(proposal) if held else proposal
            reasons = check(proposal, self.assets, self.brief.abilities, self.brief.lengths)
            if not reasons:
                proposal, reasons = await self._planned_dry(proposal)
            nearest, where = nearest_of(seen, self.others)
            if not reasons and gate and nearest < GATE:
                reasons = [_too_near(seen, self.others[where], self.names[where], nearest)]
            if held:
                reasons = [*reasons, *self._of_its_run(proposal)]
            if reasons:
                self.rejected.append(Rejection(proposal, tuple(reasons)))
                self.sent_back += 1
                continue
            if gate:
                neighbour = self.names[where] if where >= 0 else ""
                proposal = _with_distance(proposal, neighbour, nearest)
            self.kept.append(proposal)
            self.places.take(proposal.labels.intent)
            self.resting.take(proposal)
            self.others.append(seen)
            self.names.append(f"“{shortened(harmless(proposal.title, 80), 60)}” of this run")

    async def _planned_dry(self, proposal: Proposal) -> tuple[Proposal, list[str]]:
        """The proposal with what the renderer says of it, and its reasons against it."""
        try:
            said = await self.dry_plan(proposal)
        except Refused as error:
            return proposal, [error.message]
        return proposal.model_copy(update={"approximations": tuple(said)}), []

    def _with_intent(self, proposal: Proposal) -> Proposal:
        labels = proposal.labels.model_copy(update={"intent": self.places.name(proposal.labels.intent)})
        return proposal.model_copy(update={"labels": labels})

    def _of_its_run(self, proposal: Proposal) -> list[str]:
        """What speaks against it that the movie alone does not show; a revision keeps its files."""
        resting = "" if self.brief.revises is not None else self.resting.reason(proposal)
        return [reason for reason in (self.places.reason(proposal.labels.intent), resting) if reason]

    async def fill(self, filler: Planner, tell: Tell | None, planner: str) -> None:
        """What the planner did not manage, from the offline planner, labelled so by its ``planner``."""
        wanted, before = self.missing, self.rejected
        if tell is not None:
            tell("filling up offline")
        answer = await filler.propose(self.again(), tell)
        await self.take(answer, gate=True, held=False)
        filled = wanted - self.missing
        self.rejected = [*before, *self.rejected]
        if filled:
            places = counted(self.brief.count, "place")
            self.notes.append(f"{counted(filled, 'draft').capitalize()} for {places} came from the offline "
                              f"planner, as {planner} made no more that may be shown.")  # fmt: skip


def _too_near(one: Features, other: Features, name: str, value: float) -> str:
    """The reason for a planner: how near, to what, and what they have in common."""
    same = [_NEAR[part] for part, apart in parts(one, other).items() if apart < GATE]
    common = f" Nearly the same are {', '.join(same)}." if same else ""
    return f"It is too much like {name}: a distance of {value:.2f}, and {GATE} is needed.{common}"


def _with_distance(proposal: Proposal, neighbour: str, value: float) -> Proposal:
    """Its description says how it differs, whoever planned it."""
    measured = {"distance": round(value, 3) if neighbour else None, "neighbour": neighbour}
    if "Nearest is " in proposal.description or "It is the first, so" in proposal.description:
        return proposal.model_copy(update=measured)
    words = f"Nearest is {neighbour}, at a distance of {value:.2f} of 1." if neighbour else ""
    return proposal.model_copy(update={"description": f"{proposal.description}\n{words}".strip(), **measured})
