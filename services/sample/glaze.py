"""The glazes: what a wall looks like where glaze lies thick, where it breaks thin, and where it ends.

Colours are linear light, 0 … 1. Knows slices, not lights.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import pi

import numpy as np

from services.sample.shape import Floats
from services.sample.surface import Slices

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Glaze:
    """``thick`` pools in grooves, ``thin`` breaks over ridges and the lip; ``gloss`` 0 … 1 is how much of
    the studio it mirrors. ``foot`` is the bare part at the bottom, ``run`` how far drips vary (both of the
    height); ``streak`` and ``mottle`` vary the colour; ``speck`` is the density of iron specks."""

    thick: Rgb
    thin: Rgb
    clay: Rgb = (0.36, 0.20, 0.115)
    gloss: float = 0.8
    foot: float = 0.045
    run: float = 0.03
    streak: float = 0.0
    mottle: float = 0.25
    speck: float = 0.0
    lip: float = 0.6
    plain: bool = False  # no irregularities: every lobe of the pot looks the same


_STONEWARE: Rgb = (0.47, 0.35, 0.235)
_TERRACOTTA: Rgb = (0.46, 0.195, 0.095)

GLAZES: dict[str, Glaze] = {
    "celadon": Glaze((0.22, 0.41, 0.335), (0.56, 0.68, 0.57), _STONEWARE, gloss=0.85, streak=0.12),
    "tenmoku": Glaze(
        (0.018, 0.012, 0.010),
        (0.25, 0.085, 0.022),
        _STONEWARE,
        gloss=1.0,
        streak=0.75,
        foot=0.07,
        run=0.06,
        mottle=0.2,
        lip=1.0,
    ),
    "oxide white": Glaze(
        (0.76, 0.72, 0.64), (0.60, 0.44, 0.30), _TERRACOTTA, gloss=0.45, speck=0.9, mottle=0.14, lip=0.7
    ),
    "cobalt": Glaze(
        (0.013, 0.055, 0.24),
        (0.09, 0.22, 0.50),
        (0.66, 0.58, 0.48),
        gloss=0.95,
        streak=0.4,
        run=0.055,
        mottle=0.4,
        lip=0.75,
    ),
    "iron red": Glaze(
        (0.20, 0.030, 0.014), (0.48, 0.15, 0.045), _STONEWARE, gloss=0.75, streak=0.35, mottle=0.55, lip=0.8
    ),
    "moss": Glaze(
        (0.075, 0.13, 0.045),
        (0.36, 0.33, 0.13),
        _STONEWARE,
        gloss=0.6,
        streak=0.45,
        mottle=0.45,
        run=0.05,
        lip=0.9,
    ),
    "blush": Glaze(
        (0.60, 0.33, 0.25), (0.74, 0.56, 0.44), _STONEWARE, gloss=0.4, mottle=0.35, speck=0.4, lip=0.6
    ),
    "wet clay": Glaze((0.27, 0.115, 0.058), (0.33, 0.145, 0.075), gloss=0.42, foot=-1, mottle=0.08, lip=0.0),
    "wet stoneware": Glaze(
        (0.27, 0.215, 0.165), (0.33, 0.27, 0.21), gloss=0.4, foot=-1, mottle=0.08, lip=0.0
    ),
    "wet porcelain": Glaze(
        (0.53, 0.50, 0.45), (0.60, 0.565, 0.51), gloss=0.42, foot=-1, mottle=0.05, lip=0.0
    ),
    "dry clay": Glaze((0.50, 0.245, 0.135), (0.56, 0.29, 0.165), gloss=0.02, foot=-1, mottle=0.12, lip=0.0),
    "dry stoneware": Glaze(
        (0.53, 0.45, 0.36), (0.58, 0.50, 0.405), gloss=0.02, foot=-1, mottle=0.10, lip=0.0
    ),
    "dry porcelain": Glaze((0.76, 0.73, 0.68), (0.80, 0.77, 0.72), gloss=0.03, foot=-1, mottle=0.05, lip=0.0),
}


@lru_cache(maxsize=8)
def cloud(seed: int, roughness: float = 1.6, size: int = 512) -> Floats:
    """A seamless square of smooth noise, mean 0, spread 1."""
    rng = np.random.default_rng(seed)
    f = np.fft.fftfreq(size)[:, None] ** 2 + np.fft.rfftfreq(size)[None, :] ** 2
    f[0, 0] = 1
    spectrum = np.fft.rfft2(rng.standard_normal((size, size))) / f ** (roughness / 2)
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(size, size))
    return np.asarray(field / field.std(), dtype=np.float32)


def sample(field: Floats, around: Floats, along: Floats) -> Floats:
    """Noise at texture coordinates in turns of the square; wraps."""
    size = field.shape[0]
    u = np.floor(around * size).astype(np.int32) & (size - 1)  # size is a power of two
    v = np.floor(along * size).astype(np.int32) & (size - 1)
    return np.asarray(field.reshape(-1).take(v * size + u), dtype=np.float32)


def paint(slices: Slices, glaze: Glaze, seed: int) -> tuple[Floats, Floats]:
    """Colour (3, heights, columns) and gloss (heights, columns) of the wall."""
    around = slices.angle / np.float32(2 * pi)
    height = (slices.heights / slices.heights[-1])[:, None].astype(np.float32)
    shift = np.float32(seed * 0.137 % 1)
    broad = sample(cloud(11, 2.6), around + shift, height * 0.9 + shift)
    thin = 0.62 * (1 - slices.groove) * 0.55 + glaze.mottle * 0.30 * broad
    thin = thin + np.clip((height - 0.955) * 22, 0, 1) * glaze.lip
    if glaze.streak:
        streaks = sample(cloud(12, 1.5), around * 6 + shift, height * 0.22 + shift)
        thin = thin + glaze.streak * 0.30 * streaks * (0.35 + 0.65 * height)
    thin = np.clip(thin, 0, 1)
    tone: Floats = np.ones((1, 1), dtype=np.float32)
    if not glaze.plain:
        fine = sample(cloud(13, 0.6), around * 4, height * 1.6)
        tone = 1 + np.float32(0.03) * fine + np.float32(0.05) * broad
    dark: Floats = np.zeros((1, 1), dtype=np.float32)
    if glaze.speck:
        specks = sample(cloud(14, 0.9), around * 5 + shift, height * 2 + shift)
        dark = np.clip((specks - 2.25 + 0.3 * glaze.speck) * 2.2, 0, 0.85)
    colour = np.empty((3, *thin.shape), dtype=np.float32)
    for c, iron in enumerate((0.75, 0.86, 0.95)):
        plane = glaze.thick[c] + np.float32(glaze.thin[c] - glaze.thick[c]) * thin
        colour[c] = plane * tone * (1 - dark * np.float32(iron))
    gloss = np.full(slices.depth.shape, glaze.gloss, dtype=np.float32)
    if glaze.foot > 0:
        _bare_foot(colour, gloss, glaze, around + shift, height)
    return colour, gloss


def _bare_foot(colour: Floats, gloss: Floats, glaze: Glaze, around: Floats, height: Floats) -> None:
    """Below an uneven line the clay is bare; just above it the glaze has gathered in a thick roll."""
    rows = int(np.searchsorted(height[:, 0], glaze.foot + glaze.run * 1.6 + 0.05))
    colour, gloss, around, height = colour[:, :rows], gloss[:rows], around[:rows], height[:rows]
    line = glaze.foot + glaze.run * 0.4 * (sample(cloud(15, 2.0), around * 2, np.zeros_like(around)) + 0.6)
    over = (height - line) * 130
    bare = np.clip(0.5 - over, 0, 1)
    colour *= 1 - 0.35 * np.exp(-(((over - 2.2) / 1.8) ** 2))
    for plane, clay in zip(colour, glaze.clay, strict=True):
        plane += bare * (np.float32(clay) - plane)
    gloss *= 1 - 0.95 * bare
