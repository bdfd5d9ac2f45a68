"""Who plans in the benchmark: the offline planner with and without its gate, one template, a dull model."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from services.model.asset import Asset, Category
from services.model.brief import Brand, Brief, PastDraft
from services.model.proposal import Labels, Proposal, Resource
from services.planner.offline import OfflinePlanner, plan
from services.planner.rounds import DryPlan, plan_rounds
from services.ports import Planner, PlannerAnswer, Tell


@dataclass(slots=True)
class Played:
    """What became of all runs. ``asked`` counts proposals that planners handed in."""

    proposals: list[Proposal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0  # on the clock
    processor: float = 0.0  # seconds of this process: what a busy machine does not change
    asked: int = 0
    runs: list[int] = field(default_factory=list)  # proposals of each run


class Counted:
    """A planner that is listened to: how many proposals it handed in."""

    def __init__(self, planner: Planner) -> None:
        self.name, self._planner = planner.name, planner
        self.handed_in = 0

    async def ping(self) -> str:
        return await self._planner.ping()

    async def propose(self, brief: Brief, tell: Tell | None = None) -> PlannerAnswer:
        answer = await self._planner.propose(brief, tell)
        self.handed_in += len(answer.proposals)
        return answer


def play(
    assets: Sequence[Asset], brand: Brand, planner: Planner, dry_plan: DryPlan, runs: int, each: int
) -> Played:
    """``runs`` runs of ``each`` drafts through the product's rounds; each run knows the drafts before it."""
    played, past = Played(), list[PastDraft]()
    for number in range(runs):
        brief = Brief(brand, assets, None, tuple(past), each, seed=1000 + number, run=str(number))
        heard, filler = Counted(planner), Counted(OfflinePlanner())
        began, used = time.perf_counter(), time.process_time()
        answer = asyncio.run(plan_rounds(brief, heard, filler, dry_plan))
        played.seconds += time.perf_counter() - began
        played.processor += time.process_time() - used
        played.asked += heard.handed_in + filler.handed_in
        for proposal in answer.proposals:
            past.insert(0, remembered(proposal, len(past) + 1))
        played.proposals += answer.proposals
        played.notes += answer.notes
        played.runs.append(len(answer.proposals))
    return played


def play_freely(assets: Sequence[Asset], brand: Brand, planner: Planner, runs: int, each: int) -> Played:
    """The same without rounds, check and gate: what a baseline hands in is what is made."""
    played, past = Played(), list[PastDraft]()
    for number in range(runs):
        brief = Brief(brand, assets, None, tuple(past), each, seed=1000 + number, run=str(number))
        began, used = time.perf_counter(), time.process_time()
        answer = asyncio.run(planner.propose(brief))
        played.seconds += time.perf_counter() - began
        played.processor += time.process_time() - used
        played.asked += len(answer.proposals)
        for proposal in answer.proposals:
            past.insert(0, remembered(proposal, len(past) + 1))
        played.proposals += answer.proposals
        played.runs.append(len(answer.proposals))
    return played


def remembered(proposal: Proposal, number: int) -> PastDraft:
    labels = proposal.labels
    assets = tuple(dict.fromkeys(r.asset for r in proposal.resources))
    return PastDraft(
        number, proposal.title, labels.format, labels.intent, "draft", "", assets, proposal.movie,
        proposal.caption,
    )  # fmt: skip


class GateOff:
    """The offline planner that measures nothing: the first filling of each format is taken."""

    name = "offline"

    async def ping(self) -> str:
        return "The offline planner without its gate."

    async def propose(self, brief: Brief, tell: Tell | None = None) -> PlannerAnswer:
        return await asyncio.to_thread(plan, brief, measured=False)


class Template:
    """What most tools do: always the same five shots of files picked by chance, the same words."""

    name = "template"

    async def ping(self) -> str:
        return "One template."

    async def propose(self, brief: Brief, tell: Tell | None = None) -> PlannerAnswer:
        dice = random.Random(brief.seed)
        pictures = [a for a in brief.assets if a.category is Category.IMAGE]
        music = [a for a in brief.assets if a.category is Category.AUDIO]
        return PlannerAnswer(tuple(_filled(dice, pictures, music) for _ in range(brief.count)))


def _filled(dice: random.Random, pictures: Sequence[Asset], music: Sequence[Asset]) -> Proposal:
    chosen, track = dice.sample(pictures, 5), dice.choice(music)
    scenes = [
        {"duration": 2.5, "elements": [{"type": "image", "src": a.id, "resize": "cover", "zoom": 3}]}
        for a in chosen
    ]
    for scene in scenes[1:]:
        scene["transition"] = {"style": "fade", "duration": 0.5}
    sound = {"type": "audio", "src": track.id, "duration": -2}
    used = [Resource(asset=a.id, role="photo") for a in [*chosen, track]]
    return Proposal(
        title="New in the studio", strategy="Shows five pictures.", description="Five pictures.",
        caption="New in the studio. What do you think? #pottery #clay #3dprinting", resources=tuple(used),
        labels=Labels(format="template"), planner="template",
        movie={"resolution": "instagram-story", "scenes": scenes, "elements": [sound]},
    )  # fmt: skip


class DullModel:
    """A scripted model of one idea: what it made first, again and again, with small changes.

    Asked to repair it has another idea every second time, so that some rounds end well and some are filled.
    """

    name = "model"

    def __init__(self) -> None:
        self._asked = 0

    async def ping(self) -> str:
        return "A model of few ideas."

    async def propose(self, brief: Brief, tell: Tell | None = None) -> PlannerAnswer:
        self._asked += 1
        if brief.rejected and self._asked % 2:
            return await asyncio.to_thread(plan, replace(brief, seed=brief.seed + 77 * self._asked))
        idea = plan(replace(brief, past=(), kept=(), rejected=(), seed=7, count=1)).proposals[0]
        return PlannerAnswer(tuple(self._again(idea, number) for number in range(brief.count)))

    def _again(self, idea: Proposal, number: int) -> Proposal:
        """The same video with another last sentence and its first shot a little longer."""
        scenes = [dict(scene) for scene in idea.movie["scenes"]]
        scenes[0]["duration"] = round(float(scenes[0]["duration"]) + 0.1 * number, 1)
        caption = f"Number {self._asked * 10 + number}. {idea.caption}"
        movie = {**idea.movie, "scenes": scenes}
        return idea.model_copy(update={"caption": caption, "movie": movie, "planner": self.name})
