"""The sound of a music file, decoded once: mono for the ear, loudness by libav's own meter, and its energy.

At most the first ten minutes are heard: no video is longer than one, and memory stays bounded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO

import av
import numpy as np
from av.error import FFmpegError, InvalidDataError
from numpy.typing import NDArray

from services.bucket.child_end import OPTIONS, Unreadable

Floats = NDArray[np.float32]

RATE = 22050  # samples a second of what is analysed
HEARD = 600.0  # seconds
POINTS = 240  # at most so many in the energy curve
FINEST = 0.25  # seconds between them at least
_SPOILT = 10  # packets that may be damaged more than are whole
_METERED = 48000  # samples a second at which loudness is measured


@dataclass(frozen=True, slots=True)
class Sound:
    samples: Floats  # mono at RATE, -1 … 1
    loudness: float | None  # LUFS, integrated over all that was heard (EBU R 128); None for silence

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def read_sound(file: BinaryIO) -> Sound:
    """Unreadable when there is no sound in it."""
    try:
        with av.open(file, mode="r", options=OPTIONS) as container:
            if not container.streams.audio:
                raise Unreadable("The audio file holds no sound.")
            samples, loudness = _heard(container, container.streams.audio[0])
    except (FFmpegError, ValueError, EOFError) as error:
        raise Unreadable("The audio is damaged or of a kind that cannot be read.") from error
    if not len(samples):
        raise Unreadable("The sound of the audio file cannot be decoded.")
    return Sound(samples, loudness)


def energy(samples: Floats) -> tuple[float, tuple[int, ...]]:
    """Seconds between points, and how loud the music is there: 0 … 100 of its own loudest place.

    A point is the level in decibels above 40 dB below the loudest, as ears tell loudness by ratios.
    """
    length = len(samples) / RATE
    step = max(FINEST, math.ceil(length / POINTS * 20) / 20)
    size = int(step * RATE)
    count = max(1, len(samples) // size)
    if len(samples) < size:
        powers = np.array([float(np.mean(samples**2))])
    else:
        powers = (samples[: count * size].reshape(count, size) ** 2).mean(axis=1)
    decibels = 10 * np.log10(np.maximum(powers, 1e-10))
    curve = np.clip((decibels - decibels.max() + 40) / 40, 0, 1) if powers.max() > 1e-9 else powers * 0
    return step, tuple(int(value) for value in np.round(curve * 100))


def _heard(container: Any, stream: Any) -> tuple[Floats, float | None]:
    mono = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    stereo = av.AudioResampler(format="flt", layout="stereo", rate=_METERED)
    meter, parts, loudness = _meter(), list[Floats](), None
    held = 0
    for frame in _frames(container, stream):
        frame.pts = None  # gaps and jumps of a file's clock are not heard
        for piece in mono.resample(frame):
            parts.append(np.asarray(piece.to_ndarray(), np.float32).ravel())
            held += parts[-1].size
        for piece in stereo.resample(frame):
            meter.push(piece)
        loudness = _said(meter, loudness)
        if held >= HEARD * RATE:
            break
    samples = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    samples = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
    return samples, loudness if loudness is not None and loudness > -69.9 else None


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    """What can be decoded: files are cut short, and players hang notes of theirs to the end.

    The error of a packet is raised only when most packets are like it.
    """
    good = bad = 0
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
            good += 1
        except InvalidDataError:
            bad += 1
            if bad > good + _SPOILT:
                raise


def _meter() -> Any:
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=_METERED, format="flt", layout="stereo", time_base=Fraction(1, _METERED)
    )
    ebur128, sink = graph.add("ebur128", "metadata=1:peak=none"), graph.add("abuffersink")
    source.link_to(ebur128)
    ebur128.link_to(sink)
    graph.configure()
    return graph


def _said(meter: Any, known: float | None) -> float | None:
    """What the meter has integrated so far; it speaks every 100 ms."""
    while True:
        try:
            told = meter.pull().metadata.get("lavfi.r128.I")
        except (BlockingIOError, EOFError):
            return known
        if told is not None:
            known = float(told)
