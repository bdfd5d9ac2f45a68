"""What denials say about the next choice: thin, but honest.

A denied draft's format, lead file and music count against whatever would repeat them, the latest denial most;
a reason that names the music, the length or the pace moves the weight to that. Nothing else is read into it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.model.brief import PastDraft
from services.planner.variety import Features, features

_LOOKED_AT = 20  # of the last drafts; older denials are forgotten
_WORDS = {
    "music": r"\b(music|track|song|sound|tune|melody|musik)\b",
    "long": r"\b(too long|shorter|drags?|lengthy)\b",
    "short": r"\b(too short|longer|too brief)\b",
    "fast": r"\b(too (fast|quick|hectic)|slower|calmer|hectic|hasty)\b",
    "slow": r"\b(too slow|faster|quicker|boring|dull)\b",
    "lead": r"\b(same (pot|piece|vase|clip|photo|picture)|other (pot|piece|vase|clip|photo|picture)|again)\b",
}


@dataclass(frozen=True, slots=True)
class Denials:
    """Weights by format, lead asset and track; ``wishes`` are (what, seconds) pairs drawn from reasons."""

    formats: dict[str, float] = field(default_factory=dict)
    leads: dict[str, float] = field(default_factory=dict)
    music: dict[str, float] = field(default_factory=dict)
    wishes: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of(cls, past: Sequence[PastDraft]) -> Denials:
        formats: dict[str, float] = defaultdict(float)
        leads: dict[str, float] = defaultdict(float)
        music: dict[str, float] = defaultdict(float)
        wishes: list[tuple[str, float]] = []
        for age, draft in enumerate(past[:_LOOKED_AT]):
            if draft.state != "denied":
                continue
            weight = 1.0 - age / _LOOKED_AT
            reason = draft.reason[:500].lower()
            named = {what for what, words in _WORDS.items() if re.search(words, reason)}
            seen = features(draft.movie, "", {})
            about_music, about_lead = "music" in named, "lead" in named
            formats[draft.format] += weight * (0.3 if about_music or about_lead else 1.0)
            leads[seen.opening] += weight * (2.0 if about_lead else 1.0)
            for track in seen.music:
                music[track] += weight * (2.0 if about_music else 0.5)
            wishes += [(what, _measure(what, seen)) for what in sorted(named) if what in _MEASURED]
        return cls(dict(formats), dict(leads), dict(music), tuple(wishes))

    def against(self, format_name: str, lead: str, seen: Features) -> float:
        """How much speaks against a video, 0 if nothing does."""
        found = 0.6 * self.formats.get(format_name, 0.0) + 0.6 * self.leads.get(lead, 0.0)
        found += 0.3 * sum(self.music.get(track, 0.0) for track in seen.music)
        found += 0.4 * sum(_worse(what, before, _measure(what, seen)) for what, before in self.wishes)
        return min(found, 4.0)


_MEASURED = ("long", "short", "fast", "slow")


def _measure(what: str, seen: Features) -> float:
    """Seconds: of the whole video, or of its mean shot."""
    if what in ("long", "short"):
        return seen.length
    return sum(seen.lengths) / max(1, len(seen.lengths))


def _worse(what: str, before: float, now: float) -> bool:
    return now >= before if what in ("long", "slow") else now <= before
