"""Formats that are a way to lay out pictures: a pile that grows, a split screen, a window, index cards."""

from __future__ import annotations

import random

from services.model.asset import Category
from services.model.footage import Role
from services.planner.formats.cut import Cut, Format, clip, label, labels, room, still, view
from services.planner.frame import ABOVE, FRAME, Box
from services.planner.looks import CUT, MOVING, ROUND, SOFT, Look, Slot
from services.planner.material import Material
from services.planner.pieces import Item
from services.planner.shots import Shot, Visual
from services.planner.sights import start_of
from services.planner.words import counted, first_upper, listed
from services.planner.words import day as spoken_day

_GAP = 12
_WINDOW: Box = (580, 960, 440, 530)
_LABEL_TOP = 1190  # where the words of an index card begin


def _stack(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """One photo, and another one, and another one, until the table is full."""
    shown = [i for i in material.showable(4, kind) if not i.group]
    items = material.together(material.mixed(shown, rolls, lead=True), rolls.choice((4, 4, 5, 6)))
    if len(items) < 4:
        return None
    boxes = _pile(len(items)) if rolls.random() < 0.55 else _table(len(items))
    step, last = rolls.choice((0.9, 1.1, 1.4)), rolls.choice((2.6, 3.2, 3.8))
    shots = []
    for count in range(1, len(items) + 1):
        newest = items[count - 1]
        tiles = tuple(
            Visual(i, "lead" if not n else "tile", "Laid down one after the other.", box)
            for n, (i, box) in enumerate(zip(items[:count], boxes, strict=False))
        )
        final = count == len(items)
        words = ((first_upper(counted(count, "photo")), Slot.TITLE),) if final else ()
        shots.append(Shot(last if final else step, tiles, words, f"{newest.subject} is added"))
    told = listed(labels(items)) or counted(len(items), "photo")
    return Cut(
        tuple(shots),
        f"One more each time: {told}",
        f"Lays {told} on the table one by one, until all of them can be seen at once.",
        "a nearly empty table",
    )


def _pile(count: int) -> list[Box]:
    """Cards that overlap, from the upper left to the lower right."""
    across, down = (FRAME[0] - 620 - 80) // max(1, count - 1), 780 // max(1, count - 1)
    return [(40 + n * across, ABOVE - 120 + n * down, 620, 620) for n in range(count)]


def _table(count: int) -> list[Box]:
    width = (FRAME[0] - 3 * 24) // 2
    height = 480 if count > 4 else 640
    return [
        (24 + n % 2 * (width + 24), ABOVE - 60 + n // 2 * (height + 24), width, height) for n in range(count)
    ]


def _split(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Three clips at the same time, then one of them alone."""
    order = [i for i in material.mixed(material.clips, rolls, lead=True) if room(i) >= 4.5]
    if kind != "fail":
        order = [i for i in order if i.stage is not Role.FAILED]
    items = material.together(order, 3)
    if len(items) < 3:
        return None
    length = min(*(room(i) for i in items), rolls.choice((5.5, 7.0, 8.5)))
    columns = sum(i.aspect <= 1 for i in items) >= 2
    together = tuple(
        clip(i, "lead" if not n else "part", "One of three at once.", _begin(material, i, length, rolls), box)
        for n, (i, box) in enumerate(zip(items, _COLUMNS if columns else _BANDS, strict=True))
    )
    alone = items[rolls.choice((0, 1, 2))]
    end, last = view(
        material, alone, rolls.choice((2.4, 3.0)), "end", "Ends on one of them.", rolls, late=True
    )
    told = listed(labels(items)) or "three clips"
    shots = (
        Shot(length, together, (), f"{told} at the same time"),
        Shot(last, (end,), label(alone, Slot.TITLE), f"{alone.subject} alone"),
    )
    return Cut(
        shots,
        f"Three at once: {told}",
        f"Lets {told} run beside each other, so that the eye can wander, and ends on one of them.",
        "three pictures moving at once",
    )


def _begin(material: Material, item: Item, length: float, rolls: random.Random) -> float:
    return room(item) - length if item.timelapse else start_of(item, length, material.taken(item), rolls)


_THIRD = (FRAME[0] - 2 * _GAP) // 3
_COLUMNS: list[Box] = [(n * (_THIRD + _GAP), 0, _THIRD, FRAME[1]) for n in range(3)]
_BAND = (FRAME[1] - 2 * _GAP) // 3
_BANDS: list[Box] = [(0, n * (_BAND + _GAP), FRAME[0], _BAND) for n in range(3)]


def _window(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """A clip with the photo of the same piece in its corner; then they change places."""
    pairs = []
    for group in material.groups:
        clips = [i for i in group if i.category is Category.VIDEO and i.stage is not Role.FAILED]
        photos = [i for i in group if i.category is Category.IMAGE and i.stage is not Role.FAILED]
        photos = [i for i in photos if i.stage is Role.FINISHED] or photos
        if photos and (long := [i for i in clips if room(i) >= 5.0]):
            pairs.append([long[0], rolls.choice(photos[:2])])
    ordered = material.mixed_groups(pairs, rolls)
    if not ordered:
        return None
    item, photo = ordered[0]
    alone, pair, swap = 1.6, min(room(item) - 1.6, rolls.choice((4.0, 5.0, 6.5))), rolls.choice((2.8, 3.4))
    seek = max(0.0, room(item) - alone - pair)
    late = max(0.0, room(item) - swap)
    shots = (
        Shot(
            alone, (clip(item, "lead", "The clip fills the picture.", seek),), (), f"a clip of {item.subject}"
        ),
        Shot(
            pair,
            (
                clip(item, "lead", "The clip goes on.", seek + alone),
                Visual(photo, "window", "The same piece, in the corner.", _WINDOW),
            ),
            label(item) or label(photo),
            "the clip goes on, with the photo of the same piece in its corner",
        ),
        Shot(
            swap,
            (
                still(photo, "piece", "Now the photo fills the picture.", rolls, filled=True),
                clip(item, "window", "And the clip is in the corner.", late, _WINDOW),
            ),
            (),
            "photo and clip have changed places",
        ),
    )
    subject = item.called or photo.called or item.subject
    return Cut(
        shots,
        f"{first_upper(subject)}, with a window",
        f"Shows the clip of {subject} with its photo in the corner, and then changes the two over.",
        "a clip, soon with a picture inside of it",
    )


def _index_cards(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Photos with a label below each, as a museum has them: name, what it is, day."""
    known = [i for i in material.showable(3, kind) if i.label and (i.family or i.day)]
    items = material.together(material.mixed(known, rolls, lead=True), rolls.choice((2, 3, 3, 4)))
    if len(items) < 2:
        return None
    length = max(rolls.choice((2.8, 3.2, 3.6)), 3.0 if len(items) == 2 else 0.0)  # five seconds in all
    shots = []
    for n, item in enumerate(items):
        lines = [(item.label, Slot.TITLE)]
        lines += [(first_upper(item.family), Slot.NOTE)] if item.family else []
        lines += [(spoken_day(item.day), Slot.NOTE)] if item.day else []
        box = (90, 250, 900, 900) if item.aspect <= 1.2 else (90, 420, 900, 675)
        photo = Visual(item, "photo" if n else "lead", "On its own card.", box)
        shots.append(Shot(length, (photo,), tuple(lines), f"{item.subject} on a card", text_top=_LABEL_TOP))
    told = listed(labels(items))
    return Cut(
        tuple(shots),
        f"On index cards: {told}",
        f"Puts {told} on a card each, with the name and what is known of it below the picture.",
        "a label, as in a museum",
    )


STACK = Format(
    "growing pile", "at least four photos of different pieces", ("show", "compare"), _stack, CUT, ("even",)
)
SPLIT = Format(
    "split screen",
    "three clips of at least five seconds",
    ("process", "compare"),
    _split,
    (*CUT, *MOVING, *ROUND),
    ("even",),
)
WINDOW_FORMAT = Format(
    "window",
    "a clip of five seconds and a photo of one piece that share its id in their names (rv06.mp4, rv06.jpg)",
    ("teach", "reveal", "process"),
    _window,
    (*CUT, *SOFT),
    ("even",),
)
INDEX_CARDS = Format(
    "index cards",
    "photos whose names tell a piece, of a series that the brand's context names",
    ("teach", "show", "compare"),
    _index_cards,
    (*SOFT, *MOVING),
    ("even",),
)
