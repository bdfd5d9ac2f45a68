"""The machine in the pictures: print head, beam and plate, drawn as soft shaded solids.

Each part comes with premultiplied edges handled by coverage, as `scene.lay` takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from services.sample.glaze import Rgb
from services.sample.shade import step
from services.sample.shape import Floats


@dataclass(frozen=True, slots=True)
class Part:
    """Display colours (3, rows, columns) and coverage; ``anchor`` (row, column) is the point that
    is placed: a tip, a middle."""

    colour: Floats
    cover: Floats
    anchor: tuple[int, int]


def round_metal(x: Floats, base: Rgb, shine: float) -> Floats:
    """Colours across a standing cylinder; ``x`` runs from -1 to 1 over its width."""
    body = 0.42 + 0.62 * np.sqrt(np.clip(1 - (x + 0.32) ** 2 * 0.62, 0, 1)) - 0.16 * step(0.3, 1.0, x)
    glint = shine * np.exp(-(((x + 0.45) / 0.13) ** 2)) + 0.35 * shine * np.exp(-(((x - 0.72) / 0.10) ** 2))
    return np.asarray(body[..., None] * np.array(base, dtype=np.float32) + glint[..., None], dtype=np.float32)


@lru_cache(maxsize=8)
def print_head(clay: Rgb, unit: float = 1.0) -> Part:
    """Nozzle, collar and a clear tube full of clay; anchored at the nozzle's mouth."""
    half, tall = int(58 * unit), int(760 * unit)
    width = 2 * half + 1
    # (from, to) above the tip, half widths below and above, colour, shine, all before scaling
    steel: Rgb = (0.62, 0.64, 0.66)
    dark: Rgb = (0.17, 0.18, 0.195)
    parts: list[tuple[float, float, float, float, Rgb, float]] = [
        (0, 62, 5.5, 17, steel, 0.55),
        (62, 84, 25, 25, (0.72, 0.55, 0.26), 0.45),
        (84, 104, 34, 34, dark, 0.22),
        (104, 700, 40, 40, clay, 0.30),
        (700, 760, 48, 48, dark, 0.2),
    ]
    colour = np.zeros((tall, width, 3), dtype=np.float32)
    cover = np.zeros((tall, width), dtype=np.float32)
    columns = np.arange(width, dtype=np.float32) - half
    for low, high, narrow, wide, base, shine in parts:
        top, bottom = int(tall - high * unit), int(tall - low * unit)
        part = np.linspace(1, 0, bottom - top, dtype=np.float32)[:, None]
        reach = (narrow + (wide - narrow) * part) * unit
        inside = np.clip(reach - np.abs(columns)[None, :] + 0.5, 0, 1)
        shade = round_metal(np.clip(columns[None, :] / reach, -1, 1), base, shine)
        cover[top:bottom] = inside
        colour[top:bottom] = shade
        colour[top : top + max(1, int(2 * unit))] *= 1.12
        colour[bottom - max(1, int(3 * unit)) : bottom] *= 0.72
    tube = slice(int(tall - 700 * unit), int(tall - 104 * unit))
    glass = np.clip(np.abs(columns) / (40 * unit), 0, 1) ** 6
    colour[tube] += 0.28 * glass[None, :, None]
    return Part(np.clip(np.moveaxis(colour, 2, 0), 0, 1), cover, (tall, half))


@lru_cache(maxsize=8)
def beam(length: int, thick: int) -> Part:
    """A dark anodised rail seen from the front; anchored at its middle."""
    y = np.linspace(-1, 1, thick, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, length, dtype=np.float32)[None, :]
    body = (
        0.205
        - 0.075 * y
        + 0.10 * np.exp(-(((y + 0.80) / 0.10) ** 2))
        - 0.10 * np.exp(-(((y - 0.05) / 0.16) ** 2))
    )
    body = body * (1.06 - 0.22 * (x + 0.3) ** 2)
    colour = body[..., None] * np.array((0.97, 1.0, 1.05), dtype=np.float32)
    return Part(
        np.asarray(np.moveaxis(colour, 2, 0), dtype=np.float32),
        np.ones((thick, length), dtype=np.float32),
        (thick // 2, length // 2),
    )


@lru_cache(maxsize=8)
def carriage(width: int, height: int) -> Part:
    """The block that carries the head along the beam; anchored at its middle."""
    pad = 10
    scale = 4
    mask = Image.new("L", ((width + 2 * pad) * scale, (height + 2 * pad) * scale))
    box = (pad * scale, pad * scale, (pad + width) * scale, (pad + height) * scale)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius=12 * scale, fill=255)
    cover = np.asarray(mask.reduce(scale), dtype=np.float32) * np.float32(1 / 255)
    y = np.linspace(-1, 1, height + 2 * pad, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width + 2 * pad, dtype=np.float32)[None, :]
    body = 0.80 - 0.10 * y - 0.09 * x + 0.10 * np.exp(-(((y + 0.80) / 0.06) ** 2))
    colour = body[..., None] * np.array((0.93, 0.42, 0.27), dtype=np.float32)
    return Part(
        np.asarray(np.moveaxis(colour, 2, 0), dtype=np.float32), cover, (height // 2 + pad, width // 2 + pad)
    )


def plate(radius: int, pitch_sine: float, colour: Rgb) -> Part:
    """A round plaster bat with turned rings; anchored at the middle of its top."""
    tall = max(2, int(radius * pitch_sine))
    edge = max(6, radius // 16)
    pad = 3
    height, width = 2 * tall + edge + 2 * pad, 2 * radius + 2 * pad
    x = ((np.arange(width, dtype=np.float32) - radius - pad) / radius)[None, :]
    y = ((np.arange(height, dtype=np.float32) - tall - pad) / tall)[:, None]
    distance = np.sqrt(x * x + y * y)
    top = np.clip((1 - distance) * tall + 0.5, 0, 1)
    lower = np.sqrt(x * x + (y - edge / tall) ** 2)
    side = np.clip((1 - lower) * tall + 0.5, 0, 1)
    band = (np.abs(x) <= 1) & (y > 0) & (y < edge / tall)
    cover = np.maximum(np.maximum(top, side), band.astype(np.float32))
    rings = 0.012 * np.sin(distance * 70) * (distance > 0.3)
    face = 0.95 - 0.10 * x - 0.05 * y + rings + 0.05 * np.exp(-(((distance - 0.965) / 0.02) ** 2))
    rim = 0.62 - 0.22 * x
    shade = rim + (face - rim) * top
    out = shade[..., None] * np.array(colour, dtype=np.float32)
    return Part(
        np.asarray(np.moveaxis(out, 2, 0), dtype=np.float32),
        np.asarray(cover, dtype=np.float32),
        (tall + pad, radius + pad),
    )
