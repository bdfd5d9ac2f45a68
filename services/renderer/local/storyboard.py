"""The cover and the storyboard (contact sheet), gathered while the frames go by."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw

from services.renderer.local.fonts import faces
from services.renderer.local.planes import planes_of

_TILES = 12
_COLUMNS = 4
_TILE_LONG = 426  # pixels of a tile's longer side
_GAP = 20
_PAPER, _INK = (18, 19, 22), (226, 228, 232)
_CAPTION = 34  # pixels below a tile
_QUALITY = 88


class Storyboard:
    """Keeps a small copy of ``tiles`` evenly spread frames, and the most detailed one as the cover."""

    def __init__(self, frames: int, fps: int) -> None:
        count = max(1, min(_TILES, frames))
        self._wanted = {int((i + 0.5) * frames / count) for i in range(count)}
        self._fps = fps
        self._tiles: list[tuple[int, Image.Image]] = []
        self._cover: Image.Image | None = None
        self._best = -1.0

    def see(self, number: int, frame: av.VideoFrame) -> None:
        """Look at a frame before it is encoded."""
        if number not in self._wanted:
            return
        factor = _TILE_LONG / max(frame.width, frame.height)
        size = max(2, round(frame.width * factor)), max(2, round(frame.height * factor))
        self._tiles.append((number, _image(frame, size)))
        score = _detail(frame)
        if score > self._best:
            self._best, self._cover = score, _image(frame, (frame.width, frame.height))

    def save(self, cover: Path, sheet: Path) -> None:
        assert self._cover is not None  # every movie has a frame
        self._cover.save(cover, "JPEG", quality=_QUALITY, optimize=True)
        self._sheet().save(sheet, "JPEG", quality=_QUALITY, optimize=True)

    def _sheet(self) -> Image.Image:
        width, height = self._tiles[0][1].size
        columns = min(_COLUMNS, len(self._tiles))
        rows = -(-len(self._tiles) // columns)
        sheet = Image.new(
            "RGB",
            (columns * width + (columns + 1) * _GAP, rows * (height + _CAPTION) + (rows + 1) * _GAP),
            _PAPER,
        )
        pen = ImageDraw.Draw(sheet)
        font = faces("Roboto", 500, False, 20)[0]
        for at, (number, tile) in enumerate(self._tiles):
            x = _GAP + at % columns * (width + _GAP)
            y = _GAP + at // columns * (height + _CAPTION + _GAP)
            sheet.paste(tile, (x, y), _rounded(tile.size))
            minutes, seconds = divmod(number / self._fps, 60)
            label = f"{int(minutes)}:{seconds:04.1f}"
            pen.text((x + 2, y + height + _CAPTION / 2 + 2), label, fill=_INK, font=font, anchor="lm")
        return sheet


def _image(frame: av.VideoFrame, size: tuple[int, int]) -> Image.Image:
    picture = frame.reformat(
        *size, format="rgb24", src_colorspace="ITU709", src_color_range="MPEG", interpolation="AREA"
    )
    return Image.fromarray(picture.to_ndarray())


def _detail(frame: av.VideoFrame) -> float:
    """How much there is to see: contrast, seen from afar (every eighth pixel)."""
    small = planes_of(frame).y[::8, ::8].astype(np.float32)
    edges = np.abs(np.diff(small, axis=0)).mean() + np.abs(np.diff(small, axis=1)).mean()
    return float(small.std() + edges)


def _rounded(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *mask.size), radius=24, fill=255)
    return mask.resize(size, Image.Resampling.BOX)
