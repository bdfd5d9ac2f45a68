"""Pictures side by side in one JPEG, in the order of time: what a person or a model looks at."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from PIL import Image

from services.bucket.picture import thumbnail

MOST_TILES = 8
LARGEST = 300 << 10  # bytes of a sheet
_ONE, _TILE = 512, 240  # longer side of a photo that stands alone, and of a tile
_GAP, _GROUND = 4, (24, 22, 20)


def sheet(pictures: Sequence[Image.Image]) -> bytes:
    """One picture alone, several in rows, about half as wide again as high."""
    if len(pictures) == 1:
        return _jpeg(thumbnail(pictures[0].convert("RGB"), _ONE))
    tiles = [thumbnail(picture.convert("RGB"), _TILE) for picture in pictures[:MOST_TILES]]
    width, height = max(tile.width for tile in tiles), max(tile.height for tile in tiles)
    columns = min(range(1, len(tiles) + 1), key=lambda count: _cost(len(tiles), count, width / height))
    rows = math.ceil(len(tiles) / columns)
    size = (columns * (width + _GAP) - _GAP, rows * (height + _GAP) - _GAP)
    whole = Image.new("RGB", size, _GROUND)
    for place, tile in enumerate(tiles):
        row, column = divmod(place, columns)
        whole.paste(tile, (column * (width + _GAP), row * (height + _GAP)))
    return _jpeg(whole)


def _cost(tiles: int, columns: int, aspect: float) -> float:
    """How far a sheet is from a wide page, and how much of it stays empty."""
    rows = math.ceil(tiles / columns)
    return abs(math.log(columns * aspect / rows / 1.5)) + 2 * (columns * rows - tiles) / tiles


def _jpeg(picture: Image.Image) -> bytes:
    for quality in (80, 65, 50, 30):
        target = io.BytesIO()
        picture.save(target, "JPEG", quality=quality)
        if target.tell() <= LARGEST:
            break
    return target.getvalue()
