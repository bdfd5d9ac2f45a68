"""Formats made of clips: one take, and quick cuts."""

from __future__ import annotations

import random

from services.model.footage import Role
from services.planner.formats.cut import Cut, Format, clip, labels, room
from services.planner.looks import BUSY, CUT, MOVING, SOFT, Look, Slot, pace
from services.planner.material import Material
from services.planner.pieces import Item
from services.planner.shots import Shot, Visual
from services.planner.sights import start_of
from services.planner.words import counted, first_upper, listed

_SHORTEST_TAKE = 6.0


def _single_take(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """One clip, never cut; a short timelapse is held by the still of its print."""
    takes = [i for i in material.clips if room(i) >= _SHORTEST_TAKE]
    holds = _stills(material) if not takes else {}
    choices = takes or [i for i in material.clips if i.id in holds]
    if kind == "fail":
        choices = [i for i in choices if i.stage is Role.FAILED] or choices
    timelapses = [i for i in choices if i.timelapse]
    choice = material.mixed(timelapses or choices, rolls, lead=True)
    if not choice:
        return None
    item = choice[0]
    length = min(room(item), rolls.choice((9.0, 11.0, 13.0, 16.0, 20.0)))
    spare = room(item) - length
    # A timelapse is shown to its end, where the form is; another clip from anywhere.
    seek = spare if item.timelapse else start_of(item, length, material.taken(item), rolls)
    what = "timelapse" if item.timelapse else "clip"
    words = ((item.label, Slot.TITLE),) if item.label else ()
    shot = Shot(
        length,
        (clip(item, "lead", f"The whole video is this one {what}.", seek),),
        (*words, ("One take", Slot.NOTE if words else Slot.TITLE)),
        f"one uncut take of {item.subject}, from {seek:.1f} s to the end of the part",
    )
    shots = (shot,) if item.id not in holds else (shot, _hold(holds[item.id], rolls))
    return Cut(
        shots,
        f"{first_upper(item.subject)} in one take",
        f"Lets people watch {item.subject} in one take, without being hurried.",
        "movement from the first frame",
    )


def _stills(material: Material) -> dict[str, Item]:
    """Clip id → the photo of the same stem, for timelapses too short to stand alone."""
    photos = {_stem(i): i for i in material.photos if i.timelapse and i.stage is not Role.FAILED}
    return {i.id: photos[_stem(i)] for i in material.clips if room(i) >= 3.4 and _stem(i) in photos}


def _stem(item: Item) -> str:
    return item.asset.file.key.rpartition(".")[0]


def _hold(photo: Item, rolls: random.Random) -> Shot:
    visual = Visual(
        photo, "hold", "The still of the same print: its last state, held.", zoom=rolls.choice((7, 9))
    )
    return Shot(rolls.choice((2.2, 2.6, 3.0)), (visual,), (), f"the still of {photo.subject}, held")


def _clip_cuts(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Several clips in quick cuts."""
    order = [i for i in material.mixed(material.clips, rolls, lead=True) if room(i) >= 1.2]
    count = min(len(order), rolls.choice((3, 4, 5, 6, 7)))
    if count < 2:
        return None
    items = material.together(order, count)
    if (count := len(items)) < 2:
        return None
    lengths = pace(count, max(8.0, count * rolls.choice((2.0, 2.4, 3.0))), look.curve, 1.4)
    lengths[-1] = max(lengths[-1], 2.4)  # time to see where it ends
    shots = [
        _part(material, item, length, rolls, index)
        for index, (item, length) in enumerate(zip(items, lengths, strict=True))
    ]
    if sum(s.length for s in shots) < 6.5:
        return None
    names = labels(items)
    shown = listed(names) if names else counted(count, "clip")
    return Cut(
        tuple(shots),
        f"Quick cuts of {shown}",
        f"Cuts quickly between {shown}: much movement in a few seconds.",
        "a cut within the first seconds",
    )


def _part(material: Material, item: Item, length: float, rolls: random.Random, index: int) -> Shot:
    length = min(length, room(item))
    # A timelapse ends where the form is; of another clip the liveliest part is taken that nobody has seen.
    seek = room(item) - length if item.timelapse else start_of(item, length, material.taken(item), rolls)
    texts = ((item.label, Slot.LABEL),) if item.label else ()
    why = "Opens the video in motion." if index == 0 else "Adds another view."
    return Shot(
        length, (clip(item, "lead" if index == 0 else "cut", why, seek),), texts, f"a part of {item.subject}"
    )


SINGLE_TAKE = Format(
    "single take", "a clip of at least 6 seconds", ("process", "fail", "teach"), _single_take, SOFT, ("even",)
)
CLIP_CUTS = Format(
    "clip cuts", "two or more clips", ("process",), _clip_cuts, (*CUT, *CUT, *MOVING, *SOFT, *BUSY)
)
