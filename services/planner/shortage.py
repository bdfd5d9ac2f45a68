"""The sentence for a run that made fewer videos than asked: why, and what to add."""

from __future__ import annotations

from collections.abc import Set

from services.model.brief import Lengths
from services.planner.formats import FORMATS
from services.planner.material import Material
from services.planner.words import counted

# What is easy to add comes first; whoever is told "four photos" need not hear "a photo".
_EASY = {"photo series": 0, "clip cuts": 1, "single take": 2, "detail study": 4, "still life": 4}


def shortage(
    material: Material,
    impossible: Set[str],
    wanted: int,
    made: int,
    others: bool,
    misfits: Lengths | None = None,
) -> str:
    """``impossible``: formats the material never allowed; ``others``: there are drafts to differ from;
    ``misfits``: how long videos may be, if some would have been too short or too long."""
    if not material.photos and not material.clips:
        return (
            "No video could be planned: the media folders hold no photo and no clip that can be used. "
            "Add photos (JPEG, PNG) or clips of a few seconds."
        )
    have = (
        f"{counted(len(material.photos), 'usable photo')}, {counted(len(material.clips), 'usable clip')} and "
        f"{counted(len(material.music), 'track')}"
    )
    wanting = sorted((f for f in FORMATS if f.name in impossible), key=lambda f: _EASY.get(f.name, 3))
    needs = list(dict.fromkeys(f.needs for f in wanting))[:2]
    add = "; or ".join(needs) if needs else "photos or clips that were not used yet"
    count = f"Only {made}" if made else "None"
    why = "any other would be too much like one that is there" if others else "no kind of video can be filled"
    if misfits:
        why += f", or would not last {misfits[0]:g} to {misfits[1]:g} s"
    music = "" if material.music else " Music would help as well."
    return f"{count} of {wanted} videos could be planned: with {have}, {why}. Add {add}.{music}"
