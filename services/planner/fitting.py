"""Shots that make a video too short or too long, stretched or tightened until it fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.model.asset import Category
from services.model.brief import Lengths
from services.planner.looks import Look
from services.planner.shots import Shot, overlap_of, total_length
from services.planner.words import reading_time

_TRIES = 4  # shots that cannot give more leave it to the others
_QUICKEST, _LONGEST = 0.5, 12.0  # seconds of a shot; nobody looks at one picture for longer
_TO_READ = 0.5  # seconds beside what its words need


def fitted(shots: Sequence[Shot], look: Look, lengths: Lengths) -> tuple[Shot, ...]:
    """The shots, unchanged if they fit; every one keeps its share of the time as far as it can."""
    shortest, longest = lengths
    for _ in range(_TRIES):
        total = total_length(shots, overlap_of(shots, look))
        if shortest <= total <= longest:
            break
        factor = (1.05 * shortest if total < shortest else 0.95 * longest) / max(total, 0.5)
        shots = [replace(shot, length=_length(shot, factor)) for shot in shots]
    return tuple(shots)


def room(shot: Shot) -> float:
    """How long the shot's clips can be seen from where they begin."""
    ends = [v.item.duration - 0.1 - v.seek for v in shot.visuals if v.item.category is Category.VIDEO]
    return min(ends, default=60.0)


def _length(shot: Shot, factor: float) -> float:
    least = max([_QUICKEST, *(reading_time(words) + _TO_READ for words, _ in shot.texts if words)])
    return round(min(max(shot.length * factor, least), max(shot.length, _LONGEST), room(shot)), 1)
