"""Frames and sound → mp4 as Instagram takes it: H.264 4:2:0 closed GOP, BT.709, moov in front, no edit list.

(developers.facebook.com, Reels specifications.) Frame threads, not slices: PyAV's default would cut every
picture into slices, which is slower and larger.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
import numpy.typing as npt

from services.renderer.local.framing import even

RATE = 48_000  # Hz of the soundtrack
_CHUNK = 1024  # samples of an AAC frame
_GOP = 60
_BT709 = 1
# As libx264 would choose by itself, but bounded: each thread of a large machine costs memory.
_THREADS = min(12, max(1, round(1.5 * (os.cpu_count() or 1))))
_LIMITED = 1


class Encoder:
    """Writes one mp4: video frames of one size, and the whole soundtrack beside them."""

    def __init__(
        self, path: Path, size: tuple[int, int], fps: int, preset: str, crf: int,
        sound: npt.NDArray[np.float32],
    ) -> None:  # fmt: skip
        """``sound``: (2, samples) at 48 kHz."""
        self._out = av.open(
            str(path), "w", format="mp4",
            options={"movflags": "+faststart+negative_cts_offsets", "use_editlist": "0"},
        )  # fmt: skip
        options = {
            "preset": preset, "crf": str(crf), "profile": "high", "g": str(_GOP),
            "maxrate": "20M", "bufsize": "40M",
            "x264-params": "open-gop=0:colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv",
        }  # fmt: skip
        self._video = self._out.add_stream("libx264", rate=fps, options=options)
        self._video.width, self._video.height = size
        self._video.pix_fmt = "yuv420p"
        context = self._video.codec_context
        context.thread_type, context.thread_count = "FRAME", _THREADS
        context.time_base = Fraction(1, fps)
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED
        self._audio = self._out.add_stream("aac", rate=RATE, layout="stereo", options={"b": "160k"})
        self._sound, self._heard = np.ascontiguousarray(sound, np.float32), 0
        self._fps, self._count = fps, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.close()

    def add(self, frame: av.VideoFrame) -> None:
        """The next picture; the sound up to its end goes with it."""
        frame.pts, frame.time_base = self._count, Fraction(1, self._fps)
        frame.colorspace, frame.color_range = _BT709, _LIMITED
        self._count += 1
        self._out.mux(self._video.encode(frame))
        self._hear(self._count * RATE // self._fps)

    def finish(self) -> None:
        self._hear(self._sound.shape[1], last=True)
        self._out.mux(self._video.encode(None))
        self._out.mux(self._audio.encode(None))

    def _hear(self, until: int, *, last: bool = False) -> None:
        while self._heard < until and (last or until - self._heard >= _CHUNK):
            part = self._sound[:, self._heard : min(self._heard + _CHUNK, self._sound.shape[1])]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = RATE, self._heard
            frame.time_base = Fraction(1, RATE)
            self._heard += part.shape[1]
            self._out.mux(self._audio.encode(frame))


def preview_size(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(16, even(size[0] * scale)), max(16, even(size[1] * scale))
