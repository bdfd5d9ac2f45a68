"""Tempo and beats of music: onsets, how they repeat, and the steadiest row of beats through them.

Onsets are rises of the spectrum in three bands (drums, voices, cymbals), as in Böck, "Evaluating the online
capabilities of onset detection methods", 2012; beats are found by dynamic programming as in Ellis, "Beat
tracking by dynamic programming", 2007. Written for cuts on beats: music with a steady tempo.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.bucket.sound import RATE

Floats = NDArray[np.float64]

SLOWEST, FASTEST = 55.0, 200.0  # beats a minute
HOP = 220  # samples between two looks: 100 a second
_WINDOW = 1024
FRAMES = RATE / HOP  # looks a second
_BANDS = ((30, 160), (160, 2000), (2000, 10000))  # Hz
_TIGHT = 300.0  # how much the rows of beats hold to their tempo
_BLOCK = 4096  # looks transformed at once
_BODY = 1000  # Hz below which drums and notes have their weight
# A share of the beat's weight from which what lies between two beats is a beat itself: chosen on drums and on
# the sample studio's tunes, from 60 to 180 beats a minute.
_WEIGHTY = 0.5
_LEAST_SURE = 0.2  # below this the sound has no beat: speech, noise, a pad


@dataclass(frozen=True, slots=True)
class Beat:
    """``tempo`` in beats a minute; ``sure`` 0 … 1; ``times`` of the beats in seconds."""

    tempo: float
    sure: float
    times: tuple[float, ...]


def find_beat(samples: NDArray[np.float32]) -> Beat | None:
    """None where no steady beat is heard (or there are less than three seconds)."""
    if len(samples) < 3 * RATE:
        return None
    bands, weight = onsets(samples)
    envelope = bands.sum(axis=0)
    if envelope.max() <= 0:
        return None
    lag, sure = _period(bands, weight)
    if sure < _LEAST_SURE:
        return None
    beats = _row(envelope, lag)
    if len(beats) < 4:
        return None
    times = (beats + _shift(envelope, beats)) / FRAMES + _LATE
    spacing = np.polyfit(np.arange(len(times)), times, 1)[0]
    return Beat(round(60.0 / float(spacing), 1), round(sure, 2), tuple(round(float(t), 3) for t in times))


def onsets(samples: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """How strongly something begins at each look: in each band (3, looks), each of like weight; and in all.

    The first is on a scale of ears, where a shaker counts as much as a drum; the second one of force.
    """
    padded = np.concatenate([np.zeros(_WINDOW // 2, np.float32), samples, np.zeros(_WINDOW, np.float32)])
    count = (len(padded) - _WINDOW) // HOP
    window = np.hanning(_WINDOW).astype(np.float32)
    edges = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    flux, weight = np.zeros((len(_BANDS), count)), np.zeros(count)
    body = edges < _BODY
    last: NDArray[np.float32] | None = None
    for first in range(0, count, _BLOCK):
        number = min(_BLOCK, count - first)
        views = np.lib.stride_tricks.as_strided(
            padded[first * HOP :],
            (number, _WINDOW),
            (HOP * padded.itemsize, padded.itemsize),
            writeable=False,
        )
        plain = (np.abs(np.fft.rfft(views * window, axis=1)) / _WINDOW).astype(np.float32)
        plain = plain if last is None else np.concatenate([last, plain])
        last = plain[-_REACH:]
        offset = first if first else _REACH
        risen = np.maximum(0, plain[_REACH:] - plain[:-_REACH])[:, body]
        weight[offset : offset + len(risen)] = (risen**2).sum(axis=1) ** 0.15
        spectrum = np.log1p(200 * plain)
        rises = np.maximum(0, spectrum[_REACH:] - spectrum[:-_REACH])
        for band, (low, high) in enumerate(_BANDS):
            inside = (edges >= low) & (edges < high)
            flux[band, offset : offset + len(rises)] = rises[:, inside].mean(axis=1)
    for rising in flux:
        rising -= np.minimum(rising, _smooth(rising, int(FRAMES * 0.4)))  # only what stands out
        if (spread := rising.std()) > 1e-6:
            rising /= spread
    return flux, weight - np.minimum(weight, _smooth(weight, int(FRAMES * 0.4)))


_REACH = 2  # looks between the two that are compared: an attack takes longer than one
_LATE = 0.0  # seconds by which onsets are seen late; the tests hold it to known clicks


def _smooth(values: Floats, width: int) -> Floats:
    kernel = np.ones(max(1, width)) / max(1, width)
    return np.convolve(values, kernel, "same")


def _period(bands: Floats, weight: Floats) -> tuple[float, float]:
    """Looks between beats, and how sure that is (0 … 1)."""
    repeated = np.array([_autocorrelation(band) for band in bands])
    weights = np.array([_pulse(r) for r in repeated])
    if weights.sum() <= 0:
        return 1.0, 0.0
    whole = (repeated * weights[:, None]).sum(axis=0) / weights.sum()
    tempi = np.arange(SLOWEST, FASTEST + 0.25, 0.25)
    lags = 60 * FRAMES / tempi
    scores = np.array([_score(whole, lag) for lag in lags])
    # People tap near two beats a second; a wide preference that only decides between halves and doubles.
    preference = np.exp(-0.5 * (np.log2(tempi / 115) / 1.1) ** 2)
    best = int((scores * preference).argmax())
    lag = _level(weight, _refined(whole, float(lags[best])))
    return lag, float(np.clip(_at(whole, lag), 0, 1))


def _score(whole: Floats, lag: float) -> float:
    """How well multiples of ``lag`` repeat, less what repeats in between."""
    up = sum(_at(whole, lag * k) / k for k in (1, 2, 3, 4)) / (1 + 1 / 2 + 1 / 3 + 1 / 4)
    between = (_at(whole, lag * 1.5) + _at(whole, lag * 2.5)) / 2
    return float(max(0.0, up - 0.35 * max(0.0, between)))


def _level(weight: Floats, lag: float) -> float:
    """Which of ``lag``, its halves and its doubles is the beat: the finest whose pulses still carry weight.

    Eighth notes on a shaker repeat as well as the drum does, but what falls between two beats is lighter.
    """
    while 60 * FRAMES / (2 * lag) >= SLOWEST:
        lag *= 2
    while 60 * FRAMES / (lag / 2) <= FASTEST and _between(weight, lag) >= _WEIGHTY:
        lag /= 2
    return lag


def _between(weight: Floats, lag: float) -> float:
    """How heavy the pulses halfway between those ``lag`` apart are, as a share of those."""
    heavy = light = 0.0
    weight = np.max([np.roll(weight, shift) for shift in range(-2, 3)], axis=0)  # beats fall between looks
    span = int(lag * max(4, round(8 * FRAMES / lag)))  # parts of about 8 s: tempi drift
    for start in range(0, max(1, len(weight) - span // 2), span):
        part = weight[start : start + span]
        pulses = np.arange(0, len(part) - lag, lag)
        if len(pulses) < 3:
            continue
        sums = np.array([part[(pulses + phase).astype(int)].sum() for phase in range(int(lag))])
        best = int(sums.argmax())
        heavy += sums[best]
        light += sums[int(best + lag / 2) % len(sums)]
    return light / heavy if heavy > 0 else 0.0


def _at(values: Floats, lag: float) -> float:
    """The best value within a look or so of ``lag``."""
    low, high = int(np.floor(lag - 1)), int(np.ceil(lag + 1)) + 1
    part = values[max(1, low) : min(len(values), high)]
    return float(part.max()) if len(part) else 0.0


def _refined(whole: Floats, lag: float) -> float:
    """The lag to a fraction of a look, from its eighth multiple where that can be seen."""
    best = lag
    for times in (1, 2, 4, 8):
        centre = best * times
        low, high = int(centre - 2), int(centre + 3)
        if high + 1 >= len(whole):
            break
        place = low + int(whole[low : high + 1].argmax())
        left, middle, right = whole[place - 1 : place + 2]
        bend = left - 2 * middle + right
        shift = 0.5 * (left - right) / bend if bend < -1e-9 else 0.0
        if middle > 0.2 * whole[round(lag)]:
            best = (place + float(np.clip(shift, -0.5, 0.5))) / times
    return best


def _autocorrelation(values: Floats) -> Floats:
    """Of lags up to 10 s, 1 at no lag, less where fewer looks overlap made up for."""
    most = min(len(values) - 1, int(10 * FRAMES))
    centred = values - values.mean()
    size = 1 << int(np.ceil(np.log2(len(values) + most + 1)))
    power = np.abs(np.fft.rfft(centred, size)) ** 2
    raw = np.fft.irfft(power, size)[: most + 1]
    if raw[0] <= 0:
        return np.zeros(most + 1)
    smooth = _smooth(raw, 3)  # a look to either side: beats fall between looks
    return np.asarray(smooth / smooth[0] * len(values) / (len(values) - np.arange(most + 1)))


def _pulse(repeated: Floats) -> float:
    """How pulsed a band is: its best repetition at a beat's distance."""
    low, high = int(60 * FRAMES / FASTEST), int(60 * FRAMES / SLOWEST) + 1
    part = repeated[low:high]
    return float(max(0.0, part.max())) if len(part) else 0.0


