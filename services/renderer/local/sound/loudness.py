"""How loud a soundtrack is (ITU-R BS.1770-4, in LUFS), and bringing it to the target.

−14 LUFS and −1 dBTP are what Instagram plays without turning down.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from services.renderer.local.sound.limiter import CEILING, STEP, Steps, apply, limiting, step_peaks

Sound = npt.NDArray[np.float32]  # (channels, samples)

TARGET = -14.0  # LUFS
_PASSES = 3
_NEAR = 0.05  # LU
_MOST_GAIN = 20.0  # dB; hiss and silence are not blown up further
_MOST_LIMITED = 12.0  # dB; lonely clicks are not made as loud as music by cutting all of them off
_ROUNDS = 8  # each corrects what the limiter took away after the one before

# BS.1770-4, tables 1 and 2, at 48 kHz: b, a of the head and the low-frequency filter.
_HEAD = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_LOW = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_PART = 10  # seconds filtered at once: memory does not grow with the movie
_LEAD = 9600  # samples after which the filters have forgotten what came before
_HOP = 100  # steps: blocks of four hops (400 ms) are averaged, one beginning with each hop
_ABSOLUTE = 10 ** ((-70 + 0.691) / 10)  # the gate below which nothing counts


def loudness(sound: Sound) -> float:
    """Integrated loudness in LUFS of a sound at 48 kHz, gated; −inf for silence."""
    return _integrated(_powers(sound))


def normalise(sound: Sound) -> None:
    """To −14 LUFS with peaks below −1 dBTP, in place; silence stays silence.

    Loudness and peaks are measured once, for each millisecond; what the limiter takes away at some gain
    follows from them nearly, so the gain is found before the sound is touched. Only where the limiter had
    work to do, the result is measured and corrected.
    """
    most = _MOST_GAIN
    for again in range(_PASSES):
        powers = _powers(sound)
        now = _integrated(powers)
        if now == -np.inf or (again and abs(TARGET - now) < _NEAR):
            return
        peaks = step_peaks(sound)
        if not again:
            most = min(most, 20 * np.log10(CEILING / max(float(peaks.max()), 1e-9)) + _MOST_LIMITED)
        gain = _gain(powers, peaks, most)
        most -= gain
        factor = 10 ** (gain / 20)
        limits = limiting(peaks * factor)
        apply(sound, factor * limits)
        if limits.min() > 1 - 1e-6:
            return


def _gain(powers: Steps, peaks: Steps, most: float) -> float:
    """Decibels, up to ``most``, after which the limited sound is about as loud as it should be."""
    gain = 0.0
    for _ in range(_ROUNDS):
        factor = 10 ** (gain / 20)
        after = powers.copy()
        after[: peaks.size] *= np.square(factor * limiting(peaks * factor))
        missing = TARGET - _integrated(after)
        if abs(missing) < _NEAR or (gain >= most and missing > 0):
            break
        gain = min(most, gain + missing)
    return gain


def _integrated(powers: Steps) -> float:
    """The loudness of a sound by its weighted power in each step."""
    hops = powers[: powers.size // _HOP * _HOP].reshape(-1, _HOP).mean(axis=1)
    mean = np.convolve(hops, np.full(4, 0.25), "valid")
    loud = mean[mean > _ABSOLUTE]
    if not loud.size:
        return -np.inf
    kept = loud[loud > loud.mean() * 0.1]
    return float(-0.691 + 10 * np.log10(kept.mean()))


def _powers(sound: Sound) -> Steps:
    """Weighted mean power in each step, all channels together; at least one block."""
    steps = max(4 * _HOP, -(-sound.shape[1] // STEP))
    total = np.zeros(steps)
    for first in range(0, sound.shape[1], _PART * 1000 * STEP):
        lead, last = min(first, _LEAD), min(sound.shape[1], first + _PART * 1000 * STEP)
        whole = -(-(last - first) // STEP)
        for channel in sound:
            heard = np.zeros(whole * STEP)
            heard[: last - first] = _weighted(channel[first - lead : last])[lead:]
            total[first // STEP :][:whole] += np.square(heard).reshape(whole, STEP).mean(axis=1)
    return total


def _weighted(channel: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The two filters at once, by their frequency response; zeros behind keep the ends apart."""
    length = _good_length(channel.size + _LEAD)
    spectrum = np.fft.rfft(channel, length)
    return np.asarray(np.fft.irfft(spectrum * _response(length), length)[: channel.size], np.float32)


@functools.lru_cache(maxsize=2)  # a whole part, and the last one
def _response(length: int) -> npt.NDArray[np.complex64]:
    """Of both filters together, at the frequencies of a transform of ``length``."""
    z = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    response = np.ones(z.size, np.complex128)
    for b, a in (_HEAD, _LOW):
        response *= (b[0] + z * (b[1] + z * b[2])) / (a[0] + z * (a[1] + z * a[2]))
    return response.astype(np.complex64)


def _good_length(least: int) -> int:
    """The next length of the form 2^a·3·… that is quick to transform."""
    best = 1 << (least - 1).bit_length()
    for factor in (9, 15, 5, 3):
        power = 1 << max(0, (-(-least // factor) - 1).bit_length())
        best = min(best, factor * power)
    return best
