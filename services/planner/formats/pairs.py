"""Formats about one piece in two states, matched by name: nothing is matched by looks."""

from __future__ import annotations

import random

from services.model.asset import Category
from services.planner.formats.cut import Cut, Format, clip, dated, room, spoken, still, view
from services.planner.looks import CUT, FRAME, MOVING, ROUND, SOFT, Look, Slot
from services.planner.material import Material
from services.planner.pieces import Item, Stage
from services.planner.shots import Shot, Visual
from services.planner.words import first_upper

_WORKING = (Stage.PRINT, Stage.PROGRESS)  # a failed one did not become the finished one


def _reveal(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """A clip of the making, then the piece itself."""
    pair = _clip_and_photo(material, rolls)
    if not pair:
        return None
    item, photo = pair
    first = min(room(item), rolls.choice((5.0, 7.0, 9.0, 12.0)))
    last = rolls.choice((3.0, 3.6, 4.4))
    end = "Finished" if photo.stage is Stage.FINISHED else "And then"
    name = item.label or photo.label
    late = item.stage is Stage.TIMELAPSE
    making, first = view(item, first, "lead", "The making, before the piece is shown.", rolls, late=late)
    shots = (
        Shot(first, (making,), ((name, Slot.LABEL),) if name else (), f"{item.subject}, the clip"),
        Shot(
            last,
            (still(photo, "reveal", "The finished state: the same id is in its name.", rolls),),
            ((name or end, Slot.TITLE), (end, Slot.NOTE)) if name else ((end, Slot.TITLE),),
            f"the photo of {photo.subject} {photo.folder and 'from ' + photo.folder}".rstrip(),
        ),
    )
    subject = name or item.subject
    return Cut(
        shots,
        f"{first_upper(subject)}: from the clip to the piece",
        f"A clip of {subject} followed by its photo answers how it was made and what became of it.",
        "the making, with the piece still to come",
        spoken(
            bool(name),
            (f"{name}: first the clip, then the photo.", f"How {name} came to be, and {name} itself."),
            (
                "First the making, then the thing itself.",
                "A clip and where it led.",
            ),
        ),
        dated([item]),
    )


def _before_after(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """A photo of the work in progress, then the finished piece, then both at once."""
    pairs = []
    for group in material.groups:
        before = [i for i in group if i.category is Category.IMAGE and i.stage in _WORKING]
        after = [i for i in group if i.category is Category.IMAGE and i.stage is Stage.FINISHED]
        if before and after:
            pairs.append([rolls.choice(before[:2]), rolls.choice(after[:2])])
    ordered = material.mixed_groups(pairs, rolls)
    if not ordered:
        return None
    before_item, after_item = ordered[0]
    label = after_item.label or before_item.label
    subject = label or after_item.subject
    first, second = rolls.choice(((2.8, 4.0), (3.4, 3.4), (2.0, 4.6), (4.2, 2.8)))
    halves = (Visual(before_item, "before", "Both states at once.", box=(0, 0, FRAME[0], 954)),
              Visual(after_item, "after", "Both states at once.", box=(0, 966, FRAME[0], 954)))  # fmt: skip
    shots = (
        Shot(first, (still(before_item, "lead", "The piece while it was made.", rolls),),
             (("Before", Slot.TITLE),), f"{subject} in progress"),
        Shot(second, (still(after_item, "reveal", "The same piece, finished by its folder or name.", rolls),),
             (("After", Slot.TITLE),), f"{subject} finished"),
        Shot(rolls.choice((2.0, 2.6)), halves, (), "both photos, one above the other"),
    )  # fmt: skip
    return Cut(
        shots,
        f"{first_upper(subject)} before and after",
        f"Two photos of {subject} side by side make the change visible at a glance.",
        "the unfinished state first",
        spoken(
            bool(label),
            (
                f"{label}, before and after.",
                f"Same piece, two states: {label}.",
                f"As it was, as it is: {label}.",
            ),
            ("Before. After. Nothing else.", "The same piece, twice."),
        ),
        dated([before_item]),
    )


def _side_by_side(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """The clip and the piece at the same time, one above the other."""
    pair = _clip_and_photo(material, rolls)
    if not pair:
        return None
    item, photo = pair
    length = min(room(item), rolls.choice((7.0, 9.0, 11.0)))
    if length < 4.0:
        return None
    upper, lower = (0, 0, FRAME[0], 1100), (0, 1112, FRAME[0], 808)
    if rolls.random() < 0.5:
        upper, lower = (0, 820, FRAME[0], 1100), (0, 0, FRAME[0], 808)
    name = item.label or photo.label
    making = clip(item, "lead", "The making, in one half.", room(item) - length)
    moving = Visual(making.item, making.role, making.why, upper, seek=making.seek)
    quiet = Visual(photo, "piece", "The piece it belongs to, in the other half.", lower)
    whole = (still(photo, "piece", "Ends on the piece alone.", rolls),)
    subject = name or item.subject
    shots = (
        Shot(
            length,
            (moving, quiet),
            ((name, Slot.LABEL),) if name else (),
            f"clip and photo of {subject} together",
        ),
        Shot(2.4, whole, (), f"the photo of {subject} alone"),
    )
    return Cut(
        shots,
        f"{first_upper(subject)}, clip and photo together",
        f"Clip and photo of {subject} in one picture let people compare while they watch.",
        "two pictures at once",
        spoken(
            bool(name),
            (
                f"{name} twice: moving and still.",
                f"Two halves, one piece: {name}.",
                f"The clip and the photo of {name}, at the same time.",
            ),
            ("One half moves, the other one waits.", "Clip and photo, at the same time."),
        ),
        dated([item]),
    )


def _clip_and_photo(material: Material, rolls: random.Random) -> tuple[Item, Item] | None:
    pairs = []
    for group in material.groups:
        clips = [
            i
            for i in group
            if i.category is Category.VIDEO and i.stage is not Stage.FAILED and room(i) >= 3.4
        ]
        photos = [i for i in group if i.category is Category.IMAGE]
        finished = [i for i in photos if i.stage is Stage.FINISHED]
        if clips and photos:
            pairs.append([clips[0], rolls.choice((finished or photos)[:2])])
    ordered = material.mixed_groups(pairs, rolls)
    return (ordered[0][0], ordered[0][1]) if ordered else None


_PAIR = "a clip and a photo of one piece that share its id in their names (rv06.mp4, rv06.jpg)"
REVEAL = Format("reveal", _PAIR, ("reveal", "process"), _reveal, (*CUT, *SOFT, *ROUND), ("even",))
BEFORE_AFTER = Format(
    "before and after",
    "a photo in a work-in-progress folder and one in a finished folder that share an id in their names",
    ("teach", "compare", "reveal"),
    _before_after,
    (*CUT, *SOFT, *MOVING),
    ("even",),
)
SIDE_BY_SIDE = Format(
    "side by side", _PAIR, ("teach", "compare", "process"), _side_by_side, (*CUT, *SOFT), ("even",)
)
