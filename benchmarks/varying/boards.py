"""Storyboards of movies, drawn by the renderer from the real files, and how different they look.

Eight moments of each video are drawn small. Two pictures are compared by their difference hash (64 bits:
shapes) and by the brightness and colour of 4 × 6 fields (light); two storyboards by their pictures at the
same place. 0 is the same, 1 as different as two pictures get.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from services.renderer.local.compositing.compositor import Compositor
from services.renderer.local.media import AssetFile
from services.renderer.local.pictures.planes import planes_of
from services.renderer.local.profile import Profile
from services.renderer.local.render import planned

MOMENTS = 8
_SMALL = Profile(scale=1 / 6)  # 180 × 320
_BITS, _LEVELS = 32.0, 64.0  # from so many different bits or levels on, nothing is alike any more
Board = npt.NDArray[np.uint8]  # moments, height, width, 3


def draw(movies: Sequence[Mapping[str, Any]], files: Mapping[str, Path]) -> list[Board]:
    """``files`` by asset id. On every core."""
    with ProcessPoolExecutor() as pool:
        needed = [{i: p for i, p in files.items() if i in str(movie)} for movie in movies]
        return list(pool.map(_board, movies, needed))


def _board(movie: Mapping[str, Any], files: Mapping[str, Path]) -> Board:
    assets = {asset: AssetFile(asset, path, path.name) for asset, path in files.items()}
    plan = planned(movie, assets, _SMALL)
    compositor = Compositor(plan, assets)
    frame, pictures = av.VideoFrame(plan.width, plan.height, "yuv420p"), []
    for moment in range(MOMENTS):
        number = int((moment + 0.5) * plan.frames / MOMENTS)
        segment = next(s for s in plan.segments if s.first <= number < s.last)
        compositor.compose(segment, number, planes_of(frame))
        pictures.append(frame.to_ndarray(format="rgb24"))
    compositor.close()
    return np.stack(pictures)


def mean_distance(boards: Sequence[Board]) -> float:
    """Over all pairs."""
    seen = [_seen(board) for board in boards]
    found = [_apart(a, b) for a, b in itertools.combinations(seen, 2)]
    return float(np.mean(found)) if found else 0.0


_Seen = tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]


def _seen(board: Board) -> _Seen:
    hashes, lights = [], []
    for picture in board:
        image = Image.fromarray(picture)
        grey = np.asarray(image.convert("L").resize((9, 8), Image.Resampling.BOX), np.int16)
        hashes.append((grey[:, 1:] > grey[:, :-1]).ravel())
        lights.append(np.asarray(image.convert("YCbCr").resize((4, 6), Image.Resampling.BOX), np.float64))
    return np.stack(hashes), np.stack(lights)


def _apart(a: _Seen, b: _Seen) -> float:
    shapes = np.minimum(1.0, (a[0] != b[0]).sum(axis=1) / _BITS)
    light = np.minimum(1.0, np.abs(a[1] - b[1]).mean(axis=(1, 2, 3)) / _LEVELS)
    return float(np.mean(0.5 * shapes + 0.5 * light))


def page(boards: Sequence[Board], titles: Sequence[str], path: Path, columns: int = 2) -> None:
    """All storyboards on one page, for a person's eyes."""
    from PIL import ImageDraw

    moments, height, width, _ = boards[0].shape
    across, down = moments * width // 2 + 24, height // 2 + 34
    rows = -(-len(boards) // columns)
    sheet = Image.new("RGB", (columns * across, rows * down), (18, 19, 22))
    pen = ImageDraw.Draw(sheet)
    for at, (board, title) in enumerate(zip(boards, titles, strict=True)):
        x, y = at % columns * across + 8, at // columns * down + 4
        pen.text((x, y), title, fill=(226, 228, 232), font_size=18)
        for n, picture in enumerate(board):
            small = Image.fromarray(picture).resize((width // 2 - 2, height // 2))
            sheet.paste(small, (x + n * (width // 2), y + 26))
    sheet.save(path, quality=88)
