"""Formats about several pieces: a series as tiles, work in progress, a question between two."""

from __future__ import annotations

import random
from collections import defaultdict

from services.planner.formats.cut import (
    Cut,
    Format,
    dated,
    label,
    labels,
    placed,
    spoken,
    still,
    unrepeated,
    view,
)
from services.planner.looks import CUT, FRAME, MOVING, ROUND, SOFT, Look, Slot, pace
from services.planner.material import Material
from services.planner.pieces import Item, Stage
from services.planner.shots import Box, Shot, Visual
from services.planner.words import counted, first_upper, listed

_GAP = 12
_HALF = (FRAME[0] - _GAP) // 2
_TALL = (FRAME[1] - _GAP) // 2


def _grid(count: int) -> list[Box]:
    """Tiles that fill the frame: 2 × 2, or 2 × 3 for six."""
    rows = 3 if count == 6 else 2
    height = (FRAME[1] - _GAP * (rows - 1)) // rows
    return [
        (column * (_HALF + _GAP), row * (height + _GAP), _HALF, height)
        for row in range(rows)
        for column in range(2)
    ]


def _collage(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """The pieces of one series together as tiles, then some of them alone."""
    series = defaultdict(list)
    for item in material.photos:
        if item.series and item.stage not in (Stage.PRINT, Stage.FAILED):
            series[item.series].append(item)
    groups = [of for of in (_per_piece(items) for items in series.values()) if len(of) >= 4]
    if not groups and len(material.photos) >= 4:
        shown = [i for i in material.photos if i.stage in (Stage.FINISHED, Stage.PLAIN)]
        shown = shown if len(shown) >= 4 else material.showable(4, kind)
        groups = [_per_piece(material.mixed(shown, rolls, lead=True))]
    ordered = [g for g in material.mixed_groups(groups, rolls) if len(g) >= 4]
    if not ordered:
        return None
    items = ordered[0]
    tiles = 6 if len(items) >= 6 and rolls.random() < 0.4 else 4
    chosen = items[:tiles]
    name = material.series_name(chosen[0].series) if len({i.series for i in chosen}) == 1 else ""
    first_is_grid = rolls.random() < 0.6
    grid = Shot(
        rolls.choice((2.6, 3.2, 3.8)),
        tuple(
            Visual(i, "tile", "One of the pieces in the overview.", b)
            for i, b in zip(chosen, _grid(tiles), strict=True)
        ),
        ((name or first_upper(counted(tiles, "photo")), Slot.TITLE),),
        f"{counted(tiles, 'photo')} as tiles",
    )
    count = rolls.choice((3, 4))
    lengths = pace(count, count * rolls.choice((2.2, 2.8)), look.curve, 1.2)
    singles = [
        Shot(length, (still(i, "piece", "Alone, to be looked at.", rolls),), label(i), i.subject)
        for i, length in zip(chosen, lengths, strict=False)
    ]
    shots = [grid, *singles] if first_is_grid else [*singles, grid]
    told = f"{name}: {listed(labels(chosen))}" if name and labels(chosen) else name or counted(tiles, "photo")
    return Cut(
        tuple(shots),
        f"Together: {told}",
        f"Tiles show {told} as a family before each one gets its own look.",
        "many pieces at once",
        spoken(
            bool(labels(chosen)),
            (f"{first_upper(told)}.", f"Side by side: {listed(labels(chosen))}."),
            (
                f"{first_upper(counted(tiles, 'photo'))} in one frame" + (f": {name}." if name else "."),
                "Together, and one by one.",
            ),
        ),
        dated(chosen),
    )


def _per_piece(items: list[Item]) -> list[Item]:
    """One item per piece where that leaves enough, else all of them."""
    single = list({item.piece: item for item in reversed(items)}.values())[::-1]
    return single if len(single) >= 4 else items


def _montage(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Failures, or work in progress, or the workshop: photos and clips mixed."""
    choices = []
    for stages, title in (
        ((Stage.FAILED,), "What failed"),
        ((Stage.PROGRESS, Stage.FAILED), "In progress"),
        ((Stage.BUILD,), "The build"),
    ):
        items = material.staged(*stages)
        if len(items) >= (2 if kind == "fail" else 3):
            choices.append((material.mixed(items, rolls, lead=True), title))
    if not choices:
        return None
    if kind == "fail" and choices[0][1] == "What failed":
        del choices[1:]
    rolls.shuffle(choices)
    # The freshest opening decides between failures, progress and build.
    choices.sort(key=lambda c: (material.ledger.leads[c[0][0].id], *material.ledger.rank(c[0][0].id)))
    items, title = choices[0]
    items = items[: rolls.choice((3, 4, 5, 6, 7))]
    lengths = pace(len(items), max(7.5, len(items) * rolls.choice((2.0, 2.6, 3.2))), look.curve, 1.0)
    shots = []
    for n, (item, wanted) in enumerate(zip(items, lengths, strict=True)):
        visual, length = view(item, wanted, "lead" if n == 0 else "moment", _moment(item), rolls)
        texts = ((title, Slot.TITLE),) if n == 0 else unrepeated(item, items[n - 1])
        shots.append(Shot(length, (visual,), texts, f"{item.subject} {placed(item)}"))
    if sum(s.length for s in shots) < 6.0:
        return None
    names = labels(items)
    told = listed(names) if names else counted(len(items), "picture")
    return Cut(
        tuple(shots),
        f"{title}: {told}",
        f"“{title}”, with {told}, shows the work as it is between the finished pieces.",
        f"the words “{title}”",
        spoken(
            bool(names),
            (f"{title}: {told}.", f"{told}, on the way."),
            (
                f"{title}. No polish.",
                f"{first_upper(counted(len(items), 'moment'))} of the work.",
                f"{title}.",
            ),
        ),
        dated(items),
    )


def _moment(item: Item) -> str:
    known = {
        Stage.FAILED: "Named as failed.",
        Stage.PROGRESS: "Filed as work in progress.",
        Stage.BUILD: "Filed as build.",
    }
    return known.get(item.stage, "A moment of the work.")


_QUESTIONS = (
    ("Upper or lower?", "Upper or lower?"),
    ("Which one?", "Which one would you keep?"),
    ("One or two?", "One or two?"),
    ("Pick one", "You can only pick one."),
)
_ALONE = (
    ("What do you see?", "What do you see?"),
    ("One word for it?", "One word for it?"),
    ("Keep it or not?", "Would you keep it?"),
)


def _question(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Two photos and a choice between them; with a single photo, a question about it."""
    order = material.mixed(material.showable(2, kind), rolls, lead=True)
    if not order:
        return None
    first = order[0]
    others = [i for i in order[1:] if i.piece != first.piece]
    other = next((i for i in others if i.stage is first.stage), others[0] if others else None)
    if other is None:
        return _single_question(first, rolls)
    words, opening = rolls.choice(_QUESTIONS)
    both = (
        Visual(first, "lead", "One of the two to choose from.", (0, 0, FRAME[0], _TALL)),
        Visual(other, "choice", "The other one.", (0, _TALL + _GAP, FRAME[0], _TALL)),
    )
    ask = Shot(
        rolls.choice((3.0, 3.6, 4.2)), both, ((words, Slot.TITLE),), "both photos, one above the other"
    )
    each = rolls.choice((2.2, 2.6, 3.2))
    alone = [
        Shot(
            each,
            (still(i, "choice", "Alone, to decide.", rolls),),
            (("1" if i is first else "2", Slot.NUMBER),),
            i.subject,
        )
        for i in (first, other)
    ]
    again = Shot(2.2, both, (("Your choice?", Slot.TITLE),), "both photos again")
    shots = rolls.choice(([ask, *alone], [*alone, ask], [ask, *alone, again]))
    told = listed(labels([first, other])) or "two photos"
    return Cut(
        tuple(shots),
        f"A choice: {told}"
        if labels([first, other])
        else f"A choice between {first.subject} and {other.subject}",
        f"A choice between {told} is easy to answer in a comment.",
        "a question",
        spoken(
            bool(labels([first, other])),
            (f"{opening} {told}.", f"Two of them: {told}. {opening}", f"Decide: {told}?"),
            (opening, "Two photos, one choice."),
        ),
        dated([first, other]),
    )


def _single_question(item: Item, rolls: random.Random) -> Cut:
    words, opening = rolls.choice(_ALONE)
    shots = (
        Shot(
            3.4, (still(item, "lead", "The photo in question.", rolls),), ((words, Slot.TITLE),), item.subject
        ),
        Shot(
            3.0,
            (still(item, "lead", "Time to think.", rolls),),
            (("Tell me below", Slot.LABEL),),
            f"{item.subject} again",
        ),
    )
    return Cut(
        shots,
        f"{words} {first_upper(item.subject)}",
        f"A short question about {item.subject} is easy to answer in a comment.",
        "a question",
        spoken(bool(item.label), (f"{opening} {item.label}.", f"{item.label}. {opening}"), (opening,)),
        dated([item]),
    )


COLLAGE = Format(
    "series collage",
    "at least four photos, best of one series (rv01.jpg … rv04.jpg)",
    ("show", "compare"),
    _collage,
    (*CUT, *MOVING, *ROUND),
)
MONTAGE = Format(
    "work in progress",
    "three or more photos or clips in a folder of work in progress, failures or build",
    ("fail", "process", "teach"),
    _montage,
    (*CUT, *SOFT, *MOVING),
)
QUESTION = Format(
    "question", "photos of two different pieces", ("ask",), _question, (*CUT, *MOVING, *SOFT), ("even",)
)
