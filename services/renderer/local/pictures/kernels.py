"""The inner loops: mixing planes and sampling a moving view, a strip of rows at a time.

Strips stay in the processor's cache and need no new memory; and every operation has one type (16 bits),
because numpy is several times slower when it converts on the way.
"""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]
Weights = npt.NDArray[np.uint16]
WHOLE = 128  # weights are 0 … 128

_STRIP = 96
_WIDEST = 4100  # columns of any plane
_SHIFT, _HALF = np.uint16(7), np.uint16(64)
_DOWN, _ROUND = np.int16(7), np.int16(64)
_BYTE, _LOW = np.uint16(8), np.uint16(255)
_PIECES = 3


class _Scratch(threading.local):
    """Memory of one thread, used again for every strip."""

    def __init__(self) -> None:
        self.pieces = [np.empty(_STRIP * _WIDEST, np.uint16) for _ in range(_PIECES)]


_scratch = _Scratch()


def _rows(number: int, height: int, width: int) -> npt.NDArray[np.uint16]:
    """A piece of scratch memory in that shape."""
    return _scratch.pieces[number][: height * width].reshape(height, width)


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


class Exact:
    """A plane that views are sampled from at any place: kept in 16 bits, with the difference of each row to
    the next, so that sampling needs no conversion."""

    def __init__(self, plane: Plane) -> None:
        rows = plane.astype(np.int16)
        self._steps = np.diff(rows, axis=0)
        self._rows = (rows << 7) + 64  # in 128ths, ready to be rounded

    def sample(self, place: tuple[float, float, float, float], out: Plane) -> None:
        """Fill ``out`` with the part ``place`` (x, y, width, height as fractions of the plane), linearly."""
        high, wide = self._rows.shape
        height, width = out.shape
        above, down = _taps(place[1] * high, place[3] * high, height, high)
        left, across = _taps(place[0] * wide, place[2] * wide, width, wide)
        first, last = int(left[0]), int(left[-1]) + 2
        left = left - first
        for top in range(0, height, _STRIP):
            rows = slice(top, min(top + _STRIP, height))
            count = rows.stop - top
            lines, steps = _rows(0, count, wide).view(np.int16), _rows(1, count, wide).view(np.int16)
            self._rows.take(above[rows], axis=0, out=lines, mode="clip")
            self._steps.take(above[rows], axis=0, out=steps, mode="clip")
            np.multiply(steps, down[rows, None], out=steps)
            np.add(lines, steps, out=lines)
            np.right_shift(lines, _DOWN, out=lines)
            # Each sample and its right neighbour in one number: gathering columns is what costs most.
            seen = lines.view(np.uint16)
            pairs = _rows(1, count, last - first - 1)
            np.left_shift(seen[:, first + 1 : last], _BYTE, out=pairs)
            np.add(pairs, seen[:, first : last - 1], out=pairs)
            taken, steps = _rows(2, count, width), _rows(0, count, width).view(np.int16)
            pairs.take(left, axis=1, out=taken, mode="clip")
            np.right_shift(taken, _BYTE, out=steps.view(np.uint16))
            np.bitwise_and(taken, _LOW, out=taken)
            near = taken.view(np.int16)
            np.subtract(steps, near, out=steps)
            np.multiply(steps, across, out=steps)
            np.add(steps, _ROUND, out=steps)
            np.right_shift(steps, _DOWN, out=steps)
            np.add(near, steps, out=near)
            np.copyto(out[rows], near, casting="unsafe")


def _taps(
    start: float, length: float, count: int, limit: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int16]]:
    """For each of ``count`` samples: the index of its left neighbour and the weight of the right one."""
    at = (np.arange(count) + 0.5) * (length / count) + start - 0.5
    left = np.clip(np.floor(at).astype(np.intp), 0, limit - 2)
    return left, np.clip(np.rint((at - left) * WHOLE), 0, WHOLE).astype(np.int16)
