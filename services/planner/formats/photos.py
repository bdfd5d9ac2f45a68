"""Formats made of photos: a quick series, a countdown, one photo looked at closely, one photo in quiet."""

from __future__ import annotations

import random

from services.planner.formats.cut import Cut, Format, label, labels, still, unrepeated
from services.planner.looks import BUSY, CUT, MOVING, SOFT, Look, Slot, pace
from services.planner.material import Material
from services.planner.shots import Shot, Visual
from services.planner.words import counted, first_upper, listed, numbered

# Where a close look may rest, across and down: near the middle, as beside it there may be nothing to see.
_PLACES = (
    (0.5, 0.35),
    (0.4, 0.5),
    (0.6, 0.5),
    (0.5, 0.7),
    (0.42, 0.4),
    (0.58, 0.65),
    (0.58, 0.38),
    (0.5, 0.55),
)


def _series(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Five to nine photos in a quick rhythm, each with its label."""
    order = material.mixed(material.showable(6, kind), rolls, lead=True)
    items = material.together(order, rolls.choice((5, 6, 7, 8, 9)))
    if len(items) < 4:
        return None
    lengths = pace(len(items), max(8.0, len(items) * rolls.choice((1.3, 1.6, 2.0))), look.curve)
    lengths[-1] = max(lengths[-1], 2.2)  # the last one stays a moment
    shots = []
    for n, (item, length) in enumerate(zip(items, lengths, strict=True)):
        photo = still(item, "photo" if n else "lead", _why(n), rolls)
        shots.append(Shot(length, (photo,), unrepeated(item, items[n - 1] if n else None), item.subject))
    names = labels(items)
    told = listed(names) if names else counted(len(items), "photo")
    return Cut(
        tuple(shots),
        f"In a row: {told}" if names else f"A quick row of {told}",
        f"Gives {told} a moment each, for a wide view in a few seconds.",
        "a new picture in every shot",
    )


def _why(index: int) -> str:
    return "Opens the series." if index == 0 else "Keeps the rhythm with another subject."


def _countdown(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Photos that count down with large numbers; the last one stays."""
    order = material.mixed(material.showable(4, kind), rolls, lead=True)
    items = material.together(order, rolls.choice((3, 4, 5)), contrast=True)
    if len(items) < 3:
        return None
    step = rolls.choice((1.8, 2.2, 2.8))
    last = rolls.choice((3.0, 3.6, 4.2))
    shots = []
    for n, item in enumerate(items):
        number = len(items) - n
        texts = ((str(number), Slot.NUMBER), *label(item, Slot.NOTE))
        final = number == 1
        why = "The one that stays." if final else f"Number {number} on the way down."
        shots.append(
            Shot(
                last if final else step,
                (still(item, "lead" if not n else "photo", why, rolls, moving=final),),
                texts,
                f"number {number}, {item.subject}",
            )
        )
    names = labels(items)
    told = listed(names) if names else counted(len(items), "photo")
    return Cut(
        tuple(shots),
        f"From {numbered(len(items))} to one: {told}",
        f"Counts {told} down with large numbers, and gives number one the most time.",
        f"the number {len(items)}",
    )


def _detail(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """One photo in several slow close looks, and then the whole of it."""
    photos = material.showable(1, kind)
    # What an upright photo shows is in its middle; a wide one may show it anywhere.
    upright = [i for i in photos if i.aspect <= 1.0]
    tall = [i for i in upright if i.height >= 1000]
    choice = material.mixed(tall or upright or photos, rolls, lead=True)
    if not choice:
        return None
    item = choice[0]
    # A part is enlarged only as far as the photo has pixels for it.
    factor = max(1.6, min(2.4, item.height / 1920 * 2.5))
    places = rolls.sample(_PLACES, rolls.choice((2, 3, 4)))
    lengths = pace(len(places), len(places) * rolls.choice((2.4, 3.0, 3.6)), look.curve, 1.6)
    lengths = [min(length, 3.6) for length in lengths]
    shots = []
    for n, ((across, down), length) in enumerate(zip(places, lengths, strict=True)):
        why = "A close look first: what is it?" if n == 0 else "Another part of the same photo."
        texts = (("Look closer", Slot.TITLE),) if n == 0 else ()
        part = Visual(
            item,
            "lead" if n == 0 else "detail",
            why,
            part=(across, down, factor),
            zoom=rolls.choice((3, 5, -4)),
        )
        shots.append(Shot(length, (part,), texts, f"a part of {item.subject}, enlarged {factor:.1f} times"))
    whole = still(item, "whole", "The whole photo at the end.", rolls)
    shots.append(
        Shot(rolls.choice((3.0, 3.6)), (whole,), label(item, Slot.TITLE), f"the whole of {item.subject}")
    )
    return Cut(
        tuple(shots),
        f"{first_upper(item.subject)}, closer than usual",
        f"Starts too close to {item.subject} and ends with the whole, so that people can guess first.",
        "a part that makes people guess",
    )


def _still_life(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """One photo, one slow movement, one line."""
    photos = material.showable(1, kind)
    upright = [i for i in photos if i.aspect <= 1]
    choice = material.mixed(upright or photos, rolls, lead=True)
    if not choice:
        return None
    item = choice[0]
    length = rolls.choice((6.0, 7.0, 8.0))
    drift = Visual(
        item,
        "lead",
        "The only picture.",
        framed=True,
        zoom=rolls.choice((8, 10, -10)),
    )
    name = item.label or "Take a moment"
    return Cut(
        (Shot(length, (drift,), ((name, Slot.TITLE),), f"{item.subject}, one slow movement"),),
        f"{first_upper(item.subject)}, left in peace",
        f"Leaves {item.subject} alone on the wall for {length:.0f} seconds: a pause between louder videos.",
        "stillness",
    )


SERIES = Format(
    "photo series", "at least four photos", ("show", "compare"), _series, (*CUT, *CUT, *CUT, *MOVING, *BUSY)
)
COUNTDOWN = Format(
    "countdown", "at least three photos", ("ask", "show"), _countdown, (*CUT, *MOVING), ("even",)
)
DETAIL = Format(
    "detail study", "a photo", ("teach", "ask", "show"), _detail, (*SOFT, *CUT), ("even", "slower", "swell")
)
STILL_LIFE = Format("still life", "a photo", ("show", "process"), _still_life, CUT, ("even",))
