"""A photo as a layer: read once at the size it is shown, treated, moved by parts of a pixel.

A slow zoom must not shake, so the view is sampled anew for every frame (slide.Slide).
"""

from __future__ import annotations

from PIL import ImageOps

from services.renderer.local.media import AssetFile
from services.renderer.local.pictures.cut_out import picture_from
from services.renderer.local.pictures.moving import View, like, sample
from services.renderer.local.pictures.photo_file import read_photo
from services.renderer.local.pictures.planes import OPAQUE, Picture, Planes, paint
from services.renderer.local.pictures.slide import Slide
from services.renderer.local.planning.layers import Box, PhotoSpec
from services.renderer.local.planning.treatment import PLAIN, Treatment


class Photo:
    """Draws one photo layer of ``length`` frames into ``box``."""

    def __init__(
        self, asset: AssetFile, spec: PhotoSpec, box: Box, length: int, treatment: Treatment = PLAIN
    ) -> None:
        self._box = box
        self._view = View(spec.start, spec.end, box, length)
        image = read_photo(asset, self._view.region, self._view.kept)
        if treatment.flip_horizontal:
            image = ImageOps.mirror(image)
        if treatment.flip_vertical:
            image = ImageOps.flip(image)
        self._picture = picture_from(image, treatment)
        self._slides = [Slide(plane) for plane in self._picture.all()] if self._view.moves else []
        self._moved: Picture | None = None

    @property
    def still(self) -> bool:
        """Whether every frame shows the same."""
        return not self._view.moves

    def picture(self, index: int) -> Picture:
        """What is seen in that frame; it holds until the next call."""
        if self.still:
            return self._picture
        if self._moved is None:
            self._moved = like(self._picture, self._box)
        sample(self._slides, self._view.place(index), self._moved)
        return self._moved

    def placed(self, index: int) -> tuple[Picture, int, int]:
        """The picture and its corner on the canvas."""
        return self.picture(index), self._box.x, self._box.y

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer."""
        box = self._box
        inside = box.x >= 0 and box.y >= 0
        fits = box.x + box.width <= canvas.width and box.y + box.height <= canvas.height
        if not self.still and inside and fits and self._picture.alpha is None and opacity >= OPAQUE:
            there = _part(canvas, box)  # straight into the canvas
            sample(self._slides, self._view.place(index), Picture(*there.all()))
        else:
            paint(canvas, self.picture(index), box.x, box.y, opacity)

    def covers(self, canvas: Planes) -> bool:
        """Whether nothing below can be seen (at full opacity)."""
        return self._picture.alpha is None and fills(self._box, canvas)

    def close(self) -> None:
        """Nothing is held open."""


def fills(box: Box, canvas: Planes) -> bool:
    reaches = box.x + box.width >= canvas.width and box.y + box.height >= canvas.height
    return box.x <= 0 and box.y <= 0 and reaches


def _part(canvas: Planes, box: Box) -> Planes:
    across, down = slice(box.x, box.x + box.width), slice(box.y, box.y + box.height)
    half_across = slice(across.start // 2, across.stop // 2)
    half_down = slice(down.start // 2, down.stop // 2)
    return Planes(canvas.y[down, across], canvas.u[half_down, half_across], canvas.v[half_down, half_across])
