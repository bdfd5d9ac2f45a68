"""A layer whose finished picture is masked, grown or turned before it is painted."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from services.renderer.local.pictures.cut_out import half_of, scaled_alpha
from services.renderer.local.pictures.kernels import Plane
from services.renderer.local.pictures.planes import Picture, Planes, paint
from services.renderer.local.pictures.turning import Turn, turned_picture
from services.renderer.local.planning.layers import Box
from services.renderer.local.planning.treatment import Treatment

_BLACK, _RANGE = 16, 219  # of luma

Placed = tuple[Picture, int, int]


class Pictures(Protocol):
    """What gives a picture and its corner on the canvas for every frame; ``still``: always the same one."""

    @property
    def still(self) -> bool: ...
    def placed(self, index: int) -> Placed: ...
    def close(self) -> None: ...


class Treated:
    """Draws ``source`` (of the layer with ``box``, ``length`` frames long) as the treatment says."""

    def __init__(
        self, source: Pictures, treatment: Treatment, box: Box, length: int, mask: Pictures | None = None
    ) -> None:
        self._source, self._treatment, self._box, self._length = source, treatment, box, length
        self._mask = mask
        turns = treatment.turn > 0 or treatment.grow[0] != treatment.grow[1]
        self._still = source.still and not turns and (mask is None or mask.still)
        self._made: Placed | None = None
        self._canvas = (0, 0)

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer."""
        size = (canvas.width, canvas.height)
        if not self._still or self._canvas != size:
            self._made, self._canvas = self._treat(index, size), size
        if self._made is not None:
            paint(canvas, *self._made, opacity)

    def covers(self, canvas: Planes) -> bool:
        """Never: masks and corners let something through."""
        return False

    def close(self) -> None:
        self._source.close()
        if self._mask is not None:
            self._mask.close()

    def notes(self) -> tuple[str, ...]:
        found = getattr(self._source, "notes", None)
        return tuple(found()) if found else ()

    def _treat(self, index: int, canvas: tuple[int, int]) -> Placed | None:
        picture, x, y = self._source.placed(index)
        if self._mask is not None:
            picture = masked(picture, (x, y), *self._mask.placed(index))
        turn = Turn(
            self._angle(index), self._size(index), *(self._treatment.about or self._middle()),
        )  # fmt: skip
        if turn.angle == 0 and turn.size == 1:
            return picture, x, y
        return turned_picture(picture, (x, y), turn, canvas)

    def _middle(self) -> tuple[float, float]:
        return self._box.x + self._box.width / 2, self._box.y + self._box.height / 2

    def _angle(self, index: int) -> float:
        """A picture that turns stands upright in its first frame."""
        treatment = self._treatment
        return treatment.angle * index / treatment.turn if treatment.turn else treatment.angle

    def _size(self, index: int) -> float:
        first, last = self._treatment.grow
        return first + (last - first) * min(1.0, index / max(1, self._length - 1))


def masked(picture: Picture, at: tuple[int, int], mask: Picture, x: int, y: int) -> Picture:
    """``picture`` as far as the light of ``mask``, whose corner is at (x, y), lets it be seen.

    Where the mask is transparent or does not reach, nothing is seen.
    """
    width, height = picture.size
    light = np.zeros((height, width), np.uint8)
    seen = _light(mask)
    left, top = x - at[0], y - at[1]
    rows = slice(max(0, top), max(0, min(height, top + seen.shape[0])))
    columns = slice(max(0, left), max(0, min(width, left + seen.shape[1])))
    light[rows, columns] = seen[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    half = half_of(light)
    return Picture(
        scaled_alpha(picture.y, light), scaled_alpha(picture.u, half), scaled_alpha(picture.v, half),
        light if picture.alpha is None else scaled_alpha(picture.alpha, light),
        half if picture.half is None else scaled_alpha(picture.half, half),
    )  # fmt: skip


def _light(mask: Picture) -> Plane:
    """0 (black) … 255 (white); premultiplied luma has less black in it."""
    opaque = np.full_like(mask.y, 255) if mask.alpha is None else mask.alpha
    black = opaque.astype(np.int32) * _BLACK // 255
    light: npt.NDArray[np.int32] = np.clip((mask.y - black) * 255 // _RANGE, 0, 255)
    return light.astype(np.uint8)
