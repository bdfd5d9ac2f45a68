"""What one run of the offline planner stands on: fixed by the brief, and growing with each video it takes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from services.model.asset import Asset
from services.model.brief import Brief, PastDraft
from services.model.draft import State
from services.model.proposal import Proposal
from services.planner.denials import Denials
from services.planner.formats import FORMATS
from services.planner.material import Ledger, Material
from services.planner.quota import served
from services.planner.sights import Rgb, mood
from services.planner.variety import Features, features
from services.planner.voice import Voice
from services.planner.words import harmless

SAID = 12  # drafts whose sentences are not said again


@dataclass(slots=True)
class Run:
    """One run's state: what is fixed, and what grows with each accepted candidate."""

    brief: Brief
    measured: bool
    material: Material
    voice: Voice
    others: list[Features]  # what a new video must differ from
    moods: list[tuple[Rgb, ...]]  # how those were coloured, the newest last
    names: list[str]  # how a person finds each of them
    counts: Counter[str]  # formats of the last drafts
    assets: dict[str, Asset]  # usable ones, by id
    denials: Denials
    captions: list[str]  # newest first
    served: list[str]  # intents of the videos before this run's
    hashtags: list[frozenset[str]] = field(default_factory=list)  # of this run
    siblings: list[str] = field(default_factory=list)  # formats of this run
    treatments: list[str] = field(default_factory=list)  # how this run's texts look
    framings: list[str] = field(default_factory=list)  # and how its pictures stand
    unserved: set[str] = field(default_factory=set)  # intents the material cannot serve honestly now
    left_out: set[str] = field(default_factory=set)  # formats that failed the check
    impossible: set[str] = field(default_factory=set)  # formats the material never allowed
    misfits: set[str] = field(default_factory=set)  # formats that were too short or too long


def begin(brief: Brief, window: int, cool_down: int, measured: bool) -> Run:
    recent = list(brief.past[:window])
    material = Material(brief.assets, brief.brand.context, Ledger())
    others = [features(d.movie, d.caption, material.pieces) for d in recent]
    material.ledger = Ledger.of(brief.past, [f.opening for f in others], cool_down)
    material.rebuild_order()
    return Run(
        brief=brief,
        measured=measured,
        material=material,
        voice=Voice.of(brief.brand),
        others=others,
        moods=[mood([material.by_id[a] for a in d.assets if a in material.by_id]) for d in recent[::-1]],
        names=[f"draft {d.number}" if d.number else f"“{harmless(d.title, 60)}” of this run" for d in recent],
        assets={item.id: item.asset for item in material.items},
        counts=Counter(d.format for d in recent[: 2 * len(FORMATS)]),
        denials=Denials.of(brief.past),
        captions=[d.caption for d in recent[:SAID]],
        served=served(brief),
    )


def remembered(proposal: Proposal, state: State = State.PROPOSED) -> PastDraft:
    """A proposal of this run as a past draft; it has no number yet. FAILED if it came back."""
    return PastDraft(
        number=0,
        title=proposal.title,
        format=proposal.labels.format,
        intent=proposal.labels.intent,
        state=state,
        reason="",
        assets=tuple(dict.fromkeys(r.asset for r in proposal.resources)),
        movie=proposal.movie,
        caption=proposal.caption,
    )
