"""Single pictures taken while the frames go by: small ones for storyboard and thumbnails, one for the cover.

They are taken at places counted from the segment's start, so that a segment out of the cache brings its own.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import av
import numpy as np
from PIL import Image

from services.renderer.local.pictures.planes import planes_of
from services.renderer.local.planning.layers import Segment

_EVERY = 1 / 3  # seconds between small pictures
_LONG = 426  # pixels of a small picture's longer side
_QUALITY_SMALL, _QUALITY_LARGE = 85, 90


@dataclass(frozen=True, slots=True)
class Still:
    """A picture as JPEG: ``frame`` counts from the segment's first; ``large`` is empty but for one.

    ``score`` says how much there is to see.
    """

    frame: int
    score: float
    small: bytes
    large: bytes = b""


class StillTaker:
    """Looks at the frames of one segment."""

    def __init__(self, segment: Segment, fps: int) -> None:
        length = segment.last - segment.first
        count = max(1, round(length / (_EVERY * fps)))
        self._wanted = [int((i + 0.5) * length / count) for i in range(count)]
        changing = any(
            scene.first + scene.transition > segment.first + self._wanted[count // 2] > scene.first
            for scene in segment.scenes[1:]
        )
        self._cover = None if changing else self._wanted[count // 2]
        self.taken: list[Still] = []

    def see(self, index: int, frame: av.VideoFrame) -> None:
        """Frame ``index`` of the segment, before it is encoded."""
        if index not in self._wanted:
            return
        factor = _LONG / max(frame.width, frame.height)
        size = max(2, round(frame.width * factor)), max(2, round(frame.height * factor))
        large = b""
        if index == self._cover:
            large = _jpeg(image_of(frame, (frame.width, frame.height)), _QUALITY_LARGE)
        small = _jpeg(image_of(frame, size), _QUALITY_SMALL)
        self.taken.append(Still(index, _detail(frame), small, large))


def image_of(frame: av.VideoFrame, size: tuple[int, int]) -> Image.Image:
    """The frame as an RGB image of that size."""
    picture = frame.reformat(
        *size,
        format="rgb24",
        src_colorspace="ITU709",
        src_color_range="MPEG",
        interpolation="AREA",
        threads=1,
    )
    return Image.fromarray(picture.to_ndarray())


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _detail(frame: av.VideoFrame) -> float:
    """How much there is to see: contrast, seen from afar (every eighth pixel)."""
    small = planes_of(frame).y[::8, ::8].astype(np.float32)
    edges = np.abs(np.diff(small, axis=0)).mean() + np.abs(np.diff(small, axis=1)).mean()
    return round(float(small.std() + edges), 3)
