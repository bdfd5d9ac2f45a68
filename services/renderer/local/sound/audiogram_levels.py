"""How high the bars of an audiogram stand in each frame: measured in the movie's own soundtrack."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from services.renderer.local.media import Assets
from services.renderer.local.output.encode import RATE
from services.renderer.local.planning.layers import Sound
from services.renderer.local.sound.soundtrack import mixed

Levels = npt.NDArray[np.float32]  # (frames, BANDS), 0 … 1
Track = npt.NDArray[np.float32]  # (2, samples)

BANDS = 24
_LOWEST, _HIGHEST = 70.0, 9_000.0  # Hz: what a voice and most of music have
_WINDOW = 4096  # samples looked at around the middle of a frame
_TILT = 3.0  # dB an octave: high tones are quieter in everything people listen to, bars should not be
_RANGE = 36.0  # dB from a bar's top to its bottom
_LOUD = 97  # percentile of all levels that reaches the top
_SILENT = -75.0  # dB of full scale: below it nothing moves, however quiet all of it is
_FALL = 3.0  # of the height a second that a bar sinks at most, so that it does not flicker
_AT_ONCE = 64  # frames

_lock = threading.Lock()
_last: dict[tuple[object, ...], Levels] = {}


def levels_for(sounds: tuple[Sound, ...], assets: Assets, frames: int, fps: int) -> Levels:
    """The levels of that soundtrack. The last one is kept: each segment of a movie asks again."""
    paths = tuple(str(assets[sound.asset].path) for sound in sounds)
    key = (sounds, paths, frames, fps)
    with _lock:
        if key not in _last:
            found = levels(mixed(sounds, assets, frames, fps).track, frames, fps)
            _last.clear()
            _last[key] = found
        return _last[key]


def levels(track: Track, frames: int, fps: int) -> Levels:
    """Loudness of each band in each frame; zeros where nothing sounds."""
    decibels = np.concatenate(list(_decibels(track, frames, fps)))
    heard = decibels[decibels > _SILENT]
    if not heard.size:
        return np.zeros((frames, BANDS), np.float32)
    top = float(np.percentile(heard, _LOUD))
    height = np.clip((decibels - max(top - _RANGE, _SILENT)) / _RANGE, 0.0, 1.0)
    sides = np.pad(height, ((0, 0), (1, 1)), mode="edge")
    height = 0.5 * height + 0.25 * (sides[:, :-2] + sides[:, 2:])  # a bar takes its neighbours along
    for at in range(1, frames):
        np.maximum(height[at], height[at - 1] - _FALL / fps, out=height[at])
    return np.asarray(height, np.float32)


def _decibels(track: Track, frames: int, fps: int) -> Iterator[npt.NDArray[np.float64]]:
    mono = np.pad(track.mean(axis=0), _WINDOW)
    window = np.hanning(_WINDOW)
    share = _shares()
    for first in range(0, frames, _AT_ONCE):
        numbers = np.arange(first, min(frames, first + _AT_ONCE))
        starts = np.round((numbers + 0.5) * RATE / fps).astype(int) + _WINDOW // 2
        parts = np.stack([mono[start : start + _WINDOW] for start in starts])
        power = np.square(np.abs(np.fft.rfft(parts * window))) / (window.sum() / 2) ** 2
        yield 10 * np.log10(power @ share + 1e-12)


def _shares() -> npt.NDArray[np.float64]:
    """How much of each frequency goes into each band: (frequencies, BANDS)."""
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    edges = np.geomspace(_LOWEST, _HIGHEST, BANDS + 1)
    inside = (frequencies[:, None] >= edges[:-1]) & (frequencies[:, None] < edges[1:])
    middles = np.sqrt(edges[:-1] * edges[1:])
    nearest = np.abs(frequencies[:, None] - middles).argmin(axis=0)
    inside[nearest, np.arange(BANDS)] = True  # low bands are narrower than the steps of the transform
    return np.asarray(inside * 10 ** (_TILT / 10 * np.log2(middles / _LOWEST)), np.float64)
