"""Chroma key: which pixels have the key's colour, and what is left of those that are partly so.

The vendor does not say how its tolerance is measured. Here it is a share of the key's own colourfulness,
that is of its way to grey: the same number then works for pale and for strong screens, and grey never
vanishes by the way. For grey keys brightness counts as well.

A pixel on the edge, or a hair, is a mixture of picture and screen. Its distance from the key tells how much
of the screen is in it (all of the way to grey: nothing), and that much is taken out of its colour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from services.renderer.local.kernels import Plane
from services.renderer.local.treatment import Key

_GREY = 128
_LEAST = 60.0  # colourfulness that any key is taken to have
_REACH = 1.6  # a tolerance of 25 makes transparent up to 40 % of the way to grey
_BAND = 0.15  # of that way: the least width of what is partly transparent
_SURE = 0.8  # of that way: from here on a pixel is the picture's own, unless the tolerance is larger

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Keyed:
    """For each pixel, 0 … 255: its alpha, and how its premultiplied value comes about:
    value · ``gain`` − key · ``taken``."""

    alpha: Plane
    gain: Plane
    taken: Plane

    def cut(self, plane: Plane, removed: int) -> Plane:
        """A premultiplied plane; ``removed`` is the key's value in it."""
        kept = _product(plane, self.gain)
        kept -= np.minimum(kept, (self.taken * np.uint16(removed)) >> np.uint16(8))
        scale = _weights(self.alpha)
        low, high = (scale * np.uint16(16)) >> np.uint16(8), (scale * np.uint16(240)) >> np.uint16(8)
        return np.asarray(np.clip(kept, low, high), np.uint8)

    def within(self, alpha: Plane) -> Keyed:
        """Where the picture is transparent of its own as well."""
        return Keyed(*(_product(p, alpha).astype(np.uint8) for p in (self.alpha, self.gain, self.taken)))

    def enlarged(self, shape: tuple[int, ...]) -> Keyed:
        return Keyed(*(enlarged(plane, shape) for plane in (self.alpha, self.gain, self.taken)))


def keyed(y: Plane, u: Plane, v: Plane, key: Key) -> Keyed:
    """By the distance of each pixel from the key's colour; all planes of one size."""
    ky, ku, kv = key.colour
    colourful = math.hypot(ku - _GREY, kv - _GREY)
    length = max(_LEAST, colourful)
    inner = _REACH * key.tolerance / 100
    outer = max(inner + _BAND, min(_SURE, 2 * inner))
    squares = _squares(u, ku) + _squares(v, kv)
    by_light = 1 - min(1.0, colourful / _LEAST)
    if by_light > 0:
        squares += _squares(y, ky) * np.float32(by_light)
    way = np.sqrt(squares) / np.float32(length)
    alpha = np.clip((way - np.float32(inner)) / np.float32(outer - inner), 0, 1)
    screen = np.clip(1 - way, 0, 1) * (1 - alpha * alpha)  # nothing is taken out of what is surely picture
    gain = alpha / np.maximum(1 - screen, np.float32(1e-3))
    return Keyed(_byte(alpha), _byte(gain), _byte(gain * screen))


def enlarged(plane: Plane, shape: tuple[int, ...]) -> Plane:
    """Another resolution, linearly."""
    image = Image.fromarray(np.ascontiguousarray(plane))
    return np.array(image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def _squares(plane: Plane, value: int) -> Floats:
    apart = plane.astype(np.float32) - np.float32(value)
    apart *= apart
    return apart


def _byte(shares: Floats) -> Plane:
    return np.asarray(np.clip(np.rint(shares * 255), 0, 255), np.uint8)


def _weights(alpha: Plane) -> npt.NDArray[np.uint16]:
    """0 … 256."""
    weights = alpha.astype(np.uint16)
    weights += alpha >> 7
    return weights


def _product(plane: Plane, share: Plane) -> npt.NDArray[np.uint16]:
    return (plane * _weights(share) + np.uint16(128)) >> np.uint16(8)
