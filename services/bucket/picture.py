"""What one picture shows, measured: brightness, contrast, sharpness, and a mark that like pictures share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

SIDE = 640  # pixels of the longer side that everything is measured at
_GRID = 4  # the mark's colours: so many columns and rows


def luma(picture: Image.Image) -> Floats:
    """(height, width) of brightness as seen, 0 … 1."""
    return np.asarray(picture.convert("L"), np.float32) / np.float32(255)


def brightness(light: Floats) -> float:
    """Mean brightness, 0 (black) … 1 (white)."""
    return float(light.mean())


def contrast(light: Floats) -> float:
    """Span of brightness that all but the darkest and lightest 5 % fill, 0 … 1."""
    low, high = np.percentile(light, (5, 95))
    return float(high - low)


def sharpness(light: Floats) -> float:
    """0 (a blur) … 1 (crisp): how much of the steps between neighbours a further blur takes away.

    The measure of Crété-Roffet et al., "The blur effect: perception and estimation with a new no-reference
    perceptual blur metric", 2007: a picture that is blurred already loses little by blurring it again. As
    noise and grain count as detail there, steps below two grey levels are left out.
    """
    kept = [_kept(light, axis) for axis in (0, 1)]
    return float(np.clip((min(kept) - 0.3) / 0.5, 0, 1))


def _kept(light: Floats, axis: int) -> float:
    """The share of the steps along ``axis`` that a blur of nine pixels along it removes."""
    rows = light if axis else np.ascontiguousarray(light.T)
    if rows.shape[1] < 20:
        return 0.0
    sums = np.cumsum(rows, axis=1, dtype=np.float64)
    blurred = ((sums[:, 9:] - sums[:, :-9]) / 9).astype(np.float32)
    steps, softer = np.abs(np.diff(rows[:, 5:-4])), np.abs(np.diff(blurred))
    steps[steps < 2.5 / 255] = 0
    total = float(steps.sum(dtype=np.float64))
    removed = float(np.maximum(0, steps - softer).sum(dtype=np.float64))
    return removed / total if total > 1e-6 * light.size else 0.0


def mark(picture: Image.Image) -> bytes:
    """MARK bytes: pHash (DCT of 32 × 32, the 8 × 8 lowest), dHash (9 × 8), and 4 × 4 colours."""
    grey = picture.convert("L")
    small = np.asarray(grey.resize((32, 32), Image.Resampling.BOX), np.float32)
    waves = (_COSINES @ small @ _COSINES.T)[:8, :8].ravel()
    bits = waves > np.median(waves[1:])
    steps = np.asarray(grey.resize((9, 8), Image.Resampling.BOX), np.int16)
    rising = (np.diff(steps, axis=1) > 0).ravel()
    colours = np.asarray(picture.convert("RGB").resize((_GRID, _GRID), Image.Resampling.BOX), np.uint8)
    return np.packbits(bits).tobytes() + np.packbits(rising).tobytes() + colours.tobytes()


def thumbnail(picture: Image.Image, side: int) -> Image.Image:
    """A copy whose longer side is at most ``side``."""
    scale = side / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)


def sample(picture: Image.Image, side: int = 56) -> NDArray[np.uint8]:
    """At most side × side pixels of it as (n, 3): enough for its colours."""
    size = (min(side, picture.width), min(side, picture.height))
    return np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BOX), np.uint8).reshape(-1, 3)


def _cosines(size: int) -> Floats:
    """The matrix of the discrete cosine transform (type II)."""
    k, n = np.mgrid[:size, :size]
    return np.asarray(np.cos(np.pi * k * (2 * n + 1) / (2 * size)), np.float32)


_COSINES = _cosines(32)
