"""Light on a pot: one large soft window at the left, a cool rim from behind, a bounce from the table.

Works in slice space and in linear light; `picture` carries the result to a picture in display values.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin

import numpy as np
from PIL import Image, ImageDraw

from services.sample.glaze import Glaze, paint
from services.sample.shape import Floats, Form
from services.sample.surface import Pose, Slices, ring, slice_pot, to_screen

_KEY = np.array((-0.74, 0.42, 0.52), dtype=np.float32)
_KEY /= np.linalg.norm(_KEY)
_RIM = np.array((0.86, -0.38, 0.34), dtype=np.float32)
_RIM /= np.linalg.norm(_RIM)
_KEY_COLOUR = np.array((1.0, 0.95, 0.87), dtype=np.float32) * 1.42
_RIM_COLOUR = np.array((0.82, 0.92, 1.0), dtype=np.float32) * 0.34
_SKY = np.array((0.86, 0.92, 1.0), dtype=np.float32) * 0.25
_BOUNCE = np.array((1.0, 0.84, 0.68), dtype=np.float32) * 0.15
_WINDOW = np.array((1.0, 0.975, 0.94), dtype=np.float32)


def step(low: float, high: float, value: Floats) -> Floats:
    """Smooth 0 … 1 while ``value`` goes from ``low`` to ``high``."""
    t = np.clip((value - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def light(slices: Slices, colour: Floats, gloss: Floats) -> Floats:
    """Linear light leaving the wall towards the camera."""
    nx, nd, nz = slices.normal
    height = (slices.heights / slices.heights[-1])[:, None].astype(np.float32)
    near = 0.42 + 0.58 * step(-0.02, 0.30, height)  # the table shades the foot
    crease = 1 - 0.34 * slices.groove
    key = nx * _KEY[0] + nd * _KEY[1] + nz * _KEY[2]
    key = np.clip((key + 0.16) / 1.16, 0, None) ** np.float32(1.25)
    rim = np.clip(nx * _RIM[0] + nd * _RIM[1] + nz * _RIM[2], 0, None)
    sky = (0.5 + 0.5 * nz) * near
    bounce = np.clip(0.45 - 0.55 * nz, 0, 1) * (0.35 + 0.65 * (1 - step(0.0, 0.75, height)))
    key = key * (0.62 + 0.38 * near)
    mirror = gloss * _mirror(slices, near)
    out = np.empty_like(colour)
    for c in range(3):
        total = key * _KEY_COLOUR[c] + rim * _RIM_COLOUR[c] + sky * _SKY[c] + bounce * _BOUNCE[c]
        out[c] = colour[c] * (total * crease) + mirror * _WINDOW[c]
    return out


def _mirror(slices: Slices, near: Floats) -> Floats:
    """What the glaze mirrors: a tall window with a bar, a strip light at the right, a pale room."""
    nx, nd, nz = slices.normal
    pitch = slices.pose.pitch
    vd, vz = np.float32(cos(pitch)), np.float32(sin(pitch))
    facing = np.clip(nd * vd + nz * vz, 0, 1)
    rx, rd, rz = 2 * facing * nx, 2 * facing * nd - vd, 2 * facing * nz - vz
    away = 1 - facing
    away = away * away
    window = (
        step(-0.93, -0.80, rx)
        * (1 - step(-0.52, -0.40, rx))
        * step(-0.10, 0.10, rz)
        * (1 - step(0.72, 0.9, rz))
    )
    window = window * (1 - 0.75 * np.exp(-(((rz - 0.34) / 0.035) ** 2))) * step(-0.35, 0.0, rd)
    strip = step(0.70, 0.80, rx) * (1 - step(0.86, 0.95, rx)) * step(-0.2, 0.1, rz) * (1 - step(0.5, 0.9, rz))
    room = 0.10 + 0.22 * step(-0.1, 0.9, rz)
    fresnel = 0.045 + 0.62 * away * away * (1 - facing)
    return np.asarray(
        (window * 1.9 + strip * 0.6 + room) * (fresnel * 1.9 + 0.012) * near * 1.6, dtype=np.float32
    )


def display(linear: Floats) -> Floats:
    """Linear light as display values 0 … 1, with a soft shoulder so that highlights do not clip."""
    over = np.maximum(linear - np.float32(0.6), 0)
    shown = np.clip(linear, 0, np.float32(0.6)) + over / (1 + np.float32(2.5) * over)
    return np.asarray(np.sqrt(shown), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Picture:
    """A pot ready to be laid into a scene: display colours (3, rows, columns), coverage, and the row and
    column of the centre of its foot. ``lip`` is the linear colour of a lit lip."""

    colour: Floats
    cover: Floats
    centre: tuple[int, int]
    lip: Floats


def picture(form: Form, pose: Pose, glaze: Glaze, seed: int) -> Picture:
    """The outside of the whole pot."""
    slices = slice_pot(form, pose, relief=1 - 0.6 * glaze.gloss)
    colour, gloss = paint(slices, glaze, seed)
    screen = to_screen(slices)
    shown = display(screen.carry(light(slices, colour, gloss)))
    thick, thin = np.array(glaze.thick, dtype=np.float32), np.array(glaze.thin, dtype=np.float32)
    half = (slices.columns.size - 1) // 2
    return Picture(shown, screen.cover, (screen.origin, half), thick + (thin - thick) * glaze.lip)


@dataclass(frozen=True, slots=True)
class Mouth:
    """The open top at some height: brightness (to be multiplied with the display colour of the clay),
    coverage, and the place of its box: row and column of the top left pixel from the foot's centre."""

    shine: Floats
    cover: Floats
    top: int
    left: int


