"""What a format is, and what it hands over: the shots of one video and the words for them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.model.asset import Category
from services.planner.frame import Box
from services.planner.looks import BUSY, CURVES, CUT, MOVING, ROUND, SOFT, Look, Slot
from services.planner.material import Material
from services.planner.pieces import Item
from services.planner.shots import Shot, Visual
from services.planner.sights import start_of

ZOOMS = (4, 5, 6, 7, -4, -5, -6)
PANS = ("left", "right", "top", "bottom")


@dataclass(frozen=True, slots=True)
class Cut:
    """One video as a format sees it. ``said`` is the question on the picture, if it asks one."""

    shots: tuple[Shot, ...]
    title: str
    strategy: str
    hook: str
    said: str = ""

    @property
    def items(self) -> list[Item]:
        return list({v.item.id: v.item for shot in self.shots for v in shot.visuals}.values())

    @property
    def lead(self) -> Item:
        return self.shots[0].visuals[0].item


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of video. ``needs`` completes "Add …"; ``build`` answers None if the material is not there.

    Its last argument is what the video is for, one of the words in ``kinds``.
    """

    name: str
    needs: str
    kinds: tuple[str, ...]  # the intents it serves best: ask, teach, process, fail, reveal, compare, show
    build: Callable[[Material, random.Random, Look, str], Cut | None]
    transitions: tuple[str, ...] = (*CUT, *SOFT, *MOVING, *ROUND, *BUSY)
    curves: tuple[str, ...] = CURVES


def still(
    item: Item, role: str, why: str, rolls: random.Random, *, moving: bool = True, filled: bool = False
) -> Visual:
    """A photo with a slow zoom or a drift; ``filled``: cut to the frame, however wide it is."""
    zoom = rolls.choice(ZOOMS) if moving else 0
    pan = rolls.choice(PANS) if moving and rolls.random() < 0.4 else ""
    return Visual(item, role, why, zoom=zoom, pan=pan, part=(0.5, 0.5, 1.0) if filled else None)


def room(item: Item) -> float:
    """Seconds of a clip that can be shown; the last tenth is left out, for headers round up."""
    return int(max(0.0, item.duration - 0.1) * 10) / 10


def clip(item: Item, role: str, why: str, seek: float, box: Box | None = None) -> Visual:
    return Visual(item, role, why, box, seek=int(seek * 10) / 10)


def view(
    material: Material,
    item: Item,
    length: float,
    role: str,
    why: str,
    rolls: random.Random,
    *,
    late: bool = False,
) -> tuple[Visual, float]:
    """A photo, or a part of a clip, and the seconds that it can fill of ``length``.

    The part is the clip's end if ``late``, else where something happens and no draft has looked yet.
    """
    if item.category is Category.IMAGE:
        return still(item, role, why, rolls), length
    length = min(length, room(item))
    seek = room(item) - length if late else start_of(item, length, material.taken(item), rolls)
    return clip(item, role, why, seek), length


def label(item: Item, slot: Slot = Slot.LABEL) -> tuple[tuple[str, Slot], ...]:
    return ((item.label, slot),) if item.label else ()


def labels(items: Sequence[Item]) -> list[str]:
    """What the ``items`` are called in a sentence, each once, where it is known."""
    return list(dict.fromkeys(i.called for i in items if i.label))


def unrepeated(item: Item, before: Item | None) -> tuple[tuple[str, Slot], ...]:
    """The label, unless the shot before carries the same one."""
    return () if before and before.label == item.label else label(item)


def placed(item: Item) -> str:
    """ "in completed works", or nothing."""
    return f"in {item.folder}" if item.folder else "of the folder"
