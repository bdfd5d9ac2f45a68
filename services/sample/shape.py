"""The forms of the studio's five series: radius as a function of height and angle.

Lengths are in pot heights (the foot is at 0, the lip at 1); angles in radians. Knows nothing of light.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import pi

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Form:
    """One pot. ``profile`` are (height, radius) pairs from foot to lip; the rest is the relief on it.

    The relief has ``lobes`` around the pot, ``depth`` of the radius deep, turned by ``twist`` full turns
    from foot to lip. ``facets`` makes the lobes flat planes instead of waves; ``sway`` bends them to and
    fro (in lobes) ``waves`` times, ``pulse`` lets them fade in and out as often.
    """

    profile: tuple[tuple[float, float], ...]
    lobes: int = 12
    depth: float = 0.0
    twist: float = 0.0
    facets: bool = False
    sway: float = 0.0
    waves: float = 2.0
    pulse: float = 0.0
    layers: int = 96
    wall: float = 0.03

    @property
    def widest(self) -> float:
        """The largest radius anywhere, relief included (an upper bound)."""
        return float(base_radius(self.profile, np.linspace(0, 1, 201)).max()) * (1 + self.depth)

    def radius(self, height: Floats, angle: Floats) -> Floats:
        """Radius at ``height`` (broadcast against ``angle``), layer lines not included."""
        base = base_radius(self.profile, height)
        if not self.depth:
            return np.broadcast_to(base, np.broadcast_shapes(height.shape, angle.shape)).astype(np.float32)
        swing = self.sway * np.sin(2 * pi * self.waves * height)
        turn = self.lobes * (angle + 2 * pi * self.twist * height) + 2 * pi * swing
        if self.facets:
            relief = _facet(turn, self.lobes) / max(self.depth, 1e-3)
            relief = np.clip(relief, -1.5, 1.0)
        else:
            relief = np.sin(turn)
        fade = np.clip(height * 9, 0, 1) * np.clip((1 - height) * 14 + 0.25, 0, 1)
        if self.pulse:
            fade = fade * (1 - self.pulse * (0.5 + 0.5 * np.cos(2 * pi * self.waves * height)))
        return np.asarray(base * (1 + self.depth * fade * relief), dtype=np.float32)


def _facet(turn: Floats, lobes: int) -> Floats:
    """How far a flat-sided slice with rounded corners lies inside its circle (0 at the corners)."""
    half = pi / lobes
    within = np.abs(np.mod(turn, 2 * pi) - pi) / pi * half
    soft = np.sqrt(within**2 + (0.16 * half) ** 2)
    return np.asarray(np.cos(half) / np.cos(np.minimum(half, half - soft)) - 1, dtype=np.float32)


def base_radius(profile: tuple[tuple[float, float], ...], height: NDArray[np.floating]) -> Floats:
    """The profile as a natural cubic spline: curvature is continuous, so reflections flow."""
    knots = np.array([z for z, _ in profile])
    values = np.array([r for _, r in profile])
    bend = np.array(_bends(profile))
    i = np.clip(np.searchsorted(knots, height, side="right") - 1, 0, len(knots) - 2)
    step = knots[i + 1] - knots[i]
    a = (knots[i + 1] - height) / step
    b = 1 - a
    curve = ((a**3 - a) * bend[i] + (b**3 - b) * bend[i + 1]) * step**2 / 6
    return np.asarray(a * values[i] + b * values[i + 1] + curve, dtype=np.float32)


@lru_cache(maxsize=64)
def _bends(profile: tuple[tuple[float, float], ...]) -> tuple[float, ...]:
    """Second derivatives of the natural spline through ``profile``."""
    z = np.array([p[0] for p in profile])
    r = np.array([p[1] for p in profile])
    n = len(z)
    system, right = np.eye(n), np.zeros(n)
    for k in range(1, n - 1):
        before, after = z[k] - z[k - 1], z[k + 1] - z[k]
        system[k, k - 1 : k + 2] = before / 6, (before + after) / 3, after / 6
        right[k] = (r[k + 1] - r[k]) / after - (r[k] - r[k - 1]) / before
    return tuple(float(v) for v in np.linalg.solve(system, right))


_TUMBLER = ((0, 0.29), (0.05, 0.305), (0.35, 0.33), (0.7, 0.365), (1, 0.385))
_TUMBLER_WAIST = ((0, 0.31), (0.06, 0.335), (0.3, 0.36), (0.62, 0.315), (0.85, 0.34), (1, 0.38))
_TALL_MOON = (
    (0, 0.12),
    (0.05, 0.15),
    (0.22, 0.245),
    (0.45, 0.29),
    (0.66, 0.24),
    (0.84, 0.115),
    (0.93, 0.085),
    (1, 0.105),
)
_TALL_BUD = (
    (0, 0.14),
    (0.06, 0.19),
    (0.24, 0.275),
    (0.42, 0.265),
    (0.64, 0.15),
    (0.8, 0.09),
    (0.92, 0.085),
    (1, 0.12),
)
_SPIRAL = ((0, 0.17), (0.06, 0.195), (0.3, 0.255), (0.52, 0.235), (0.76, 0.165), (0.9, 0.16), (1, 0.205))
_SPIRAL_TALL = ((0, 0.15), (0.08, 0.17), (0.4, 0.205), (0.7, 0.245), (0.88, 0.22), (1, 0.165))
_RIPPLE = ((0, 0.19), (0.06, 0.215), (0.32, 0.30), (0.58, 0.29), (0.8, 0.19), (0.9, 0.175), (1, 0.215))
_RIPPLE_OPEN = ((0, 0.17), (0.06, 0.19), (0.3, 0.235), (0.6, 0.28), (0.85, 0.315), (1, 0.335))
_MOON = (
    (0, 0.24),
    (0.06, 0.32),
    (0.22, 0.46),
    (0.45, 0.545),
    (0.68, 0.475),
    (0.85, 0.315),
    (0.94, 0.225),
    (1, 0.235),
)
_MOON_FLAT = (
    (0, 0.30),
    (0.07, 0.42),
    (0.25, 0.58),
    (0.47, 0.645),
    (0.7, 0.545),
    (0.88, 0.33),
    (0.95, 0.275),
    (1, 0.29),
)

FORMS: dict[str, Form] = {
    "tu01": Form(_TUMBLER, lobes=8, depth=0.08, twist=0.07, facets=True, layers=62, wall=0.035),
    "tu03": Form(_TUMBLER_WAIST, lobes=16, depth=0.035, twist=0.16, layers=64, wall=0.035),
    "tu05": Form(_TUMBLER, lobes=24, depth=0.022, sway=0.35, waves=1.5, layers=60, wall=0.035),
    "tm02": Form(_TALL_MOON, lobes=20, depth=0.018, twist=0.04, layers=108),
    "tm04": Form(_TALL_BUD, lobes=6, depth=0.05, twist=0.30, layers=112),
    "sv03": Form(_SPIRAL, lobes=12, depth=0.075, twist=0.34, layers=104),
    "sv04": Form(_SPIRAL_TALL, lobes=9, depth=0.07, twist=-0.42, layers=110),
    "sv05": Form(_SPIRAL_TALL, lobes=18, depth=0.045, twist=0.5, layers=106),
    "rv04": Form(_RIPPLE_OPEN, lobes=18, depth=0.045, sway=0.5, waves=2.5, layers=92),
    "rv06": Form(_RIPPLE, lobes=20, depth=0.055, sway=0.42, waves=3, layers=96),
    "rv07": Form(_RIPPLE, lobes=14, depth=0.07, twist=0.1, waves=4, pulse=0.9, layers=98),
    "sm02": Form(_MOON, lobes=12, depth=0.0, layers=66),
    "sm05": Form(_MOON_FLAT, lobes=14, depth=0.04, twist=0.12, layers=58),
}
