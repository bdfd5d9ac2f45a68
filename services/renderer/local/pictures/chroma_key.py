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
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from services.renderer.local.pictures.kernels import Plane
from services.renderer.local.pictures.tables import table, translated
from services.renderer.local.planning.treatment import Key

_GREY = 128
_LEAST = 60.0  # colourfulness that any key is taken to have
_REACH = 1.6  # a tolerance of 25 makes transparent up to 40 % of the way to grey
_BAND = 0.15  # of that way: the least width of what is partly transparent
_SURE = 0.8  # of that way: from here on a pixel is the picture's own, unless the tolerance is larger
_FINE = 200.0  # steps of the way in which it is kept as a byte
_LOWEST, _HIGHEST = 16, 240
_STRIP = 32  # rows worked on at a time: new memory for whole planes costs more than the arithmetic

Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Curves:
    """By the way from the key to grey (in ``_FINE`` steps): alpha, and how a premultiplied value comes
    about: value · ``gain`` − key · ``taken``."""

    alpha: Shares
    gain: Shares
    taken: Shares


@dataclass(frozen=True, slots=True)
class Keyed:
    """How far each pixel is from the key, as a byte."""

    way: Plane
    curves: _Curves

    def alpha(self) -> Plane:
        return translated(self.way, table(self.curves.alpha))

    def cut(self, plane: Plane, removed: int) -> Plane:
        """A premultiplied plane; ``removed`` is the key's value in it."""
        curves = self.curves
        gains, taken = table(curves.gain), table(curves.taken * removed / 255)
        lowest, highest = table(curves.alpha * _LOWEST / 255), table(curves.alpha * _HIGHEST / 255)
        out = np.empty_like(plane)
        for top in range(0, plane.shape[0], _STRIP):
            rows = slice(top, top + _STRIP)
            way, kept = self.way[rows], out[rows]
            gain = translated(way, gains)
            weight = gain.astype(np.uint16)
            weight += gain >> 7
            weight *= plane[rows]
            weight += np.uint16(128)
            weight >>= np.uint16(8)
            np.copyto(kept, weight, casting="unsafe")
            kept -= np.minimum(kept, translated(way, taken))
            np.maximum(kept, translated(way, lowest), out=kept)
            np.minimum(kept, translated(way, highest), out=kept)
        return out

    def enlarged(self, shape: tuple[int, ...]) -> Keyed:
        """At another resolution, linearly."""
        image = Image.fromarray(self.way).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
        return Keyed(np.asarray(image), self.curves)


def sees_light(key: Key) -> bool:
    """Whether brightness counts, because the key has hardly a colour."""
    return _colourful(key) < _LEAST


def keyed(y: Plane | None, u: Plane, v: Plane, key: Key) -> Keyed:
    """By the distance of each pixel from the key's colour; planes of one size, y only if sees_light()."""
    ky, ku, kv = key.colour
    length = max(_LEAST, _colourful(key))
    squares = _squares(u, ku)
    squares += _squares(v, kv)
    if y is not None:
        squares += _squares(y, ky) * np.float32(1 - min(1.0, _colourful(key) / _LEAST))
    np.sqrt(squares, out=squares)
    squares *= np.float32(_FINE / length)
    np.minimum(squares, np.float32(255), out=squares)
    return Keyed(squares.astype(np.uint8), _curves(key.tolerance))


@lru_cache(maxsize=8)
def _curves(tolerance: float) -> _Curves:
    way = np.arange(256) / _FINE
    inner = _REACH * tolerance / 100
    outer = max(inner + _BAND, min(_SURE, 2 * inner))
    alpha = np.clip((way - inner) / (outer - inner), 0, 1)
    screen = np.clip(1 - way, 0, 1) * (1 - alpha * alpha)  # nothing is taken out of what is surely picture
    gain = np.clip(alpha / np.maximum(1 - screen, 1e-3), 0, 1)
    return _Curves(alpha, gain, gain * screen)


def _colourful(key: Key) -> float:
    return math.hypot(key.colour[1] - _GREY, key.colour[2] - _GREY)


def _squares(plane: Plane, value: int) -> npt.NDArray[np.float32]:
    apart = plane.astype(np.float32)
    apart -= np.float32(value)
    apart *= apart
    return apart
