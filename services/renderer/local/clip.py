"""A clip as a layer: decoded as it is needed, cut and scaled to its box, one picture for each frame.

A frame of the output shows the last frame of the clip whose time, rounded to the output's rate, has come:
so variable frame rates stay in step. After its end the clip starts again (loop) or holds its last frame.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from fractions import Fraction

import av
import av.filter

from services.errors import Refused
from services.renderer.local.layers import Box, ClipSpec
from services.renderer.local.media import AssetFile, open_media, pixel_aspect, shown_name, turned
from services.renderer.local.planes import Picture, Planes, paint, planes_of

_LONGEST_SEARCH = 2_000  # frames decoded at most to reach the place a clip starts from
_THREADS = min(4, os.cpu_count() or 1)
_TURNS = {90: ("transpose", "cclock"), 180: ("hflip", ""), 270: ("transpose", "clock")}


class Clip:
    """Draws one clip layer into ``box`` at ``fps`` frames per second."""

    def __init__(self, asset: AssetFile, spec: ClipSpec, box: Box, fps: int) -> None:
        self._asset, self._spec, self._box, self._fps = asset, spec, box, fps
        self._stack = contextlib.ExitStack()
        self._container = self._stack.enter_context(open_media(asset, "clip"))
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._stream.codec_context.thread_count = _THREADS
        self._scaler: _Scaler | None = None
        self._picture: Picture | None = None
        self._round = 1
        self._base = 0  # output frame at which this round of a loop began
        self._frames = self._decode(spec.seek)
        self._next = self._pull()
        if self._next is None:
            raise Refused(f"{shown_name(asset.name)} holds no picture after {spec.seek:.1f} s.")

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer; they are asked for in order."""
        chosen: av.VideoFrame | None = None
        while self._next is not None and self._due(self._next) <= index:
            chosen = self._next
            self._next = self._pull()
            if self._next is None:
                self._again(index)
        if chosen is not None or self._picture is None:
            chosen = chosen or self._next
            assert chosen is not None  # only the very first frame can come late
            self._picture = self._scaled(chosen)
        paint(canvas, self._picture, self._box.x, self._box.y, opacity)

    def covers(self, canvas: Planes) -> bool:
        """Whether nothing below can be seen (at full opacity)."""
        box = self._box
        reaches = box.x + box.width >= canvas.width and box.y + box.height >= canvas.height
        return box.x <= 0 and box.y <= 0 and reaches

    def close(self) -> None:
        self._stack.close()

    def _due(self, frame: av.VideoFrame) -> int:
        """The output frame from which ``frame`` is shown."""
        return self._base + round((_time(frame) - self._spec.seek) * self._fps)

    def _again(self, index: int) -> None:
        """The clip has ended: begin the next round, one frame after the last one."""
        if self._spec.loop and self._round >= self._spec.loop:
            return
        self._round += 1
        self._base = index + 1
        self._frames = self._decode(self._spec.seek)
        self._next = self._pull()

    def _pull(self) -> av.VideoFrame | None:
        """The next frame. A clip that breaks in the middle ends there: what was readable is shown."""
        try:
            return next(self._frames, None)
        except (av.FFmpegError, EOFError):
            return None

    def _decode(self, start: float) -> Iterator[av.VideoFrame]:
        """Frames from ``start`` seconds on, the first one being the one on screen at that time."""
        origin = self._stream.start_time or 0
        base = self._stream.time_base or Fraction(1, 90_000)
        self._container.seek(origin + round(start / base), stream=self._stream, backward=True)
        held: av.VideoFrame | None = None
        searched = 0
        for frame in self._container.decode(self._stream):
            if frame.pts is None:
                continue
            if _time(frame) <= start + 0.5 / self._fps and searched < _LONGEST_SEARCH:
                held, searched = frame, searched + 1
                continue
            if held is not None:
                yield held
                held = None
            yield frame
        if held is not None:
            yield held

    def _scaled(self, frame: av.VideoFrame) -> Picture:
        if self._scaler is None or not self._scaler.fits(frame):
            self._scaler = _Scaler(frame, pixel_aspect(self._stream), self._spec, self._box)
        return self._scaler.picture(frame)


def _time(frame: av.VideoFrame) -> float:
    return float((frame.pts or 0) * (frame.time_base or 0))


class _Scaler:
    """A small filter graph: cut out what is seen (before scaling), scale, turn upright. All its numbers
    are whole ones computed here; no text of a movie ever becomes part of it."""

    def __init__(self, frame: av.VideoFrame, aspect: Fraction, spec: ClipSpec, box: Box) -> None:
        self._made_for = _shape(frame)
        turn = turned(frame)
        x, y, width, height = _coded_window(frame, float(aspect), spec, turn)
        self._graph = graph = av.filter.Graph()
        node = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 1000)
        )
        out = (box.height, box.width) if turn in (90, 270) else (box.width, box.height)
        matrix = "bt601" if _is_bt601(frame) else "bt709"
        steps = [
            ("crop", f"{width}:{height}:{x}:{y}"),
            (
                "scale",
                f"{out[0]}:{out[1]}:flags=bicubic:in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv",
            ),
            ("format", "yuv420p"),
        ]
        if turn:
            steps.append(_TURNS[turn])
        if turn == 180:
            steps.append(("vflip", ""))
        steps += [("hflip", "")] * spec.flip_horizontal + [("vflip", "")] * spec.flip_vertical
        for name, arguments in steps:
            following = graph.add(name, arguments or None)
            node.link_to(following)
            node = following
        node.link_to(graph.add("buffersink"))
        graph.configure()

    def fits(self, frame: av.VideoFrame) -> bool:
        return _shape(frame) == self._made_for

    def picture(self, frame: av.VideoFrame) -> Picture:
        frame.pts, frame.time_base = 0, Fraction(1, 1000)
        self._graph.push(frame)
        return Picture(*planes_of(self._graph.vpull()).all())


def _shape(frame: av.VideoFrame) -> tuple[int, int, str, int, int]:
    return (frame.width, frame.height, frame.format.name, int(frame.colorspace), turned(frame))


def _is_bt601(frame: av.VideoFrame) -> bool:
    """By its tag (5, 6: BT.470BG and SMPTE 170M); untagged pictures of standard definition are BT.601."""
    tag = int(frame.colorspace)
    return tag in (5, 6) or (tag not in (1, 9, 10) and frame.width * frame.height < 1280 * 720)


def _coded_window(
    frame: av.VideoFrame, aspect: float, spec: ClipSpec, turn: int
) -> tuple[int, int, int, int]:
    """The seen window, given upright and in square pixels, in even pixels of the frame as decoded."""
    seen = spec.window
    x, y, width, height = seen.x, seen.y, seen.width, seen.height
    full = (frame.width * aspect, float(frame.height))
    if turn == 90:
        x, y, width, height = full[0] - y - height, x, height, width
    elif turn == 270:
        x, y, width, height = y, full[1] - x - width, height, width
    elif turn == 180:
        x, y = full[0] - x - width, full[1] - y - height
    x, width = x / aspect, width / aspect
    w = min(frame.width, max(2, round(width / 2) * 2))
    h = min(frame.height, max(2, round(height / 2) * 2))
    left = min(max(0, round(x / 2) * 2), frame.width - w)
    top = min(max(0, round(y / 2) * 2), frame.height - h)
    return left, top, w, h
