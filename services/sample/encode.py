"""Frames and sound to files: H.264 in MP4, MP3 (or AAC where that encoder is missing). No pictures here."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from services.sample.catalogue import LABEL
from services.sample.planes import Frame
from services.sample.shape import Floats

RATE = 44100
_OPTIONS = {
    "preset": "ultrafast",  # two to three times quicker than the next useful step
    "crf": "22",
    "profile": "high",
    # One thread: the same bytes on every machine. Tags instead of a conversion at the reader.
    "x264-params": "threads=1:keyint=96:colorprim=bt709:transfer=bt709:colormatrix=bt709",
}


def write_clip(
    path: Path, frames: Iterable[Frame], size: tuple[int, int], fps: int, sound: Floats | None
) -> None:
    """Write ``frames`` as MP4 to ``path``; ``sound`` is mono at RATE, or None."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        out.metadata["comment"] = LABEL
        video = out.add_stream("libx264", rate=fps, options=_OPTIONS)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.codec_context.thread_count = 1
        video.codec_context.color_range = 1
        audio = out.add_stream("aac", rate=RATE, layout="mono") if sound is not None else None
        for index, pixels in enumerate(frames):
            frame = av.VideoFrame(*size, "yuv420p")
            for plane, image in zip(frame.planes, (pixels.y, pixels.u, pixels.v), strict=True):
                target = np.frombuffer(memoryview(plane), dtype=np.uint8).reshape(
                    plane.height, plane.line_size
                )
                target[:, : plane.width] = np.asarray(image)
            frame.pts, frame.time_base = index, Fraction(1, fps)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio is not None and sound is not None:
            audio.bit_rate = 96_000
            _encode_sound(out, audio, sound[None, :], "mono")


def write_music(path: Path, sound: Floats, tags: dict[str, str]) -> None:
    """Write stereo ``sound`` (2, samples) in the format of the name's ending (.mp3 or .m4a)."""
    mp3 = ".mp3" in path.suffixes  # temporary names end in something else
    with av.open(str(path), "w", format="mp3" if mp3 else "ipod") as out:
        out.metadata.update(tags | {"comment": LABEL})
        stream = out.add_stream("libmp3lame" if mp3 else "aac", rate=RATE, layout="stereo")
        stream.bit_rate = 128_000
        if mp3:
            stream.options = {"compression_level": "9"}  # the quickest; these are a few mild tones
        _encode_sound(out, stream, sound, "stereo")


def music_ending() -> str:
    """The ending music files get on this machine."""
    return "mp3" if "libmp3lame" in av.codecs_available else "m4a"


def _encode_sound(
    out: av.container.OutputContainer, stream: av.AudioStream, sound: Floats, layout: str
) -> None:
    block = RATE
    for start in range(0, sound.shape[1], block):
        piece = np.ascontiguousarray(sound[:, start : start + block], dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))
