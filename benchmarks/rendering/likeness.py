"""How like a video is to the frames it was made of."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from services.renderer.local.pictures.planes import planes_of

_EVERY = 15  # frames
_BLOCK = 8  # pixels
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(video: Path, raw: Path) -> float:
    """The mean structural similarity (Wang 2004) of the luma of every fifteenth frame, in 8×8 blocks."""
    found = []
    with av.open(str(video)) as file:
        for number, frame in enumerate(file.decode(file.streams.video[0])):
            if number % _EVERY:
                continue
            size = frame.width * frame.height
            wanted = np.fromfile(raw, np.uint8, size, offset=number * size * 3 // 2)
            found.append(_blocks(planes_of(frame).y, wanted.reshape(frame.height, frame.width)))
    return round(float(np.mean(found)), 5)


def _blocks(a: np.ndarray, b: np.ndarray) -> float:
    height, width = (side // _BLOCK * _BLOCK for side in a.shape)
    x, y = (
        p[:height, :width].reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK).astype(np.float64)
        for p in (a, b)
    )
    axes = (1, 3)
    mx, my = x.mean(axes), y.mean(axes)
    vx, vy = x.var(axes), y.var(axes)
    both = (x * y).mean(axes) - mx * my
    return float(np.mean((2 * mx * my + _C1) * (2 * both + _C2) / ((mx**2 + my**2 + _C1) * (vx + vy + _C2))))
