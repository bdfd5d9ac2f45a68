"""Audiograms: bars where, when and how high the soundtrack says."""

from __future__ import annotations

from typing import Any

import av
import numpy as np
import pytest
from renderer_studio import BLACK, Pixels, Studio, is_near, movie, rgb, scene
from sounding import RATE, sine, write_sound

from services.renderer.local.compositing.compositor import Compositor
from services.renderer.local.pictures.planes import planes_of
from services.renderer.local.profile import Profile
from services.renderer.local.sound.audiogram_levels import BANDS, levels

QUICK = Profile(name="quick", scale=0.25, preset="ultrafast")


def wave(**more: Any) -> dict[str, Any]:
    return {"type": "audiogram", "y": 800, "height": 320, "amplitude": 10, "opacity": 1, **more}


def music(src: str, **more: Any) -> dict[str, Any]:
    return {"type": "audio", "src": src, "duration": -2, **more}


def ink(pixels: Pixels) -> tuple[int, int, int]:
    """First and last row with anything in it, and how many pixels are not black."""
    seen = pixels.max(axis=2) > 40
    rows = np.flatnonzero(seen.any(axis=1))
    return (int(rows[0]), int(rows[-1]), int(seen.sum())) if rows.size else (0, 0, 0)


@pytest.fixture
def beats(studio: Studio) -> Studio:
    """A second of a low tone, a second of silence, a second of noise."""
    noise = np.random.default_rng(1).normal(0, 0.1, (1, RATE)).astype(np.float32)
    still = np.zeros((1, RATE), np.float32)
    write_sound(studio.folder / "beats.wav", np.concatenate([sine(1, 120), still, noise], axis=1))
    return studio


def test_bars_stand_in_their_box_in_their_colour_and_follow_the_sound(beats: Studio) -> None:
    document = movie(scene(3, wave(color="#2ea4ff")), elements=[music("beats.wav")])
    low, still, loud = beats.frames(document, 20, 55, 80, profile=QUICK)
    assert ink(still)[1] - ink(still)[0] <= 6  # a row of dots
    assert abs((ink(still)[0] + ink(still)[1]) / 2 - 240) <= 1.5  # in the middle of the box, 200 … 280
    for picture in (low, loud):
        first, last, _ = ink(picture)
        assert first >= 199
        assert last <= 281
        assert last - first > 40
        assert abs((first + last) / 2 - 240) <= 1.5
    middle = slice(120, 150)  # low tones stand in the middle of the picture
    assert (low[:, middle].max(axis=2) > 40).sum() > 3 * (low[:, :30].max(axis=2) > 40).sum()
    assert (loud[:, :30].max(axis=2) > 40).sum() > 2 * (low[:, :30].max(axis=2) > 40).sum()
    peak = low[240, 135]
    assert np.abs(peak.astype(int) - (0x2E, 0xA4, 0xFF)).max() < 16
    assert is_near(low, 0.5, 0.3, BLACK)


def test_amplitude_and_opacity_scale_it(beats: Studio) -> None:
    def shown(**more: Any) -> Pixels:
        document = movie(scene(3, wave(**more)), elements=[music("beats.wav")])
        return beats.frames(document, 20, profile=QUICK)[0]

    first, last, _ = ink(shown(amplitude=10))
    lower, upper, _ = ink(shown(amplitude=5))
    assert (upper - lower) == pytest.approx((last - first) / 2, abs=4)
    assert shown(opacity=0.5)[240, 135].max() == pytest.approx(128, abs=12)
    assert ink(shown(opacity=0))[2] == 0


def test_without_a_size_it_has_that_of_the_movie(beats: Studio) -> None:
    document = movie(scene(1, wave(y=0, height=-1)), elements=[music("beats.wav")])
    first, last, _ = ink(beats.frames(document, 20, profile=QUICK)[0])
    assert first < 130
    assert last > 350


def test_a_segment_that_begins_in_its_middle_shows_the_same(beats: Studio) -> None:
    """Also when the audiogram's own scene begins late: it follows the movie's sound, not its own start."""
    document = movie(scene(1), scene(2, wave()), elements=[music("beats.wav")])
    plan = beats.plan(document, QUICK)
    every = [rgb(frame) for frame in Compositor(plan, beats.assets).frames()]
    later = Compositor(plan, beats.assets)
    segment = next(s for s in plan.segments if s.first <= 75 < s.last)
    frame = av.VideoFrame(plan.width, plan.height, "yuv420p")
    later.compose(segment, 75, planes_of(frame))
    assert np.array_equal(rgb(frame), every[75])
    assert ink(every[75])[2] > 2 * ink(every[45])[2]
    assert not every[10].max() > 20


def test_its_key_changes_with_the_sound_and_only_with_what_it_shows(beats: Studio) -> None:
    def keys(contents: str = "1", **more: Any) -> set[str]:
        plan = beats.plan(movie(scene(1, wave()), elements=[music("beats.wav", **more)]), QUICK)
        return {segment.key({"beats.wav": contents}, {}) for segment in plan.segments}

    assert keys() == keys()
    assert not keys() & keys(contents="2")
    assert not keys() & keys(seek=1)


def test_levels_of_silence_are_nothing_and_of_noise_full() -> None:
    assert not levels(np.zeros((2, RATE), np.float32), 30, 30).any()
    noise = np.random.default_rng(1).normal(0, 0.05, (2, RATE)).astype(np.float32)
    found = levels(noise, 30, 30)
    assert found.shape == (30, BANDS)
    assert found.min() >= 0
    assert found.max() <= 1
    assert found[5:25].mean() > 0.3


def test_what_it_looks_like_is_said(beats: Studio) -> None:
    plan = beats.plan(movie(scene(1, wave()), elements=[music("beats.wav")]), QUICK)
    assert any("Scene #1, element #1: the audiogram is drawn as bars" in note for note in plan.notes)
