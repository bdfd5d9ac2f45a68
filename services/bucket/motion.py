"""Where in a clip something happens: a curve, its peaks, and how lively the clip is as a whole.

The curve says where a clip moves more or less than elsewhere in it (0 … 100 of its own liveliest place); the
level compares clips (0 stands still … 1 moves all the time). Times are seconds from the clip's start.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.bucket.clip import Floats, Frame, Packets

POINTS = 120  # at most so many in a curve
FINEST = 0.25  # seconds between them at least
MOST_PEAKS = 6
_GROUPS = 4  # key frames from which it is known what an encoder gives to each packet behind one
_GRID = (32, 18)  # pixels at which frames are compared: noise and grain vanish in it


@dataclass(frozen=True, slots=True)
class Measured:
    """``curve`` has a point each ``step`` seconds; ``peaks`` are (seconds, strength 0 … 1), in time order."""

    step: float
    curve: tuple[int, ...]
    peaks: tuple[tuple[float, float], ...]
    level: float


def measure(packets: Packets, frames: Sequence[Frame]) -> Measured:
    """What the packets' sizes and the decoded frames say together."""
    length = float(packets.times[-1]) if len(packets.times) else (frames[-1].at if frames else 0.0)
    step = max(FINEST, round(length / POINTS, 2))
    bins = max(1, int(np.ceil(length / step)) if length else 1)
    middles: Floats = (np.arange(bins, dtype=np.float64) + 0.5) * step
    bytes_, ratio = _by_bytes(packets, bins, step)
    seen, change = _by_frames(frames, middles)
    curve = _relative(0.65 * bytes_ + 0.35 * seen if len(frames) > 2 else bytes_)
    # Grainy pictures have many bytes between key frames, too; much is seen to change only in motion.
    level = float(np.clip(0.4 * ratio / 0.35 + 0.6 * change / 0.07, 0, 1))
    return Measured(step, tuple(int(v) for v in np.round(curve * 100)), peaks(curve, step), round(level, 2))


def peaks(curve: Floats, step: float, *, apart: float = 1.0) -> tuple[tuple[float, float], ...]:
    """The places that stand out of ``curve``, at least ``apart`` seconds from each other."""
    if len(curve) < 3:
        return ()
    padded = np.pad(curve, 1, mode="edge")
    smooth = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    floor = max(float(np.median(smooth)) + 0.1, 0.35)
    found: list[tuple[float, float]] = []
    for index in np.argsort(-smooth, kind="stable"):
        value, at = float(smooth[index]), (float(index) + 0.5) * step
        if value < floor or len(found) == MOST_PEAKS:
            break
        left, right = smooth[max(0, index - 1)], smooth[min(len(smooth) - 1, index + 1)]
        space = max(apart, len(curve) * step / 12)
        inside = 0 < index < len(smooth) - 1  # where a clip begins, nothing has happened yet
        if (
            inside
            and value >= left
            and value >= right
            and all(abs(at - other) >= space for other, _ in found)
        ):
            found.append((round(at, 2), round(value, 2)))
    return tuple(sorted(found))


def difference(one: Frame, other: Frame) -> float:
    """Mean change of brightness between two frames on a coarse grid, 0 … 1."""
    first, second = (np.asarray(f.picture.convert("L").resize(_GRID), np.float32) for f in (one, other))
    return float(np.abs(first - second).mean() / 255)


def _by_bytes(packets: Packets, bins: int, step: float) -> tuple[Floats, float]:
    """Mean size of the packets between key frames by time (0 … 1), and that size in key frames."""
    between, since = ~packets.keys, _since_key(packets.keys)
    if between.sum() < 4:  # every frame stands alone: sizes say nothing
        return np.zeros(bins), 0.0
    ratio = float(packets.sizes[between].mean() / packets.sizes[packets.keys].mean())
    sizes = packets.sizes.copy()
    if packets.keys.sum() >= _GROUPS:
        # What each place behind a key frame gets from the encoder anyway is no motion.
        order = np.argsort(since, kind="stable")
        starts = np.flatnonzero(np.diff(since[order], prepend=-1))
        for places in np.split(order, starts[1:]):
            if len(places) >= _GROUPS - 1:
                sizes[places] /= max(1.0, float(np.median(packets.sizes[places])))
            else:
                between[places] = False
    else:
        between &= since > 5  # the first ones repair the key frame
    if not between.any():
        return np.zeros(bins), ratio
    place = np.minimum((packets.times[between] / step).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins)
    sums = np.bincount(place, weights=sizes[between], minlength=bins)
    known = counts > 0
    means = np.interp(np.arange(bins), np.flatnonzero(known), sums[known] / counts[known])
    return _relative(means), ratio


def _since_key(keys: NDArray[np.bool_]) -> NDArray[np.intp]:
    """How many packets behind its key frame each packet is."""
    places = np.arange(len(keys))
    return places - np.maximum.accumulate(np.where(keys, places, 0))


def _by_frames(frames: Sequence[Frame], middles: Floats) -> tuple[Floats, float]:
    """How much the decoded frames differ from each other by time (0 … 1), and by how much at all."""
    if len(frames) < 2:
        return np.zeros(len(middles)), 0.0
    changes = np.array([difference(one, other) for one, other in itertools.pairwise(frames)])
    gaps = np.array([max(0.1, other.at - one.at) for one, other in itertools.pairwise(frames)])
    places = np.array([(one.at + other.at) / 2 for one, other in itertools.pairwise(frames)])
    # Two frames far from each other differ no more than twice as much as near ones, however far they are.
    speed = changes / np.minimum(2.0, gaps)
    return _relative(np.interp(middles, places, speed)), float(changes.mean())


def _relative(values: Floats) -> Floats:
    top = float(np.percentile(values, 97)) if len(values) else 0.0
    return np.clip(values / top, 0, 1) if top > 1e-9 else np.zeros(len(values))
