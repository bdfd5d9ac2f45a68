"""Draws rectangles: colour or gradient, border, round corners, shadow; still or on their way."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from services.renderer.local.pictures.easing import eased
from services.renderer.local.pictures.planes import Picture, Planes, paint, picture_of
from services.renderer.local.planning.layers import Box
from services.renderer.local.planning.shape_spec import Gradient, Rectangle, ShapeSpec

_FINE = 3  # samples of a pixel each way, for smooth edges
_CLEAR = (0, 0, 0, 0)


class Shape:
    """Draws one rectangle inside ``box``."""

    def __init__(self, spec: ShapeSpec, box: Box) -> None:
        self._spec, self._box = spec, box
        self._drawn: Rectangle | None = None
        self._picture: Picture | None = None

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer."""
        spec, box = self._spec, self._box
        way = eased(spec.easing, index / spec.frames) if index < spec.frames else 1.0
        now = between(spec.start, spec.end, way)
        if now != self._drawn:
            self._drawn = now
            image = rectangle_image(spec, now, box)
            self._picture = picture_of(image) if image else None
        if self._picture is not None:
            paint(canvas, self._picture, box.x, box.y, round(opacity * min(1.0, max(0.0, now.opacity))))

    def covers(self, canvas: Planes) -> bool:
        """Not worth finding out."""
        return False

    def close(self) -> None:
        """Nothing is held open."""


def between(a: Rectangle, b: Rectangle, way: float) -> Rectangle:
    return Rectangle(
        a.x + (b.x - a.x) * way, a.y + (b.y - a.y) * way,
        max(0.0, a.width + (b.width - a.width) * way), max(0.0, a.height + (b.height - a.height) * way),
        a.angle + (b.angle - a.angle) * way, a.opacity + (b.opacity - a.opacity) * way,
    )  # fmt: skip


def rectangle_image(spec: ShapeSpec, at: Rectangle, box: Box) -> Image.Image | None:
    """RGBA of the box's size with the rectangle (whose place counts from the output's corner)."""
    if at.width < 0.5 or at.height < 0.5:
        return None
    size = (box.width, box.height)
    outer = _mask(spec, at, box, (0.0, 0.0, 0.0, 0.0))
    image = Image.new("RGBA", size, _CLEAR)
    if spec.shadow is not None:
        cast = ImageChops.offset(outer, round(spec.shadow.dx), round(spec.shadow.dy))
        if spec.shadow.blur > 0:
            cast = cast.filter(ImageFilter.GaussianBlur(spec.shadow.blur / 2))
        image.alpha_composite(_tinted(cast, spec.shadow.colour))
    if spec.fill is not None:
        image.alpha_composite(_filled(spec, at, box, outer))
    if any(spec.border) and spec.border_colour[3] > 0:
        inner = _mask(spec, at, box, spec.border)
        image.alpha_composite(_tinted(ImageChops.subtract(outer, inner), spec.border_colour))
    return image


def _mask(spec: ShapeSpec, at: Rectangle, box: Box, inset: tuple[float, float, float, float]) -> Image.Image:
    """Light inside the rectangle, less ``inset`` (top, right, bottom, left) on its sides."""
    top, right, bottom, left = inset
    x0, y0 = at.x - box.x + left, at.y - box.y + top
    x1, y1 = at.x - box.x + at.width - right, at.y - box.y + at.height - bottom
    mask = Image.new("L", (box.width * _FINE, box.height * _FINE))
    if x1 > x0 and y1 > y0:
        pen = ImageDraw.Draw(mask)
        radius = max(0.0, min(spec.radius - max(inset), (x1 - x0) / 2, (y1 - y0) / 2))
        if at.angle % 360 == 0:
            corners = [v * _FINE for v in (x0, y0, x1, y1)]
            pen.rounded_rectangle(
                (corners[0], corners[1], corners[2] - 1, corners[3] - 1), radius * _FINE, 255
            )
        else:
            middle = at.x - box.x + at.width / 2, at.y - box.y + at.height / 2
            outline = _turned(_outline(x0, y0, x1, y1, radius), middle, at.angle)
            pen.polygon([(x * _FINE, y * _FINE) for x, y in outline], 255)
    return mask.resize((box.width, box.height), Image.Resampling.BOX)


def _outline(x0: float, y0: float, x1: float, y1: float, radius: float) -> list[tuple[float, float]]:
    corners = ((x1 - radius, y0 + radius, -90), (x1 - radius, y1 - radius, 0),
               (x0 + radius, y1 - radius, 90), (x0 + radius, y0 + radius, 180))  # fmt: skip
    return [
        (x + radius * math.cos(math.radians(start + step)), y + radius * math.sin(math.radians(start + step)))
        for x, y, start in corners
        for step in range(0, 91, 15)
    ]


def _turned(
    points: list[tuple[float, float]], middle: tuple[float, float], angle: float
) -> list[tuple[float, float]]:
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return [
        (
            middle[0] + cos * (x - middle[0]) - sin * (y - middle[1]),
            middle[1] + sin * (x - middle[0]) + cos * (y - middle[1]),
        )
        for x, y in points
    ]


def _filled(spec: ShapeSpec, at: Rectangle, box: Box, mask: Image.Image) -> Image.Image:
    if not isinstance(spec.fill, Gradient):
        return _tinted(mask, spec.fill or (0, 0, 0, 0.0))
    colours = gradient_colours(spec.fill, at, box)
    colours[:, :, 3] = colours[:, :, 3] * (np.asarray(mask, np.float32) / 255)
    return Image.fromarray(np.rint(colours).astype(np.uint8))


def gradient_colours(fill: Gradient, at: Rectangle, box: Box) -> npt.NDArray[np.float32]:
    """RGBA (0 … 255) of each pixel of the box. As in CSS: the line through the middle is so long that the
    first and the last colour stand exactly in the corners."""
    angle = math.radians(fill.angle)
    dx, dy = math.sin(angle), -math.cos(angle)
    length = max(1e-3, abs(at.width * dx) + abs(at.height * dy))
    x = np.arange(box.width, dtype=np.float32) + 0.5 + box.x - at.x - at.width / 2
    y = np.arange(box.height, dtype=np.float32) + 0.5 + box.y - at.y - at.height / 2
    place = (x[None, :] * dx + y[:, None] * dy) / length + 0.5
    stops = [place_ for place_, _ in fill.stops]
    channels = [
        np.interp(place, stops, [(c[n] if n < 3 else 255 * c[3]) for _, c in fill.stops]) for n in range(4)
    ]
    return np.stack(channels, axis=2).astype(np.float32)


def _tinted(mask: Image.Image, colour: tuple[int, int, int, float]) -> Image.Image:
    image = Image.new("RGBA", mask.size, colour[:3])
    image.putalpha(mask if colour[3] >= 1 else mask.point([round(v * colour[3]) for v in range(256)]))
    return image
