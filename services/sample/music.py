"""Short tonal pieces with a steady beat, played by sums of sines: plucks, pad, bass, kick and hat."""

from __future__ import annotations

from functools import lru_cache
from math import pi

import numpy as np

from services.sample.catalogue import Tune
from services.sample.encode import RATE
from services.sample.shape import Floats

_A2 = 110.0
_LOUDNESS = 0.135  # RMS; about -16 LUFS for this mixture


def play(tune: Tune) -> Floats:
    """The piece as stereo (2, samples) at RATE: ``bars`` of four beats and a tail of two seconds."""
    beat = 60 / tune.tempo
    length = int((tune.bars * 4 * beat + 2.0) * RATE)
    dry, wet = np.zeros((2, length), dtype=np.float32), np.zeros((2, length), dtype=np.float32)
    rng = np.random.default_rng(tune.seed)
    for bar in range(tune.bars):
        chord = tune.chords[bar % len(tune.chords)]
        start = bar * 4 * beat
        last = bar == tune.bars - 1
        for k, note in enumerate(chord):
            _add(wet, _pad(note + (12 if k == 0 else 0), 4 * beat), start, 0.075, 0.35 + 0.1 * k)
        _add(dry, _bass(chord[0] - 12 if chord[0] > -2 else chord[0], 1.8 * beat), start, 0.30, 0.5)
        if not last:
            _add(
                dry,
                _bass(chord[0] - 12 if chord[0] > -2 else chord[0], 1.2 * beat),
                start + 2.5 * beat,
                0.22,
                0.5,
            )
        _plucks(wet, chord, start, beat, rng, sparse=bar < 2 or last)
        if bar >= 1 and not last:
            _drums(dry, start, beat, rng, full=bar >= 2)
    mixed = dry + wet * 0.8 + _room(wet, tune.seed) * 0.34
    fade = np.minimum(1, np.arange(length, 0, -1, dtype=np.float32) / (1.6 * RATE))
    mixed *= fade * _LOUDNESS / float(np.sqrt(np.mean(mixed**2)))
    return np.asarray(0.92 * np.tanh(mixed / 0.92), dtype=np.float32)


def hum(seconds: float, seed: int) -> Floats:
    """The printer at work: a low motor, stepping gently up and down, and the air of the room. Mono."""
    t = np.arange(int(seconds * RATE), dtype=np.float32) / RATE
    rng = np.random.default_rng(seed)
    phase = 2 * pi * (74 * t + 2.2 * np.sin(2 * pi * 0.55 * t))
    motor = (
        np.sin(phase) + 0.4 * np.sin(2 * phase) + 0.16 * np.sin(5 * phase) * (1 + np.sin(2 * pi * 1.1 * t))
    )
    air = np.cumsum(rng.standard_normal(t.size).astype(np.float32))
    air -= np.convolve(air[::64].repeat(64)[: t.size], np.ones(256, dtype=np.float32) / 256, "same")
    edge = np.minimum(1, np.minimum(t, seconds - t) * 3)
    return np.asarray((0.045 * motor + 0.0012 * np.clip(air, -20, 20)) * edge, dtype=np.float32)


def _add(track: Floats, sound: Floats, start: float, gain: float, pan: float) -> None:
    at = int(start * RATE)
    sound = sound[: max(0, track.shape[1] - at)]
    track[0, at : at + sound.size] += sound * np.float32(gain * np.cos(pan * pi / 2) * 1.41)
    track[1, at : at + sound.size] += sound * np.float32(gain * np.sin(pan * pi / 2) * 1.41)


def _time(seconds: float) -> Floats:
    return np.arange(int(seconds * RATE), dtype=np.float32) / np.float32(RATE)


@lru_cache(maxsize=64)
def _pluck(note: int) -> Floats:
    """A soft mallet: the higher partials die first."""
    t = _time(1.6)
    f = 2 * pi * _A2 * 2 ** (note / 12)
    tone = np.exp(-3.2 * t) * np.sin(f * t)
    tone += 0.38 * np.exp(-6.5 * t) * np.sin(2 * f * t) + 0.16 * np.exp(-13 * t) * np.sin(4.01 * f * t)
    return np.asarray(tone * np.minimum(1, t * 350), dtype=np.float32)


