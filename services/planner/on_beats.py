"""Cuts that fall on beats: shot lengths moved a little, never so far that the rhythm becomes another one."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import replace

from services.planner.fitting import room
from services.planner.shots import Shot

_FURTHEST = 0.35  # seconds a cut is moved at most
_LEAST = 0.6  # of a shot's length remains
_FRAME = 30  # a second


def on_beats(shots: Sequence[Shot], beats: Sequence[float], seek: float, overlap: float) -> tuple[Shot, ...]:
    """The shots with each change at a beat of the track, which plays from ``seek``; the last one stays.

    ``overlap`` seconds of each change are a transition: its middle falls on the beat. Lengths stay whole
    frames; a clip is never shown beyond its end.
    """
    times = [beat - seek for beat in beats if beat >= seek]
    if len(times) < 4 or len(shots) < 2:
        return tuple(shots)
    moved: list[Shot] = []
    begins = 0.0  # of the shot, in the video
    for shot in shots[:-1]:
        change = begins + shot.length - overlap / 2
        beat = _nearest(times, change)
        length = shot.length
        if abs(beat - change) <= _FURTHEST:
            length = round((beat + overlap / 2 - begins) * _FRAME) / _FRAME
        if not shot.length * _LEAST <= length <= min(room(shot), shot.length + _FURTHEST):
            length = shot.length
        length = round(length, 3)
        moved.append(replace(shot, length=length))
        begins += length - overlap
    return (*moved, shots[-1])


def _nearest(times: Sequence[float], at: float) -> float:
    place = bisect.bisect(times, at)
    return min(times[max(0, place - 1) : place + 1], key=lambda time: abs(time - at))
