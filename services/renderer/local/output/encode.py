"""Pictures and a soundtrack → mp4 as Instagram takes it: moov in front, no edit list,
sound beside its pictures."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
from av.audio.stream import AudioStream
from av.video.stream import VideoStream

from services.renderer.local.output.coding import RATE, Coding, Packed, Track, tag

__all__ = ["RATE", "Mp4"]

_AAC = 160_000  # only names the codec; the packets come coded


class Mp4:
    """Writes one file. Pictures come as frames (add) or already coded (add_packets), not both.

    The sound may become ready after the first pictures. The muxer puts every packet in its place by time and
    waits for both tracks, however long (max_interleave_delta): the bytes do not depend on who was first.
    """

    def __init__(self, path: Path, coding: Coding, sound: Future[Track]) -> None:
        self._out = av.open(
            str(path), "w", format="mp4",
            options={
                "movflags": "+faststart+negative_cts_offsets", "use_editlist": "0",
                "max_interleave_delta": "0",
            },
        )  # fmt: skip
        video = self._out.add_stream("libx264", rate=coding.fps, options=coding.options())
        assert isinstance(video, VideoStream)
        coding.apply(video.codec_context)
        audio = self._out.add_stream("aac", rate=RATE, layout="stereo", options={"b": str(_AAC)})
        assert isinstance(audio, AudioStream)
        self._video, self._audio = video, audio
        self._sound, self._heard = sound, False
        self._fps, self._count = coding.fps, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.close()

    @property
    def header(self) -> bytes:
        """What a player needs before the first picture; equal for equal codings."""
        self._out.start_encoding()
        return bytes(self._video.codec_context.extradata or b"")

    def add(self, frame: av.VideoFrame) -> None:
        """The next picture."""
        tag(frame, self._count, self._fps)
        self._count += 1
        if self._sound.done():
            self._hear()
        self._out.mux(self._video.encode(frame))

    def add_packets(self, packets: Iterable[Packed], frames: int) -> None:
        """The next ``frames`` pictures, coded: their times count from the first of them."""
        self._hear()
        for packet in packets:
            found = _packet(packet, self._count, self._fps)
            found.stream, found.duration = self._video, 1
            self._out.mux(found)
        self._count += frames

    def finish(self) -> None:
        """What is still in the encoder, and the sound."""
        if self._video.codec_context.is_open:
            self._out.mux(self._video.encode(None))
        self._hear()

    def _hear(self) -> None:
        if self._heard:
            return
        self._heard = True
        for packet in self._sound.result().packets:
            found = _packet(packet, 0, RATE)
            found.stream = self._audio
            self._out.mux(found)


def _packet(packed: Packed, shift: int, rate: int) -> av.Packet[Any]:
    packet = av.Packet(packed.data)
    packet.pts, packet.dts = packed.pts + shift, packed.dts + shift
    packet.time_base, packet.is_keyframe = Fraction(1, rate), packed.key
    return packet
