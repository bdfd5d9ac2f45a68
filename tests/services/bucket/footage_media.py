"""Media made for the tests of looking: clips that move when they are told to, and music with known beats."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

RATE = 22050
Picture = Callable[[int], Image.Image]


def clip(
    picture: Picture,
    frames: int,
    *,
    size: tuple[int, int] = (160, 90),
    every: int = 250,
    codec: str = "libx264",
) -> bytes:
    """``frames`` pictures at 30 a second, a key frame each ``every`` frames and none in between."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        options = {"g": str(every), "sc_threshold": "0", "preset": "ultrafast"} if codec == "libx264" else {}
        stream = container.add_stream(codec, rate=30, options=options)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p" if codec == "libx264" else "yuvj420p"
        for number in range(frames):
            frame = av.VideoFrame.from_image(picture(number).resize(size))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return target.getvalue()


def moving_between(first: int, last: int) -> Picture:
    """A bar that stands, moves between two frames, and stands."""

    def picture(number: int) -> Image.Image:
        shown = Image.new("RGB", (160, 90), (40, 70, 120))
        x = 5 + (min(max(number, first), last) - first) * 4 % 150
        ImageDraw.Draw(shown).rectangle((x, 10, x + 12, 80), fill=(230, 200, 150))
        return shown

    return picture


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture of its own for each seed: shapes and colours like those of things, not noise."""
    rng = np.random.default_rng(seed)
    shown = Image.new("RGB", size, tuple(int(v) for v in rng.integers(30, 220, 3)))
    pen = ImageDraw.Draw(shown)
    for _ in range(9):
        x, y = rng.random(2) * size
        w, h = 20 + rng.random(2) * np.array(size) / 2.5
        pen.ellipse(
            (x - w / 2, y - h / 2, x + w / 2, y + h / 2), fill=tuple(int(v) for v in rng.integers(0, 256, 3))
        )
    return shown


def jpeg(picture: Image.Image, quality: int = 90) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()


def clicks(
    tempo: float, seconds: float = 16, start: float = 0.4
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Clicks at ``tempo`` a minute, and when they sound."""
    times = np.arange(start, seconds - 0.1, 60 / tempo)
    t = np.arange(int(0.03 * RATE)) / RATE
    click = (np.sin(2 * np.pi * 1500 * t) * np.exp(-120 * t) * 0.7).astype(np.float32)
    samples = np.zeros(int(seconds * RATE), np.float32)
    for at in times:
        place = int(at * RATE)
        samples[place : place + len(click)] += click
    return samples, times


def drums(
    tempo: float, seconds: float = 20, start: float = 0.3
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Kick, snare, and a shaker on the eighths, as most pop music has them."""
    rng = np.random.default_rng(0)
    t = np.arange(int(0.25 * RATE)) / RATE
    kick = np.sin(2 * np.pi * (50 * t + 3 * (1 - np.exp(-30 * t)))) * np.exp(-14 * t)
    snare = rng.standard_normal(len(t)) * np.exp(-25 * t) * 0.3
    snare += 0.24 * np.sin(2 * np.pi * 190 * t) * np.exp(-20 * t)
    shaker = np.diff(rng.standard_normal(len(t)) * np.exp(-90 * t) * 0.15, prepend=0)
    beat, samples = 60 / tempo, np.zeros(int((seconds + 1) * RATE))
    times = np.arange(start, seconds, beat)
    for number, at in enumerate(times):
        hits = [(at, snare if number % 2 else kick), (at, shaker), (at + beat / 2, shaker)]
        if number % 4 == 2:
            hits.append((at + beat / 2, 0.7 * kick))
        for when, sound in hits:
            place = int(when * RATE)
            samples[place : place + len(sound)] += sound
    samples += 0.004 * rng.standard_normal(len(samples))
    return (0.6 * samples).astype(np.float32), times


def wav(samples: NDArray[np.float32], rate: int = RATE) -> bytes:
    """``samples`` as (n,) mono or (2, n) stereo, 16 bit."""
    channels = samples if samples.ndim == 2 else samples[None]
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(channels.T, -1, 1) * 32767).astype("<i2").tobytes())
    return target.getvalue()
