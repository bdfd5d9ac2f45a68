"""Small clips of any codec and pixel format."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

SIZE = (96, 64)
Painter = Callable[[int], np.ndarray]


def write_clip(
    path: Path, frames: int, paint: Painter, *, codec: str = "libx264", form: str = "yuv420p",
    fps: int = 30, size: tuple[int, int] = SIZE, options: dict[str, str] | None = None, start: int = 0,
    set_up: Callable[[Any], None] = lambda stream: None,
) -> Path:  # fmt: skip
    """``paint`` gives RGB (or RGBA) pixels of a frame by its number."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=fps, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, form
        set_up(stream)
        for number in range(frames):
            pixels = np.ascontiguousarray(paint(number), np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgba" if pixels.shape[2] == 4 else "rgb24")
            frame = frame.reformat(format=form)
            frame.pts, frame.time_base = number + start, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def counting(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """A picture that tells its number: a bar that grows, over texture."""
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    pixels = np.stack([x * 2 % 256, y * 3 % 256, (x + y + 9 * number) % 200], axis=2)
    pixels[:, : 1 + number % size[0]] = 240
    return np.asarray(pixels, np.uint8)


def flat(colour: tuple[int, ...], size: tuple[int, int] = SIZE) -> Painter:
    return lambda number: np.full((size[1], size[0], len(colour)), colour, np.uint8)
