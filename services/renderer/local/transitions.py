"""How one scene becomes the next: mixes of two canvases, by the vendor's (ffmpeg xfade's) names."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from services.renderer.local.kernels import Plane, Weights, mix_planes
from services.renderer.local.planes import OPAQUE, Planes, yuv

Field = npt.NDArray[np.floating]

_BLACK, _WHITE = yuv(0, 0, 0), yuv(255, 255, 255)
_SOFT = 0.02  # width of the edge of wipes, as a share of the whole way
_SMOOTH = 0.35  # of the "smooth" ones
_SEED = 7  # of the grain of "dissolve": the same picture every time

# When a pixel changes over to the new scene: 0 at the beginning … 1 at the end; x, y are 0 … 1.
_WIPES: dict[str, Callable[[Field, Field], Field]] = {
    "wipeleft": lambda x, y: 1 - x,
    "wiperight": lambda x, y: x,
    "wipeup": lambda x, y: 1 - y,
    "wipedown": lambda x, y: y,
    "wipetl": lambda x, y: 1 - np.maximum(x, y),
    "wipetr": lambda x, y: 1 - np.maximum(1 - x, y),
    "wipebl": lambda x, y: 1 - np.maximum(x, 1 - y),
    "wipebr": lambda x, y: 1 - np.maximum(1 - x, 1 - y),
    "diagtl": lambda x, y: 1 - (x + y) / 2,
    "diagtr": lambda x, y: 1 - (1 - x + y) / 2,
    "diagbl": lambda x, y: 1 - (x + 1 - y) / 2,
    "diagbr": lambda x, y: 1 - (2 - x - y) / 2,
    "vertopen": lambda x, y: np.abs(x - 0.5) * 2,
    "vertclose": lambda x, y: 1 - np.abs(x - 0.5) * 2,
    "horzopen": lambda x, y: np.abs(y - 0.5) * 2,
    "horzclose": lambda x, y: 1 - np.abs(y - 0.5) * 2,
    "radial": lambda x, y: np.arctan2(x - 0.5, y - 0.5) / (2 * np.pi) + 0.5,
}
for _side in ("left", "right", "up", "down"):
    _WIPES[f"smooth{_side}"] = _WIPES[f"wipe{_side}"]
_CIRCLES = {"circleopen": False, "circleclose": True}
_SLIDES = {"slideleft": (-1, 0), "slideright": (1, 0), "slideup": (0, -1), "slidedown": (0, 1)}
_THROUGH = {"fadeblack": _BLACK, "fadewhite": _WHITE}


def known(style: str) -> bool:
    """Whether the style is drawn as itself; every other one is shown as a crossfade."""
    return style in ("fade", "dissolve") or style in (_WIPES | _CIRCLES | _SLIDES | _THROUGH)


def mix(style: str, old: Planes, new: Planes, share: float, out: Planes) -> None:
    """``share`` (0 … 1) of the way from ``old`` to ``new``, into ``out``."""
    if style in _THROUGH:
        _through(_THROUGH[style], old, new, share, out)
    elif style in _SLIDES:
        _slide(_SLIDES[style], old, new, share, out)
    elif known(style) and style != "fade":
        full = _mask(style, out.width, out.height, share)
        half = _mask(style, out.width // 2, out.height // 2, share)
        for a, b, c, mask in zip(old.all(), new.all(), out.all(), (full, half, half), strict=True):
            mix_planes(a, b, mask, c)
    else:
        amount = round(share * OPAQUE)
        for a, b, c in zip(old.all(), new.all(), out.all(), strict=True):
            mix_planes(a, b, amount, c)


def _through(
    colour: tuple[int, int, int], old: Planes, new: Planes, share: float, out: Planes
) -> None:
    source, amount = (old, 1 - 2 * share) if share < 0.5 else (new, 2 * share - 1)
    for plane, target, value in zip(source.all(), out.all(), colour, strict=True):
        flat = np.broadcast_to(np.uint8(value), plane.shape)
        mix_planes(flat, plane, round(amount * OPAQUE), target)


def _slide(way: tuple[int, int], old: Planes, new: Planes, share: float, out: Planes) -> None:
    eased = share * share * (3 - 2 * share)
    dx = round(eased * out.width / 2) * 2 * way[0]
    dy = round(eased * out.height / 2) * 2 * way[1]
    _shift(old, out, dx, dy)
    _shift(new, out, dx - way[0] * out.width, dy - way[1] * out.height)


def _shift(source: Planes, out: Planes, dx: int, dy: int) -> None:
    for a, b, step in zip(source.all(), out.all(), (1, 2, 2), strict=True):
        x, y = dx // step, dy // step
        rows, columns = a.shape
        if abs(x) >= columns or abs(y) >= rows:
            continue
        here: Plane = a[max(0, -y) : rows - max(0, y), max(0, -x) : columns - max(0, x)]
        b[max(0, y) : rows + min(0, y), max(0, x) : columns + min(0, x)] = here


def _mask(style: str, width: int, height: int, share: float) -> Weights:
    """Share (0 … 128) of the new scene at each pixel; one row or column where that says it all."""
    soft = _SMOOTH if style.startswith("smooth") else _SOFT
    field = _field(style, width, height)
    mask = np.clip((share * (1 + soft) - field) * (OPAQUE / soft), 0, OPAQUE)
    return np.asarray(mask, np.uint16)


@lru_cache(maxsize=2)
def _field(style: str, width: int, height: int) -> Field:
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width)[None, :]
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    if style == "dissolve":
        return np.random.default_rng(_SEED).random((height, width), dtype=np.float32)
    if style in _CIRCLES:
        radius = np.hypot((x - 0.5) * width, (y - 0.5) * height) / (np.hypot(width, height) / 2)
        return np.asarray(1 - radius if _CIRCLES[style] else radius, np.float32)
    return np.ascontiguousarray(_WIPES[style](x, y), dtype=np.float32)


