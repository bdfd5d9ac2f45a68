"""A small picture that is painted again and again, moved, grown and turned by fractions of a pixel.

Its planes are premultiplied and kept with an empty edge, so that sampling them needs no care at the border.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from services.renderer.local.pictures.kernels import Plane
from services.renderer.local.pictures.planes import Picture, Planes, paint, yuv
from services.renderer.local.text.look import Colour
from services.renderer.local.text.motion import Pose

_EDGE = 2  # empty pixels around it


class Sprite:
    """``picture`` with its corner at the even place (x, y); it grows and turns about ``home``."""

    def __init__(self, picture: Picture, x: int, y: int, home: tuple[float, float]) -> None:
        self.picture, self.x, self.y = picture, x, y
        self._home = home
        self._planes: tuple[tuple[Image.Image, int], ...] = ()

    def paint(
        self, canvas: Planes, pose: Pose, em: float, opacity: int, between: tuple[float, float] | None = None
    ) -> None:
        """In that pose (``em``: pixels of one size of the font); ``between``: heights it is seen between."""
        if not pose.moves:
            paint(canvas, self.picture, self.x, self.y, opacity)
            return
        found = self._posed(pose, em, (canvas.width, canvas.height))
        if found is not None and between is not None:
            found = _cut(*found, *between)
        if found is not None:
            paint(canvas, *found, opacity)

    def _posed(self, pose: Pose, em: float, canvas: tuple[int, int]) -> tuple[Picture, int, int] | None:
        cos, sin = math.cos(math.radians(pose.turn)), math.sin(math.radians(pose.turn))
        x, y = self._home[0] + pose.dx * em, self._home[1] + pose.dy * em
        width, height = self.picture.size
        across = (self.x - self._home[0], self.x + width - self._home[0])
        down = (self.y - self._home[1], self.y + height - self._home[1])
        there = [
            (x + pose.scale * (cos * a - sin * b), y + pose.scale * (sin * a + cos * b))
            for a in across for b in down
        ]  # fmt: skip
        left = max(0, math.floor(min(p[0] for p in there) / 2) * 2 - _EDGE)
        top = max(0, math.floor(min(p[1] for p in there) / 2) * 2 - _EDGE)
        right = min(canvas[0], math.ceil(max(p[0] for p in there) / 2) * 2 + _EDGE)
        bottom = min(canvas[1], math.ceil(max(p[1] for p in there) / 2) * 2 + _EDGE)
        if right - left < 2 or bottom - top < 2:
            return None
        # From a place in the new picture back to one in the old, in pixels of the output.
        a, b = cos / pose.scale, sin / pose.scale
        c = self._home[0] - self.x + a * (left - x) + b * (top - y)
        f = self._home[1] - self.y - b * (left - x) + a * (top - y)
        made = []
        for image, step in self._padded():
            size = ((right - left) // step, (bottom - top) // step)
            back = (a, b, c / step + _EDGE, -b, a, f / step + _EDGE)
            turned = image.transform(size, Image.Transform.AFFINE, back, Image.Resampling.BILINEAR)
            made.append(np.asarray(turned))
        return Picture(*made), left, top

    def _padded(self) -> tuple[tuple[Image.Image, int], ...]:
        if not self._planes:
            picture = self.picture
            alpha = np.full_like(picture.y, 255) if picture.alpha is None else picture.alpha
            half = np.full_like(picture.u, 255) if picture.half is None else picture.half
            planes: tuple[Plane, ...] = (picture.y, picture.u, picture.v, alpha, half)
            self._planes = tuple(
                (Image.fromarray(np.pad(plane, _EDGE)), step)
                for plane, step in zip(planes, (1, 2, 2, 1, 2), strict=True)
            )
        return self._planes


def flat_picture(mask: Image.Image, colour: Colour) -> Picture:
    """One colour, as far as the mask (mode L, of even size) shows it."""
    alpha = np.round(np.asarray(mask, np.float32) * colour[3])
    half = (alpha[0::2, 0::2] + alpha[1::2, 0::2] + alpha[0::2, 1::2] + alpha[1::2, 1::2]) / 4
    luma, blue, red = yuv(*colour[:3])
    planes = (alpha * (luma / 255), half * (blue / 255), half * (red / 255), alpha, half)
    return Picture(*(np.round(plane).astype(np.uint8) for plane in planes))


def _cut(picture: Picture, x: int, y: int, top: float, bottom: float) -> tuple[Picture, int, int] | None:
    """Only what lies between the two heights, to whole pairs of rows."""
    first = max(0, math.floor((top - y) / 2) * 2)
    last = min(picture.size[1], math.ceil((bottom - y) / 2) * 2)
    if last <= first:
        return None
    full, half = slice(first, last), slice(first // 2, last // 2)
    assert picture.alpha is not None
    assert picture.half is not None
    kept = Picture(picture.y[full], picture.u[half], picture.v[half], picture.alpha[full], picture.half[half])
    return kept, x, y + first
