"""The best moments of a few seconds of a clip: the only place where every frame is decoded."""

from __future__ import annotations

import itertools
from typing import BinaryIO

import av
import numpy as np
from av.error import FFmpegError

from services.bucket.child_end import OPTIONS, Unreadable
from services.bucket.clip import opened, picture_of, seconds_of
from services.bucket.picture import Floats, luma, sharpness

LONGEST = 20.0  # seconds that are decoded at once
_STEP = 0.1  # seconds between two frames that are compared
_APART = 0.5  # seconds between two moments at least
_STILL = 0.002  # mean change of brightness below which nothing moves
_SIDE = 320  # pixels


def best_moments(file: BinaryIO, start: float, end: float, count: int) -> list[dict[str, float]]:
    """At most ``count`` of {"at": seconds, "strength": 0 … 1}, the strongest first: where most changes while
    the picture is sharp. A window in which nothing changes answers its sharpest frame. Unreadable as usual.
    """
    end = min(end, start + LONGEST)
    times, lights = _decoded(file, start, end)
    if not times:
        raise Unreadable("The video has no frames in these seconds.")
    crisp = np.array([sharpness(light) for light in lights])
    changes = np.array([0.0, *(np.abs(b - a).mean() for a, b in itertools.pairwise(lights))])
    changes[0] = changes[1] if len(changes) > 1 else 0.0
    top = float(changes.max())
    moving = top > _STILL
    scores = changes / top * (0.5 + 0.5 * crisp / max(float(crisp.max()), 1e-6)) if moving else crisp
    chosen: list[int] = []
    for index in np.argsort(-scores, kind="stable"):
        if len(chosen) == (count if moving else 1):
            break
        if all(abs(times[index] - times[other]) >= _APART for other in chosen):
            chosen.append(int(index))
    return [{"at": round(times[i], 2), "strength": round(float(scores[i]), 2)} for i in chosen]


def _decoded(file: BinaryIO, start: float, end: float) -> tuple[list[float], list[Floats]]:
    """Times and brightness of the frames, one each _STEP seconds."""
    times: list[float] = []
    lights: list[Floats] = []
    try:
        with av.open(file, mode="r", options=OPTIONS) as container:
            stream = opened(container)
            base = float(stream.time_base)
            container.seek(int((stream.start_time or 0) + start / base), stream=stream, backward=True)
            due = start
            for frame in container.decode(stream):
                at = seconds_of(frame, stream)
                if at >= end:
                    break
                if at >= due - 1e-3:
                    times.append(at)
                    lights.append(luma(picture_of(frame, _SIDE)))
                    due = at + _STEP - 1e-3
    except (FFmpegError, ValueError, EOFError) as error:
        raise Unreadable("The video is damaged or of a kind that cannot be read.") from error
    return times, lights
