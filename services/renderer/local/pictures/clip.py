"""A clip as a layer: decoded as it is needed, cut and scaled to its box, one picture for each frame.

After its end the clip starts again (loop) or holds its last frame.
"""

from __future__ import annotations

import av

from services.errors import Refused
from services.renderer.local.media import AssetFile, pixel_aspect, shown_name
from services.renderer.local.pictures.clip_frames import Frames
from services.renderer.local.pictures.clip_scale import Scaler
from services.renderer.local.pictures.cut_out import cut_out
from services.renderer.local.pictures.moving import View, like, sample
from services.renderer.local.pictures.photo import fills
from services.renderer.local.pictures.planes import Picture, Planes, paint
from services.renderer.local.pictures.slide import Slide
from services.renderer.local.pictures.tables import Tables, correction_tables
from services.renderer.local.planning.layers import Box, ClipSpec
from services.renderer.local.planning.treatment import PLAIN, Treatment


class Clip:
    """Draws one clip layer of ``length`` frames into ``box`` at ``fps`` frames per second."""

    still = False

    def __init__(
        self, asset: AssetFile, spec: ClipSpec, box: Box, fps: int, length: int,
        treatment: Treatment = PLAIN,
    ) -> None:  # fmt: skip
        self._spec, self._box, self._treatment = spec, box, treatment
        self._name = shown_name(asset.name)
        self._once = max(1, round((spec.seconds - spec.seek) * fps)) if spec.seconds else 0
        self._view = View(spec.start, spec.end, box, length)
        self._tables = correction_tables(treatment.correction) if treatment.correction else Tables()
        self._frames = Frames(asset, spec.seek, fps)
        self._scaler: Scaler | None = None
        self._frame: av.VideoFrame | None = None
        self._picture: Picture | None = None
        self._slides: list[Slide] = []
        self._moved: Picture | None = None

    def picture(self, index: int) -> Picture:
        """What is seen in that frame; it holds until the next call."""
        frame = self._frames.at(self._local(index))
        if frame is None:
            self.close()
            raise Refused(f"{self._name} holds no picture after {self._spec.seek:.1f} s.")
        if frame is not self._frame or self._picture is None:
            self._frame = frame
            self._picture = self._scaled(frame)
            self._slides = [Slide(plane) for plane in self._picture.all()] if self._view.moves else []
        if not self._view.moves:
            return self._picture
        if self._moved is None:
            self._moved = like(self._picture, self._box)
        sample(self._slides, self._view.place(index), self._moved)
        return self._moved

    def placed(self, index: int) -> tuple[Picture, int, int]:
        """The picture and its corner on the canvas."""
        return self.picture(index), self._box.x, self._box.y

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer; cheap when they are asked for in order."""
        paint(canvas, self.picture(index), self._box.x, self._box.y, opacity)

    def covers(self, canvas: Planes) -> bool:
        """Whether nothing below can be seen (at full opacity)."""
        see_through = self._treatment.key is not None or self._frames.transparent
        return not see_through and fills(self._box, canvas)

    def close(self) -> None:
        self._frames.close()

    def notes(self) -> tuple[str, ...]:
        """What went wrong with the frames drawn so far: sentences that name the file, not the place in the
        movie, because they are kept with a segment that may move."""
        damaged = self._frames.damaged
        if damaged is None:
            return ()
        return (
            f"The clip {self._name} is damaged {damaged:.1f} s after its start: "
            "what cannot be read there is left out, and the picture before it is held.",
        )

    def _local(self, index: int) -> int:
        """The frame of the clip's round that is on at frame ``index`` of the layer."""
        if not self._once:
            return index
        if self._spec.loop and index >= self._spec.loop * self._once:
            return self._once - 1
        return index % self._once

    def _scaled(self, frame: av.VideoFrame) -> Picture:
        if self._scaler is None or not self._scaler.fits(frame):
            view = self._view
            flips = self._treatment.flip_horizontal, self._treatment.flip_vertical
            self._scaler = Scaler(frame, pixel_aspect(self._frames.stream), view.region, view.kept, flips)
        y, u, v, alpha = self._scaler.planes(frame)
        return cut_out(y, u, v, alpha, self._treatment.key, self._tables)
