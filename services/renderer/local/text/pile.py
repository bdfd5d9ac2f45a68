"""A see-through picture that others are laid upon, one after the other, in the planes it is painted with."""

from __future__ import annotations

import numpy as np

from services.renderer.local.pictures.kernels import Plane
from services.renderer.local.pictures.planes import OPAQUE, Picture, Planes, paint


class Pile:
    """Covers ``width`` × ``height`` pixels from (x, y), all even; what is laid outside is cut off."""

    def __init__(self, x: int, y: int, width: int, height: int) -> None:
        self._x, self._y = x, y
        small = (height // 2, width // 2)
        self._y_plane, self._alpha = (np.zeros((height, width), np.uint8) for _ in range(2))
        self._u, self._v, self._half = (np.zeros(small, np.uint8) for _ in range(3))
        self._seen: tuple[int, int, int, int] | None = None  # left, top, right, bottom within the pile

    def lay(self, picture: Picture, x: int, y: int) -> None:
        """Put ``picture`` on top, its corner at the even place (x, y) of the output."""
        width, height = picture.size
        left, top = max(0, x - self._x), max(0, y - self._y)
        right = min(self._alpha.shape[1], x - self._x + width)
        bottom = min(self._alpha.shape[0], y - self._y + height)
        if right <= left or bottom <= top:
            return
        pairs = (
            (self._y_plane, picture.y, picture.alpha, 1), (self._alpha, picture.alpha, picture.alpha, 1),
            (self._u, picture.u, picture.half, 2), (self._v, picture.v, picture.half, 2),
            (self._half, picture.half, picture.half, 2),
        )  # fmt: skip
        for under, over, alpha, step in pairs:
            there = (slice(top // step, bottom // step), slice(left // step, right // step))
            rows = slice((top + self._y - y) // step, (bottom + self._y - y) // step)
            columns = slice((left + self._x - x) // step, (right + self._x - x) // step)
            if alpha is None:
                under[there] = 255 if over is None else over[rows, columns]
            else:
                assert over is not None
                _over(under[there], over[rows, columns], alpha[rows, columns])
        box = (left, top, right, bottom)
        if self._seen is not None:
            near, far = np.minimum(self._seen, box), np.maximum(self._seen, box)
            box = (int(near[0]), int(near[1]), int(far[2]), int(far[3]))
        self._seen = box

    def paint(self, canvas: Planes, opacity: int = OPAQUE) -> None:
        """Onto the output, only as far as something lies here."""
        if self._seen is None:
            return
        left, top, right, bottom = self._seen
        full = (slice(top, bottom), slice(left, right))
        half = (slice(top // 2, bottom // 2), slice(left // 2, right // 2))
        picture = Picture(
            self._y_plane[full], self._u[half], self._v[half], self._alpha[full], self._half[half]
        )
        paint(canvas, picture, self._x + left, self._y + top, opacity)


def _over(under: Plane, over: Plane, alpha: Plane) -> None:
    """Premultiplied ``over`` upon premultiplied ``under``, in place."""
    rest = np.uint16(256) - alpha - (alpha >> 7)
    np.add((under * rest) >> 8, over, out=under, casting="unsafe")
