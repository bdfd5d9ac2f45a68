"""How pictures and sound are coded, as Instagram takes them (developers.facebook.com, Reels specifications).

H.264 High 4:2:0 in BT.709, closed GOPs, at most 20 Mbit/s; AAC at 48 kHz. Frame threads, not slices: PyAV's
default would cut every picture into slices, which is slower and larger. The number of threads changes the
bytes, so it is part of the coding and never left to chance.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import CodecContext, Flags
from av.video.codeccontext import VideoCodecContext

RATE = 48_000  # Hz of the soundtrack
_CHUNK = 1024  # samples of an AAC frame
_GOP = 60
_BT709 = 1
_LIMITED = 1
_MOST_RATE = 20_000_000  # bit/s
# As libx264 would choose by itself, but bounded: each thread of a large machine costs memory.
_THREADS = min(12, max(1, round(1.5 * (os.cpu_count() or 1))))
_SMALL_CRF, _SMALL_PRESET = 26, "ultrafast"


@dataclass(frozen=True, slots=True)
class Coding:
    """One way to code pictures; equal codings give packets that can follow each other in one file.

    ``rate`` in bit/s is never exceeded over ``window`` seconds. ``gop``: frames from one whole picture to
    the next at most. ``extra`` are more parameters of libx264.
    """

    width: int
    height: int
    fps: int
    preset: str
    crf: int
    rate: int = _MOST_RATE
    window: float = 2.0
    gop: int = _GOP
    threads: int = _THREADS
    extra: str = ""

    def settings(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    def with_changes(self, **changes: Any) -> Coding:
        return dataclasses.replace(self, **changes)

    def options(self) -> dict[str, str]:
        """For libavcodec's libx264. Headers that do not look at the pictures: packets can be joined."""
        return {
            "preset": self.preset, "crf": str(self.crf), "profile": "high", "g": str(self.gop),
            "maxrate": str(self.rate), "bufsize": str(round(self.rate * self.window)),
            "x264-params": "open-gop=0:stitchable=1:colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv"
            + self.extra,
        }  # fmt: skip

    def apply(self, context: VideoCodecContext) -> None:
        """Everything but the options, onto a context that is not open yet."""
        context.width, context.height = self.width, self.height
        context.pix_fmt = "yuv420p"
        context.thread_type, context.thread_count = "FRAME", self.threads
        context.time_base, context.framerate = Fraction(1, self.fps), Fraction(self.fps)
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED


def small(width: int, height: int, fps: int, rate: int) -> Coding:
    """Of a preview that is made beside the video: quick, and below ``rate`` bit/s."""
    return Coding(
        width, height, fps, _SMALL_PRESET, _SMALL_CRF, rate, window=1.0, threads=1,
        extra=":cabac=1:vbv-init=0.5",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packed:
    """A coded picture or piece of sound; times in units of its track (frames, samples)."""

    pts: int
    dts: int
    key: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Track:
    """Packets that belong together, and the header that a player needs before them."""

    header: bytes
    packets: tuple[Packed, ...]

    def size(self) -> int:
        return sum(len(packet.data) for packet in self.packets)


class PictureEncoder:
    """Codes pictures one after the other into packets, kept until finish()."""

    def __init__(self, coding: Coding) -> None:
        context = CodecContext.create("libx264", "w")
        assert isinstance(context, VideoCodecContext)
        coding.apply(context)
        context.options = coding.options()
        context.flags |= Flags.global_header
        self._context, self._fps, self._count = context, coding.fps, 0
        self._packets: list[Packed] = []

    def add(self, frame: av.VideoFrame) -> None:
        tag(frame, self._count, self._fps)
        self._count += 1
        self._packets += [packed(packet) for packet in self._context.encode(frame)]

    def finish(self) -> Track:
        self._packets += [packed(packet) for packet in self._context.encode(None)]
        return Track(bytes(self._context.extradata or b""), tuple(self._packets))


def tag(frame: av.VideoFrame, number: int, fps: int) -> None:
    """Its time in frames, and its colours: tagged, for libav would convert untagged ones."""
    frame.pts, frame.time_base = number, Fraction(1, fps)
    frame.colorspace, frame.color_range = _BT709, _LIMITED


def packed(packet: av.Packet[Any]) -> Packed:
    assert packet.pts is not None
    assert packet.dts is not None
    return Packed(packet.pts, packet.dts, packet.is_keyframe, bytes(packet))


def coded_sound(sound: npt.NDArray[np.float32], rate: int) -> Track:
    """``sound``, (2, samples) at 48 kHz, as AAC of ``rate`` bit/s."""
    context = CodecContext.create("aac", "w")
    assert isinstance(context, AudioCodecContext)
    context.sample_rate, context.layout, context.format = RATE, "stereo", "fltp"
    # At such rates the fast coder is also the better one (ffmpeg-codecs, "aac_coder").
    context.options, context.time_base = {"b": str(rate), "aac_coder": "fast"}, Fraction(1, RATE)
    context.flags |= Flags.global_header
    packets = [packed(packet) for frame in _chunks(sound) for packet in context.encode(frame)]
    return Track(bytes(context.extradata or b""), tuple(packets))


def _chunks(sound: npt.NDArray[np.float32]) -> Iterator[av.AudioFrame | None]:
    # The encoder puts one frame before the sound, and without edit lists players play it, too. Leaving out
    # as much at the start (21 ms) lets everything after it be heard exactly when it is seen.
    first = _CHUNK if sound.shape[1] > _CHUNK else 0
    for start in range(first, sound.shape[1], _CHUNK):
        part = np.ascontiguousarray(sound[:, start : start + _CHUNK], np.float32)
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        yield frame
    yield None
