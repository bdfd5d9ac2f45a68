"""The material of one run: items by what they are, freshest first, and a ledger of what was used.

Fresh means: never used before used, used long ago before used lately. Ties are broken by dice.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.model.asset import Asset, Category
from services.model.brief import PastDraft
from services.planner.pieces import Item, Stage, read_items, series_names

COOL_DOWN = 10  # drafts before an asset is taken again while an unused one of its kind exists
_ENOUGH = 48  # items that one choice looks at; more would only cost time
_T = TypeVar("_T")


def dice(*parts: object) -> random.Random:
    """Dice that fall the same for the same words, on every machine and in every process."""
    text = "\x1f".join(str(part) for part in parts)
    return random.Random(hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest())  # noqa: S311 - variety


@dataclass(slots=True)
class Ledger:
    """How often, and how many drafts ago, each asset was used; and which ones opened a video."""

    uses: Counter[str] = field(default_factory=Counter)
    age: dict[str, int] = field(default_factory=dict)  # drafts since, 0 = the last one
    leads: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, past: Sequence[PastDraft], openings: Iterable[str]) -> Ledger:
        ledger = cls(leads=Counter(openings))
        for index, draft in enumerate(past):
            for asset in draft.assets:
                ledger.uses[asset] += 1
                ledger.age.setdefault(asset, index)
        return ledger

    def add(self, assets: Iterable[str], lead: str) -> None:
        """Note a new draft: everything else is one draft older."""
        self.age = {asset: age + 1 for asset, age in self.age.items()}
        for asset in assets:
            self.uses[asset] += 1
            self.age[asset] = 0
        self.leads[lead] += 1

    def cooling(self, asset: str) -> bool:
        return self.age.get(asset, COOL_DOWN) < COOL_DOWN

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
        self.rebuild_order()

    def rebuild_order(self) -> None:
        """Sort everything anew by how fresh it is."""
        rank = self.ledger.rank
        self._ordered = sorted(self.items, key=lambda item: rank(item.id))
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
        rank, leads = self.ledger.rank, self.ledger.leads
        key: Callable[[Item], tuple[int, ...]] = (
            (lambda i: (leads[i.id], *rank(i.id))) if lead else (lambda i: rank(i.id))
        )
        head = _head(items, lambda i: rank(i.id))
        rolls.shuffle(head)
        return sorted(head, key=key)[:_ENOUGH]

    def mixed_groups(self, groups: Iterable[list[Item]], rolls: random.Random) -> list[list[Item]]:
        """Groups of items, those whose first items are freshest first."""
        shuffled = list(groups)
        rolls.shuffle(shuffled)
        leads, rank = self.ledger.leads, self.ledger.rank
        return sorted(shuffled, key=lambda group: (leads[group[0].id], *rank(group[0].id)))[:_ENOUGH]

    def staged(self, *stages: Stage) -> list[Item]:
        return [i for i in self._ordered if i.stage in stages and i.category is not Category.AUDIO]

    def showable(self, count: int, kind: str) -> list[Item]:
        """Photos to show off: finished or of no known stage; others only while unused ones are few.

        A video about failures shows failures, if there are enough of them.
        """
        failed = [i for i in self.photos if i.stage is Stage.FAILED]
        if kind == "fail" and len(failed) >= count:
            return failed
        tiers = ((Stage.FINISHED, Stage.PLAIN), (Stage.PRINT, Stage.PROGRESS), (Stage.BUILD, Stage.FAILED))
        stages: tuple[Stage, ...] = ()
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
