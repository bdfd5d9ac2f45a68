"""Sound files with known contents, and measuring what a soundtrack made of them."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from services.renderer.local.planning.layers import Plan
from services.renderer.local.sound.soundtrack import Soundtrack, soundtrack

RATE = 48_000
Samples = npt.NDArray[np.float32]
_FORMATS = {"aac": "fltp", "libmp3lame": "fltp", "flac": "s16", "libopus": "flt", "pcm_s16le": "s16"}


def sine(seconds: float, hertz: float = 440.0, level: float = 0.2, rate: int = RATE) -> Samples:
    """One channel, (1, samples)."""
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)[None]


def bursts(seconds: float, at: Sequence[float], rate: int = RATE, level: float = 0.8) -> Samples:
    """Silence with a burst of 20 ms of 1.5 kHz beginning at each time of ``at``."""
    silent = np.zeros((1, round(seconds * rate)), np.float32)
    burst = level * np.sin(2 * np.pi * 1500 * np.arange(round(0.02 * rate)) / rate)
    for time in at:
        first = round(time * rate)
        part = silent[0, first : first + burst.size]
        part[...] = burst[: part.size]
    return silent


def write_sound(
    path: Path, samples: Samples, *, rate: int = RATE, layout: str = "", codec: str = "pcm_s16le",
    late: float = 0.0,
) -> str:  # fmt: skip
    """``samples`` is (channels, samples); ``late`` seconds are added to its time stamps."""
    layout = layout or {1: "mono", 2: "stereo"}[samples.shape[0]]
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate, layout=layout)
        converter = av.AudioResampler(format=_FORMATS[codec], layout=layout, rate=rate)
        for start in range(0, samples.shape[1], 1024):
            part = np.ascontiguousarray(samples[:, start : start + 1024])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate, start + round(late * rate)
            frame.time_base = Fraction(1, rate)
            for made in converter.resample(frame):
                out.mux(stream.encode(made))
        out.mux(stream.encode(None))
    return path.name


def write_plain_wav(path: Path, samples: Samples, rate: int = RATE) -> None:
    """16 bits of any number of channels, without a word on what each channel is."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(samples.shape[0])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((samples.T * 32767).astype("<i2").tobytes())


def sounding(plan: Plan, assets: Any) -> Soundtrack:
    return soundtrack(plan, assets)


def onsets(track: Samples, quiet: float = 0.25) -> list[float]:
    """Seconds at which something begins after at least 50 ms below ``quiet`` of the loudest."""
    level = np.abs(track).max(axis=0)
    loud = np.flatnonzero(level > quiet * level.max())
    first = np.insert(np.diff(loud) > 0.05 * RATE, 0, True)
    return [float(at) / RATE for at in loud[first]]


def level(track: Samples, begins: float, ends: float) -> float:
    """RMS of a part of both channels, in dB of full scale."""
    part = track[:, round(begins * RATE) : round(ends * RATE)]
    return float(10 * np.log10(np.square(part, dtype=np.float64).mean() + 1e-20))
