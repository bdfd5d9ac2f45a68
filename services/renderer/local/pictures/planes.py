"""Pictures as planes of yuv420p (BT.709, limited range), and how one is painted over another.

Sizes and places are even, because a chroma sample covers 2×2 pixels. Alpha is premultiplied; chroma has
its own alpha, the mean of the four pixels it covers (otherwise edges get dark fringes).
"""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from services.renderer.local.pictures.kernels import WHOLE, Plane, mix_planes

OPAQUE = WHOLE  # opacities are 0 … 128
_STRIP = 32  # rows painted at a time: new memory for a whole canvas costs more than the arithmetic


@dataclass(frozen=True, slots=True)
class Planes:
    """A canvas: luma (h, w) and two chroma planes (h/2, w/2), writable."""

    y: Plane
    u: Plane
    v: Plane

    @property
    def width(self) -> int:
        return int(self.y.shape[1])

    @property
    def height(self) -> int:
        return int(self.y.shape[0])

    def all(self) -> tuple[Plane, Plane, Plane]:
        return (self.y, self.u, self.v)


@dataclass(frozen=True, slots=True)
class Picture:
    """Something to paint. With alpha, colours are premultiplied; ``half`` is the alpha of chroma."""

    y: Plane
    u: Plane
    v: Plane
    alpha: Plane | None = None
    half: Plane | None = None

    def all(self) -> tuple[Plane, ...]:
        if self.alpha is None or self.half is None:
            return (self.y, self.u, self.v)
        return (self.y, self.u, self.v, self.alpha, self.half)

    @property
    def size(self) -> tuple[int, int]:
        return int(self.y.shape[1]), int(self.y.shape[0])


def blank(width: int, height: int) -> Planes:
    return Planes(
        np.empty((height, width), np.uint8),
        np.empty((height // 2, width // 2), np.uint8),
        np.empty((height // 2, width // 2), np.uint8),
    )


def planes_of(frame: av.VideoFrame) -> Planes:
    """The frame's own memory as arrays: writing there is writing the frame."""
    found = []
    for at, plane in enumerate(frame.planes[:3]):  # a fourth would be alpha
        height = frame.height if at == 0 else frame.height // 2
        width = frame.width if at == 0 else frame.width // 2
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
        found.append(rows[:height, :width])
    return Planes(*found)


def yuv(red: int, green: int, blue: int) -> tuple[int, int, int]:
    """An sRGB colour in BT.709 limited range."""
    r, g, b = red / 255, green / 255, blue / 255
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return (
        round(16 + 219 * luma),
        round(128 + 224 * (b - luma) / 1.8556),
        round(128 + 224 * (r - luma) / 1.5748),
    )


def fill(canvas: Planes, colour: tuple[int, int, int]) -> None:
    for plane, value in zip(canvas.all(), colour, strict=True):
        plane[...] = value


def copy(source: Planes, target: Planes) -> None:
    for a, b in zip(source.all(), target.all(), strict=True):
        b[...] = a


def picture_of(image: Image.Image) -> Picture:
    """Planes of a Pillow image of even size; RGBA keeps its alpha, everything else is opaque."""
    if image.mode != "RGBA":
        return _opaque(image if image.mode == "RGB" else image.convert("RGB"))
    pixels = np.asarray(image)
    alpha = np.ascontiguousarray(pixels[:, :, 3])
    if alpha.min() == 255:
        return _opaque(image.convert("RGB"))
    full = coded(pixels[:, :, :3], "yuv444p").to_ndarray()
    scale = alpha.astype(np.uint32) + (alpha >> 7)
    y, u, v = ((plane * scale + 128) >> 8 for plane in full)
    return Picture(y.astype(np.uint8), _mean(u), _mean(v), alpha, _mean(alpha.astype(np.uint32)))


def _opaque(image: Image.Image) -> Picture:
    return Picture(*planes_of(coded(np.asarray(image), "yuv420p")).all())


def coded(pixels: Plane, form: str) -> av.VideoFrame:
    """RGB pixels (height, width, 3) in that format, BT.709, limited range."""
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    return frame.reformat(format=form, dst_colorspace="ITU709", dst_color_range="MPEG", threads=1)


def _mean(plane: npt.NDArray[np.uint32]) -> Plane:
    """The mean of each 2×2 block."""
    total = plane[0::2, 0::2] + plane[1::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 1::2]
    return ((total + 2) >> 2).astype(np.uint8)


def paint(canvas: Planes, picture: Picture, x: int, y: int, opacity: int = OPAQUE) -> None:
    """Put ``picture`` with its corner at (x, y), both even; what lies outside the canvas is cut off."""
    width, height = picture.size
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + width, canvas.width), min(y + height, canvas.height)
    if right <= left or bottom <= top or opacity <= 0:
        return
    pairs = (
        (canvas.y, picture.y, picture.alpha, 1),
        (canvas.u, picture.u, picture.half, 2),
        (canvas.v, picture.v, picture.half, 2),
    )
    for target, source, alpha, step in pairs:
        there = (slice(top // step, bottom // step), slice(left // step, right // step))
        here = (
            slice((top - y) // step, (bottom - y) // step),
            slice((left - x) // step, (right - x) // step),
        )
        _lay(target[there], source[here], None if alpha is None else alpha[here], opacity)


def _lay(target: Plane, source: Plane, alpha: Plane | None, opacity: int) -> None:
    if alpha is None:
        if opacity >= OPAQUE:
            target[...] = source
        else:
            mix_planes(target, source, opacity, target)
        return
    for top in range(0, target.shape[0], _STRIP):
        rows = slice(top, top + _STRIP)
        scale = alpha[rows].astype(np.uint16)
        scale += alpha[rows] >> 7  # 0 … 256
        colour = source[rows]
        if opacity < OPAQUE:
            scale *= np.uint16(opacity)
            scale >>= np.uint16(7)
            colour = ((colour.astype(np.uint16) * np.uint16(opacity) + 64) >> 7).astype(np.uint8)
        below = (target[rows] * (np.uint16(256) - scale)) >> 8
        np.add(below, colour, out=target[rows], casting="unsafe")
