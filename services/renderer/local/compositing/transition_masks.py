"""Transitions in which every pixel changes over at a moment of its own: a field of moments, made once for a
size, and a share for each frame. Fields that vary one way only are a single row or column.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from services.renderer.local.pictures.kernels import Plane, Weights, mix_planes
from services.renderer.local.pictures.planes import OPAQUE, Planes

Floats = npt.NDArray[np.float64]
Fixed = npt.NDArray[np.int16]
Style = Callable[[Planes, Planes, float, Planes], None]

_ONE = 4096  # of fields and their offsets: 1.0 in 16 bits, with room up to ±7
_STRIP = 64  # rows worked on at a time, so that they stay in the processor's cache
_EDGE = 1.5  # pixels over which the edge of a wipe is drawn smooth
_SLICES = 10
_FINE = 16  # parts of a sample in which the edge of a circle is placed
_SEED = 7  # of the grain of "dissolve": the same picture every time

# The share of the new scene is smoothstep(field + start + speed × share); x and y are 0 … 1.
_SOFT: dict[str, tuple[Callable[[Floats, Floats, float], Floats], float, float]] = {
    "smoothleft": (lambda x, y, ratio: x, -1, 2),
    "smoothright": (lambda x, y, ratio: 1 - x, -1, 2),
    "smoothup": (lambda x, y, ratio: y, -1, 2),
    "smoothdown": (lambda x, y, ratio: 1 - y, -1, 2),
    "vertopen": (lambda x, y, ratio: -np.abs(2 * x - 1), 0, 2),
    "vertclose": (lambda x, y, ratio: np.abs(2 * x - 1), -1, 2),
    "horzopen": (lambda x, y, ratio: -np.abs(2 * y - 1), 0, 2),
    "horzclose": (lambda x, y, ratio: np.abs(2 * y - 1), -1, 2),
    "diagtl": (lambda x, y, ratio: x * y, -1, 2),
    "diagtr": (lambda x, y, ratio: (1 - x) * y, -1, 2),
    "diagbl": (lambda x, y, ratio: x * (1 - y), -1, 2),
    "diagbr": (lambda x, y, ratio: (1 - x) * (1 - y), -1, 2),
    "circleopen": (lambda x, y, ratio: -_radius(x, y, ratio), -0.5, 3),
    "circleclose": (lambda x, y, ratio: _radius(x, y, ratio), -1.5, 3),
    "radial": (
        lambda x, y, ratio: np.arctan2((x - 0.5) * ratio, y - 0.5), -1.25 * np.pi, 2.5 * np.pi,
    ),
}  # fmt: skip


def _radius(x: Floats, y: Floats, ratio: float) -> Floats:
    """Distance from the centre; 1 in the corners."""
    return np.asarray(np.hypot((x - 0.5) * ratio, y - 0.5) / (np.hypot(ratio, 1) / 2))


def soft(name: str) -> Style:
    """A style of ``_SOFT``."""
    _, start, speed = _SOFT[name]

    def style(old: Planes, new: Planes, share: float, out: Planes) -> None:
        offset = round(_ONE * min(7.0, max(-7.0, start + speed * share)))
        for a, b, c in zip(old.all(), new.all(), out.all(), strict=True):
            _mix_softly(a, b, _soft_field(name, c.shape[1], c.shape[0], out.width / out.height), offset, c)

    return style


def wipe(side: str) -> Style:
    """The new scene grows in that direction behind a straight edge."""

    def style(old: Planes, new: Planes, share: float, out: Planes) -> None:
        for a, b, c in zip(old.all(), new.all(), out.all(), strict=True):
            high, wide = c.shape
            length = wide if side in ("left", "right") else high
            at = np.arange(length) + 0.5
            passed = share * length - (length - at if side in ("left", "up") else at)
            weights = _weights(passed / _EDGE + 0.5)
            mix_planes(a, b, weights[None, :] if length is wide else weights[:, None], c)

    return style


def slices(name: str) -> Style:
    """Ten stripes, each filled from the side the name says, one after the other."""
    across, backwards = name.startswith("h"), name in ("hrslice", "vdslice")

    def style(old: Planes, new: Planes, share: float, out: Planes) -> None:
        for a, b, c in zip(old.all(), new.all(), out.all(), strict=True):
            length = c.shape[1] if across else c.shape[0]
            at = (np.arange(length) + 0.5) / length
            if backwards:
                at = 1 - at
            full = _smoothstep((at - 1.5 * (1 - share) + 0.5) / 0.5)
            weights = np.asarray((full > _SLICES * at % 1) * OPAQUE, np.uint16)
            mix_planes(a, b, weights[None, :] if across else weights[:, None], c)

    return style


def dissolve(old: Planes, new: Planes, share: float, out: Planes) -> None:
    """Grain by grain; a grain is one chroma sample, that is 2×2 pixels."""
    half = (_grain(out.width // 2, out.height // 2) < share).astype(np.uint16)
    half *= np.uint16(OPAQUE)
    full = half.repeat(2, axis=0).repeat(2, axis=1)
    for a, b, c, mask in zip(old.all(), new.all(), out.all(), (full, half, half), strict=True):
        mix_planes(a, b, mask, c)


def circle_crop(colour: tuple[int, int, int]) -> Style:
    """The old scene shrinks into a circle on ``colour``, then the new one grows out of it."""

    def style(old: Planes, new: Planes, share: float, out: Planes) -> None:
        source = old if share < 0.5 else new
        reach = abs(2 * share - 1) ** 3 * np.hypot(out.width, out.height) / 2
        for number, (plane, c, value) in enumerate(zip(source.all(), out.all(), colour, strict=True)):
            field = _distance(c.shape[1], c.shape[0])
            edge = np.int16(min(30_000.0, reach / (2 if number else 1) * _FINE) + _FINE // 2)
            for top in range(0, c.shape[0], _STRIP):
                rows = slice(top, top + _STRIP)
                inside = np.clip(edge - field[rows], 0, _FINE).view(np.uint16) * np.uint16(OPAQUE // _FINE)
                mix_planes(np.broadcast_to(np.uint8(value), plane[rows].shape), plane[rows], inside, c[rows])

    return style


def _smoothstep(value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    t: npt.NDArray[np.float64] = np.clip(value, 0, 1)
    return t * t * (3 - 2 * t)


def _weights(share: npt.NDArray[np.floating]) -> Weights:
    return np.asarray(np.rint(np.clip(share, 0, 1) * OPAQUE), np.uint16)


def _mix_softly(old: Plane, new: Plane, field: Fixed, offset: int, out: Plane) -> None:
    """Strip by strip; in whole numbers, because the field has as many samples as the picture."""
    if 1 in field.shape:
        mix_planes(old, new, _steps(field, offset), out)
        return
    for top in range(0, out.shape[0], _STRIP):
        rows = slice(top, top + _STRIP)
        mix_planes(old[rows], new[rows], _steps(field[rows], offset), out[rows])


def _steps(field: Fixed, offset: int) -> Weights:
    """smoothstep of field + offset, in 128ths: 3t² − 2t³, rounded on the way to stay in 16 bits."""
    t = field + np.int16(offset)
    np.clip(t, 0, _ONE, out=t)
    share = t.view(np.uint16) >> np.uint16(5)
    square = (share * share) >> np.uint16(6)  # in 256ths
    cube = (square * share) >> np.uint16(6)  # twice, in 256ths
    return (square * np.uint16(3) - cube) >> np.uint16(1)


@lru_cache(maxsize=8)
def _soft_field(name: str, width: int, height: int, ratio: float) -> Fixed:
    x = ((np.arange(width) + 0.5) / width)[None, :]
    y = ((np.arange(height) + 0.5) / height)[:, None]
    return np.asarray(np.rint(_SOFT[name][0](x, y, ratio) * _ONE), np.int16)


@lru_cache(maxsize=4)
def _distance(width: int, height: int) -> Fixed:
    """From the centre, in ``_FINE`` parts of a sample."""
    x = (np.arange(width) + 0.5 - width / 2)[None, :]
    y = (np.arange(height) + 0.5 - height / 2)[:, None]
    return np.asarray(np.minimum(np.hypot(x, y) * _FINE, 32_000), np.int16)


@lru_cache(maxsize=2)
def _grain(width: int, height: int) -> npt.NDArray[np.float32]:
    return np.random.default_rng(_SEED).random((height, width), dtype=np.float32)
