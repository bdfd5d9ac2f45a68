"""True peaks (ITU-R BS.1770-4, annex 2: fourfold oversampling), and keeping them below a ceiling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]  # (channels, samples)
Steps = npt.NDArray[np.float64]  # one value for each millisecond

CEILING = 10 ** (-2.0 / 20)  # the encoder may add a decibel to peaks; −1 dBTP must hold after it
STEP = 48  # samples: everything is decided once a millisecond at 48 kHz
_REACH = 5  # steps it looks ahead and back
_OVERSAMPLED = 4
_TAPS = 24  # even
_PART = 10_000  # steps worked on at once: memory does not grow with the sound


def true_peak(sound: Sound) -> float:
    """The largest sample (1.0 = full scale) after fourfold oversampling."""
    return float(step_peaks(sound).max(initial=0.0))


def limiting(peaks: Steps) -> Steps:
    """The gain of each step that keeps ``peaks`` below the ceiling: it goes down smoothly around each."""
    need = np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9)).astype(np.float64)
    if not need.size or need.min() >= 1.0:
        return need
    reach = _REACH + 1  # one more than the smoothing: between two steps the gain is a mean of both
    around = np.pad(need, reach + _REACH, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(around, 2 * reach + 1).min(axis=1)
    window = np.hanning(2 * _REACH + 3)[1:-1]
    return np.asarray(np.convolve(lowest, window / window.sum(), "valid"))


def apply(sound: Sound, gains: Steps) -> None:
    """Each step's gain in its middle, a straight line between two, in place."""
    middles = np.arange(gains.size) * STEP + STEP / 2
    for first, last in parts(sound.shape[1]):
        sound[:, first:last] *= np.interp(np.arange(first, last), middles, gains).astype(np.float32)


def parts(samples: int) -> Iterator[tuple[int, int]]:
    size = _PART * STEP
    return ((first, min(samples, first + size)) for first in range(0, samples, size))


def step_peaks(sound: Sound) -> Steps:
    """The oversampled peak of each millisecond over all channels."""
    peaks = np.zeros(-(-sound.shape[1] // STEP))
    for first, last in parts(sound.shape[1]):
        found = peaks[first // STEP : -(-last // STEP)]
        for channel in sound:
            before, after = min(first, _TAPS), min(sound.shape[1] - last, _TAPS)
            piece = channel[first - before : last + after]
            np.maximum(found, _highest(piece, before, last - first), out=found)
            for kernel in _KERNELS:
                between = np.convolve(piece, kernel)[_TAPS // 2 - 1 :]
                np.maximum(found, _highest(between, before, last - first), out=found)
    return peaks


def _highest(piece: npt.NDArray[np.float32], skip: int, samples: int) -> npt.NDArray[np.float32]:
    """The largest magnitude of each step of ``samples`` samples after the first ``skip``."""
    steps = -(-samples // STEP)
    padded = np.zeros(steps * STEP, np.float32)
    padded[:samples] = np.abs(piece[skip : skip + samples])
    highest: npt.NDArray[np.float32] = padded.reshape(steps, STEP).max(axis=1)
    return highest


def _kernel(phase: int) -> npt.NDArray[np.float32]:
    """Samples to the value ``phase`` quarters of a sample after each of them."""
    at = np.arange(_TAPS) - _TAPS / 2 + 1 - phase / _OVERSAMPLED
    taps = np.sinc(at) * np.kaiser(_TAPS, 5.0)
    return np.asarray(taps[::-1] / taps.sum(), np.float32)


_KERNELS = tuple(_kernel(phase) for phase in range(1, _OVERSAMPLED))
