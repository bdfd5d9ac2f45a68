"""A form as a camera sees it: depth, angle and normal of the visible wall, and the way to the picture.

The camera is far away (no perspective) and looks down by a small angle. Fields are computed in "slice
space", one row per height and one column per picture column, where a slice of the pot is a simple curve;
`Screen` then carries them to picture rows. Lengths are pixels; x to the right, depth towards the camera,
z up. Knows nothing of colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from services.sample.shape import Floats, Form


@dataclass(frozen=True, slots=True)
class Pose:
    """How large (height in pixels) and how a pot stands: turned about its axis, seen from above by
    ``pitch``; ``slump`` 0 … 1 lets the wet wall sag and lean."""

    height: int
    turn: float = 0.0
    pitch: float = 0.2
    slump: float = 0.0


@dataclass(frozen=True, slots=True)
class Slices:
    """Fields of shape (heights, columns). ``normal`` has a last axis (x, depth, z); ``groove`` is 0 on a
    layer's ridge and 1 between two layers; ``left`` and ``right`` are the outline per height."""

    form: Form
    pose: Pose
    columns: Floats
    heights: Floats
    depth: Floats
    angle: Floats
    normal: tuple[Floats, Floats, Floats]
    groove: Floats
    left: Floats
    right: Floats


def slice_pot(form: Form, pose: Pose, relief: float = 1.0) -> Slices:
    """The front of the pot in slice space, with layer lines in the normals; ``relief`` is how sharp they
    are (glaze levels them)."""
    rows = pose.height
    z = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    span = np.linspace(-0.58 * pi, 0.58 * pi, 361, dtype=np.float32)[None, :]
    r = form.radius(z, span + pose.turn) * rows
    lean, spread = _sag(z, pose.slump, rows)
    r = r * spread
    half = int(np.ceil(r.max() + np.abs(lean).max())) + 3
    columns = np.arange(-half, half + 1, dtype=np.float32)
    slope_a = np.gradient(r, float(span[0, 1] - span[0, 0]), axis=1).astype(np.float32)
    slope_z = np.gradient(r, axis=0).astype(np.float32)
    across = r * np.sin(span) + lean
    outward = r * np.cos(span)
    middle = across.shape[1] // 2
    across[:, middle:] = np.maximum.accumulate(across[:, middle:], axis=1)
    across[:, : middle + 1] = np.minimum.accumulate(across[:, middle::-1], axis=1)[:, ::-1]
    at = _where(across, columns)
    pick = np.minimum(at.astype(np.int32), span.size - 2)
    part = at - pick.astype(np.float32)
    pick += (np.arange(rows, dtype=np.int32) * span.size)[:, None]

    def take(field: Floats) -> Floats:
        flat = np.ascontiguousarray(field).reshape(-1)
        low = flat.take(pick)
        return np.asarray(low + (flat.take(pick + 1) - low) * part, dtype=np.float32)

    angle = span[0, 0] + at * (span[0, 1] - span[0, 0])
    here, by_angle, by_height = take(r), take(slope_a), take(slope_z)
    groove, bead = _layers(z[:, 0], form.layers, rows)
    by_height = by_height + np.float32(relief) * bead[:, None]
    tilt = np.gradient(lean[:, 0]).astype(np.float32)[:, None]
    normal = _normals(angle, here, by_angle, by_height, tilt)
    return Slices(
        form, pose, columns, z[:, 0] * (rows - 1), np.maximum(take(outward), 0),
        angle + np.float32(pose.turn), normal, groove, across[:, 0], across[:, -1],
    )  # fmt: skip


def _where(across: Floats, columns: Floats) -> Floats:
    """For each row the fractional sample index at which the slice crosses each column."""
    index = np.arange(across.shape[1], dtype=np.float32)
    return np.stack([np.interp(columns, row, index) for row in across]).astype(np.float32)


def _sag(z: Floats, slump: float, rows: int) -> tuple[Floats, Floats]:
    """Sideways shift (pixels) and widening of each height of a wall that gives way."""
    lean = slump * rows * (0.34 * z**2.2 - 0.05 * np.sin(2.4 * pi * z) * z)
    belly = np.exp(-(((z - 0.26) / 0.16) ** 2))
    spread = 1 + slump * (0.34 * belly - 0.10 * z)
    return np.asarray(lean, dtype=np.float32), np.asarray(spread, dtype=np.float32)