@lru_cache(maxsize=64)
def _pad(note: int, seconds: float) -> Floats:
    t = _time(seconds * 1.12)
    f = 2 * pi * _A2 * 2 ** (note / 12)
    tone = sum(
        (np.sin(f * k * t * d) / k**1.7 for k, d in ((1, 0.9985), (1, 1.0017), (2, 1.001), (3, 0.999))),
        start=np.zeros_like(t),
    )
    swell = np.minimum(1, np.minimum(t / (0.3 * seconds), (t[-1] - t) / (0.2 * seconds)))
    return np.asarray(tone * swell * swell, dtype=np.float32)


@lru_cache(maxsize=32)
def _bass(note: int, seconds: float) -> Floats:
    t = _time(seconds)
    f = 2 * pi * _A2 / 2 * 2 ** ((note + 12) / 12)
    tone = np.sin(f * t) + 0.3 * np.sin(2 * f * t) * np.exp(-4 * t)
    return np.asarray(
        tone * np.minimum(1, t * 120) * np.exp(-1.7 * t) * np.minimum(1, (t[-1] - t) * 30), dtype=np.float32
    )


def _plucks(
    track: Floats,
    chord: tuple[int, ...],
    start: float,
    beat: float,
    rng: np.random.Generator,
    *,
    sparse: bool,
) -> None:
    """Eighth notes walking up and down the chord, an octave up; now and then one is left out."""
    walk = (0, 2, 1, 3, 2, 3, 1, 2)
    for k, step in enumerate(walk):
        if (sparse and k % 2) or rng.random() < 0.12:
            continue
        note = chord[step % len(chord)] + 12 + (12 if rng.random() < 0.16 else 0)
        _add(track, _pluck(note), start + k * beat / 2, 0.20 + 0.05 * (k % 4 == 0), 0.3 + 0.4 * (k % 2))


@lru_cache(maxsize=1)
def _kick() -> Floats:
    t = _time(0.32)
    phase = 2 * pi * (47 * t + 2.6 * (1 - np.exp(-26 * t)))
    return np.asarray(np.sin(phase) * np.exp(-10 * t) * np.minimum(1, t * 900), dtype=np.float32)


@lru_cache(maxsize=4)
def _noise(seconds: float, decay: float) -> Floats:
    """High, short noise: a hat, or with a slower decay a brush."""
    t = _time(seconds)
    hiss = np.random.default_rng(5).standard_normal(t.size + 2)
    hiss = hiss[2:] - 2 * hiss[1:-1] + hiss[:-2]
    return np.asarray(0.35 * hiss * np.exp(-decay * t) * np.minimum(1, t * 1500), dtype=np.float32)


def _drums(track: Floats, start: float, beat: float, rng: np.random.Generator, *, full: bool) -> None:
    for k in range(4):
        _add(track, _kick(), start + k * beat, 0.62 if k % 2 == 0 else 0.42, 0.5)
        if full:
            if k % 2:
                _add(track, _noise(0.22, 22.0), start + k * beat, 0.085, 0.55)
            for half in (0.0, 0.5):
                gain = 0.05 if half else 0.028
                _add(track, _noise(0.07, 75.0), start + (k + half) * beat, gain * rng.uniform(0.8, 1.1), 0.62)


def _room(track: Floats, seed: int) -> Floats:
    """A soft reverberation of 1.4 seconds."""
    t = _time(1.4)
    rng = np.random.default_rng(seed + 90)
    size = 1 << 17  # convolved block by block: small transforms stay in the cache
    block = size - t.size
    out = np.zeros_like(track)
    for k in range(2):
        tail = rng.standard_normal(t.size) * np.exp(-4.2 * t)
        tail = np.fft.rfft(np.convolve(tail, np.ones(6) / 6, "same") * 0.035, size)
        for at in range(0, track.shape[1], block):
            heard = np.fft.irfft(np.fft.rfft(track[k, at : at + block], size) * tail, size)
            end = min(track.shape[1], at + size)
            out[k, at:end] += heard[: end - at]
    return out
