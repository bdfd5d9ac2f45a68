"""A draft's life: the states, the words people see for them, and which may follow which."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.errors import Refused
from services.model.proposal import Labels, Resource


class State(StrEnum):
    PROPOSED = "proposed"
    RENDERING = "rendering"
    DRAFT = "draft"
    DENIED = "denied"
    APPROVED = "approved"
    FINALISING = "finalising"
    PUBLISHING = "publishing"
    UNKNOWN = "unknown"
    FAILED = "failed"
    POSTED = "posted"


# The word in the sheet. No word: no row yet. FAILED keeps the row's last word.
WORDS: dict[State, str] = {
    State.DRAFT: "Draft",
    State.DENIED: "Denied",
    State.APPROVED: "Approved",
    State.FINALISING: "Approved",
    State.PUBLISHING: "Approved",
    State.UNKNOWN: "Approved",
    State.POSTED: "Posted",
}

_BY_VOTES = frozenset({State.DRAFT, State.APPROVED, State.DENIED})

# Which state may follow which; everything else is refused. "Posted by hand" is the person's own act, so it is
# open wherever no effect of ours can be under way.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.RENDERING, State.DENIED}),
    State.RENDERING: frozenset({State.DRAFT, State.FAILED, State.DENIED}),
    State.DRAFT: frozenset({State.APPROVED, State.DENIED, State.RENDERING, State.POSTED}),
    State.DENIED: frozenset({State.DRAFT, State.APPROVED, State.PROPOSED, State.RENDERING, State.POSTED}),
    State.APPROVED: frozenset(
        {State.DRAFT, State.DENIED, State.FINALISING, State.PUBLISHING, State.RENDERING, State.POSTED}
    ),
    State.FINALISING: frozenset({State.APPROVED, State.DRAFT, State.DENIED, State.FAILED}),
    State.PUBLISHING: frozenset({State.POSTED, State.UNKNOWN, State.FAILED}) | _BY_VOTES,
    State.UNKNOWN: frozenset({State.POSTED}) | _BY_VOTES,
    State.FAILED: frozenset({State.RENDERING, State.POSTED}) | _BY_VOTES,
    State.POSTED: _BY_VOTES,  # only "posted by hand" without a publication of ours; the operation checks that
}


def allowed(before: State, after: State) -> bool:
    return after in TRANSITIONS[before]


def ensure_allowed(before: State, after: State) -> None:
    """Raise Refused with a sentence when the table has no way from ``before`` to ``after``."""
    if not allowed(before, after):
        raise Refused(f"A draft that is {before} cannot become {after}.")


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a renderer delivered for one revision: file names inside the draft's folder, and facts."""

    video: str
    preview: str
    cover: str
    storyboard: str
    duration: float  # seconds
    size: int  # bytes of the video
    sha256: str  # of the video
    renderer: str
    approximations: tuple[str, ...] = ()
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    thumbnails: str = ""  # one picture for each begun second, ten in a row; "": there is none
    segments: int = 0  # pieces it was encoded in; 0: in one
    cached: int = 0  # pieces that were known from an earlier render
    reviewed: str = ""  # sha256 of the preview it is the final of: that is what people approve


@dataclass(frozen=True, slots=True)
class Draft:
    """One number, one row, one card: the current revision of a video and what became of it."""

    number: int
    tag: str  # short id that survives in sheets: "k7f3"
    state: State
    revision: int
    title: str
    caption: str
    strategy: str
    description: str
    labels: Labels
    resources: tuple[Resource, ...]
    movie: dict[str, Any]
    planner: str
    job: int | None
    created: datetime
    changed: datetime
    sample: bool  # made of sample media: never posted to a real account
    rendered: Rendered | None = None
    reason: str = ""  # why denied or failed
    decided_by: str = ""
    decided_at: datetime | None = None
    decided_sequence: int | None = None  # of the deciding vote: "latest approved" is by this, not by clocks
    post_now: bool = False
    post_at: datetime | None = None
    permalink: str = ""
    posted_at: datetime | None = None
    posted_by_hand: bool = False
    last_word: str = ""  # the sheet's word before a failure
    cleared: datetime | None = None  # when housekeeping removed its files
    notes: tuple[str, ...] = ()  # what its renderer said before rendering: what it would only approximate
    distance: float | None = None  # to the nearest other video when it was planned, 0 … 1; None: unknown
    neighbour: str = ""  # which one that was: "draft 7"

    @property
    def word(self) -> str:
        """The Status of the sheet; "" while there is no row."""
        return word_of(self.state, self.last_word)

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(r.asset for r in self.resources))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a draft stands, without what it is made of: quick to read, also of thousands."""

    number: int
    tag: str
    state: State
    revision: int
    changed: datetime
    rendered: bool
    decided_at: datetime | None
    decided_sequence: int | None
    post_now: bool
    post_at: datetime | None
    posted_at: datetime | None
    cleared: datetime | None


def word_of(state: State, last_word: str) -> str:
    """The Status of a draft in this state; ``last_word`` is what it said before a failure."""
    return WORDS.get(state, last_word)


def movie_hash(movie: dict[str, Any]) -> str:
    """sha256 of the movie in one canonical spelling."""
    text = json.dumps(movie, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(
    *, caption: str, movie: dict[str, Any], contents: Sequence[str], shown: Sequence[str], target: str
) -> str:
    """What an approval is bound to: any change of these makes it another video.

    ``contents`` are the content hashes of the reviewed video and its assets, ``shown`` the approximations
    on the card, ``target`` publisher and account.
    """
    text = json.dumps(
        [caption, movie_hash(movie), sorted(contents), sorted(shown), target], ensure_ascii=False
    )
    return hashlib.sha256(text.encode()).hexdigest()
