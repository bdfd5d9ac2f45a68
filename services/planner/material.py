"""The material of one run: items by what they are, freshest first, and a ledger of what was used.

Fresh means: never used before used, used long ago before used lately. Ties are broken by dice.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.model.asset import Asset, Category
from services.model.brief import PastDraft
from services.model.footage import Role
from services.planner.pieces import Item, read_items, series_names
from services.planner.sights import apart, blurred
from services.planner.used import Seconds, clip_parts

COOL_DOWN = 10  # drafts before an asset is taken again while an unused one of its kind exists
_ENOUGH = 48  # items that one choice looks at; more would only cost time
_T = TypeVar("_T")


def dice(*parts: object) -> random.Random:
    """Dice that fall the same for the same words, on every machine and in every process."""
    text = "\x1f".join(str(part) for part in parts)
    return random.Random(hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest())  # noqa: S311 - variety


@dataclass(slots=True)
class Ledger:
    """How often, and how many drafts ago, each asset was used, which seconds of it, and what opened a video.

    For ``cool_down`` drafts an asset rests while an unused one of its kind exists.
    """

    uses: Counter[str] = field(default_factory=Counter)
    age: dict[str, int] = field(default_factory=dict)  # drafts since, 0 = the last one
    leads: Counter[str] = field(default_factory=Counter)
    parts: dict[str, list[Seconds]] = field(default_factory=lambda: defaultdict(list))
    cool_down: int = COOL_DOWN

    @classmethod
    def of(cls, past: Sequence[PastDraft], openings: Iterable[str], cool_down: int = COOL_DOWN) -> Ledger:
        ledger = cls(leads=Counter(openings), cool_down=cool_down)
        for index, draft in enumerate(past):
            for asset in draft.assets:
                ledger.uses[asset] += 1
                ledger.age.setdefault(asset, index)
            for asset, part in clip_parts(draft.movie):
                ledger.parts[asset].append(part)
        return ledger

    def add(self, assets: Iterable[str], lead: str, movie: Mapping[str, Any]) -> None:
        """Note a new draft: everything else is one draft older."""
        self.age = {asset: age + 1 for asset, age in self.age.items()}
        for asset in assets:
            self.uses[asset] += 1
            self.age[asset] = 0
        self.leads[lead] += 1
        for asset, part in clip_parts(movie):
            self.parts[asset].append(part)

    def cooling(self, asset: str) -> bool:
        return self.age.get(asset, self.cool_down) < self.cool_down

    def rank(self, asset: str) -> tuple[int, int]:
        """Smaller is fresher."""
        return (2 if self.cooling(asset) else 1 if self.uses[asset] else 0, self.uses[asset])


class Material:
    """What formats choose from. ``rebuild_order`` is called after each accepted video."""

    def __init__(self, assets: Iterable[Asset], context: Mapping[str, str], ledger: Ledger) -> None:
        self.ledger = ledger
        self.items = read_items(assets, context)
        self.by_id = {item.id: item for item in self.items}
        self.series_names = series_names(context)
        self.pieces = {item.id: item.piece for item in self.items}
        self._blurred = {item.id for item in self.items if blurred(item)}
        self.rebuild_order()

    def rebuild_order(self) -> None:
        """Sort everything anew by how fresh it is."""
        # Ranks are asked for again and again: of 10,000 files that would be most of the time of planning.
        self._ranks = {item.id: self.ledger.rank(item.id) for item in self.items}
        self._ordered = sorted(self.items, key=lambda item: (self._ranks[item.id], item.id in self._blurred))
        self._shown: dict[tuple[int, str], list[Item]] = {}
        self.clips = [i for i in self._ordered if i.category is Category.VIDEO]
        self.photos = [i for i in self._ordered if i.category is Category.IMAGE]
        self.music = [i for i in self._ordered if i.category is Category.AUDIO]
        groups: dict[str, list[Item]] = defaultdict(list)
        for item in self._ordered:
            if item.category is not Category.AUDIO:
                groups[item.piece].append(item)
        self.groups = [group for group in groups.values() if len(group) > 1]
        self.unused = {kind: any(self.ledger.uses[i.id] == 0 for i in of) for kind, of in self._kinds()}

    def _kinds(self) -> list[tuple[Category, list[Item]]]:
        return [(Category.VIDEO, self.clips), (Category.IMAGE, self.photos), (Category.AUDIO, self.music)]

    def reused(self, items: Iterable[Item]) -> int:
        """How many of ``items`` are inside their cool-down although an unused one of their kind exists."""
        return sum(self.unused[i.category] and self.ledger.cooling(i.id) for i in items)

    def mixed(self, items: Sequence[Item], rolls: random.Random, *, lead: bool = False) -> list[Item]:
        """The freshest of ``items`` (in order), shuffled among equals; ``lead``: new openings first."""
        ranks, leads, blurred_ones = self._ranks, self.ledger.leads, self._blurred
        key: Callable[[Item], tuple[int, ...]] = (
            (lambda i: (leads[i.id], *ranks[i.id], i.id in blurred_ones))
            if lead
            else (lambda i: (*ranks[i.id], i.id in blurred_ones))
        )
        head = _head(items, lambda i: ranks[i.id])
        rolls.shuffle(head)
        return sorted(head, key=key)[:_ENOUGH]

    def together(self, items: Sequence[Item], count: int, *, contrast: bool = False) -> list[Item]:
        """``count`` of ``items``, the first one among them, that may be seen in one video.

        No two that look alike, or of one piece while there are others, whatever their names; as fresh as
        the freshest; of those, the ones whose colours go with the first one's (or differ most from it).
        """
        chosen = list(items[:1])
        rest = [i for i in items[1:] if not (i.asset.family and i.asset.family == items[0].asset.family)]
        sign = -1.0 if contrast else 1.0
        colours = {i.id: sign * apart(items[0], i) for i in rest}
        while rest and len(chosen) < count:
            pieces = {i.piece for i in chosen}
            families = {i.asset.family for i in chosen if i.asset.family}
            rest = [i for i in rest if i.asset.family not in families]
            if not rest:
                break
            best = min(
                rest,
                key=lambda i: (
                    i.piece in pieces,
                    *self._ranks[i.id],
                    i.id in self._blurred,
                    colours[i.id],
                ),
            )
            chosen.append(best)
            rest.remove(best)
        return chosen

    def taken(self, item: Item) -> Sequence[Seconds]:
        """The seconds of a clip that drafts have shown."""
        return self.ledger.parts.get(item.id, ())

    def mixed_groups(self, groups: Iterable[list[Item]], rolls: random.Random) -> list[list[Item]]:
        """Groups of items, those whose first items are freshest first."""
        shuffled = list(groups)
        rolls.shuffle(shuffled)
        leads, ranks = self.ledger.leads, self._ranks
        return sorted(shuffled, key=lambda group: (leads[group[0].id], *ranks[group[0].id]))[:_ENOUGH]

    def staged(self, *stages: Role) -> list[Item]:
        return [i for i in self._ordered if i.stage in stages and i.category is not Category.AUDIO]

    def showable(self, count: int, kind: str) -> list[Item]:
        """Photos to show off: finished or of no known stage; others only while unused ones are few.

        A video about failures shows failures, if there are enough of them.
        """
        key = (count, "fail" if kind == "fail" else "")
        if key not in self._shown:
            self._shown[key] = self._showable(*key)
        return self._shown[key]

    def _showable(self, count: int, kind: str) -> list[Item]:
        failed = [i for i in self.photos if i.stage is Role.FAILED]
        if kind == "fail" and len(failed) >= count:
            return failed
        tiers = ((Role.FINISHED, Role.OTHER), (Role.STILL, Role.PROGRESS), (Role.BUILD, Role.FAILED))
        stages: tuple[Role, ...] = ()
        chosen: list[Item] = []
        for tier in tiers:
            stages += tier
            chosen = [i for i in self.photos if i.stage in stages]
            if sum(self.ledger.uses[i.id] == 0 for i in chosen) >= count:
                break
        return chosen

    def series_name(self, series: str) -> str:
        """What the brand calls a series, else its letters."""
        return self.series_names.get(series, series)


def _head(items: Sequence[_T], rank: Callable[[_T], tuple[int, int]]) -> list[_T]:
    """The first items up to enough, and all that are exactly as fresh as the last of them."""
    if len(items) <= _ENOUGH:
        return list(items)
    last = rank(items[_ENOUGH - 1])
    end = _ENOUGH
    while end < len(items) and rank(items[end]) == last:
        end += 1
    return list(items[:end])
