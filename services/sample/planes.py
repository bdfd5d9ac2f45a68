"""Pictures as the encoder wants them: 8-bit Y, U and V planes (BT.709, limited range, chroma halved).

Clips are composed in these planes: it needs half the bytes of RGB and no conversion per frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from services.sample.shape import Floats

# BT.709 limited range: rows Y, U, V over display R, G, B in 0 … 1.
_MATRIX = np.array(
    ((46.559, 156.629, 15.812), (-25.664, -86.336, 112.0), (112.0, -101.730, -10.270)), dtype=np.float32
)
_OFFSET = (16.5, 128.5, 128.5)  # half a step for rounding


@dataclass(frozen=True, slots=True)
class Sprite:
    """Something to lay over a frame: three planes, and coverage for full and for chroma planes."""

    y: Image.Image
    u: Image.Image
    v: Image.Image
    cover: Image.Image
    chroma_cover: Image.Image

    def below(self, rows: int) -> Sprite:
        """The sprite without its first ``rows`` (made even) rows."""
        width, height = self.y.size
        box, half = (0, rows, width, height), (0, rows // 2, *self.u.size)
        return Sprite(
            self.y.crop(box), self.u.crop(half), self.v.crop(half),
            self.cover.crop(box), self.chroma_cover.crop(half),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame in the making; also what a clip yields."""

    y: Image.Image
    u: Image.Image
    v: Image.Image

    def copy(self) -> Frame:
        return Frame(self.y.copy(), self.u.copy(), self.v.copy())

    def lay(self, sprite: Sprite, top: int, left: int) -> None:
        """Lay a sprite with its corner at (top, left); parts outside are cut off."""
        self.y.paste(sprite.y, (left, top), sprite.cover)
        at = (left // 2, top // 2)
        self.u.paste(sprite.u, at, sprite.chroma_cover)
        self.v.paste(sprite.v, at, sprite.chroma_cover)

    def to_image(self) -> Image.Image:
        """The frame as RGB, for posters."""
        size = self.y.size
        y, u, v = (
            np.asarray(plane.resize(size, Image.Resampling.BILINEAR), dtype=np.float32) - shift
            for plane, shift in ((self.y, 16), (self.u, 128), (self.v, 128))
        )
        y = y * np.float32(255 / 219)
        red, green, blue = y + 1.7927 * v, y - 0.2132 * u - 0.5329 * v, y + 2.1124 * u
        return Image.merge(
            "RGB", [Image.fromarray(np.clip(c + 0.5, 0, 255).astype(np.uint8)) for c in (red, green, blue)]
        )


def to_frame(canvas: Floats) -> Frame:
    """A canvas (3, rows, columns) of even size as planes."""
    return Frame(*_planes(canvas))


def to_sprite(colour: Floats, cover: Floats) -> Sprite:
    """Display colours and coverage as a sprite; an odd last row or column is dropped."""
    rows, columns = cover.shape[0] & ~1, cover.shape[1] & ~1
    mask = Image.fromarray(np.rint(cover[:rows, :columns] * 255).astype(np.uint8))
    return Sprite(*_planes(np.clip(colour[:, :rows, :columns], 0, 1)), mask, mask.reduce(2))


def shaded_sprite(colour: Floats, shine: Floats, cover: Floats, glint: Floats | None = None) -> Sprite:
    """One display colour (3) under changing light ``shine``; ``glint`` adds white. Cheap: chroma follows
    the light in proportion."""
    rows, columns = cover.shape[0] & ~1, cover.shape[1] & ~1
    base = _MATRIX @ colour
    shine = shine[:rows, :columns]
    luma = base[0] * shine + _OFFSET[0]
    if glint is not None:
        luma += 219 * glint[:rows, :columns]
    small = shine[::2, ::2]
    u, v = (Image.fromarray((base[k] * small + _OFFSET[k]).astype(np.uint8)) for k in (1, 2))
    mask = Image.fromarray(np.rint(cover[:rows, :columns] * 255).astype(np.uint8))
    return Sprite(Image.fromarray(np.clip(luma, 16, 235).astype(np.uint8)), u, v, mask, mask.reduce(2))


def _planes(canvas: Floats) -> tuple[Image.Image, Image.Image, Image.Image]:
    red, green, blue = np.clip(canvas, 0, 1)
    small = [
        (c[::2, ::2] + c[1::2, ::2] + c[::2, 1::2] + c[1::2, 1::2]) * np.float32(0.25)
        for c in (red, green, blue)
    ]
    out = []
    for row, parts in ((0, (red, green, blue)), (1, small), (2, small)):
        k = _MATRIX[row]
        plane = k[0] * parts[0] + k[1] * parts[1] + k[2] * parts[2] + np.float32(_OFFSET[row])
        out.append(Image.fromarray(plane.astype(np.uint8)))
    return out[0], out[1], out[2]
