"""The studio a pot stands in: wall, table, window light, shadows; and laying pots into it.

Canvases are float32 display values 0 … 1 of shape (3, rows, columns).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.sample.glaze import Rgb, cloud
from services.sample.shade import Mouth, Picture, display, step
from services.sample.shape import Floats


@dataclass(frozen=True, slots=True)
class Backdrop:
    """Display colours of wall and table; ``horizon`` is where they meet (of the height, from the top)."""

    wall: Rgb
    table: Rgb
    horizon: float = 0.66
    glow: float = 0.16
    seed: int = 1


BACKDROPS: dict[str, Backdrop] = {
    "linen": Backdrop((0.78, 0.745, 0.69), (0.70, 0.635, 0.555)),
    "slate": Backdrop((0.345, 0.37, 0.385), (0.285, 0.29, 0.295), glow=0.13),
    "sage": Backdrop((0.60, 0.645, 0.585), (0.52, 0.535, 0.475)),
    "clay": Backdrop((0.735, 0.56, 0.465), (0.60, 0.435, 0.35)),
    "dusk": Backdrop((0.40, 0.385, 0.43), (0.325, 0.29, 0.305), glow=0.15),
    "cloud": Backdrop((0.84, 0.845, 0.84), (0.775, 0.765, 0.745), glow=0.10),
    "ochre": Backdrop((0.80, 0.66, 0.44), (0.67, 0.52, 0.34)),
    "ink": Backdrop((0.165, 0.18, 0.205), (0.135, 0.135, 0.145), glow=0.12),
}


def backdrop(style: Backdrop, width: int, height: int) -> Floats:
    """An empty studio: a sweep from wall to table, a soft slanted patch of window light, a vignette."""
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    sweep = step(style.horizon - 0.045, style.horizon + 0.035, y)
    lit = 1 + style.glow * (0.9 - 1.0 * y) - 0.10 * (x + 0.35) ** 2
    lit = lit - 0.055 * np.exp(-(((y - style.horizon + 0.01) / 0.05) ** 2))  # the sweep turns from the light
    lit = lit + 0.10 * style.glow / 0.16 * step(style.horizon, 1.0, y) * (1 - np.abs(x + 0.2) * 0.6)
    high = int(height * 0.64)  # the patch of light ends there
    slant = x + 0.62 * (y[:high] - 0.25)
    patch = step(-0.92, -0.60, slant) * (1 - step(0.02, 0.36, slant))
    patch *= 1 - 0.55 * np.exp(-(((slant + 0.30) / 0.055) ** 2))
    patch *= style.glow * 0.62 * (1 - step(0.30, 0.62, y[:high])) * step(-0.1, 0.22, y[:high])
    lit[:high] += patch
    lit *= 1 - 0.17 * np.clip(x * x * 0.75 + (2 * y - 1) ** 2 * 0.65 - 0.25, 0, None)
    out = np.empty((3, height, width), dtype=np.float32)
    for c in range(3):
        out[c] = (style.wall[c] + (style.table[c] - style.wall[c]) * sweep) * lit
    return out


def shadow(
    canvas: Floats, row: float, column: float, radius: float, tall: float, strength: float = 1.0
) -> None:
    """The soft shadow of a pot of foot ``radius`` and height ``tall`` (pixels), to the right of it."""
    h, w = canvas.shape[1:]
    top, bottom = int(max(0, row - radius * 2)), int(min(h, row + radius * 2))
    left, right = int(max(0, column - radius * 2.6)), int(min(w, column + radius * 2 + tall * 1.3))
    if top >= bottom or left >= right:
        return
    y = (np.arange(top, bottom, dtype=np.float32) - np.float32(row))[:, None] / np.float32(radius)
    x = (np.arange(left, right, dtype=np.float32) - np.float32(column))[None, :] / np.float32(radius)
    contact = np.exp(
        -(np.clip((np.sqrt((x - 0.03) ** 2 + (y * 3.6 - 0.12) ** 2) - 0.86) * 4.2, 0, None) ** 1.2)
    )
    reach = max(0.4, tall / radius)
    along = np.clip(x / reach, 0, 1.2)
    width = 1.0 + 0.9 * along
    centre = y * 3.6 + 0.55 * x / (1 + 0.2 * reach)
    cast = np.exp(-((centre / width) ** 2) * 1.7) * (1 - step(0.15, 1.05, along)) * step(-0.9, 0.1, x)
    dark = 1 - strength * np.clip(0.52 * contact + 0.30 * cast, 0, 0.8)
    for plane, tint in zip(canvas[:, top:bottom, left:right], (0.03, 0.0, -0.02), strict=True):
        plane *= dark + np.float32(tint) * (1 - dark)  # shadows are a little warm


def lay(canvas: Floats, colour: Floats, cover: Floats, top: int, left: int) -> None:
    """Lay a picture over the canvas; what hangs over the border is left out."""
    h, w = canvas.shape[1:]
    a, b = max(0, -top), max(0, -left)
    c, d = min(colour.shape[1], h - top), min(colour.shape[2], w - left)
    if a >= c or b >= d:
        return
    part = canvas[:, top + a : top + c, left + b : left + d]
    part += (colour[:, a:c, b:d] - part) * cover[a:c, b:d]


def place(canvas: Floats, pot: Picture, top: Mouth, row: int, column: int, cut: int = 0) -> None:
    """Stand a pot with the centre of its foot at (row, column); its first ``cut`` picture rows are not
    there yet."""
    lay(canvas, pot.colour[:, cut:], pot.cover[cut:], row - pot.centre[0] + cut, column - pot.centre[1])
    colour = np.minimum(display(pot.lip)[:, None, None] * top.shine, 1)
    lay(canvas, colour, top.cover, row + top.top, column + top.left)


def board(canvas: Floats, row: int, thick: int, seed: int) -> None:
    """A wooden shelf board across the picture, its upper edge at ``row``, and its shadow on the wall."""
    height, width = canvas.shape[1:]
    grainy = cloud(16, 1.7)
    lines = (np.arange(thick * 2) * 3 + seed * 61) % 512
    columns = (np.arange(width) // 5) % 512
    fibre = grainy[lines][:, columns]
    y = np.linspace(0, 1, thick * 2, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    front = step(0.46, 0.50, y)
    light = (1.0 - 0.30 * front) * (1.03 - 0.11 * (x + 0.3) ** 2) * (1 + 0.045 * fibre)
    wood = np.array((0.735, 0.575, 0.415), dtype=np.float32)[:, None, None] * light
    below = row + thick
    fade = np.exp(-np.arange(thick * 5, dtype=np.float32) / (thick * 1.6))[:, None]
    end = min(height, below + thick * 5)
    if below < height:
        canvas[:, below:end] *= 1 - 0.34 * fade[: end - below]
    lay(canvas, wood, np.ones(wood.shape[1:], dtype=np.float32), row - thick, 0)


def grain(canvas: Floats, seed: int, strength: float = 0.011) -> Floats:
    """Film grain, in place; it also hides the steps of 8-bit gradients."""
    tile = cloud(40 + seed % 3, 0.25, 512) * np.float32(strength)
    h, w = canvas.shape[1:]
    for top in range(0, h, 512):
        for left in range(0, w, 512):
            part = canvas[:, top : top + 512, left : left + 512]
            part += tile[: part.shape[1], : part.shape[2]]
    return canvas


def to_image(canvas: Floats) -> Image.Image:
    """The canvas as an 8-bit picture."""
    scaled = canvas * np.float32(255)
    np.clip(scaled, 0, 255, out=scaled)
    return Image.merge("RGB", [Image.fromarray(np.rint(plane).astype(np.uint8)) for plane in scaled])
