"""Music and clips go down while a voice speaks, and come back smoothly after it.

The whole mix is known, so the bed is already down when a word begins: no word has to push it away. Pauses
between words do not let it up. How far it goes down is measured: a bed that is quiet already stays.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.renderer.local.sound.loudness import loudness

Track = npt.NDArray[np.float32]  # (2, samples)

MOST = 15.0  # dB that the bed goes down at most
_BELOW = 15.0  # LU that the bed is to lie below the voice
_STEP = 480  # samples: 10 ms at 48 kHz
_SPEAKS = 30.0  # dB below its loudest moment a voice still counts as speaking
_SILENT = 10 ** (-60 / 20)
_HOLD = 0.35  # seconds it stays down after the last sound of a word
_ATTACK, _RELEASE = 0.25, 0.7  # seconds for all of the way
_ROUND = 9  # steps over which the corners of the curve are rounded


def duck(bed: Track, voice: Track, rate: int) -> None:
    """Lower ``bed`` in place wherever ``voice``, of the same shape, is heard."""
    speaks = _speaks(voice)
    depth = _depth(bed, voice, speaks)
    if depth <= 0:
        return
    curve = _curve(speaks, depth, rate)
    middles = np.arange(curve.size) * _STEP + _STEP / 2
    for first in range(0, bed.shape[1], 10 * rate):  # by parts: the curve of a minute in floats is large
        part = bed[:, first : first + 10 * rate]
        decibels = np.interp(np.arange(first, first + part.shape[1]), middles, curve)
        part *= (10 ** (-decibels / 20)).astype(np.float32)


def _speaks(voice: Track) -> npt.NDArray[np.bool_]:
    """Of each step, whether the voice is heard in it."""
    whole = voice.shape[1] // _STEP * _STEP
    steps = np.square(voice[:, :whole]).reshape(2, -1, _STEP).mean(axis=2).max(axis=0)
    rest = np.square(voice[:, whole:])
    if rest.size:
        steps = np.append(steps, rest.mean())
    level = np.sqrt(steps)
    return np.asarray(level > max(_SILENT, float(level.max(initial=0.0)) * 10 ** (-_SPEAKS / 20)))


def _depth(bed: Track, voice: Track, speaks: npt.NDArray[np.bool_]) -> float:
    """Decibels to go down: the bed under the words is to lie well below them."""
    where = np.repeat(speaks, _STEP)[: bed.shape[1]]
    if not where.any():
        return 0.0
    louder = loudness(bed[:, where]) - loudness(voice[:, where])
    return 0.0 if np.isnan(louder) else float(np.clip(louder + _BELOW, 0.0, MOST))


def _curve(speaks: npt.NDArray[np.bool_], depth: float, rate: int) -> npt.NDArray[np.float64]:
    """Decibels of each step: down before a word, held, and up again, at steady speeds."""
    a_second = rate / _STEP
    held = np.convolve(speaks, np.ones(round(_HOLD * a_second) + 1))[: speaks.size] > 0
    steps = np.arange(held.size)
    wanted = np.where(held, depth, 0.0)
    up, down = depth / (_RELEASE * a_second), depth / (_ATTACK * a_second)
    after = np.maximum.accumulate(wanted + up * steps) - up * steps
    before = (np.maximum.accumulate(wanted[::-1] + down * steps) - down * steps)[::-1]
    curve = np.pad(np.clip(np.maximum(after, before), 0.0, depth), _ROUND // 2, mode="edge")
    window = np.hanning(_ROUND + 2)[1:-1]
    return np.asarray(np.convolve(curve, window / window.sum(), "valid"))
