"""A photo as a layer: turned by its EXIF, read once at the size it is shown, moved by parts of a pixel.

A slow zoom must not shake, so the view is resampled for every frame: zoom and pan without rotation are
separable, first rows, then columns, linear in 7-bit fixed point.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from services.renderer.local.layers import Box, PhotoSpec, Window
from services.renderer.local.media import AssetFile, open_photo, upright_size
from services.renderer.local.planes import Picture, Plane, Planes, paint, picture_of

_SPARE = 1.15  # a moving photo is kept this much larger than shown, so that linear sampling stays sharp
_MOST = 4096  # pixels of the kept copy, each way


class Photo:
    """Draws one photo layer of ``length`` frames into ``box``."""

    def __init__(self, asset: AssetFile, spec: PhotoSpec, box: Box, length: int) -> None:
        self._spec, self._box, self._length = spec, box, length
        self._region = _union(spec.start, spec.end)
        if spec.moves:
            widest = max(spec.start.width, spec.end.width)
            tallest = max(spec.start.height, spec.end.height)
            size = (
                _even_up(self._region.width / widest * box.width * _SPARE),
                _even_up(self._region.height / tallest * box.height * _SPARE),
            )
        else:
            size = (box.width, box.height)
        self._picture = picture_of(_load(asset, self._region, size, spec))

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer."""
        paint(canvas, self._at(index), self._box.x, self._box.y, opacity)

    def covers(self, canvas: Planes) -> bool:
        """Whether nothing below can be seen (at full opacity)."""
        box = self._box
        inside = box.x <= 0 and box.y <= 0
        reaches = box.x + box.width >= canvas.width and box.y + box.height >= canvas.height
        return inside and reaches and self._picture.alpha is None

    def close(self) -> None:
        """Nothing is held open."""

    def _at(self, index: int) -> Picture:
        if not self._spec.moves:
            return self._picture
        share = index / max(1, self._length - 1)
        view = _between(self._spec.start, self._spec.end, min(1.0, share))
        region, box = self._region, self._box
        # The view as fractions of the kept copy: the same for every plane, whatever its resolution.
        place = (
            (view.x - region.x) / region.width, (view.y - region.y) / region.height,
            view.width / region.width, view.height / region.height,
        )  # fmt: skip
        p = self._picture
        full, half = (box.height, box.width), (box.height // 2, box.width // 2)
        return Picture(
            sample(p.y, place, full), sample(p.u, place, half), sample(p.v, place, half),
            None if p.alpha is None else sample(p.alpha, place, full),
            None if p.half is None else sample(p.half, place, half),
        )  # fmt: skip


def sample(plane: Plane, place: tuple[float, float, float, float], shape: tuple[int, int]) -> Plane:
    """The part ``place`` (x, y, width, height as fractions of the plane) at ``shape`` (rows, columns)."""
    rows, columns = plane.shape
    y0, fy = _taps(place[1] * rows, place[3] * rows, shape[0], rows)
    x0, fx = _taps(place[0] * columns, place[2] * columns, shape[1], columns)
    left, right = int(x0[0]), int(x0[-1]) + 2
    part = plane[:, left:right]
    weight = fy[:, None]
    mixed = part[y0] * (np.uint16(128) - weight)
    mixed += part[y0 + 1] * weight
    mixed += 64
    mixed >>= 7
    lines = mixed.astype(np.uint8)
    x0 = x0 - left
    mixed = np.take(lines, x0, axis=1) * (np.uint16(128) - fx)
    mixed += np.take(lines, x0 + 1, axis=1) * fx
    mixed += 64
    mixed >>= 7
    return mixed.astype(np.uint8)


def _taps(
    start: float, length: float, count: int, limit: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.uint16]]:
    """For each of ``count`` samples: the index of the left neighbour and the weight of the right one."""
    at = (np.arange(count) + 0.5) * (length / count) + start - 0.5
    left = np.clip(np.floor(at).astype(np.intp), 0, limit - 2)
    return left, np.clip(np.rint((at - left) * 128), 0, 128).astype(np.uint16)


def _load(asset: AssetFile, region: Window, size: tuple[int, int], spec: PhotoSpec) -> Image.Image:
    with open_photo(asset) as file:
        width = upright_size(file)[0]
        upright = ImageOps.exif_transpose(_decoded(file, region, size))
    image = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    # A JPEG may have been decoded at a part of its size: the region is in pixels of the whole.
    factor = image.width / width
    box = (
        max(0.0, region.x * factor), max(0.0, region.y * factor),
        min(image.width, (region.x + region.width) * factor),
        min(image.height, (region.y + region.height) * factor),
    )  # fmt: skip
    size = (min(size[0], _MOST), min(size[1], _MOST))
    image = image.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)
    if spec.flip_horizontal:
        image = ImageOps.mirror(image)
    return ImageOps.flip(image) if spec.flip_vertical else image


def _decoded(file: Image.Image, region: Window, size: tuple[int, int]) -> Image.Image:
    """Decode; a JPEG at half, a quarter or an eighth of its size while that is still more than needed."""
    need = max(size[0] / region.width, size[1] / region.height)
    if file.format == "JPEG" and need < 0.5:
        file.draft("RGB", (math.ceil(file.width * need * 1.5), math.ceil(file.height * need * 1.5)))
    file.load()
    return file


def _union(a: Window, b: Window) -> Window:
    x, y = min(a.x, b.x), min(a.y, b.y)
    return Window(x, y, max(a.x + a.width, b.x + b.width) - x, max(a.y + a.height, b.y + b.height) - y)


def _between(a: Window, b: Window, share: float) -> Window:
    return Window(
        a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share,
        a.width + (b.width - a.width) * share, a.height + (b.height - a.height) * share,
    )  # fmt: skip


def _even_up(value: float) -> int:
    return min(_MOST, max(4, math.ceil(value / 2) * 2))
