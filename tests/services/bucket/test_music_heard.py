"""Tempo, beats, loudness and energy, on music whose beats are known because it was made here."""

from __future__ import annotations

import dataclasses
import io

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from services.bucket.child_end import Unreadable
from services.bucket.sound import energy, read_sound
from services.bucket.tempo import Beat, find_beat
from services.sample import encode
from services.sample.catalogue import TUNES
from services.sample.music import play
from tests.services.bucket.footage_media import RATE, clicks, drums, wav

NEAR = 0.05  # seconds


def tune(number: int, tempo: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """A tune of the sample studio at another tempo."""
    told = dataclasses.replace(TUNES[number], tempo=tempo)
    mono = play(told).mean(axis=0)
    assert encode.RATE == 2 * RATE
    halved = mono[: len(mono) // 2 * 2].reshape(-1, 2).mean(axis=1).astype(np.float32)
    return halved, np.arange(told.bars * 4) * 60 / tempo


def agrees(found: Beat | None, tempo: float, times: NDArray[np.float64]) -> None:
    assert found is not None
    assert found.tempo == pytest.approx(tempo, rel=0.01)
    heard = np.array(found.times)
    inside = heard[(heard > times[0] - 0.1) & (heard < times[-1] + 0.1)]
    late = np.array([np.abs(times - at).min() for at in inside])
    assert late.max() < NEAR, "a beat where there is none"
    met = np.array([np.abs(heard - at).min() < NEAR for at in times])
    assert met.mean() > 0.9, "beats that were missed"


@pytest.mark.parametrize("tempo", [60, 73, 90, 107, 128, 150, 165, 180])
def test_clicks(tempo: int) -> None:
    samples, times = clicks(tempo)
    agrees(find_beat(samples), tempo, times)


@pytest.mark.parametrize("tempo", [60, 80, 100, 120, 140, 160, 180])
def test_drums_with_a_shaker_on_the_eighths(tempo: int) -> None:
    samples, times = drums(tempo)
    agrees(find_beat(samples), tempo, times)


@pytest.mark.parametrize(
    ("number", "tempo"), [(0, 84), (1, 96), (2, 112), (0, 60), (1, 75), (2, 140), (0, 180)]
)
def test_the_studio_s_tunes_at_many_tempi(number: int, tempo: int) -> None:
    samples, times = tune(number, tempo)
    agrees(find_beat(samples), tempo, times)


def test_what_has_no_beat_has_no_tempo() -> None:
    rng = np.random.default_rng(3)
    noise = (0.1 * rng.standard_normal(20 * RATE)).astype(np.float32)
    t = np.arange(20 * RATE) / RATE
    pad = (0.2 * np.sin(2 * np.pi * 220 * t)).astype(np.float32)
    for sound in (noise, 0 * noise, pad, noise[: 2 * RATE]):
        assert find_beat(sound) is None


def test_loudness_is_that_of_the_standard() -> None:
    """997 Hz in both channels at -20 dB of full scale is -20 LUFS (ITU-R BS.1770-5, the calibration tone)."""
    t = np.arange(48000 * 6) / 48000
    tone = (0.1 * np.sin(2 * np.pi * 997 * t)).astype(np.float32)
    assert read_sound(io.BytesIO(wav(np.stack([tone, tone]), 48000))).loudness == pytest.approx(-20, abs=0.1)
    half = read_sound(io.BytesIO(wav(np.stack([tone, tone]) / 2, 48000)))
    assert half.loudness == pytest.approx(-26, abs=0.1)


def test_silence_has_no_loudness_and_no_energy() -> None:
    heard = read_sound(io.BytesIO(wav(np.zeros(3 * RATE, np.float32))))
    assert heard.loudness is None
    assert set(energy(heard.samples)[1]) == {0}


def test_energy_rises_where_the_music_does() -> None:
    rng = np.random.default_rng(1)
    samples = (0.3 * rng.standard_normal(10 * RATE)).astype(np.float32)
    samples[: 5 * RATE] *= 0.05
    step, curve = energy(samples)
    assert step * len(curve) == pytest.approx(10, abs=step)
    half = len(curve) // 2
    assert max(curve[: half - 1]) < 50 < 90 < min(curve[half + 1 :])
    assert max(curve) == 100


def test_long_music_is_heard_for_ten_minutes_and_its_curve_stays_short() -> None:
    samples = np.zeros(700 * 8000, np.float32)
    samples[::800] = 0.5
    heard = read_sound(io.BytesIO(wav(samples, 8000)))
    assert heard.seconds == pytest.approx(600, abs=1)
    assert len(energy(heard.samples)[1]) <= 240


def test_what_is_no_sound_is_said_so() -> None:
    with pytest.raises(Unreadable, match="damaged"):
        read_sound(io.BytesIO(b"RIFF of nothing"))


def mp3(seconds: float) -> bytes:
    t = np.arange(int(seconds * RATE)) / RATE
    sound = (0.5 * np.sin(2 * np.pi * 220 * t)).astype(np.float32)
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


@pytest.mark.parametrize("tail", [b"\0\0\0\1", b"TAG" + b"a note of a player, cut off", b"\xff" * 40])
def test_what_stands_behind_the_music_does_not_spoil_it(tail: bytes) -> None:
    whole = mp3(8)
    assert read_sound(io.BytesIO(whole + tail)).seconds == pytest.approx(8, abs=0.3)
    assert read_sound(io.BytesIO(whole[: len(whole) // 2] + tail)).seconds == pytest.approx(4, abs=0.3)
