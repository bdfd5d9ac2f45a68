"""Formats about several pieces: a series as tiles, work in progress, a question between two."""

from __future__ import annotations

import random
from collections import defaultdict

from services.model.asset import Category
from services.model.footage import Role
from services.planner.formats.cut import (
    Cut,
    Format,
    label,
    labels,
    placed,
    still,
    unrepeated,
    view,
)
from services.planner.frame import ABOVE, FRAME, Box
from services.planner.looks import BUSY, CUT, MOVING, ROUND, SOFT, Look, Slot, pace
from services.planner.material import Material
from services.planner.pieces import Item
from services.planner.shots import Shot, Visual
from services.planner.words import counted, first_upper, listed

_GAP = 24


def _grid(count: int) -> list[Box]:
    """Upright tiles on the ground below the words: 2 × 2, or 3 × 2 for six."""
    columns = 3 if count == 6 else 2
    width = (FRAME[0] - _GAP * (columns + 1)) // columns
    height = min(width * 4 // 3, 640)
    top = ABOVE if columns == 2 else ABOVE + 100
    return [
        (_GAP + column * (width + _GAP), top + row * (height + _GAP), width, height)
        for row in range(2)
        for column in range(columns)
    ]


def _collage(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """The pieces of one series together as tiles, then some of them alone."""
    series = defaultdict(list)
    for item in material.photos:
        if item.series and not item.group and item.stage not in (Role.STILL, Role.FAILED):
            series[item.series].append(item)
    groups = [of for of in (_per_piece(items) for items in series.values()) if len(of) >= 4]
    if not groups and len(material.photos) >= 4:
        shown = [i for i in material.photos if i.stage in (Role.FINISHED, Role.OTHER)]
        shown = shown if len(shown) >= 4 else material.showable(4, kind)
        alone = [i for i in shown if not i.group]
        shown = alone if len(alone) >= 4 else shown
        groups = [_per_piece(material.mixed(shown, rolls, lead=True))]
    ordered = [g for g in material.mixed_groups(groups, rolls) if len(g) >= 4]
    if not ordered:
        return None
    items = material.together(ordered[0], 6)
    if len(items) < 4:
        return None
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
        f"Shows {told} together before some get a look of their own."
        if first_is_grid
        else f"Shows pieces alone, then {told} together.",
        "many pieces at once" if first_is_grid else "one piece, soon in company",
    )


def _per_piece(items: list[Item]) -> list[Item]:
    """One item per piece where that leaves enough, else all of them."""
    single = list({item.piece: item for item in reversed(items)}.values())[::-1]
    return single if len(single) >= 4 else items


def _montage(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Failures, or work in progress, or the workshop: photos and clips mixed."""
    choices = []
    for stages, title in (
        ((Role.FAILED,), "What failed"),
        ((Role.PROGRESS, Role.FAILED), "On the way"),
        ((Role.BUILD,), "In the workshop"),
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
    failed = title == "What failed"
    items = material.together(items, rolls.choice((3, 4, 5, 6, 7)))
    items = _told_in_order(items) if failed else items
    lengths = pace(len(items), max(8.0, len(items) * rolls.choice((2.2, 2.6, 3.2))), look.curve, 1.4)
    # A clip of a failure needs its end, and the last picture some time.
    lengths = [max(n, 4.0) if failed and i.duration else n for n, i in zip(lengths, items, strict=True)]
    most, least = 3.2, round(7.0 / len(items), 1)
    lengths = [
        max(least, min(n, most)) if failed and not i.duration else n
        for n, i in zip(lengths, items, strict=True)
    ]
    lengths[-1] = max(lengths[-1], 2.8)
    shots = []
    for n, (item, wanted) in enumerate(zip(items, lengths, strict=True)):
        visual, length = view(
            material, item, wanted, "lead" if n == 0 else "moment", _moment(item), rolls, late=failed
        )
        texts = ((title, Slot.TITLE),) if n == 0 else unrepeated(item, items[n - 1] if n > 1 else None)
        shots.append(Shot(length, (visual,), texts, f"{item.subject} {placed(item)}"))
    if sum(s.length for s in shots) < 6.0:
        return None
    names = labels(items)
    told = listed(names) if names else counted(len(items), "picture")
    return Cut(
        tuple(shots),
        f"{title}: {told}",
        _PURPOSES[title].format(told),
        f"the words “{title}”",
    )


def _told_in_order(items: list[Item]) -> list[Item]:
    """A failure as it happened: clips first, then what was left; not the still of a clip that is shown."""
    clips = [i for i in items if i.category is Category.VIDEO]
    moved = {i.piece for i in clips if i.timelapse}
    photos = [i for i in items if i.category is Category.IMAGE and not (i.timelapse and i.piece in moved)]
    return [*clips, *photos]


_PURPOSES = {
    "What failed": "Shows plainly what failed, {}, up to where it ended.",
    "On the way": "Shows the work between the finished pieces: {}.",
    "In the workshop": "Shows what stands behind the pieces: {}.",
}


def _moment(item: Item) -> str:
    known = {
        Role.FAILED: "Named as failed.",
        Role.PROGRESS: "Filed as work in progress.",
        Role.BUILD: "Filed as build.",
    }
    return known.get(item.stage, "A moment of the work.")


_BESIDE: tuple[Box, Box] = ((16, ABOVE, 516, 860), (548, ABOVE, 516, 860))
_STACKED: tuple[Box, Box] = ((220, ABOVE, 640, 640), (220, ABOVE + 656, 640, 640))
_QUESTIONS = (
    ("Left or right?", "Left or right?"),
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
    shown = material.showable(2, kind)
    order = material.mixed([i for i in shown if not i.group] or shown, rolls, lead=True)
    if not order:
        return None
    first = order[0]
    alike = first.asset.family
    others = [i for i in order[1:] if i.piece != first.piece and not (alike and i.asset.family == alike)]
    other = next((i for i in others if i.stage is first.stage), others[0] if others else None)
    if other is None:
        return _single_question(first, rolls)
    upright = max(first.aspect, other.aspect) <= 1
    words, opening = rolls.choice(_QUESTIONS if upright else _QUESTIONS[1:])
    one, two = _BESIDE if upright else _STACKED
    both = (
        Visual(first, "lead", "One of the two to choose from.", one),
        Visual(other, "choice", "The other one.", two),
    )
    ask = Shot(rolls.choice((3.0, 3.6, 4.2)), both, ((words, Slot.TITLE),), "both photos at once")
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
    again = Shot(2.8, both, (("Your choice?", Slot.TITLE),), "both photos again")
    shots = rolls.choice(([*alone, ask], [ask, *alone, again], [*alone, ask]))
    told = listed(labels([first, other])) or "two photos"
    return Cut(
        tuple(shots),
        f"A choice: {first.called} or {other.called}" if first.called and other.called else "A choice of two",
        f"Asks people to choose between {told}: that takes one word to answer.",
        "a question",
        opening,
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
        f"A question about {item.subject}",
        f"Asks one short question about {item.subject}: easy to answer in a comment.",
        "a question",
        opening,
    )


COLLAGE = Format(
    "series collage",
    "at least four photos, best of one series (rv01.jpg … rv04.jpg)",
    ("show", "compare"),
    _collage,
    (*CUT, *MOVING, *ROUND, *BUSY),
)
MONTAGE = Format(
    "work in progress",
    "three or more photos or clips in a folder of work in progress, failures or build",
    ("fail", "process", "teach"),
    _montage,
    (*CUT, *SOFT, *MOVING, *BUSY),
)
QUESTION = Format(
    "question", "photos of two different pieces", ("ask",), _question, (*CUT, *MOVING, *SOFT), ("even",)
)
