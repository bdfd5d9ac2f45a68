"""What is heard, from when to when, how loud: measured in the mix of real files."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from renderer_studio import BLUE, RED, Studio, movie, scene, video
from sounding import RATE, Samples, bursts, level, onsets, sine, sounding, write_plain_wav, write_sound

from services.renderer.local.planning.layers import Sound
from services.renderer.local.sound.ducking import MOST
from services.renderer.local.sound.soundtrack import Soundtrack, mixed, soundtrack_key

FRAME = 1 / 30


def heard(studio: Studio, document: dict[str, Any]) -> Soundtrack:
    return sounding(studio.plan(document), studio.assets)


def music(src: str, **more: Any) -> dict[str, Any]:
    return {"type": "audio", "src": src, **more}


def mix(studio: Studio, *sounds: Sound, seconds: float = 4) -> Samples:
    found = mixed(sounds, studio.assets, round(seconds * 30), 30)
    assert found.notes == ()
    return found.track


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [
        ("a.wav", "pcm_s16le", 8_000), ("b.wav", "pcm_s16le", 44_100), ("c.flac", "flac", 96_000),
        ("d.mp3", "libmp3lame", 44_100), ("e.m4a", "aac", 44_100), ("f.mp4", "aac", 22_050),
        ("g.ogg", "libopus", 48_000), ("h.mka", "libopus", 48_000),
    ],
)  # fmt: skip
@pytest.mark.parametrize("seek", [0.0, 2.4, -4.0])
def test_a_click_lands_where_it_should(studio: Studio, name: str, codec: str, rate: int, seek: float) -> None:
    write_sound(studio.folder / name, bursts(10, [0.5, 3.0, 6.25, 9.0], rate), rate=rate, codec=codec)
    track = heard(studio, movie(scene(4), elements=[music(name, start=1.5, seek=seek, duration=2)])).track
    wanted = {0.0: 2.0, 2.4: 2.1, -4.0: 1.75}[seek]
    assert track.shape == (2, 4 * RATE)
    assert onsets(track) == [pytest.approx(wanted, abs=0.01 if seek == -4.0 else 0.003)]


def test_every_click_of_a_clip_keeps_its_time_however_it_is_trimmed(studio: Studio) -> None:
    """The clip's file begins late; its sound must stay with its picture."""
    write_sound(studio.folder / "late.mkv", bursts(4, [0.5, 2.5]), codec="flac", late=3.0)
    track = mix(studio, Sound("x", "late.mkv", "music", start=0.25, seconds=3.5))
    assert onsets(track) == [pytest.approx(0.75, abs=0.002), pytest.approx(2.75, abs=0.002)]


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 6, 7, 8, 12])
def test_any_number_of_channels_becomes_two(studio: Studio, channels: int) -> None:
    """Also where the file does not say which channel is where."""
    write_plain_wav(studio.folder / "odd.wav", np.repeat(sine(2), channels, axis=0))
    found = heard(studio, movie(scene(2), elements=[music("odd.wav")]))
    assert found.notes == ()
    assert level(found.track[:1], 0.5, 1.5) == pytest.approx(level(found.track[1:], 0.5, 1.5), abs=0.1)
    assert level(found.track, 0.5, 1.5) > -25


def test_fades_follow_a_sine_and_volume_weighs(studio: Studio) -> None:
    write_sound(studio.folder / "loud.wav", sine(6, level=0.4))
    write_sound(studio.folder / "high.wav", sine(6, 5000, level=0.4))
    faded = Sound("x", "loud.wav", "music", 0, 4, seek=0.5, fade_in=1, fade_out=2)
    track = mix(studio, faded)
    full = level(track, 1.2, 1.8)
    assert level(track, 0.45, 0.55) - full == pytest.approx(-3.0, abs=0.3)  # half of the power half-way
    assert level(track, 2.95, 3.05) - full == pytest.approx(-3.0, abs=0.3)
    assert level(track, 3.95, 4.0) - full < -30
    doubled = mix(studio, faded, Sound("y", "high.wav", "music", 0, 4, seek=0.5, volume=2))
    low, high = (_power_at(doubled, hertz, 1.2, 1.8) for hertz in (440, 5000))
    assert high - low == pytest.approx(6.0, abs=0.2)


def _power_at(track: Samples, hertz: float, begins: float, ends: float) -> float:
    """Power of one frequency in dB."""
    part = track[0, round(begins * RATE) : round(ends * RATE)]
    turn = np.exp(-2j * np.pi * hertz * np.arange(part.size) / RATE)
    return float(20 * np.log10(abs(np.mean(part * turn)) + 1e-9))


def test_a_cut_does_not_click_but_an_attack_stays(studio: Studio) -> None:
    write_sound(studio.folder / "tone.wav", np.ones((1, 4 * RATE), np.float32) * 0.3)
    cut = mix(studio, Sound("x", "tone.wav", "music", 1, 1, seek=1), seconds=3)
    assert np.abs(np.diff(cut)).max() < 0.02  # a step of all of it would be 0.3 or more
    own = mix(studio, Sound("x", "tone.wav", "music", 1, 1), seconds=3)
    assert np.abs(np.diff(own[:, : 2 * RATE - 2000])).max() > 0.1