def mouth(form: Form, pose: Pose, level: float, gloss: float, scale: int = 3) -> Mouth:
    """Lip and inner wall as seen through the opening at ``level`` (0 … 1)."""
    outer = ring(form, pose, level)
    inner = ring(form, pose, level, inset=form.wall * pose.height)
    left, top = (int(np.floor(v)) - 3 for v in outer.min(axis=0))
    right, bottom = (int(np.ceil(v)) + 4 for v in outer.max(axis=0))
    width, height = right - left, bottom - top
    masks = []
    for points in (outer, inner):
        mask = Image.new("L", (width * scale, height * scale))
        moved = [((x - left + 0.5) * scale, (y - top + 0.5) * scale) for x, y in points.tolist()]
        ImageDraw.Draw(mask).polygon(moved, fill=255)
        masks.append(np.asarray(mask.reduce(scale), dtype=np.float32) * np.float32(1 / 255))
    outside, hole = masks
    centre = outer.mean(axis=0)
    span = np.maximum(np.ptp(outer, axis=0) / 2, 1)
    x = ((np.arange(width, dtype=np.float32) + np.float32(left - centre[0])) / np.float32(span[0]))[None, :]
    y = ((np.arange(height, dtype=np.float32) + np.float32(top - centre[1])) / np.float32(span[1]))[:, None]
    hollow = min(1.0, level * pose.height / (1.1 * float(span[0])))  # a low wall shows its floor
    # The lip is a round coil: bright where it faces the window, darker to the right.
    lip = np.sqrt(0.98 - 0.24 * x) + np.float32(0.03) * y
    lip = lip + gloss * 0.3 * np.exp(-(((x + 0.62) / 0.2) ** 2)) * (y < 0.4)
    shine = lip + (_inner_wall(x, y, hollow) - lip) * hole
    return Mouth(np.asarray(shine, dtype=np.float32), outside, top, left)


def _inner_wall(x: Floats, y: Floats, hollow: float) -> Floats:
    """Brightness of the far inner wall: it fades with depth (downwards in the picture), lit at the right."""
    back = np.sqrt(np.clip(1 - x * x, 0.0, 1)) + np.float32(0.03)
    deep = np.clip((y + back) / (2 * back), 0, 1) * np.float32(hollow)
    side = np.sqrt(0.62 + 0.38 * step(-0.6, 0.9, x))
    fade = 1 - deep
    return np.asarray((0.56 * fade * np.sqrt(fade) + 0.24) * side, dtype=np.float32)