def _row(envelope: Floats, lag: float) -> Floats:
    """Looks at which the steadiest, strongest row of beats falls."""
    width = max(1, round(lag / 16))
    kernel = np.exp(-0.5 * (np.arange(-2 * width, 2 * width + 1) / width) ** 2)
    local = np.convolve(envelope / (envelope.std() + 1e-9), kernel, "same")
    score, back = local.copy(), np.full(len(local), -1)
    reach = np.arange(-int(2 * lag), -int(lag / 2) + 1)
    reach = reach[reach < 0]
    cost = -_TIGHT * np.log(-reach / lag) ** 2
    for index in range(-int(reach[-1]), len(local)):
        places = index + reach
        known = places >= 0
        if not known.any():
            continue
        ways = score[places[known]] + cost[known]
        best = int(ways.argmax())
        if ways[best] > 0:
            score[index] += ways[best]
            back[index] = places[known][best]
    tail = max(0, len(local) - int(lag))
    beats = [tail + int(score[tail:].argmax())]
    while back[beats[-1]] >= 0:
        beats.append(int(back[beats[-1]]))
    row = np.array(beats[::-1], float)
    # Silence before and after the music has no beats.
    loud = local[row.astype(int)] > 0.15 * np.median(local[row.astype(int)])
    inside = np.flatnonzero(loud)
    return row[inside[0] : inside[-1] + 1] if len(inside) else row[:0]


def _shift(envelope: Floats, beats: Floats) -> float:
    """The fraction of a look by which the row as a whole lies beside the onsets' peaks."""
    offsets = np.arange(-3, 4)
    inside = beats[(beats > 4) & (beats < len(envelope) - 5)].astype(int)
    if not len(inside):
        return 0.0
    heights = np.array([envelope[inside + o].mean() for o in offsets])
    return float(offsets[int(heights.argmax())])
