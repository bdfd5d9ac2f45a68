"""Pictures with holes: straight planes and alpha become a premultiplied picture, keyed and corrected."""

from __future__ import annotations

import numpy as np
from PIL import Image

from services.renderer.local.pictures.chroma_key import keyed, sees_light
from services.renderer.local.pictures.kernels import Plane
from services.renderer.local.pictures.planes import Picture, coded, picture_of
from services.renderer.local.pictures.tables import Tables, correction_tables
from services.renderer.local.planning.treatment import Key, Treatment


def picture_from(image: Image.Image, treatment: Treatment) -> Picture:
    """Planes of a Pillow image of even size, keyed and corrected; RGBA keeps its alpha."""
    key = treatment.key
    tables = correction_tables(treatment.correction) if treatment.correction else Tables()
    alpha = np.asarray(image.getchannel("A")) if image.mode == "RGBA" else None
    if alpha is not None and alpha.min() == 255:
        alpha = None
    if alpha is None and key is None:
        plain = picture_of(image if image.mode == "RGB" else image.convert("RGB"))
        return Picture(*tables.apply(plain.y, plain.u, plain.v))
    y, u, v = coded(np.asarray(image.convert("RGB")), "yuv444p").to_ndarray()
    if key is not None:
        found = keyed(y if sees_light(key) else None, u, v, key)
        planes = zip(tables.apply(y, u, v), tables.of(key.colour), strict=True)
        y, u, v = (found.cut(plane, removed) for plane, removed in planes)
        if alpha is None:
            alpha = found.alpha()
        else:  # transparent of its own as well
            y, u, v = (scaled_alpha(plane, alpha) for plane in (y, u, v))
            alpha = scaled_alpha(found.alpha(), alpha)
    elif alpha is not None:
        y, u, v = (scaled_alpha(plane, alpha) for plane in tables.apply(y, u, v))
    assert alpha is not None  # there was alpha, or a key
    return Picture(y, half_of(u), half_of(v), alpha, half_of(alpha))


def cut_out(y: Plane, u: Plane, v: Plane, alpha: Plane | None, key: Key | None, tables: Tables) -> Picture:
    """A picture of straight yuv420p planes and alpha: keyed, corrected by ``tables``, premultiplied."""
    if key is not None:
        small = keyed(half_of(y) if sees_light(key) else None, u, v, key)
        full = small.enlarged(y.shape)
        removed = tables.of(key.colour)
        y, u, v = tables.apply(y, u, v)
        y, u, v = full.cut(y, removed[0]), small.cut(u, removed[1]), small.cut(v, removed[2])
        cut = Picture(y, u, v, full.alpha(), small.alpha())
        return cut if alpha is None else _within(cut, alpha)
    y, u, v = tables.apply(y, u, v)
    if alpha is None:
        return Picture(y, u, v)
    half = half_of(alpha)
    return Picture(scaled_alpha(y, alpha), scaled_alpha(u, half), scaled_alpha(v, half), alpha, half)


def _within(picture: Picture, alpha: Plane) -> Picture:
    """A premultiplied picture that is transparent of its own as well."""
    assert picture.alpha is not None
    assert picture.half is not None
    half = half_of(alpha)
    return Picture(
        scaled_alpha(picture.y, alpha), scaled_alpha(picture.u, half), scaled_alpha(picture.v, half),
        scaled_alpha(picture.alpha, alpha), scaled_alpha(picture.half, half),
    )  # fmt: skip


def half_of(plane: Plane) -> Plane:
    """The mean of each 2×2 block."""
    sums = plane[0::2].astype(np.uint16) + plane[1::2]
    return ((sums[:, 0::2] + sums[:, 1::2] + np.uint16(2)) >> np.uint16(2)).astype(np.uint8)


def scaled_alpha(plane: Plane, by: Plane) -> Plane:
    """``plane`` times the alpha ``by``: the product of two alphas, or a premultiplied plane."""
    weight = by.astype(np.uint16)
    weight += by >> 7
    weight *= plane
    weight += np.uint16(128)
    weight >>= np.uint16(8)
    return weight.astype(np.uint8)
