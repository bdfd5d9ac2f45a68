"""How loud a soundtrack is (ITU-R BS.1770-4, in LUFS), its true peak, and bringing both to the target.

−14 LUFS and −1 dBTP are what Instagram plays without turning down.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]  # (channels, samples)

TARGET = -14.0  # LUFS
_CEILING = 10 ** (-1.5 / 20)  # of the limiter; the encoder may add half a decibel to peaks
_MOST_GAIN = 20.0  # dB; hiss and silence are not blown up further
_STEP = 48  # samples: the limiter decides once a millisecond
_REACH = 5  # steps it looks ahead and back
_OVERSAMPLED = 4
_TAPS = 12

# BS.1770-4, tables 1 and 2, at 48 kHz: b, a of the head and the low-frequency filter.
_HEAD = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_LOW = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def loudness(sound: Sound, rate: int) -> float:
    """Integrated loudness in LUFS, gated; −inf for silence. The filters are those of 48 kHz."""
    block, hop = int(0.4 * rate), int(0.1 * rate)
    if sound.shape[1] < block:
        sound = np.pad(sound, ((0, 0), (0, block - sound.shape[1])))
    power = np.zeros(sound.shape[1] + 1)
    for channel in sound:
        power[1:] += np.cumsum(_weighted(channel) ** 2)
    starts = np.arange(0, sound.shape[1] - block + 1, hop)
    mean = (power[starts + block] - power[starts]) / block
    loud = mean[mean > 10 ** ((-70 + 0.691) / 10)]
    if not loud.size:
        return -np.inf
    kept = loud[loud > loud.mean() * 0.1]
    return float(-0.691 + 10 * np.log10(kept.mean()))


def _weighted(channel: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The two filters at once, by their frequency response; zeros behind keep the ends apart."""
    length = _good_length(channel.size + 9600)
    spectrum = np.fft.rfft(channel, length)
    z = np.exp(-2j * np.pi * np.arange(spectrum.size) / length)
    for b, a in (_HEAD, _LOW):
        spectrum *= (b[0] + z * (b[1] + z * b[2])) / (a[0] + z * (a[1] + z * a[2]))
    return np.fft.irfft(spectrum, length)[: channel.size]


def _good_length(least: int) -> int:
    """The next length of the form 2^a·3·… that is quick to transform."""
    best = 1 << (least - 1).bit_length()
    for factor in (9, 15, 5, 3):
        power = 1 << max(0, (-(-least // factor) - 1).bit_length())
        best = min(best, factor * power)
    return best


def true_peak(sound: Sound) -> float:
    """The largest sample (1.0 = full scale) after fourfold oversampling."""
    return float(_step_peaks(sound).max(initial=0.0))


def _step_peaks(sound: Sound) -> npt.NDArray[np.float32]:
    """The oversampled peak of each millisecond over all channels."""
    steps = -(-sound.shape[1] // _STEP)
    padded = np.zeros((sound.shape[0], steps * _STEP), np.float32)
    padded[:, : sound.shape[1]] = np.abs(sound)
    peaks: npt.NDArray[np.float32] = padded.reshape(sound.shape[0], steps, _STEP).max(axis=(0, 2))
    for phase in range(1, _OVERSAMPLED):
        at = np.arange(_TAPS) - _TAPS / 2 + 1 - phase / _OVERSAMPLED
        kernel = (np.sinc(at) * np.kaiser(_TAPS, 5.0)).astype(np.float32)
        for channel in sound:
            between = np.abs(np.convolve(channel, kernel[::-1], "same"))
            padded[0, : between.size] = between
            np.maximum(peaks, padded[0].reshape(steps, _STEP).max(axis=1), out=peaks)
    return peaks


def limited(sound: Sound) -> Sound:
    """The same sound with no peak above the ceiling: gain goes down smoothly around each peak."""
    peaks = _step_peaks(sound)
    need = np.minimum(1.0, _CEILING / np.maximum(peaks, 1e-9))
    if need.min() >= 1.0:
        return sound
    around = np.pad(need, 2 * _REACH, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(around, 2 * _REACH + 1).min(axis=1)
    window = np.hanning(2 * _REACH + 3)[1:-1]
    smooth = np.convolve(lowest, window / window.sum(), "valid")
    middles = np.arange(smooth.size) * _STEP + _STEP / 2
    gain = np.interp(np.arange(sound.shape[1]), middles, smooth).astype(np.float32)
    return np.asarray(sound * gain, np.float32)


def normalised(sound: Sound, rate: int) -> Sound:
    """At −14 LUFS with peaks below −1 dBTP; silence stays silence."""
    result = sound
    for _ in range(3):  # the limiter takes a little loudness away: correct for it
        now = loudness(result, rate)
        if now == -np.inf or abs(TARGET - now) < 0.2:
            break
        gain = 10 ** (min(_MOST_GAIN, TARGET - now) / 20)
        result = limited(np.asarray(result * np.float32(gain)))
    return limited(result)