def test_loops_are_exact_and_stop_in_time(studio: Studio) -> None:
    write_sound(studio.folder / "beat.wav", bursts(0.5, [0.1]))
    forever = heard(studio, movie(scene(3), elements=[music("beat.wav", loop=-1, duration=-2)])).track
    assert onsets(forever) == [pytest.approx(0.1 + 0.5 * n, abs=0.001) for n in range(6)]
    twice = heard(studio, movie(scene(3), elements=[music("beat.wav", loop=2, seek=0.05)])).track
    assert onsets(twice) == [pytest.approx(0.05, abs=0.001), pytest.approx(0.5, abs=0.001)]
    assert not twice[:, RATE:].any()


def test_a_looped_clip_does_not_run_away_from_its_picture(studio: Studio) -> None:
    """Its sound lasts a little longer than its picture (AAC frames); each round begins with the picture."""
    studio.clip("tone.mp4", [BLUE, RED], tone=0.2)
    plan = studio.plan(movie(scene(5, video("tone.mp4", loop=-1, duration=-2))))
    assert plan.sounds[0].round == pytest.approx(1.0)
    assert level(sounding(plan, studio.assets).track, 4.5, 4.9) > -30


def test_muted_clips_and_clips_without_sound_are_not_heard(studio: Studio) -> None:
    studio.clip("tone.mp4", [BLUE] * 2, tone=0.2)
    studio.clip("mute.mp4", [BLUE] * 2)
    document = movie(scene(1, video("tone.mp4", muted=True), video("tone.mp4", volume=0), video("mute.mp4")))
    plan = studio.plan(document)
    assert plan.sounds == ()
    assert not sounding(plan, studio.assets).track.any()


def test_silence_stays_silence(studio: Studio) -> None:
    write_sound(studio.folder / "nothing.wav", np.zeros((1, RATE), np.float32))
    assert not heard(studio, movie(scene(2), elements=[music("nothing.wav")])).track.any()


def test_the_sound_of_clips_crosses_with_their_scenes(studio: Studio) -> None:
    studio.clip("low.mp4", [BLUE] * 6, tone=0.2)
    low = video("low.mp4", duration=-2)
    document = movie(
        scene(2, low), scene(2, video("low.mp4", seek=0.5, muted=True),
        music("high.wav"), transition={"style": "fade", "duration": 1})
    )  # fmt: skip
    write_sound(studio.folder / "high.wav", sine(4, 3000))
    track = heard(studio, document).track
    lows = [_power_at(track, 440, at, at + 0.05) for at in (0.5, 1.5, 1.95, 2.2)]
    highs = [_power_at(track, 3000, at, at + 0.05) for at in (0.5, 1.02, 1.5, 2.5)]
    assert lows[1] - lows[0] == pytest.approx(-3.2, abs=0.8)
    assert lows[2] - lows[0] < -15
    assert lows[3] < -60
    assert highs[0] < -60
    assert highs[1] - highs[3] < -15
    assert highs[2] - highs[3] == pytest.approx(-3.0, abs=0.8)


def test_a_clip_that_ends_before_its_scene_goes_with_the_transition_all_the_same(studio: Studio) -> None:
    write_sound(studio.folder / "tone.wav", sine(4))
    sound = Sound("x", "tone.wav", "clip", 0, 1.5, comes=(0, 0), goes=(1.0, 2.0))
    track = mix(studio, sound)
    assert level(track, 1.4, 1.48) - level(track, 0.5, 0.9) == pytest.approx(-2.6, abs=0.4)
    assert not track[:, round(1.51 * RATE) :].any()


def test_music_goes_down_under_a_voice_and_comes_back(studio: Studio) -> None:
    write_sound(studio.folder / "music.wav", sine(12, 200, level=0.3))
    talk = np.concatenate([sine(0.8, 1000, 0.3), np.zeros((1, round(0.2 * RATE)), np.float32)] * 3, axis=1)
    write_sound(studio.folder / "talk.wav", talk)
    bed = Sound("m", "music.wav", "music", 0, 12, volume=2)
    track = mix(studio, bed, Sound("v", "talk.wav", "voice", 5, 3), seconds=12)
    before = _power_at(track, 200, 1, 3)
    under = [_power_at(track, 200, at, at + 0.1) - before for at in (5.05, 5.85, 6.5, 7.7)]
    assert under == [pytest.approx(-MOST, abs=0.3)] * 4  # already at the first word, also in its pauses
    going = [_power_at(track, 200, at, at + 0.02) - before for at in np.arange(4.6, 5.0, 0.04)]
    coming = [_power_at(track, 200, at, at + 0.02) - before for at in np.arange(7.8, 9.4, 0.1)]
    assert all(a >= b - 0.2 for a, b in itertools.pairwise(going))
    assert all(a <= b + 0.2 for a, b in itertools.pairwise(coming))
    assert max(np.abs(np.diff(coming))) < 3  # smooth
    assert _power_at(track, 200, 9.5, 11) - before == pytest.approx(0, abs=0.1)
    assert _power_at(track, 200, 4.0, 4.5) - before == pytest.approx(0, abs=0.1)


