"""Where a movie is cut into segments (pure): at the borders of scenes and transitions, then evenly.

A segment is encoded by itself, so it begins with a whole picture: very short ones are wasteful, and long
ones keep processors waiting for the last one and are encoded again as a whole when a letter in them changes.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from services.renderer.local.planning.layers import Layer, ScenePlan, Segment

_SHORTEST = 10  # frames, where avoidable
_LONGEST = 2.5  # seconds


def segments_of(
    scenes: Sequence[ScenePlan], under: Sequence[Layer], over: Sequence[Layer], frames: int, fps: int
) -> tuple[Segment, ...]:
    """The whole movie, each frame in one segment; each segment names only what is seen in it."""
    return tuple(
        Segment(
            first, last,
            tuple(
                dataclasses.replace(scene, layers=_during(scene.layers, first, last))
                for scene in scenes
                if scene.first < last and scene.last > first
            ),
            _during(under, first, last), _during(over, first, last),
        )
        for first, last in pairwise(cuts(scenes, frames, fps))
    )  # fmt: skip


def cuts(scenes: Iterable[ScenePlan], frames: int, fps: int) -> list[int]:
    """The first frame of every segment, and ``frames`` at the end."""
    borders = {0, frames}
    for scene in scenes:
        borders |= {scene.first, scene.first + scene.transition, scene.last}
    kept = _without_short([border for border in sorted(borders) if 0 <= border <= frames])
    longest = max(_SHORTEST * 2, round(_LONGEST * fps))
    found = [0]
    for first, last in pairwise(kept):
        pieces = math.ceil((last - first) / longest)
        found += [first + (last - first) * piece // pieces for piece in range(1, pieces + 1)]
    return found


def _without_short(borders: list[int]) -> list[int]:
    """Leave out borders until no piece is too short, each time towards the shorter neighbour."""
    kept = list(borders)
    while len(kept) > 2:
        lengths = [last - first for first, last in pairwise(kept)]
        at = min(range(len(lengths)), key=lengths.__getitem__)
        if lengths[at] >= _SHORTEST:
            break
        before = lengths[at - 1] if at > 0 else math.inf
        after = lengths[at + 1] if at + 1 < len(lengths) else math.inf
        del kept[at if before <= after else at + 1]
    return kept


def _during(layers: Iterable[Layer], first: int, last: int) -> tuple[Layer, ...]:
    return tuple(layer for layer in layers if layer.first < last and layer.last > first)
