"""One decoded frame of a clip → planes as they are kept: cut (before scaling), scaled, upright, BT.709."""

from __future__ import annotations

from fractions import Fraction

import av
import av.filter
import numpy as np

from services.renderer.local.media import turned
from services.renderer.local.pictures.hdr import hdr_tables
from services.renderer.local.pictures.kernels import Plane
from services.renderer.local.pictures.planes import planes_of
from services.renderer.local.planning.layers import Window

_TURNS = {90: [("transpose", "cclock")], 180: [("hflip", ""), ("vflip", "")], 270: [("transpose", "clock")]}
_BT601, _BT709, _BT2020 = (5, 6), (1,), (9, 10)  # matrix coefficients (ITU-T H.273)
_HD = 1280 * 720  # pixels from which an untagged clip is taken as BT.709

Shape = tuple[int, int, str, int, int, int, int, bool]


class Scaler:
    """A small filter graph for frames of one shape. All its numbers are whole ones computed here; no text
    of a movie ever becomes part of it."""

    def __init__(
        self, frame: av.VideoFrame, aspect: Fraction, region: Window, size: tuple[int, int],
        flips: tuple[bool, bool],
    ) -> None:  # fmt: skip
        """``region`` is upright and in square pixels; ``size`` is that of the planes."""
        self._made_for = _shape(frame)
        self._interlaced = bool(frame.interlaced_frame)
        self._alpha = format_has_alpha(frame.format)
        self._hdr = hdr_tables(frame.color_trc)
        turn = turned(frame)
        x, y, width, height = _coded_window(frame, float(aspect), region, turn)
        out = (size[1], size[0]) if turn in (90, 270) else size
        scale = f"{out[0]}:{out[1]}:flags=bicubic:in_color_matrix={_matrix(frame)}:out_color_matrix=bt709"
        steps = [
            *([("estdif", "mode=frame:deint=all")] if self._interlaced else []),
            ("crop", f"{width}:{height}:{x}:{y}:exact=1"),
            ("scale", scale + ":out_range=tv"),
            ("format", "yuva420p" if self._alpha else "yuv420p"),
            *_TURNS.get(turn, []),
            *([("hflip", "")] if flips[0] else []),
            *([("vflip", "")] if flips[1] else []),
        ]
        self._graph = graph = av.filter.Graph()
        graph.threads = 1  # more cost more than they bring, and what is drawn beside has a thread of its own
        node = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000)
        )
        for name, arguments in steps:
            following = graph.add(name, arguments or None)
            node.link_to(following)
            node = following
        node.link_to(graph.add("buffersink"))
        graph.configure()

    def fits(self, frame: av.VideoFrame) -> bool:
        return _shape(frame) == self._made_for

    def planes(self, frame: av.VideoFrame) -> tuple[Plane, Plane, Plane, Plane | None]:
        """y, u, v and straight alpha, if the clip has any."""
        self._graph.push(frame)
        if self._interlaced:  # the filter gives a frame when the next comes: it comes twice
            self._drain()
            self._graph.push(frame)
        made = self._graph.vpull()
        y, u, v = self._hdr.apply(*planes_of(made).all())
        if not self._alpha:
            return y, u, v, None
        rows = np.frombuffer(memoryview(made.planes[3]), np.uint8).reshape(-1, made.planes[3].line_size)
        return y, u, v, rows[: made.height, : made.width]

    def _drain(self) -> None:
        try:
            while True:
                self._graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return


def format_has_alpha(form: av.VideoFormat) -> bool:
    return any(component.is_alpha for component in form.components) or form.name == "pal8"


def _shape(frame: av.VideoFrame) -> Shape:
    return (
        frame.width, frame.height, frame.format.name, int(frame.colorspace), int(frame.color_range),
        int(frame.color_trc), turned(frame), bool(frame.interlaced_frame),
    )  # fmt: skip


def _matrix(frame: av.VideoFrame) -> str:
    """By its tag; untagged pictures of standard definition are BT.601, larger ones BT.709."""
    tag = int(frame.colorspace)
    if tag in _BT2020:
        return "bt2020"
    small = tag not in _BT709 and frame.width * frame.height < _HD
    return "bt601" if tag in _BT601 or small else "bt709"


def _coded_window(frame: av.VideoFrame, aspect: float, seen: Window, turn: int) -> tuple[int, int, int, int]:
    """The seen window, given upright and in square pixels, in even pixels of the frame as decoded."""
    x, y, width, height = seen.x, seen.y, seen.width, seen.height
    full = (frame.width * aspect, float(frame.height))
    if turn == 90:
        x, y, width, height = full[0] - y - height, x, height, width
    elif turn == 270:
        x, y, width, height = y, full[1] - x - width, height, width
    elif turn == 180:
        x, y = full[0] - x - width, full[1] - y - height
    x, width = x / aspect, width / aspect
    left, wide = _even_part(x, width, frame.width)
    top, high = _even_part(y, height, frame.height)
    return left, top, wide, high


def _even_part(start: float, length: float, limit: int) -> tuple[int, int]:
    """Even, so that chroma is cut at the same place; an odd last pixel is kept with the whole."""
    if length >= limit - 1:
        return 0, limit
    size = min(limit, max(2, round(length / 2) * 2))
    return min(max(0, round(start / 2) * 2), (limit - size) // 2 * 2), size