def _layers(z: Floats, layers: int, rows: int) -> tuple[Floats, Floats]:
    """Groove (0 … 1) and slope of the printed coils at each height; coils differ a little, as real ones."""
    rng = np.random.default_rng(layers)
    at = z * layers
    within = 2 * (at - np.floor(at)) - 1
    each = rng.normal(1, 0.16, layers + 1).astype(np.float32)[np.minimum(at.astype(int), layers)]
    soft = min(1.0, rows / layers / 5.0)  # coils of a few pixels would only flicker
    groove = np.abs(within) ** 3.2 * soft
    bead = -0.85 * within * np.abs(within) ** 1.2 * each * soft
    return groove[:, None].astype(np.float32), bead.astype(np.float32)


def _normals(
    angle: Floats, r: Floats, by_angle: Floats, by_height: Floats, tilt: Floats
) -> tuple[Floats, Floats, Floats]:
    s, c = np.sin(angle), np.cos(angle)
    p, q = by_angle * s + r * c, by_angle * c - r * s  # along the slice
    u, v = by_height * s + tilt, by_height * c  # up the wall
    nx, nd, nz = -q, p, q * u - p * v
    scale = 1 / np.sqrt(nx * nx + nd * nd + nz * nz)
    return nx * scale, nd * scale, nz * scale


@dataclass(frozen=True, slots=True)
class Screen:
    """The picture box of a pot: ``origin`` is the row of the foot's centre. ``rows``: for each pixel the
    fractional slice row it shows; ``cover`` 0 … 1 the part of the pixel that is pot."""

    origin: int
    rows: Floats
    cover: Floats

    def carry(self, planes: Floats) -> Floats:
        """Slice-space planes (channels, heights, columns) as picture planes."""
        columns = planes.shape[2]
        low = np.minimum(self.rows.astype(np.int32), planes.shape[1] - 2)
        part = self.rows - low.astype(np.float32)
        low = low * columns + np.arange(columns, dtype=np.int32)
        high = low + columns
        out = np.empty((planes.shape[0], *self.rows.shape), dtype=np.float32)
        for channel, plane in zip(out, planes, strict=True):
            flat = plane.reshape(-1)
            first = flat.take(low)
            channel[:] = first + (flat.take(high) - first) * part
        return out


def to_screen(slices: Slices, margin: int = 4) -> Screen:
    """Where each picture pixel of the box lies on the front wall."""
    pitch = slices.pose.pitch
    up = slices.heights[:, None] * np.float32(cos(pitch)) - slices.depth * np.float32(sin(pitch))
    # From the lip downwards: what bulges towards the camera hides what lies below it.
    up = np.minimum.accumulate(up[::-1], axis=0)[::-1]
    above = int(slices.heights[-1] * cos(pitch)) + margin
    below = int(np.ceil(-float(up[0].min()))) + margin
    want = np.arange(above, -below - 1, -1, dtype=np.float32)  # picture rows, top to bottom
    index = np.arange(up.shape[0], dtype=np.float32)
    columns_first = np.ascontiguousarray(up.T)
    rows = np.stack([np.interp(want, column, index) for column in columns_first]).T.astype(np.float32)
    level = np.clip(want / cos(pitch), 0, slices.heights[-1])
    right = np.interp(level, slices.heights, slices.right)[:, None]
    left = np.interp(level, slices.heights, slices.left)[:, None]
    x = slices.columns[None, :]
    cover = np.clip(right - x + 0.5, 0, 1) * np.clip(x - left + 0.5, 0, 1)
    cover *= np.clip(want[:, None] - up[0][None, :] + 0.5, 0, 1)
    cover[want > slices.heights[-1] * cos(pitch) + 0.5] = 0  # above the lip's middle there is only the mouth
    return Screen(above, rows, cover.astype(np.float32))


def ring(form: Form, pose: Pose, level: float, inset: float = 0.0, steps: int = 240) -> NDArray[np.float64]:
    """The outline at height ``level`` (0 … 1) as picture points (x from the axis, y from the foot's centre,
    downwards), drawn in by ``inset`` pixels."""
    angle = np.linspace(0, 2 * pi, steps, endpoint=False, dtype=np.float32)
    z = np.full(1, level, dtype=np.float32)
    lean, spread = _sag(z, pose.slump, pose.height)
    r = form.radius(z[:, None], angle[None, :] + pose.turn)[0] * pose.height * float(spread[0]) - inset
    x = r * np.sin(angle) + float(lean[0])
    y = r * np.cos(angle) * sin(pose.pitch) - level * (pose.height - 1) * cos(pose.pitch)
    return np.stack([x, y], axis=1).astype(np.float64)
