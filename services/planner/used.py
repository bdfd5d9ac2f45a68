"""The ledger: which assets, and which seconds of clips, the last drafts used. Pure; movies may be odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from services.model.brief import PastDraft

Seconds = tuple[float, float]  # from, to


@dataclass(frozen=True, slots=True)
class Use:
    """One asset: how many drafts used it, how many drafts ago the last time (0: the newest), which parts."""

    times: int
    ago: int
    parts: tuple[Seconds, ...] = ()


@dataclass(frozen=True, slots=True)
class Used:
    by_asset: Mapping[str, Use] = field(default_factory=dict)

    @classmethod
    def of(cls, past: Sequence[PastDraft]) -> Used:
        """``past`` is newest first."""
        times: Counter[str] = Counter()
        ago: dict[str, int] = {}
        parts: dict[str, list[Seconds]] = {}
        for index, draft in enumerate(past):
            for asset in dict.fromkeys(draft.assets):
                times[asset] += 1
                ago.setdefault(asset, index)
            for asset, part in clip_parts(draft.movie):
                parts.setdefault(asset, []).append(part)
        return cls({a: Use(times[a], ago[a], _merged(parts.get(a, ()))) for a in times})

    def times(self, asset: str) -> int:
        return self.by_asset[asset].times if asset in self.by_asset else 0


def clip_parts(movie: Mapping[str, Any]) -> list[tuple[str, Seconds]]:
    """(asset, seconds) of every clip a movie shows."""
    found = []
    scenes = movie.get("scenes")
    for scene in scenes if isinstance(scenes, list) else []:
        elements = scene.get("elements") if isinstance(scene, dict) else None
        for element in elements if isinstance(elements, list) else []:
            if isinstance(element, dict) and element.get("type") == "video":
                src, seek, lasts = element.get("src"), element.get("seek", 0), element.get("duration")
                if isinstance(src, str) and _is_number(seek) and _is_number(lasts) and lasts > 0:
                    found.append((src, (round(float(seek), 1), round(float(seek + lasts), 1))))
    return found


def _merged(parts: Iterable[Seconds]) -> tuple[Seconds, ...]:
    """Overlapping parts joined, in order."""
    joined: list[Seconds] = []
    for start, end in sorted(parts):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e6
