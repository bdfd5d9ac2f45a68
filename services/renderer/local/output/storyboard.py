"""The cover, the storyboard (contact sheet) and the thumbnails of every second, made of the stills."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from services.renderer.local.output.stills import Still

THUMBNAIL_COLUMNS = 10
_THUMBNAIL_LONG = 160  # pixels of a thumbnail's longer side
_TILES = 12
_COLUMNS = 4
_GAP = 20
_PAPER, _INK = (18, 19, 22), (226, 228, 232)
_CAPTION = 34  # pixels below a tile
_QUALITY = 88


class Storyboard:
    """Gathers the stills of a movie's segments, in any order."""

    def __init__(self, frames: int, fps: int) -> None:
        self._frames, self._fps = frames, fps
        self._stills: list[Still] = []
        self._cover: tuple[float, int, bytes] | None = None

    def add(self, first: int, stills: Sequence[Still]) -> None:
        """The stills of the segment that begins at frame ``first``."""
        for still in stills:
            at = still.frame + first
            self._stills.append(replace(still, frame=at, large=b""))
            if still.large and (self._cover is None or (still.score, -at) > self._cover[:2]):
                self._cover = still.score, -at, still.large

    def save(self, cover: Path, sheet: Path, thumbnails: Path) -> None:
        """``thumbnails``: one for each begun second, ten in a row, read like a text."""
        self._stills.sort(key=lambda still: still.frame)
        if self._cover is not None:
            cover.write_bytes(self._cover[2])
        else:  # nothing but transitions
            cover.write_bytes(max(self._stills, key=lambda still: still.score).small)
        self._sheet().save(sheet, "JPEG", quality=_QUALITY, optimize=True)
        self._thumbnails().save(thumbnails, "JPEG", quality=_QUALITY, optimize=True)

    def _nearest(self, frame: float) -> Still:
        return min(self._stills, key=lambda still: abs(still.frame - frame))

    def _sheet(self) -> Image.Image:
        count = min(_TILES, len(self._stills))
        if count > _COLUMNS:
            count -= count % _COLUMNS  # whole rows
        stills = [self._nearest((i + 0.5) * self._frames / count) for i in range(count)]
        width, height = _image(stills[0]).size
        columns = min(_COLUMNS, len(stills))
        rows = -(-len(stills) // columns)
        sheet = Image.new(
            "RGB",
            (columns * width + (columns + 1) * _GAP, rows * (height + _CAPTION) + (rows + 1) * _GAP),
            _PAPER,
        )
        pen = ImageDraw.Draw(sheet)
        font = ImageFont.load_default(20)
        for at, still in enumerate(stills):
            x = _GAP + at % columns * (width + _GAP)
            y = _GAP + at // columns * (height + _CAPTION + _GAP)
            tile = _image(still)
            sheet.paste(tile, (x, y), _rounded(tile.size))
            minutes, seconds = divmod(still.frame / self._fps, 60)
            label = f"{int(minutes)}:{seconds:04.1f}"
            pen.text((x + 2, y + height + _CAPTION / 2 + 2), label, fill=_INK, font=font, anchor="lm")
        return sheet

    def _thumbnails(self) -> Image.Image:
        count = -(-self._frames // self._fps)
        stills = [self._nearest(second * self._fps) for second in range(count)]
        size = _image(stills[0]).size
        factor = _THUMBNAIL_LONG / max(size)
        width, height = max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
        rows = -(-count // THUMBNAIL_COLUMNS)
        sheet = Image.new("RGB", (THUMBNAIL_COLUMNS * width, rows * height), _PAPER)
        for at, still in enumerate(stills):
            tile = _image(still).resize((width, height), Image.Resampling.BOX)
            sheet.paste(tile, (at % THUMBNAIL_COLUMNS * width, at // THUMBNAIL_COLUMNS * height))
        return sheet


def _image(still: Still) -> Image.Image:
    return Image.open(io.BytesIO(still.small), formats=("JPEG",)).convert("RGB")


def _rounded(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", (size[0] * 2, size[1] * 2))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, *mask.size), radius=24, fill=255)
    return mask.resize(size, Image.Resampling.BOX)
