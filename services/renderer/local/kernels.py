"""The inner loops: mixing planes and sampling a moving view, a strip of rows at a time.

Strips stay in the processor's cache and need no new memory; and every operation has one type (16 bits),
because numpy is several times slower when it converts on the way. Not for use by two threads at once.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]
Weights = npt.NDArray[np.uint16]
WHOLE = 128  # weights are 0 … 128

_STRIP = 64
_WIDEST = 4100  # columns of any plane
_SHIFT, _HALF = np.uint16(7), np.uint16(64)
_BYTE, _LOW = np.uint16(8), np.uint16(255)
_scratch = tuple(np.empty(_STRIP * _WIDEST, np.uint16) for _ in range(3))


def _rows(number: int, height: int, width: int) -> npt.NDArray[np.uint16]:
    """A piece of scratch memory in that shape."""
    return _scratch[number][: height * width].reshape(height, width)


def mix_planes(under: Plane, over: Plane, share: int | Weights, out: Plane) -> None:
    """``share`` 128ths of ``over`` and the rest of ``under``; ``out`` may be either of them.

    ``share`` may be an array of the planes' shape, or of one row or one column.
    """
    height, width = out.shape
    for top in range(0, height, _STRIP):
        rows = slice(top, min(top + _STRIP, height))
        a, b = _rows(0, rows.stop - top, width), _rows(1, rows.stop - top, width)
        weight: np.uint16 | Weights
        if isinstance(share, np.ndarray):
            weight = share[rows] if share.shape[0] > 1 else share
        else:
            weight = np.uint16(share)
        np.copyto(a, under[rows])
        np.multiply(a, np.uint16(WHOLE) - weight, out=a)
        np.copyto(b, over[rows])
        np.multiply(b, weight, out=b)
        np.add(a, b, out=a)
        np.add(a, _HALF, out=a)
        np.right_shift(a, _SHIFT, out=a)
        np.copyto(out[rows], a, casting="unsafe")


def sample(plane: Plane, place: tuple[float, float, float, float], out: Plane) -> None:
    """Fill ``out`` with the part ``place`` (x, y, width, height as fractions of ``plane``), linearly."""
    height, width = out.shape
    above, down = _taps(place[1] * plane.shape[0], place[3] * plane.shape[0], height, plane.shape[0])
    left, across = _taps(place[0] * plane.shape[1], place[2] * plane.shape[1], width, plane.shape[1])
    first, last = int(left[0]), int(left[-1]) + 2
    left = left - first
    part = plane[:, first:last]
    columns = last - first
    across_rest = np.uint16(WHOLE) - across
    for top in range(0, height, _STRIP):
        rows = slice(top, min(top + _STRIP, height))
        count = rows.stop - top
        a, b = _rows(0, count, columns), _rows(1, count, columns)
        weight = down[rows, None]
        np.copyto(a, part[above[rows]])
        np.multiply(a, np.uint16(WHOLE) - weight, out=a)
        np.copyto(b, part[above[rows] + 1])
        np.multiply(b, weight, out=b)
        np.add(a, b, out=a)
        np.add(a, _HALF, out=a)
        np.right_shift(a, _SHIFT, out=a)
        # Each sample and its right neighbour in one number: gathering columns is what costs, so do it once.
        np.left_shift(a[:, 1:], _BYTE, out=b[:, :-1])
        np.add(a[:, :-1], b[:, :-1], out=a[:, :-1])
        pairs, far = _rows(2, count, width), _rows(1, count, width)
        np.take(a, left, axis=1, out=pairs, mode="clip")
        np.right_shift(pairs, _BYTE, out=far)
        np.bitwise_and(pairs, _LOW, out=pairs)
        np.multiply(pairs, across_rest, out=pairs)
        np.multiply(far, across, out=far)
        np.add(pairs, far, out=pairs)
        np.add(pairs, _HALF, out=pairs)
        np.right_shift(pairs, _SHIFT, out=pairs)
        np.copyto(out[rows], pairs, casting="unsafe")


def _taps(start: float, length: float, count: int, limit: int) -> tuple[npt.NDArray[np.intp], Weights]:
    """For each of ``count`` samples: the index of its left neighbour and the weight of the right one."""
    at = (np.arange(count) + 0.5) * (length / count) + start - 0.5
    left = np.clip(np.floor(at).astype(np.intp), 0, limit - 2)
    return left, np.clip(np.rint((at - left) * WHOLE), 0, WHOLE).astype(np.uint16)
