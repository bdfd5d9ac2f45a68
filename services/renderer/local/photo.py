"""A photo as a layer: turned by its EXIF, read once at the size it is shown, moved by parts of a pixel.

A slow zoom must not shake, so the view is sampled anew for every frame (kernels.Slide).
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageOps

from services.renderer.local.kernels import Slide
from services.renderer.local.layers import Box, PhotoSpec, Window
from services.renderer.local.media import AssetFile, open_photo, upright_size
from services.renderer.local.planes import OPAQUE, Picture, Planes, paint, picture_of

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
        self._slides = [Slide(plane) for plane in self._picture.all()] if spec.moves else []
        self._moved: Picture | None = None

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer."""
        box = self._box
        if not self._spec.moves:
            paint(canvas, self._picture, box.x, box.y, opacity)
            return
        inside = box.x >= 0 and box.y >= 0
        fits = box.x + box.width <= canvas.width and box.y + box.height <= canvas.height
        if inside and fits and self._picture.alpha is None and opacity >= OPAQUE:
            across, down = slice(box.x, box.x + box.width), slice(box.y, box.y + box.height)
            half_across = slice(across.start // 2, across.stop // 2)
            half_down = slice(down.start // 2, down.stop // 2)
            there = (
                canvas.y[down, across], canvas.u[half_down, half_across], canvas.v[half_down, half_across],
            )  # fmt: skip
            self._sample(index, Picture(*there))
            return
        if self._moved is None:
            self._moved = _like(self._picture, box)
        self._sample(index, self._moved)
        paint(canvas, self._moved, box.x, box.y, opacity)

    def covers(self, canvas: Planes) -> bool:
        """Whether nothing below can be seen (at full opacity)."""
        box = self._box
        inside = box.x <= 0 and box.y <= 0
        reaches = box.x + box.width >= canvas.width and box.y + box.height >= canvas.height
        return inside and reaches and self._picture.alpha is None

    def close(self) -> None:
        """Nothing is held open."""

    def _sample(self, index: int, out: Picture) -> None:
        """What is seen in that frame, into ``out``."""
        share = index / max(1, self._length - 1)
        view = _between(self._spec.start, self._spec.end, min(1.0, share))
        region = self._region
        # The view as fractions of the kept copy: the same for every plane, whatever its resolution.
        place = (
            (view.x - region.x) / region.width, (view.y - region.y) / region.height,
            view.width / region.width, view.height / region.height,
        )  # fmt: skip
        for slide, target in zip(self._slides, out.all(), strict=True):
            slide.sample(place, target)


def _like(picture: Picture, box: Box) -> Picture:
    full, half = (box.height, box.width), (box.height // 2, box.width // 2)
    made = [np.empty(shape, np.uint8) for shape in (full, half, half)]
    if picture.alpha is not None:
        made += [np.empty(full, np.uint8), np.empty(half, np.uint8)]
    return Picture(*made)


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
