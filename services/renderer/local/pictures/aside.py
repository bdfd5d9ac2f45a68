"""Pictures of a layer that only draws itself: it is drawn aside, over black and over white.

What differs between the two is how much of the ground can be seen; that gives picture and transparency.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from services.renderer.local.pictures.cut_out import half_of
from services.renderer.local.pictures.kernels import Plane
from services.renderer.local.pictures.planes import OPAQUE, Picture, Planes, blank, fill
from services.renderer.local.planning.layers import Box
from services.renderer.local.planning.treatment import Treatment

_BLACK, _WHITE, _GREY = 16, 235, 128
_NOTHING = 2  # pixels of an empty picture


class Drawn(Protocol):
    def draw(self, index: int, canvas: Planes, opacity: int) -> None: ...
    def close(self) -> None: ...


class Aside:
    """``source`` of the layer with ``box`` as pictures, flipped about the middle of the box."""

    still = False

    def __init__(self, source: Drawn, box: Box, treatment: Treatment, canvas: tuple[int, int]) -> None:
        self._source, self._box, self._treatment = source, box, treatment
        self._canvas = canvas
        self._black, self._white = blank(*canvas), blank(*canvas)

    def placed(self, index: int) -> tuple[Picture, int, int]:
        """What is seen in that frame, cut to where there is anything, and its corner."""
        for ground, luma in ((self._black, _BLACK), (self._white, _WHITE)):
            fill(ground, (luma, _GREY, _GREY))
            self._source.draw(index, ground, OPAQUE)
        rows, columns = self._used()
        halves = (slice(rows.start // 2, rows.stop // 2), slice(columns.start // 2, columns.stop // 2))
        seen = self._black.y[rows, columns].astype(np.int32)
        shown_through = (self._white.y[rows, columns] - seen) * 255 + (_WHITE - _BLACK) // 2
        through = np.clip(shown_through // (_WHITE - _BLACK), 0, 255)
        alpha = (255 - through).astype(np.uint8)
        half = half_of(alpha)
        rest = 255 - half.astype(np.int32)
        picture = Picture(
            _byte(seen - through * _BLACK // 255),
            _byte(self._black.u[halves] - rest * _GREY // 255),
            _byte(self._black.v[halves] - rest * _GREY // 255),
            alpha, half,
        )  # fmt: skip
        return self._flipped(picture, columns.start, rows.start)

    def close(self) -> None:
        self._source.close()

    def _used(self) -> tuple[slice, slice]:
        """Even borders around what was drawn."""
        drawn = (self._black.y != _BLACK) | (self._white.y != _WHITE)
        rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
        if not rows.size:
            return slice(0, _NOTHING), slice(0, _NOTHING)
        return (
            slice(int(rows[0]) // 2 * 2, int(rows[-1]) // 2 * 2 + 2),
            slice(int(columns[0]) // 2 * 2, int(columns[-1]) // 2 * 2 + 2),
        )

    def _flipped(self, picture: Picture, x: int, y: int) -> tuple[Picture, int, int]:
        width, height = picture.size
        if self._treatment.flip_horizontal:
            picture = Picture(*(np.ascontiguousarray(plane[:, ::-1]) for plane in picture.all()))
            x = 2 * self._box.x + self._box.width - x - width
        if self._treatment.flip_vertical:
            picture = Picture(*(np.ascontiguousarray(plane[::-1]) for plane in picture.all()))
            y = 2 * self._box.y + self._box.height - y - height
        return picture, x, y


def _byte(values: npt.NDArray[np.int32]) -> Plane:
    return np.clip(values, 0, 255).astype(np.uint8)
