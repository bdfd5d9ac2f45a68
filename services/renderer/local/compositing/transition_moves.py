"""Transitions that move, squeeze, blur or colour the pictures of both scenes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from services.renderer.local.pictures.kernels import Exact, Plane, mix_planes
from services.renderer.local.pictures.planes import OPAQUE, Planes, copy, fill

Style = Callable[[Planes, Planes, float, Planes], None]
Colour = tuple[int, int, int]
Places = npt.NDArray[np.intp]

_PHASE = 0.2  # share of the way in which a scene goes to its colour
_NEUTRAL = 128
_STRIP = 64
_BLOCKS = 20  # pixelize: a block is at most a tenth of the shorter side
_STEPS = 50  # in which its size changes
_CHROMA = (1, 2, 2)  # pixels for each sample of y, u and v, either way


def through(colour: Colour) -> Style:
    """The old scene goes to ``colour``, and the new one comes from it."""

    def style(old: Planes, new: Planes, share: float, out: Planes) -> None:
        for a, b, c, value in zip(old.all(), new.all(), out.all(), colour, strict=True):
            _mix_three(a, b, value, share, c)

    return style


def through_grey(old: Planes, new: Planes, share: float, out: Planes) -> None:
    """A crossfade in which the colours fade away and come back."""
    mix_planes(old.y, new.y, round(share * OPAQUE), out.y)
    _mix_three(old.u, new.u, _NEUTRAL, share, out.u)
    _mix_three(old.v, new.v, _NEUTRAL, share, out.v)


def _mix_three(old: Plane, new: Plane, value: int, share: float, out: Plane) -> None:
    left = (1 - share) * _smoothstep(1 - _PHASE, 1, 1 - share)
    right = share * (1 - _smoothstep(_PHASE, 1, 1 - share))
    both = left + right
    if both > 0:
        mix_planes(old, new, round(right / both * OPAQUE), out)
    else:
        out[...] = value
    mix_planes(np.broadcast_to(np.uint8(value), out.shape), out, round(both * OPAQUE), out)


def by_distance(old: Planes, new: Planes, share: float, out: Planes) -> None:
    """A crossfade in which pixels that differ much change over early."""
    least = np.int32(round(((1 - share) * 255) ** 2))
    near, gone = np.uint16(round(share * OPAQUE)), np.uint16(OPAQUE)
    for top in range(0, out.height, _STRIP):
        rows, half = slice(top, top + _STRIP), slice(top // 2, (top + _STRIP) // 2)
        chroma = _squares(old.u[half], new.u[half]) + _squares(old.v[half], new.v[half])
        apart = _squares(old.y[rows], new.y[rows]) + chroma.repeat(2, axis=0).repeat(2, axis=1)
        full = np.where(apart <= least, near, gone)
        total = full[0::2, 0::2] + full[1::2, 0::2] + full[0::2, 1::2] + full[1::2, 1::2]
        mix_planes(old.y[rows], new.y[rows], full, out.y[rows])
        for a, b, c in ((old.u, new.u, out.u), (old.v, new.v, out.v)):
            mix_planes(a[half], b[half], total >> np.uint16(2), c[half])


def _squares(a: Plane, b: Plane) -> npt.NDArray[np.int32]:
    apart = a.astype(np.int32) - b
    return apart * apart


def rectangle_crop(colour: Colour) -> Style:
    """The old scene shrinks into a rectangle on ``colour``, then the new one grows out of it."""

    def style(old: Planes, new: Planes, share: float, out: Planes) -> None:
        source = old if share < 0.5 else new
        reach = abs(share - 0.5)
        x, y = round((0.5 - reach) * out.width / 2), round((0.5 - reach) * out.height / 2)
        fill(out, colour)
        for a, c, step in zip(source.all(), out.all(), _CHROMA, strict=True):
            left, top = 2 * x // step, 2 * y // step
            inside = (slice(top, c.shape[0] - top), slice(left, c.shape[1] - left))
            c[inside] = a[inside]

    return style


def corner(*, right: bool, bottom: bool) -> Style:
    """The old scene is wiped away into one of its corners."""

    def style(old: Planes, new: Planes, share: float, out: Planes) -> None:
        copy(new, out)
        width, height = (round((1 - share) * side / 2) for side in (out.width, out.height))
        for a, c, step in zip(old.all(), out.all(), _CHROMA, strict=True):
            wide, high = 2 * width // step, 2 * height // step
            rows = slice(c.shape[0] - high, None) if bottom else slice(0, high)
            columns = slice(c.shape[1] - wide, None) if right else slice(0, wide)
            c[rows, columns] = a[rows, columns]

    return style


def slide(across: int, down: int) -> Style:
    """The new scene pushes the old one out that way."""

    def style(old: Planes, new: Planes, share: float, out: Planes) -> None:
        dx = round(share * out.width / 2) * 2 * across
        dy = round(share * out.height / 2) * 2 * down
        _shift(old, out, dx, dy)
        _shift(new, out, dx - across * out.width, dy - down * out.height)

    return style


def _shift(source: Planes, out: Planes, dx: int, dy: int) -> None:
    for a, b, step in zip(source.all(), out.all(), _CHROMA, strict=True):
        x, y = dx // step, dy // step
        rows, columns = a.shape
        if abs(x) >= columns or abs(y) >= rows:
            continue
        here: Plane = a[max(0, -y) : rows - max(0, y), max(0, -x) : columns - max(0, x)]
        b[max(0, y) : rows + min(0, y), max(0, x) : columns + min(0, x)] = here


def squeeze(*, across: bool) -> Style:
    """The old scene is squeezed into a line in the middle of the new one."""

    def style(old: Planes, new: Planes, share: float, out: Planes) -> None:
        left = 1 - share
        for a, b, c in zip(old.all(), new.all(), out.all(), strict=True):
            length = c.shape[1] if across else c.shape[0]
            room = round(left * length / 2)
            low, high = length // 2 - room, length // 2 + room
            c[...] = b
            if low == high:
                continue
            at = ((np.arange(low, high) + 0.5 - length / 2) / left + length / 2).astype(np.intp)
            at = np.clip(at, 0, length - 1)
            if across:
                np.take(a, at, axis=1, out=c[:, low:high], mode="clip")
            else:
                np.take(a, at, axis=0, out=c[low:high], mode="clip")

    return style


def zoom_in(old: Planes, new: Planes, share: float, out: Planes) -> None:
    """Into the middle of the old scene, then over into the new one."""
    seen = max(1e-3, _smoothstep(0.5, 1, 1 - share))
    amount = round((1 - _smoothstep(0, 0.5, 1 - share)) * OPAQUE)
    place = ((1 - seen) / 2, (1 - seen) / 2, seen, seen)
    for a, b, c in zip(old.all(), new.all(), out.all(), strict=True):
        if amount < OPAQUE:
            Exact(a).sample(place, c)
            mix_planes(c, b, amount, c)
        else:
            c[...] = b


def pixelize(old: Planes, new: Planes, share: float, out: Planes) -> None:
    """A crossfade through coarse blocks."""
    size = math.ceil(min(share, 1 - share) * _STEPS) / _STEPS
    block = 2 * size * min(out.width, out.height) / _BLOCKS
    amount = round(share * OPAQUE)
    for a, b, c, step in zip(old.all(), new.all(), out.all(), _CHROMA, strict=True):
        if block / step <= 1:
            mix_planes(a, b, amount, c)
            continue
        rows, columns = (_blocks(length, block / step) for length in c.shape)
        small = np.empty((rows[0].size, columns[0].size), np.uint8)
        here = np.ix_(rows[0], columns[0])
        mix_planes(a[here], b[here], amount, small)
        np.take(small.take(columns[1], axis=1), rows[1], axis=0, out=c, mode="clip")


def _blocks(length: int, block: float) -> tuple[Places, Places]:
    """The middles of the blocks along one side, and each sample's block."""
    number = (np.arange(length) / block).astype(np.intp)
    middles = ((np.arange(number[-1] + 1) + 0.5) * block).astype(np.intp)
    return np.minimum(middles, length - 1), number


def blur_across(old: Planes, new: Planes, share: float, out: Planes) -> None:
    """A crossfade through a blur along the rows: each pixel is the mean of those that follow it."""
    amount, strength = round(share * OPAQUE), 1 - abs(2 * share - 1)
    for a, b, c in zip(old.all(), new.all(), out.all(), strict=True):
        mix_planes(a, b, amount, c)
        wide = c.shape[1]
        size = max(1, round(1 + wide / 2 * strength))
        end = np.minimum(np.arange(wide) + size, wide)
        share_of_each = (1 / (end - np.arange(wide))).astype(np.float32)
        for top in range(0, c.shape[0], _STRIP):
            rows = c[top : top + _STRIP]
            sums = np.zeros((rows.shape[0], wide + 1), np.int32)
            np.cumsum(rows, axis=1, out=sums[:, 1:])
            np.copyto(rows, (sums[:, end] - sums[:, :-1]) * share_of_each, casting="unsafe")


def _smoothstep(low: float, high: float, value: float) -> float:
    t = min(1.0, max(0.0, (value - low) / (high - low)))
    return t * t * (3 - 2 * t)
