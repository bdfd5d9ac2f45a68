"""Loudness and true peak, against libav's own meter, and the normaliser's promises."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sounding import RATE, Samples, sine

from services.renderer.local.sound.limiter import true_peak
from services.renderer.local.sound.loudness import loudness, normalise

_PART = 4800


def metered(sound: Samples) -> tuple[float, float]:
    """(LUFS, true peak in dB) by libav's ebur128, which has nothing in common with ours."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE))
    meter = graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    found: dict[str, str] = {}
    for first in range(0, sound.shape[1] // _PART * _PART, _PART):
        part = np.ascontiguousarray(sound[:, first : first + _PART])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
        graph.push(frame)
        while True:
            try:
                found = dict(graph.pull().metadata) or found
            except (av.error.BlockingIOError, av.error.EOFError):
                break
    peak = max(float(value) for key, value in found.items() if "true_peaks_ch" in key)
    return float(found["lavfi.r128.I"]), 20 * float(np.log10(peak))


def pink(seconds: float, seed: int = 1) -> Samples:
    """Noise with a spectrum like music's, its level going up and down; different in both channels."""
    random = np.random.default_rng(seed)
    spectrum = np.fft.rfft(random.normal(size=(2, round(seconds * RATE))))
    spectrum /= np.sqrt(np.arange(spectrum.shape[1]) + 20.0)
    noise = np.fft.irfft(spectrum)
    swell = 0.3 + 0.7 * (np.sin(2 * np.pi * 0.7 * np.arange(noise.shape[1]) / RATE) > 0)
    return (noise / np.abs(noise).max() * swell).astype(np.float32)


def coded(sound: Samples) -> Samples:
    """What a player hears after AAC."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=RATE, layout="stereo", options={"b": "160k"})
        for first in range(0, sound.shape[1], 1024):
            part = np.ascontiguousarray(sound[:, first : first + 1024])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, first, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        return np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)


def test_the_standards_reference_tone() -> None:
    """ITU-R BS.1770-4: a 997 Hz sine at 0 dBFS in one channel reads −3.01 LUFS."""
    wave = np.concatenate([sine(4, 997, 1.0), np.zeros((1, 4 * RATE), np.float32)])
    assert loudness(wave) == pytest.approx(-3.01, abs=0.02)


def test_a_peak_between_two_samples_is_seen() -> None:
    time = np.arange(RATE) / RATE
    wave = np.sin(2 * np.pi * 12_000 * time + np.pi / 4).astype(np.float32)[None]
    assert np.abs(wave).max() == pytest.approx(0.707, abs=0.01)
    assert true_peak(wave) == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("seconds", [3.0, 12.3, 25.0])
def test_the_meter_agrees_with_libavs(seconds: float) -> None:
    wave = pink(seconds)
    lufs, peak = metered(wave)
    assert loudness(wave) == pytest.approx(lufs, abs=0.05)
    assert 20 * np.log10(true_peak(wave)) == pytest.approx(peak, abs=0.15)


@pytest.mark.parametrize("gain", [-18.0, 0.0, 12.0])
def test_music_is_brought_to_the_target_and_stays_there_after_coding(gain: float) -> None:
    wave = pink(12) * np.float32(10 ** (gain / 20))
    normalise(wave)
    lufs, peak = metered(wave)
    assert lufs == pytest.approx(-14, abs=0.2)
    assert peak <= -1.9
    heard = coded(wave)
    assert loudness(heard) == pytest.approx(-14, abs=0.7)  # noise is the hardest to code: some is lost
    assert 20 * np.log10(true_peak(heard)) <= -1.0


def test_peaks_are_limited_where_loudness_asks_for_it() -> None:
    """A drum needs more than its peaks allow: they are held, and the rest comes up."""
    time = np.arange(10 * RATE) / RATE
    drum = np.exp(-((time * 2) % 1) * 15) * np.sin(2 * np.pi * 180 * time)
    wave = np.stack([drum, drum]).astype(np.float32)
    before = loudness(wave) - 20 * np.log10(true_peak(wave))
    normalise(wave)
    lufs, peak = metered(wave)
    assert lufs == pytest.approx(-14, abs=0.4)
    assert peak <= -1.9
    assert lufs - peak > before + 2


def test_lonely_clicks_and_hiss_are_not_blown_up() -> None:
    clicks = np.zeros((2, 5 * RATE), np.float32)
    clicks[:, ::RATE] = 0.5
    normalise(clicks)
    assert true_peak(clicks) <= 10 ** (-1.9 / 20)
    hiss = pink(5) * np.float32(0.0005)
    before = loudness(hiss)
    normalise(hiss)
    assert loudness(hiss) == pytest.approx(before + 20, abs=0.1)


@settings(max_examples=20, deadline=None)
@given(
    st.integers(1, 2 * RATE), st.sampled_from([0.0, 1e-6, 0.01, 0.5, 1.0, 30.0]), st.integers(0, 2**32 - 1)
)
def test_whatever_comes_in_no_peak_comes_out_above_the_ceiling(samples: int, size: float, seed: int) -> None:
    wave = (np.random.default_rng(seed).uniform(-size, size, (2, samples))).astype(np.float32)
    silent = not wave.any()
    normalise(wave)
    assert np.isfinite(wave).all()
    assert true_peak(wave) <= 10 ** (-1.7 / 20)
    if silent:
        assert not wave.any()
