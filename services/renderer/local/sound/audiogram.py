"""An audiogram as a layer: bars with round ends about the middle of its box, low tones in the middle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.renderer.local.media import Assets
from services.renderer.local.pictures.cut_out import half_of
from services.renderer.local.pictures.planes import Picture, Planes, paint
from services.renderer.local.planning.layers import AudiogramSpec, Box
from services.renderer.local.sound.audiogram_levels import BANDS, levels_for

_NARROWEST = 6  # pixels from one bar to the next
_FILLED = 0.6  # of the way from one bar to the next
_FULL = 10.0  # the amplitude at which a loud bar reaches the edge of the box

_Floats = npt.NDArray[np.float32]


class Audiogram:
    """Draws one audiogram into ``box``."""

    def __init__(self, spec: AudiogramSpec, box: Box, assets: Assets, fps: int) -> None:
        self._spec, self._box = spec, box
        self._levels = levels_for(spec.sounds, assets, spec.frames, fps)
        bands = max(2, min(BANDS, (box.width // _NARROWEST + 1) // 2))
        self._wanted = np.linspace(0, BANDS - 1, bands)
        count = 2 * bands - 1
        pitch = box.width / count
        columns = np.arange(box.width) + 0.5
        bar = np.minimum(count - 1, (columns / pitch).astype(int))
        self._band = np.abs(bar - (bands - 1))  # of each column
        off = np.abs(columns - (bar + 0.5) * pitch)
        self._radius = max(1.0, pitch * _FILLED / 2)
        self._inside = np.clip(self._radius + 0.5 - off, 0, 1).astype(np.float32)
        self._round = (np.sqrt(np.maximum(0, self._radius**2 - off**2)) - self._radius).astype(np.float32)
        scale = np.arange(256) + (np.arange(256) >> 7)
        self._tables = [((value * scale + 128) >> 8).astype(np.uint8) for value in spec.colour]

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer."""
        number = min(self._spec.origin + index, self._spec.frames - 1)
        picture = self._picture(self._heights(number))
        top = self._box.y + self._box.height // 4 * 2 - picture.size[1] // 2
        paint(canvas, picture, self._box.x, top, round(opacity * self._spec.opacity))

    def covers(self, canvas: Planes) -> bool:
        """Never: there is something to see between the bars."""
        return False

    def close(self) -> None:
        """Nothing is held open."""

    def _heights(self, number: int) -> _Floats:
        """From the middle to the end of each bar, in pixels, by column."""
        bands = np.interp(self._wanted, np.arange(BANDS), self._levels[number])
        most = self._box.height / 2
        heights = np.clip(bands * most * self._spec.amplitude / _FULL, min(self._radius, most), most)
        return np.asarray(heights[self._band] + self._round, np.float32)

    def _picture(self, heights: _Floats) -> Picture:
        """As high as the highest bar; its height can be divided by four, so that its middle is even."""
        rows = 2 * int(np.ceil((heights.max() + 0.5) / 2))  # above the middle
        off = np.arange(rows, dtype=np.float32)[:, None] + np.float32(0.5)
        lower = np.clip(heights - off + np.float32(0.5), 0, 1) * (self._inside * np.float32(255))
        half = np.round(lower).astype(np.uint8)
        alpha = np.concatenate([half[::-1], half])
        small = half_of(alpha)
        luma, blue, red = self._tables
        return Picture(luma[alpha], blue[small], red[small], alpha, small)
