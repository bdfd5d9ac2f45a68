"""Formats made of photos: a quick series, a countdown, one photo looked at closely, one photo in quiet."""

from __future__ import annotations

import random

from services.planner.formats.cut import Cut, Format, dated, label, labels, spoken, still, unrepeated
from services.planner.looks import CUT, MOVING, SOFT, Look, Slot, pace
from services.planner.material import Material
from services.planner.pieces import Item
from services.planner.shots import Shot, Visual
from services.planner.words import counted, first_upper, listed

# Where a close look may rest: across and down, each 0 … 1.
_PLACES = (
    (0.5, 0.15),
    (0.15, 0.5),
    (0.85, 0.5),
    (0.5, 0.85),
    (0.2, 0.25),
    (0.8, 0.75),
    (0.75, 0.2),
    (0.5, 0.5),
)


def _distinct(items: list[Item], count: int) -> list[Item]:
    """The first ``count`` items, each of another piece while there are enough pieces."""
    seen: set[str] = set()
    first: list[Item] = []
    rest: list[Item] = []
    for item in items:
        (rest if item.piece in seen else first).append(item)
        seen.add(item.piece)
    return [*first, *rest][:count]


def _series(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Five to nine photos in a quick rhythm, each with its label."""
    items = _distinct(
        material.mixed(material.showable(6, kind), rolls, lead=True), rolls.choice((5, 6, 7, 8, 9))
    )
    if len(items) < 4:
        return None
    lengths = pace(len(items), max(7.0, len(items) * rolls.choice((1.1, 1.5, 2.0))), look.curve)
    shots = []
    for n, (item, length) in enumerate(zip(items, lengths, strict=True)):
        photo = still(item, "photo" if n else "lead", _why(n), rolls)
        shots.append(Shot(length, (photo,), unrepeated(item, items[n - 1] if n else None), item.subject))
    names = labels(items)
    told = listed(names) if names else counted(len(items), "photo")
    return Cut(
        tuple(shots),
        f"{first_upper(counted(len(items), 'photo'))}: {told}" if names else f"Quick series of {told}",
        f"A quick series of {counted(len(items), 'photo')} gives a wide view in a few seconds.",
        "a new picture in every shot",
        spoken(
            bool(names),
            (
                f"{first_upper(counted(len(items), 'photo'))} in a row: {told}.",
                f"{told}, quickly.",
                f"A walk past the shelf: {told}.",
            ),
            (
                f"{first_upper(counted(len(items), 'photo'))}, briefly.",
                f"{first_upper(told)} in a row.",
                "Picture after picture.",
            ),
        ),
        dated(items),
    )


def _why(index: int) -> str:
    return "Opens the series." if index == 0 else "Keeps the rhythm with another subject."


def _countdown(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Photos that count down with large numbers; the last one stays."""
    items = _distinct(material.mixed(material.showable(4, kind), rolls, lead=True), rolls.choice((3, 4, 5)))
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
        f"Counting down from {len(items)}: {told}",
        f"Large numbers from {len(items)} to 1 give each photo its place and the last one the most time.",
        f"the number {len(items)}",
        spoken(
            bool(names),
            (f"Counting down from {len(items)}: {told}.", f"{told}, counted backwards."),
            (
                f"{', '.join(str(n) for n in range(len(items), 0, -1))}.",
                f"Number one is {items[-1].label}." if items[-1].label else "Backwards, to one.",
                f"{first_upper(counted(len(items), 'photo'))}, counted backwards.",
            ),
        ),
        dated(items),
    )


def _detail(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """One photo in several slow close looks, and then the whole of it."""
    photos = material.showable(1, kind)
    tall = [i for i in photos if i.height >= 1000 and i.aspect <= 1.4]
    choice = material.mixed(tall or photos, rolls, lead=True)
    if not choice:
        return None
    item = choice[0]
    # A part is enlarged only as far as the photo has pixels for it.
    factor = max(1.3, min(2.2, item.height / 1920 * 1.4))
    places = rolls.sample(_PLACES, rolls.choice((2, 3, 4)))
    lengths = pace(len(places), len(places) * rolls.choice((2.4, 3.0, 3.6)), look.curve, 1.6)
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
        f"{first_upper(item.subject)}, seen from close up",
        f"Close looks at one photo of {item.label or 'the work'} let people guess, then see the whole.",
        "a part that makes people guess",
        spoken(
            bool(item.label),
            (
                f"{item.label}, from close up.",
                f"{first_upper(counted(len(places), 'close look'))} at {item.label}.",
            ),
            (
                "Guess before the last picture.",
                "Start small, end with the whole.",
                f"{first_upper(counted(len(places), 'close look'))} at one photo.",
            ),
        ),
        dated([item]),
    )


def _still_life(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """One photo, one slow movement, one line."""
    choice = material.mixed(material.showable(1, kind), rolls, lead=True)
    if not choice:
        return None
    item = choice[0]
    length = rolls.choice((7.0, 8.0, 9.0))
    drift = Visual(
        item,
        "lead",
        "The only picture.",
        zoom=rolls.choice((8, 10, -8)),
        pan=rolls.choice(("", "top", "left")),
    )
    name = item.label or "Take a moment"
    return Cut(
        (Shot(length, (drift,), ((name, Slot.TITLE),), f"{item.subject}, one slow movement"),),
        f"{first_upper(item.subject)} in quiet",
        f"One photo and one slow movement give {item.subject} all the room: a pause between louder videos.",
        "stillness",
        spoken(
            bool(item.label),
            (f"{item.label}. Nothing else.", f"A moment with {item.label}.", f"Just {item.label}."),
            ("One picture, a few slow seconds.", "A pause.", "Nothing happens here, slowly."),
        ),
        dated([item]),
    )


SERIES = Format(
    "photo series", "at least four photos", ("show", "compare"), _series, (*CUT, *CUT, *CUT, *MOVING)
)
COUNTDOWN = Format(
    "countdown", "at least three photos", ("ask", "show"), _countdown, (*CUT, *MOVING), ("even",)
)
DETAIL = Format(
    "detail study", "a photo", ("teach", "ask", "show"), _detail, (*SOFT, *CUT), ("even", "slower", "swell")
)
STILL_LIFE = Format("still life", "a photo", ("show", "process"), _still_life, CUT, ("even",))
