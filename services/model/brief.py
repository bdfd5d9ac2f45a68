"""Everything a planner is told for one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.model.abilities import Abilities
from services.model.asset import Asset
from services.model.proposal import Proposal

Lengths = tuple[float, float]  # seconds of a whole video, the shortest and the longest
LENGTHS: Lengths = (5.0, 60.0)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a video is for (teach, show off, ask …): from the brand's intents.yaml. Weights are relative."""

    name: str
    prompt: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Brand:
    """The brand's own words. ``context`` maps a file name in context/ to its text."""

    personality: str
    instructions: str
    intents: tuple[Intent, ...]
    context: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # sentences about files that were missing or unreadable


@dataclass(frozen=True, slots=True)
class PastDraft:
    """A draft made earlier, as far as planning needs it: newest first in a brief."""

    number: int
    title: str
    format: str
    intent: str
    state: str
    reason: str  # why it was denied, "" if it was not
    assets: tuple[str, ...]  # asset ids
    movie: dict[str, Any]
    caption: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A proposal of this run that may not be made; ``reasons`` are sentences for whoever planned it."""

    proposal: Proposal
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """One run's order: make ``count`` videos (of ``intent``, if named) from ``assets``.

    ``seed`` makes an offline run reproducible. ``notes`` say what is missing or old. ``run`` names the run
    ("" if nobody needs to find it again). Asked again in the same run, ``kept`` are the proposals of it
    that stand and ``rejected`` those that came back since the last time; ``count`` is what is missing, and
    ``turns`` the intents that the missing ones are to serve (all or the first of them; the quota says the
    rest).
    ``abilities`` are what the renderer makes of a movie (None: all of the format).
    ``revises`` is a draft to be made anew by ``wish``, the words of a person who reviews; it is not among
    ``past``, and ``run`` names the run that made it first. ``evidence`` says which labels did better,
    ``lengths`` how long a video may be.
    """

    brand: Brand
    assets: Sequence[Asset]
    analytics: dict[str, Any] | None
    past: Sequence[PastDraft]
    count: int
    intent: str = ""
    seed: int = 0
    notes: tuple[str, ...] = ()
    run: str = ""
    kept: tuple[Proposal, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    turns: tuple[str, ...] = ()
    revises: PastDraft | None = None
    wish: str = ""
    evidence: tuple[str, ...] = ()
    abilities: Abilities | None = None
    lengths: Lengths = LENGTHS
