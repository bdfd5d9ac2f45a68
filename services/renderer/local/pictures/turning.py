"""A finished picture turned and grown about a point of the canvas, with smooth edges.

Pillow samples the planes, which are premultiplied: so what lies outside is nothing, and needs no care.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.renderer.local.pictures.kernels import Plane
from services.renderer.local.pictures.planes import Picture

_EDGE = 2  # empty pixels around the picture, so that its border is sampled softly
_OPAQUE = 255


@dataclass(frozen=True, slots=True)
class Turn:
    """``angle`` in degrees clockwise and ``size`` (1: unchanged) about (x, y) of the canvas."""

    angle: float
    size: float
    x: float
    y: float


def turned_picture(
    picture: Picture, at: tuple[int, int], turn: Turn, canvas: tuple[int, int]
) -> tuple[Picture, int, int] | None:
    """The picture with its corner at ``at`` after the turn, cut to the canvas, and its new corner.

    None when nothing of it is on the canvas.
    """
    cos, sin = math.cos(math.radians(turn.angle)), math.sin(math.radians(turn.angle))
    width, height = picture.size
    corners = [(at[0] + dx, at[1] + dy) for dx in (0, width) for dy in (0, height)]
    there = [
        (
            turn.x + turn.size * (cos * (x - turn.x) - sin * (y - turn.y)),
            turn.y + turn.size * (sin * (x - turn.x) + cos * (y - turn.y)),
        )
        for x, y in corners
    ]
    left = max(0, math.floor(min(x for x, _ in there) / 2) * 2 - _EDGE)
    top = max(0, math.floor(min(y for _, y in there) / 2) * 2 - _EDGE)
    right = min(canvas[0], math.ceil(max(x for x, _ in there) / 2) * 2 + _EDGE)
    bottom = min(canvas[1], math.ceil(max(y for _, y in there) / 2) * 2 + _EDGE)
    if right - left < 2 or bottom - top < 2:
        return None
    # From a place in the new picture back to one in the old, in pixels of the canvas.
    a, b = cos / turn.size, sin / turn.size
    from_x, from_y = left - turn.x, top - turn.y
    c = turn.x + a * from_x + b * from_y - at[0]
    f = turn.y - b * from_x + a * from_y - at[1]
    size = (right - left, bottom - top)
    full = picture.alpha if picture.alpha is not None else np.full((height, width), _OPAQUE, np.uint8)
    half = picture.half
    if half is None:
        half = np.full((height // 2, width // 2), _OPAQUE, np.uint8)
    made = [
        _sampled(plane, size, (a, b, c, -b, a, f), step)
        for plane, step in ((picture.y, 1), (picture.u, 2), (picture.v, 2), (full, 1), (half, 2))
    ]
    return Picture(*made), left, top


def _sampled(
    plane: Plane, size: tuple[int, int], back: tuple[float, float, float, float, float, float], step: int
) -> Plane:
    edge = _EDGE // step
    image = Image.fromarray(np.pad(plane, edge))
    a, b, c, d, e, f = back
    data = (a, b, c / step + edge, d, e, f / step + edge)
    turned = image.transform(
        (size[0] // step, size[1] // step), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR
    )
    return np.asarray(turned)
