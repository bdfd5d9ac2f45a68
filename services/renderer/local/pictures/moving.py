"""A view that moves over a picture: what of it is kept, and what is seen in each frame (arithmetic)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from services.renderer.local.pictures.planes import Picture
from services.renderer.local.pictures.slide import Place, Slide
from services.renderer.local.planning.layers import Box, Window

SPARE = 1.3  # a moving picture is kept this much larger than shown, so that linear sampling stays sharp
MOST = 4096  # pixels of the kept copy, each way


@dataclass(frozen=True, slots=True)
class View:
    """From ``start`` to ``end`` (windows of the picture) in ``length`` frames, shown in ``box``."""

    start: Window
    end: Window
    box: Box
    length: int

    @property
    def moves(self) -> bool:
        return self.start != self.end

    @property
    def region(self) -> Window:
        """What of the picture is ever seen."""
        a, b = self.start, self.end
        x, y = min(a.x, b.x), min(a.y, b.y)
        right, bottom = max(a.x + a.width, b.x + b.width), max(a.y + a.height, b.y + b.height)
        return Window(x, y, right - x, bottom - y)

    @property
    def kept(self) -> tuple[int, int]:
        """The size at which the region is kept: that of the box when nothing moves."""
        if not self.moves:
            return self.box.width, self.box.height
        region = self.region
        widest, tallest = max(self.start.width, self.end.width), max(self.start.height, self.end.height)
        return (
            _even_up(region.width / widest * self.box.width * SPARE),
            _even_up(region.height / tallest * self.box.height * SPARE),
        )

    def place(self, index: int) -> Place:
        """What is seen in that frame, as fractions of the region: the same for planes of any resolution."""
        share = min(1.0, index / max(1, self.length - 1))
        a, b, region = self.start, self.end, self.region
        x, y = a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share
        width, height = a.width + (b.width - a.width) * share, a.height + (b.height - a.height) * share
        return (
            (x - region.x) / region.width, (y - region.y) / region.height,
            width / region.width, height / region.height,
        )  # fmt: skip


def like(picture: Picture, box: Box) -> Picture:
    """Empty planes of the box's size, with alpha where ``picture`` has it."""
    full, half = (box.height, box.width), (box.height // 2, box.width // 2)
    made = [np.empty(shape, np.uint8) for shape in (full, half, half)]
    if picture.alpha is not None:
        made += [np.empty(full, np.uint8), np.empty(half, np.uint8)]
    return Picture(*made)


def sample(slides: list[Slide], place: Place, out: Picture) -> None:
    for slide, target in zip(slides, out.all(), strict=True):
        slide.sample(place, target)


def _even_up(value: float) -> int:
    return min(MOST, max(4, math.ceil(value / 2) * 2))
