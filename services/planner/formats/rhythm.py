"""Formats that live by their rhythm: cuts on every beat, and one clip in a few jumps."""

from __future__ import annotations

import random

from services.model.footage import Role
from services.planner.formats.cut import Cut, Format, clip, label, labels, room, view
from services.planner.looks import CUT, Look, Slot
from services.planner.material import Material
from services.planner.shots import Shot
from services.planner.sights import moments
from services.planner.words import counted, first_upper, listed, numbered

_MOST_CLIPS = 5


def _beat_cuts(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """Many pictures, one to a beat, and the last one held."""
    if not material.music:
        return None
    photos = material.mixed(material.showable(8, kind), rolls, lead=True)
    clips = [i for i in material.mixed(material.clips, rolls) if room(i) >= 1.2]
    if kind != "fail":
        clips = [i for i in clips if i.stage is not Role.FAILED]
    count = rolls.choice((8, 9, 10, 11))
    moving = material.together(clips, min(_MOST_CLIPS, count // 2)) if clips else []
    items = material.together(photos, count - len(moving)) if photos else []
    if len(items) + len(moving) < 7:
        return None
    for n, one in enumerate(moving):  # between the photos, in turns
        items.insert(min(len(items), 2 * n + 1), one)
    step = rolls.choice((0.5, 0.6, 0.7))
    shots = []
    for n, item in enumerate(items):
        first, final = n == 0, n == len(items) - 1
        wanted = rolls.choice((2.0, 2.4)) if final else 1.2 if first else step * (2 if n % 4 == 0 else 1)
        visual, length = view(
            material, item, wanted, "lead" if first else "beat", "One picture to a beat.", rolls
        )
        shots.append(Shot(length, (visual,), label(item, Slot.TITLE) if final else (), item.subject))
    told = listed(labels(items)) or counted(len(items), "picture")
    return Cut(
        tuple(shots),
        f"{first_upper(numbered(len(items)))} on the beat: {told}",
        f"Cuts through {told} in time with the music, and holds the last one.",
        "a cut with every beat",
    )


def _steps(material: Material, rolls: random.Random, look: Look, kind: str) -> Cut | None:
    """One clip in a few numbered jumps."""
    long = [i for i in material.mixed(material.clips, rolls, lead=True) if room(i) >= 7.0]
    if kind == "fail":
        long = [i for i in long if i.stage is Role.FAILED] or long
    order = [i for i in long if i.timelapse] or long
    if not order:
        return None
    item = order[0]
    each, last = rolls.choice((1.1, 1.3, 1.5)), rolls.choice((2.4, 3.0))
    starts = moments(item, min(rolls.choice((4, 5, 6)), int(room(item) / each)), each, last)
    if len(starts) < 3:
        return None
    shots = []
    for number, start in enumerate(starts, 1):
        final = number == len(starts)
        length = min(last, room(item) - start) if final else each
        part = clip(item, "lead" if number == 1 else "step", f"Moment {number} of the clip.", start)
        texts = ((str(number), Slot.NUMBER), *(label(item, Slot.NOTE) if final else ()))
        shots.append(Shot(length, (part,), texts, f"{item.subject} at {start:.1f} s"))
    if sum(shot.length for shot in shots) < 5.2:
        return None
    what = "timelapse" if item.timelapse else "clip"
    return Cut(
        tuple(shots),
        f"{first_upper(item.subject)} in {numbered(len(starts))} jumps",
        f"Tells the {what} of {item.subject} in {numbered(len(starts))} numbered jumps instead of one take.",
        "the number 1",
    )


BEAT_CUTS = Format(
    "beat cuts",
    "music, and eight or more photos and clips of different pieces",
    ("show", "process"),
    _beat_cuts,
    CUT,
    ("even",),
)
STEPS = Format("steps", "a clip of at least 8 seconds", ("teach", "process", "fail"), _steps, CUT, ("even",))
