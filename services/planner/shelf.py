"""The media as a planner may look it up: by words, kind, shape, length and use.

Names are data from outside: what leaves this module is one bounded line each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from services.model.asset import Category
from services.model.brief import Brief
from services.planner.pieces import Item, read_items, series_names
from services.planner.quoted import plain
from services.planner.shows import measured, shows
from services.planner.used import Used

KINDS = {Category.IMAGE: "photo", Category.VIDEO: "clip", Category.AUDIO: "music"}
ORIENTATIONS = ("portrait", "landscape", "square")
_NAME, _SEEN = 80, 160  # characters of a name and of what is known about a file's picture


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for; empty, None, 0 and False mean no matter."""

    query: str = ""
    kind: str = ""
    orientation: str = ""
    min_seconds: float = 0.0
    unused_only: bool = False


class Shelf:
    """All usable photos, clips and tracks of one brief, with their use and what they show."""

    def __init__(self, brief: Brief) -> None:
        self.items = read_items(brief.assets, brief.brand.context)
        self.by_id = {item.id: item for item in self.items}
        self.unreadable = sum(a.problem is not None for a in brief.assets)
        self.series = series_names(brief.brand.context)
        self.used = Used.of(brief.past)
        self._pieces: dict[str, list[Item]] = defaultdict(list)
        for item in self.items:
            if item.category is not Category.AUDIO:
                self._pieces[item.piece].append(item)

    def search(self, wanted: Wanted) -> list[Item]:
        """What matches: the best match of the words first, the unused before the used, else by name."""
        words = [word for word in wanted.query.casefold().split() if word][:12]
        scored = []
        for item in self.items:
            if self._fits(item, wanted):
                text = self._text(item) if words else ""
                hits = sum(word in text for word in words)
                if hits or not words:
                    scored.append((-hits, self.used.times(item.id), item.asset.file.key, item))
        return [row[-1] for row in sorted(scored, key=lambda row: row[:-1])]

    def newest(self, items: Iterable[Item]) -> list[Item]:
        return sorted(items, key=lambda i: (i.asset.file.updated, i.asset.file.key), reverse=True)

    def never_used(self) -> list[Item]:
        """Unused photos and clips, newest first, in turns of folder and series: a fair cross-section."""
        unused = [i for i in self.items if i.category is not Category.AUDIO and not self.used.times(i.id)]
        return in_turns(self.newest(unused), lambda i: f"{i.asset.file.folder}/{i.series}")

    def neglected(self) -> list[Item]:
        """Used before, the longest ago first."""
        known = self.used.by_asset
        return sorted(
            (i for i in self.items if i.id in known and i.category is not Category.AUDIO),
            key=lambda i: (-known[i.id].ago, i.asset.file.key),
        )

    def matched(self) -> list[list[Item]]:
        """Files of one piece, a clip and photos among them; those with the fewest uses first."""
        groups = [g for g in self._pieces.values() if len(g) > 1 and len({i.category for i in g}) > 1]
        return sorted(groups, key=lambda g: (sum(self.used.times(i.id) for i in g), g[0].asset.file.key))

    def companions(self, item: Item) -> list[Item]:
        """Other files of the same piece."""
        return [other for other in self._pieces.get(item.piece, ()) if other is not item]

    def line(self, item: Item) -> str:
        """One file in a line: id, kind, shape or length, name, what is known."""
        parts = [item.id, KINDS[item.category], measure(item), plain(item.asset.file.key, _NAME)]
        if item.stage:
            parts.append(str(item.stage))
        parts.append(plain(shows(item.asset), _SEEN))
        return " | ".join(part for part in parts if part)

    def entry(self, item: Item) -> dict[str, Any]:
        """One file in full, as get_media answers it."""
        facts, use = item.asset.facts, self.used.by_asset.get(item.id)
        return {
            "id": item.id,
            "kind": KINDS[item.category],
            "name": plain(item.asset.file.key, 160),
            "seconds": round(item.duration, 1) or None,
            "width": item.width or None,
            "height": item.height or None,
            "orientation": orientation(item) or None,
            "has_sound": facts.has_audio if facts else None,
            "piece": plain(item.label, 40) or None,
            "series": plain(self.series.get(item.series, item.series), 40) or None,
            "stage": str(item.stage) or None,
            "day": item.day.isoformat() if item.day else None,
            "shows": measured(item.asset) or None,
            "same_piece": [other.id for other in self.companions(item)[:8]],
            "used": use.times if use else 0,
            "used_drafts_ago": use.ago if use else None,
            "used_seconds": [list(part) for part in use.parts[:12]] if use else [],
        }

    def _fits(self, item: Item, wanted: Wanted) -> bool:
        if wanted.kind and KINDS[item.category] != wanted.kind:
            return False
        if wanted.orientation and orientation(item) != wanted.orientation:
            return False
        if wanted.min_seconds and item.duration < wanted.min_seconds:
            return False
        return not (wanted.unused_only and self.used.times(item.id))

    def _text(self, item: Item) -> str:
        series = self.series.get(item.series, "")
        known = shows(item.asset)
        return f"{item.id} {item.asset.file.key} {item.label} {series} {item.stage} {known}".casefold()


def orientation(item: Item) -> str:
    """ "" for sound."""
    if not item.aspect:
        return ""
    return "landscape" if item.aspect > 1.1 else "portrait" if item.aspect < 0.9 else "square"


def measure(item: Item) -> str:
    size = f"{item.width}×{item.height}" if item.width else ""
    length = f"{item.duration:.1f} s" if item.duration else ""
    return " ".join(part for part in (length, size) if part)


def in_turns(items: Sequence[Item], group: Any) -> list[Item]:
    """One of each group in turn, each group in its own order."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[group(item)].append(item)
    rows = sorted(groups.values(), key=lambda g: g[0].asset.file.key)
    longest = max((len(row) for row in rows), default=0)
    return [row[n] for n in range(longest) for row in rows if n < len(row)]
