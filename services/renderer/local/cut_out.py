"""Pictures with holes: chroma key, straight alpha, premultiplying.

A pixel is transparent when its colour is nearer to the key than ``tolerance`` allows, and half-transparent
in a small band beyond. The vendor does not say how its tolerance is measured. Here it is a share of the
key's own colourfulness: the same number then works for pale and for strong screens, and never makes grey
transparent by the way. For grey keys brightness counts as well.
"""

from __future__ import annotations

import math

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from services.renderer.local.kernels import Plane
from services.renderer.local.planes import Picture, picture_of
from services.renderer.local.tables import Tables, correction_tables
from services.renderer.local.treatment import Key, Treatment

_GREY = 128
_LEAST = 60.0  # colourfulness that any key is taken to have
_REACH = 1.6  # a tolerance of 25 reaches 40 % of the way to grey
_BAND = 0.15  # of the key's colourfulness: where it goes over into the picture

Numbers = npt.NDArray[np.int32]
Removed = tuple[int | None, int | None, int | None]


def key_alpha(y: Plane, u: Plane, v: Plane, key: Key) -> Plane:
    """Alpha by the distance from the key's colour; all planes of one size."""
    ky, ku, kv = key.colour
    colourful = math.hypot(ku - _GREY, kv - _GREY)
    length = max(_LEAST, colourful)
    inner = _REACH * key.tolerance / 100 * length
    outer = inner + _BAND * length
    apart = _squares(u, ku) + _squares(v, kv)
    by_light = 1 - min(1.0, colourful / _LEAST)
    if by_light > 0:
        apart = apart + (_squares(y, ky) * np.float32(by_light)).astype(np.int32)
    ramp = (apart - np.int32(inner**2)) * np.float32(255 / (outer**2 - inner**2))
    return np.asarray(np.clip(ramp, 0, 255), np.uint8)


def picture_from(image: Image.Image, treatment: Treatment) -> Picture:
    """Planes of a Pillow image of even size, keyed and corrected; RGBA keeps its alpha."""
    key = treatment.key
    tables = correction_tables(treatment.correction) if treatment.correction else Tables()
    alpha = np.asarray(image.getchannel("A")) if image.mode == "RGBA" else None
    if alpha is None or alpha.min() == 255:
        if key is None:
            plain = picture_of(image.convert("RGB"))
            return Picture(*tables.apply(plain.y, plain.u, plain.v))
        alpha = None
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image.convert("RGB")), format="rgb24")
    full = frame.reformat(format="yuv444p", dst_colorspace="ITU709", dst_color_range="MPEG").to_ndarray()
    y, u, v = full
    removed: Removed = (None, None, None)
    if key is not None:
        keyed = key_alpha(y, u, v, key)
        alpha = keyed if alpha is None else scaled_alpha(alpha, keyed)
        removed = tables.of(key.colour)
    assert alpha is not None  # there was alpha, or a key
    planes = zip(tables.apply(y, u, v), removed, strict=True)
    y, u, v = (_premultiplied(plane, alpha, value) for plane, value in planes)
    return Picture(y, half_of(u), half_of(v), alpha, half_of(alpha))


def cut_out(y: Plane, u: Plane, v: Plane, alpha: Plane | None, key: Key | None, tables: Tables) -> Picture:
    """A picture of straight yuv420p planes and alpha: keyed, corrected by ``tables``, premultiplied."""
    removed: Removed = (None, None, None)
    if key is not None:
        keyed = enlarged(key_alpha(half_of(y), u, v, key), y.shape)
        alpha = keyed if alpha is None else scaled_alpha(alpha, keyed)
        removed = tables.of(key.colour)
    y, u, v = tables.apply(y, u, v)
    if alpha is None:
        return Picture(y, u, v)
    half = half_of(alpha)
    return Picture(
        _premultiplied(y, alpha, removed[0]), _premultiplied(u, half, removed[1]),
        _premultiplied(v, half, removed[2]), alpha, half,
    )  # fmt: skip


def half_of(plane: Plane) -> Plane:
    """The mean of each 2×2 block."""
    sums = plane[0::2].astype(np.uint16) + plane[1::2]
    return ((sums[:, 0::2] + sums[:, 1::2] + np.uint16(2)) >> np.uint16(2)).astype(np.uint8)


def enlarged(plane: Plane, shape: tuple[int, ...]) -> Plane:
    """Another resolution, linearly."""
    image = Image.fromarray(np.ascontiguousarray(plane))
    return np.array(image.resize((shape[1], shape[0]), Image.Resampling.BILINEAR))


def scaled_alpha(alpha: Plane, by: Plane) -> Plane:
    """The product of two alphas (or of a premultiplied plane and an alpha)."""
    weight = by.astype(np.uint16)
    weight += by >> 7
    weight *= alpha
    weight >>= np.uint16(8)
    return weight.astype(np.uint8)


def _premultiplied(plane: Plane, alpha: Plane, removed: int | None) -> Plane:
    """plane · alpha; or, with the key's value known, what of the plane is not the key's light."""
    scale = alpha.astype(np.uint16)
    scale += alpha >> 7
    if removed is None:
        return ((plane * scale + np.uint16(128)) >> np.uint16(8)).astype(np.uint8)
    rest = ((np.uint16(256) - scale) * np.uint16(removed)) >> np.uint16(8)
    left = np.maximum(plane, rest) - rest
    low = (scale * np.uint16(16)) >> np.uint16(8)
    high = (scale * np.uint16(240)) >> np.uint16(8)
    return np.asarray(np.clip(left, low, high), np.uint8)


def _squares(plane: Plane, value: int) -> Numbers:
    apart = plane.astype(np.int32) - np.int32(value)
    return apart * apart
