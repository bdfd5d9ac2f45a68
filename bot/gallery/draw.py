"""Frames of a movie at chosen times, drawn by the local renderer without encoding anything."""

from __future__ import annotations

import contextlib
import re

import av
from PIL import Image

from bot.gallery.media import Media
from bot.gallery.sheet import Row, Sheet, Strip, lay_out
from services.renderer.local.compositing.compositor import Compositor
from services.renderer.local.pictures.planes import planes_of
from services.renderer.local.profile import Profile
from services.renderer.local.render import approximations, planned

_FINER = 3  # drawn as large as a preview, then reduced: tiny type is set worse than anybody will see it
NO_FONT = "no installed font"
_PLACE = re.compile(r"^(Scene|Movie element) #[^:]*: ")  # a strip's movie is small enough without


def draw_sheet(sheet: Sheet, media: Media) -> tuple[Image.Image, tuple[str, ...]]:
    """The whole sheet as a picture; what could not be drawn because this machine has no font for it."""
    rows = [draw_strip(strip, sheet.width, media) for strip in sheet.strips]
    lacking = tuple(row.label for row in rows if any(NO_FONT in note for note in row.notes))
    return lay_out(rows, sheet.columns), lacking


def draw_strip(strip: Strip, width: int, media: Media) -> Row:
    """The movie's frames at the strip's times (rising), each ``width`` pixels wide."""
    assets = media.of(strip.movie)
    plan = planned(strip.movie, assets, Profile("sheet", scale=width * _FINER / strip.movie["width"]))
    frame = av.VideoFrame(plan.width, plan.height, "yuv420p")
    found = []
    with contextlib.closing(Compositor(plan, assets)) as compositor:
        for time in strip.times:
            number = min(round(time * plan.fps), plan.frames - 1)
            segment = next(s for s in plan.segments if s.first <= number < s.last)
            compositor.compose(segment, number, planes_of(frame))
            found.append(_image(frame))
        said = (*approximations(strip.movie, plan), *compositor.take_notes())
    notes = dict.fromkeys(_PLACE.sub("", note) for note in said)
    return Row(strip.label, strip.times, tuple(found), tuple(notes))


def _image(frame: av.VideoFrame) -> Image.Image:
    even = frame.reformat(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG")
    return Image.fromarray(even.to_ndarray(), "RGB").reduce(_FINER)
