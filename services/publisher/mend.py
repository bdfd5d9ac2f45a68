"""Makes a Reel of a video that is nearly one: the index in front, a sound track, another codec. With PyAV.

Pictures that are right are copied as they are, packet by packet; they are coded anew only where the
specification wants others. Knows one file in, one file out; blocks. Only for a child process
(services/publisher/video_job.py): the file is hostile.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Collection, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from services.publisher.reels_spec import MAX_BYTES, MAX_RATE, MAX_WIDTH, MIN_RATE, Cure

# No edit list in either track, and the first picture at 0 all the same (measured with FFmpeg 5 to 8).
_CONTAINER = {"movflags": "+faststart+negative_cts_offsets", "use_editlist": "0"}
_READING = {"enable_drefs": "0", "use_absolute_path": "0"}  # follow no reference of a hostile file
SOUND_RATE, SOUND_BITS = 48_000, 128_000
_USUAL_RATE = 30
_MOST_BITS = 20_000_000  # below Instagram's 25 Mbps, as bursts come on top
_THREADS = 8  # at most for each codec: each takes memory for its own pictures
_SPACE = 0.9  # of the largest file: the sound, the index and bursts need some


def mend(source: Path, target: Path, cures: Collection[Cure]) -> None:
    """Write ``source`` to ``target``, a new file, with these cures.

    Raises av.error.FFmpegError or ValueError for what cannot be read, OSError for the disk.
    """
    with (
        av.open(str(source), format="mov", options=_READING) as movie,
        av.open(str(target), "w", format="mp4", options=_CONTAINER) as out,
    ):
        picture = movie.streams.video[0]
        sound = movie.streams.audio[0] if movie.streams.audio else None
        anew = Cure.PICTURE in cures
        pictures = _Coded(out, picture, _seconds(movie)) if anew else _Copied(out, picture)
        sounds: _Tone | _Copied | _Silence
        if sound is None:
            sounds = _Silence(out, _seconds(movie))
        else:
            sounds = _Tone(out) if Cure.SOUND in cures else _Copied(out, sound)
        wanted = [picture, *([sound] if sound else [])]
        for packet in movie.demux(wanted):
            (pictures if packet.stream is picture else sounds).take(packet)
        pictures.end()
        sounds.end()


class _Copied:
    """The packets as they are."""

    def __init__(self, out: OutputContainer, stream: VideoStream | AudioStream) -> None:
        self._out = out
        self._stream: Any = out.add_stream_from_template(stream)

    def take(self, packet: Any) -> None:
        if packet.dts is None:  # the demuxer's end mark
            return
        packet.stream = self._stream
        self._out.mux(packet)

    def end(self) -> None:
        return


class _Coded:
    """Pictures in H.264, progressive, 4:2:0, at most 1920 wide, at 23 to 60 a second."""

    def __init__(self, out: OutputContainer, stream: VideoStream, seconds: float) -> None:
        self._out = out
        rate = stream.average_rate or Fraction(_USUAL_RATE)
        self._rate = rate if MIN_RATE <= rate <= MAX_RATE else Fraction(_USUAL_RATE)
        codec = stream.codec_context
        scale = min(1.0, MAX_WIDTH / codec.width)
        width, height = (max(2, round(size * scale / 2) * 2) for size in (codec.width, codec.height))
        bits = min(_MOST_BITS, int(MAX_BYTES * 8 * _SPACE / max(seconds, 1.0)) - SOUND_BITS)
        options = {
            "preset": "veryfast", "crf": "18", "maxrate": str(bits), "bufsize": str(bits),
            "x264-params": f"open-gop=0:keyint={2 * math.ceil(self._rate)}",
        }  # fmt: skip
        self._stream = out.add_stream("libx264", rate=self._rate, options=options)
        self._stream.width, self._stream.height, self._stream.pix_fmt = width, height, "yuv420p"
        codec.thread_count = self._stream.codec_context.thread_count = min(_THREADS, os.cpu_count() or 1)
        self._filters = _filters(stream, self._rate, width, height)
        self._count = 0

    def take(self, packet: Any) -> None:
        for frame in packet.decode():
            self._filters.push(frame)
            self._encode()

    def end(self) -> None:
        self._filters.push(None)
        self._encode()
        self._out.mux(self._stream.encode(None))

    def _encode(self) -> None:
        while True:
            try:
                frame: Any = self._filters.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            frame.pts, frame.time_base = self._count, 1 / self._rate
            frame.pict_type = 0
            self._count += 1
            self._out.mux(self._stream.encode(frame))


def _filters(stream: VideoStream, rate: Fraction, width: int, height: int) -> Any:
    """Only interlaced pictures are deinterlaced; the rate, size and sampling are made right."""
    graph = av.filter.Graph()
    chain = [
        graph.add_buffer(template=stream),
        graph.add("bwdif", "mode=send_frame:deint=interlaced"),
        graph.add("fps", f"fps={rate}"),
        graph.add("scale", f"{width}:{height}:flags=bicubic"),
        graph.add("format", "pix_fmts=yuv420p"),
        graph.add("buffersink"),
    ]
    for left, right in itertools.pairwise(chain):
        left.link_to(right)
    graph.configure()
    return graph


class _Tone:
    """Sound in AAC, stereo, 48 kHz."""

    def __init__(self, out: OutputContainer) -> None:
        self._out = out
        self._stream = _aac(out)
        self._resampler = AudioResampler(format="fltp", layout="stereo", rate=SOUND_RATE)

    def take(self, packet: Any) -> None:
        for frame in packet.decode():
            self._encode(self._resampler.resample(frame))

    def end(self) -> None:
        self._encode(self._resampler.resample(None))
        self._out.mux(self._stream.encode(None))

    def _encode(self, frames: list[Any]) -> None:
        for frame in frames:
            self._out.mux(self._stream.encode(frame))


class _Silence:
    """A track without a sound, as long as the pictures."""

    def __init__(self, out: OutputContainer, seconds: float) -> None:
        self._out = out
        self._stream = _aac(out)
        self._frames = self._silence(seconds)

    def take(self, packet: Any) -> None:
        raise ValueError("a packet of a track that is not there")

    def end(self) -> None:
        for frame in self._frames:
            self._out.mux(self._stream.encode(frame))
        self._out.mux(self._stream.encode(None))

    @staticmethod
    def _silence(seconds: float) -> Iterator[av.AudioFrame]:
        for start in range(0, math.ceil(seconds * SOUND_RATE), 1024):
            frame = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
            yield frame


def _aac(out: OutputContainer) -> AudioStream:
    stream: AudioStream = out.add_stream("aac", rate=SOUND_RATE, layout="stereo")
    stream.bit_rate = SOUND_BITS
    return stream


def _seconds(movie: InputContainer) -> float:
    video = movie.streams.video[0]
    if video.duration is not None and video.time_base is not None:
        return float(video.duration * video.time_base)
    return movie.duration / av.time_base if movie.duration is not None else 0.0
