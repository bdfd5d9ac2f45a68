"""The figures of one planner's drafts, from movies and captions; labels only where labels are counted."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.varying.planners import Played
from services.model.asset import Asset, Category
from services.model.brief import Brand
from services.model.proposal import Proposal
from services.planner.material import COOL_DOWN
from services.planner.pieces import read_items
from services.planner.variety import distance, features


@dataclass(frozen=True, slots=True)
class Figures:
    """Distances are of all pairs; ``reuse`` is uses per file used; ``resting`` counts uses of files inside
    their cool-down while an unused one of their kind existed; ``quota`` is the largest difference between
    an intent's drafts and its exact share."""

    drafts: int
    minimum: float
    mean: float
    leads: int
    formats: int
    coverage: float
    reuse: float
    resting: int
    quota: float
    sent_back: float
    seconds_a_draft: float
    processor_a_draft: float


def measure(played: Played, assets: Sequence[Asset], brand: Brand) -> Figures:
    made = played.proposals
    pieces = {item.id: item.piece for item in read_items(assets, brand.context)}
    seen = [features(p.movie, p.caption, pieces) for p in made]
    found = [distance(a, b) for a, b in itertools.combinations(seen, 2)]
    uses = Counter(asset for p in made for asset in _files(p))
    usable = [a for a in assets if a.usable and a.category in _KINDS]
    return Figures(
        drafts=len(made),
        minimum=round(min(found, default=1.0), 3),
        mean=round(sum(found) / max(1, len(found)), 3),
        leads=len({s.opening for s in seen}),
        formats=len({p.labels.format for p in made}),
        coverage=round(len(uses) / max(1, len(usable)), 3),
        reuse=round(sum(uses.values()) / max(1, len(uses)), 2),
        resting=_resting(made, usable),
        quota=round(_quota(made, brand), 2),
        sent_back=round(1 - len(made) / max(1, played.asked), 3),
        seconds_a_draft=round(played.seconds / max(1, len(made)), 3),
        processor_a_draft=round(played.processor / max(1, len(made)), 3),
    )


_KINDS = (Category.IMAGE, Category.VIDEO, Category.AUDIO)


def _files(proposal: Proposal) -> set[str]:
    return {r.asset for r in proposal.resources}


def _resting(made: Sequence[Proposal], usable: Sequence[Asset]) -> int:
    kinds = {a.id: a.category for a in usable}
    unused, used, recent, found = Counter(kinds.values()), set[str](), list[set[str]](), 0
    for proposal in made:
        files = _files(proposal)
        resting = files & set[str]().union(*recent[-COOL_DOWN:])
        found += sum(unused[kinds[a]] > 0 for a in resting)
        unused.subtract(kinds[a] for a in files - used)
        used |= files
        recent.append(files)
    return found


def _quota(made: Sequence[Proposal], brand: Brand) -> float:
    total = sum(intent.weight for intent in brand.intents)
    counts = Counter(p.labels.intent for p in made)
    return max((abs(counts[i.name] - len(made) * i.weight / total) for i in brand.intents), default=0.0)
