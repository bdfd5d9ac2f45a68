"""Formats about one piece in two states, matched by name: nothing is matched by looks."""

from __future__ import annotations

import random

from services.model.asset import Category
from services.model.footage import Role
from services.planner.formats.cut import Cut, Format, clip, room, still, view
from services.planner.frame import ABOVE, FRAME, Box
from services.planner.looks import CUT, MOVING, PAUSE, ROUND, SOFT, Look, Slot
from services.planner.material import Material
from services.planner.pieces import Item
from services.planner.shots import Shot, Visual
from services.planner.words import first_upper

_WORKING = (Role.STILL, Role.PROGRESS)  # a failed one did not become the finished one
# Two upright halves, each cut as a photo that fills the frame is; or two bands for pictures that are wide.
_LEFT: Box = (0, ABOVE, 534, 1060)
_RIGHT: Box = (546, ABOVE, 534, 1060)


def _halves(one: Item, other: Item) -> tuple[Box, Box]:
    if one.aspect <= 1 and other.aspect <= 1:
        return _LEFT, _RIGHT
    upper = round(FRAME[0] / max(1.3, min(1.8, one.aspect)))
    lower = round(FRAME[0] / max(1.3, min(1.8, other.aspect)))
    return (0, ABOVE - 60, FRAME[0], upper), (0, ABOVE - 48 + upper, FRAME[0], min(lower, 780))


def _reveal(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """A clip of the making, then the piece itself."""
    pair = _clip_and_photo(material, rolls)
    if not pair:
        return None
    item, photo = pair
    first = min(room(item), rolls.choice((5.0, 7.0, 9.0, 12.0)))
    last = rolls.choice((3.2, 3.8, 4.4))
    end = "Finished" if photo.stage is Role.FINISHED else "And then"
    name = item.label or photo.label
    late = item.stage is Role.TIMELAPSE
    making, first = view(
        material, item, first, "lead", "The making, before the piece is shown.", rolls, late=late
    )
    shots = (
        Shot(first, (making,), (), f"{item.subject} in the making, without a word"),
        Shot(
            last,
            (still(photo, "reveal", "The finished state: the same id is in its name.", rolls),),
            ((name or end, Slot.TITLE), (end, Slot.NOTE)) if name else ((end, Slot.TITLE),),
            f"the photo of {photo.subject}, held",
        ),
    )
    subject = item.called or photo.called or item.subject
    return Cut(
        shots,
        f"How {subject} came to be" if name else f"First the making, then the thing: {subject}",
        f"Keeps {subject} back until the last picture: the making first, then the photo that belongs to it.",
        "the making, with the piece still to come",
    )


def _before_after(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """A photo of the work in progress, then the finished piece, then both at once."""
    pairs = []
    for group in material.groups:
        before = [i for i in group if i.category is Category.IMAGE and i.stage in _WORKING]
        after = [i for i in group if i.category is Category.IMAGE and i.stage is Role.FINISHED]
        if before and after:
            pairs.append([rolls.choice(before[:2]), rolls.choice(after[:2])])
    ordered = material.mixed_groups(pairs, rolls)
    if not ordered:
        return None
    old, new = ordered[0]
    subject = new.called or old.called or new.subject
    first, second = rolls.choice(((2.4, 3.2), (2.8, 2.8), (2.0, 3.6), (3.2, 2.4)))
    one, other = _halves(old, new)
    both = (
        Visual(old, "before", "Both states at once.", box=one),
        Visual(new, "after", "Both states at once.", box=other),
    )
    shots = (
        Shot(
            first,
            (still(old, "lead", "The piece while it was made.", rolls),),
            (("Before", Slot.TITLE),),
            f"{subject} in progress",
        ),
        Shot(
            second,
            (still(new, "reveal", "The same piece, finished by its folder or name.", rolls),),
            (("After", Slot.TITLE),),
            f"{subject} finished",
        ),
        Shot(3.0, both, ((old.label or "The same piece", Slot.LABEL),), "both photos at once"),
    )
    return Cut(
        shots,
        f"{first_upper(subject)}, before and after",
        f"Shows {subject} before and after, and both at once, so that the change can be seen at a glance.",
        "the unfinished state first",
    )


def _side_by_side(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """The clip and the piece at the same time, one beside the other."""
    pair = _clip_and_photo(material, rolls)
    if not pair:
        return None
    item, photo = pair
    length = min(room(item), rolls.choice((7.0, 9.0, 11.0)))
    if length < 3.4:
        return None
    one, other = _halves(item, photo)
    if one == _LEFT and rolls.random() < 0.5:
        one, other = other, one
    name = item.label or photo.label
    making = clip(item, "lead", "The making, in one half.", room(item) - length)
    moving = Visual(making.item, making.role, making.why, one, seek=making.seek)
    quiet = Visual(photo, "piece", "The piece it belongs to, in the other half.", other)
    whole = (still(photo, "piece", "Ends on the piece alone.", rolls),)
    subject = item.called or photo.called or item.subject
    shots = (
        Shot(
            length,
            (moving, quiet),
            ((name, Slot.LABEL),) if name else (),
            f"clip and photo of {subject} together",
        ),
        Shot(3.0, whole, (), f"the photo of {subject} alone"),
    )
    return Cut(
        shots,
        f"{first_upper(subject)} and its making, side by side",
        f"Puts the clip and the photo of {subject} into one picture, to compare while watching.",
        "two pictures at once",
    )


def _clip_and_photo(material: Material, rolls: random.Random) -> tuple[Item, Item] | None:
    pairs = []
    for group in material.groups:
        clips = [
            i for i in group if i.category is Category.VIDEO and i.stage is not Role.FAILED and room(i) >= 3.4
        ]
        photos = [i for i in group if i.category is Category.IMAGE and i.stage is not Role.FAILED]
        finished = [i for i in photos if i.stage is Role.FINISHED]
        if clips and photos:
            pairs.append([clips[0], rolls.choice((finished or photos)[:2])])
    ordered = material.mixed_groups(pairs, rolls)
    return (ordered[0][0], ordered[0][1]) if ordered else None


_PAIR = "a clip and a photo of one piece that share its id in their names (rv06.mp4, rv06.jpg)"
REVEAL = Format("reveal", _PAIR, ("reveal", "process"), _reveal, (*SOFT, *PAUSE, *ROUND), ("even",))
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
