"""A plane that a moving view is sampled from, again and again, by parts of a pixel.

libswscale is several times as fast as arithmetic with arrays, but scales whole pixels to whole pixels: a view
that moves by less would shake. So a little more than the view is scaled, by about its factor, and the view is
cut out of that. Some hundreds of such cuts come into question for each frame; the nearest is off by a few
hundredths of a pixel. Where none is near enough (the factor is about 1), the view is sampled exactly.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation, VideoReformatter

from services.renderer.local.pictures.kernels import Exact, Plane

Numbers = npt.NDArray[np.float64]
Place = tuple[float, float, float, float]  # x, y, width, height as fractions of the plane

_MORE = 24  # pixels scaled beyond the view at most
_EDGE = 48  # pixels by which the border is repeated: the cut may begin outside
_NEAR = 0.1  # pixels (of the plane or the view, the larger ones) by which a cut may be off, rms
_LEAST = 16  # pixels that are scaled
_SLACK = 1  # rows behind the last: libswscale reads some bytes further than it was told


@dataclass(frozen=True, slots=True)
class _Cut:
    """``length`` pixels of the plane from ``first`` on become ``scaled``; the view begins at ``skip``."""

    first: int
    length: int
    scaled: int
    skip: int


class Slide:
    """One plane; ``sample`` is called by one thread at a time."""

    def __init__(self, plane: Plane) -> None:
        height, width = plane.shape
        room = np.empty((height + 2 * _EDGE + _SLACK, width + 2 * _EDGE), np.uint8)
        inner = room[_EDGE : _EDGE + height, _EDGE : _EDGE + width]
        inner[...] = plane
        room[_EDGE : _EDGE + height, :_EDGE] = inner[:, :1]
        room[_EDGE : _EDGE + height, _EDGE + width :] = inner[:, -1:]
        room[:_EDGE] = room[_EDGE]
        room[_EDGE + height :] = room[_EDGE + height - 1]
        self._room, self._plane = room, inner
        self._scaler = VideoReformatter()
        self._exact: Exact | None = None

    def sample(self, place: Place, out: Plane) -> None:
        """Fill ``out`` with the part ``place``, linearly."""
        high, wide = self._plane.shape
        height, width = out.shape
        across = _cut(place[0] * wide, place[2] * wide / width, width, wide)
        down = _cut(place[1] * high, place[3] * high / height, height, high)
        if across is None or down is None:
            if self._exact is None:
                self._exact = Exact(self._plane)
            self._exact.sample(place, out)
            return
        top, left = _EDGE + down.first, _EDGE + across.first
        seen = self._room[top : top + down.length, left : left + across.length]
        made = self._scaler.reformat(
            av.VideoFrame.from_numpy_buffer(seen, "gray"), across.scaled, down.scaled,
            interpolation=Interpolation.BILINEAR, threads=1,
        )  # fmt: skip
        rows = np.frombuffer(memoryview(made.planes[0]), np.uint8).reshape(-1, made.planes[0].line_size)
        out[...] = rows[down.skip : down.skip + height, across.skip : across.skip + width]


def _cut(start: float, factor: float, count: int, limit: int) -> _Cut | None:
    """The nearest way to ``count`` samples, ``factor`` pixels apart, of the pixels from ``start`` on, out of
    ``limit``; None if there is none near enough."""
    scaled, middle, allowed = _ways(count)
    length = np.rint(scaled * factor)
    found = length / scaled  # the factor that libswscale then has
    wanted = start + count / 2 * factor
    first = np.rint(wanted - middle * found)
    off = first + middle * found - wanted  # in the middle of the view
    square = off * off + (found - factor) ** 2 * (count * count / 12)
    inside = allowed & (first >= -_EDGE) & (first + length <= limit + _EDGE) & (length >= _LEAST)
    best = int(np.where(inside, square, np.inf).argmin())
    row, skip = divmod(best, _MORE + 1)
    if not inside[row, skip] or square[row, skip] > (_NEAR * min(1.0, factor)) ** 2:
        return None
    return _Cut(int(first[row, skip]), int(length[row, 0]), int(scaled[row, 0]), skip)


@functools.lru_cache(maxsize=16)
def _ways(count: int) -> tuple[Numbers, Numbers, npt.NDArray[np.bool_]]:
    """Sizes to scale to (one a row), where the view's middle then is (one a column, by how much is left out
    before the view), and which of them go together."""
    scaled = np.arange(count, count + _MORE + 1, dtype=np.float64)[:, None]
    skip = np.arange(_MORE + 1, dtype=np.float64)[None, :]
    return scaled, skip + count / 2, skip + count <= scaled