def test_a_voice_is_as_loud_as_music_whoever_speaks(studio: Studio) -> None:
    """Quiet and loud voices come out alike, and each well above the music under it."""
    write_sound(studio.folder / "music.wav", sine(8, 200, level=0.3))
    for name, loud in (("quiet.wav", 0.08), ("loud.wav", 0.9)):
        write_sound(studio.folder / name, sine(2, 1000, loud))
        track = mix(
            studio, Sound("m", "music.wav", "music", 0, 8), Sound("v", name, "voice", 3, 2), seconds=8
        )
        assert _power_at(track, 1000, 3.5, 4.5) - _power_at(track, 200, 3.5, 4.5) > 11, name
        assert abs(_power_at(track, 1000, 3.5, 4.5) - _power_at(track, 200, 1, 2)) < 2.5, name


def test_music_that_is_quiet_already_stays(studio: Studio) -> None:
    write_sound(studio.folder / "music.wav", sine(8, 200, level=0.3))
    write_sound(studio.folder / "talk.wav", sine(2, 1000, 0.3))
    track = mix(
        studio, Sound("m", "music.wav", "music", 0, 8, volume=0.05),
        Sound("v", "talk.wav", "voice", 3, 2), seconds=8,
    )  # fmt: skip
    assert _power_at(track, 200, 3.5, 4.5) - _power_at(track, 200, 1, 2) == pytest.approx(0, abs=0.2)


def test_a_damaged_sound_costs_a_note_not_the_movie(studio: Studio) -> None:
    path = studio.folder / "torn.mp3"
    write_sound(path, sine(10), codec="libmp3lame", rate=44_100)
    data = bytearray(path.read_bytes())
    data[len(data) // 3 : len(data) // 2] = bytes(
        np.random.default_rng(3).integers(0, 256, len(data) // 2 - len(data) // 3, np.uint8)
    )
    path.write_bytes(data)
    found = heard(studio, movie(scene(9), elements=[music("torn.mp3", duration=9)]))
    assert level(found.track, 0.5, 2.5) > -30
    assert np.isfinite(found.track).all()
    (studio.folder / "cut.flac").write_bytes(_half(studio.folder, "whole.flac"))
    found = heard(studio, movie(scene(9), elements=[music("cut.flac", duration=9)]))
    assert level(found.track, 0.5, 2.5) > -30
    assert not found.track[:, 6 * RATE :].any()
    assert found.notes == ("Movie element #1: parts of the sound of cut.flac are damaged and left silent.",)


def test_a_sound_no_decoder_knows_is_silent_with_a_note(studio: Studio) -> None:
    path = studio.folder / "new.mkv"
    write_sound(path, sine(3), codec="flac")
    path.write_bytes(path.read_bytes().replace(b"A_FLAC", b"A_NEXT"))
    found = heard(studio, movie(scene(3), elements=[music("new.mkv")]))
    assert not found.track.any()
    assert found.notes == (
        "Movie element #1: it is silent, because no sound in new.mkv could be read there.",
    )


def _half(folder: Path, name: str) -> bytes:
    write_sound(folder / name, sine(10), codec="flac")
    data = (folder / name).read_bytes()
    return data[: len(data) // 2]


def test_the_key_names_all_the_soundtrack_depends_on(studio: Studio) -> None:
    write_sound(studio.folder / "a.wav", sine(4))
    base = studio.plan(movie(scene(3), elements=[music("a.wav", duration=-2)]))
    key = soundtrack_key(base, {"a.wav": "1"})
    assert key == soundtrack_key(
        studio.plan(movie(scene(3), elements=[music("a.wav", duration=-2)])), {"a.wav": "1"}
    )
    others = [
        soundtrack_key(base, {"a.wav": "2"}),
        *(
            soundtrack_key(
                studio.plan(movie(scene(seconds), elements=[music("a.wav", duration=-2, **more)])),
                {"a.wav": "1"},
            )
            for seconds, more in [(2, {}), (3, {"volume": 2}), (3, {"seek": 1}), (3, {"fade-in": 1})]
        ),
    ]
    assert len({key, *others}) == 6


def test_the_same_sounds_give_the_same_samples(studio: Studio) -> None:
    write_sound(studio.folder / "a.mp3", sine(4), codec="libmp3lame", rate=44_100)
    sound = Sound("x", "a.mp3", "music", 0.5, 3, seek=0.7)
    assert np.array_equal(mix(studio, sound), mix(studio, sound))
