"""Voices: spoken by espeak-ng where it is installed, by a stand-in of our own where not, or silent."""

from __future__ import annotations

import json
import shutil
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from renderer_studio import SMALL, Studio, movie, scene
from sounding import RATE, level, onsets, sine, sounding, write_sound

from services.movie.timeline import speech_seconds
from services.ports import RenderRequest
from services.renderer.local.local import LocalRenderer
from services.renderer.local.output.cache import Cache
from services.renderer.local.render import approximations, planned, with_spoken
from services.renderer.local.sound.voice import PROGRAM, Speaker, languages, speakable

_PROGRAM = """#!{python}
import json, sys, time, wave
from pathlib import Path
words = sys.stdin.read()
with open({log!r}, "a") as log:
    log.write(json.dumps([sys.argv[1:-1], words]) + "\\n")
if "hang" in words:
    time.sleep(60)
if "fail" in words or sys.argv[sys.argv.index("-v") + 1].startswith("xx"):
    sys.exit(1)
if "junk" in words:
    Path(sys.argv[-1]).write_bytes(b"#EXTM3U " * 50)
    sys.exit(0)
with wave.open(sys.argv[-1], "wb") as out:
    out.setnchannels(1), out.setsampwidth(2), out.setframerate(22050)
    out.writeframes(b"\\x00\\x30\\x00\\xd0" * (11025 * len(words.split()) // 2))
"""


class Standin:
    """An executable that beeps half a second for each word, and writes down what it was asked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.program, self.log = folder / PROGRAM, folder / "log"
        self.program.write_text(_PROGRAM.format(python=sys.executable, log=str(self.log)))
        self.program.chmod(self.program.stat().st_mode | stat.S_IXUSR)

    def asked(self) -> list[Any]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []


@pytest.fixture
def standin(tmp_path: Path) -> Standin:
    return Standin(tmp_path / "programs")


def speaker(
    program: Path | None, folder: Path, cache: Path | None = None, *, seconds: float = 10.0
) -> Speaker:
    folder.mkdir(exist_ok=True)
    return Speaker(program, folder, Cache(cache, 1 << 20), seconds=seconds)


def voice(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "voice", "text": text, **more}


def test_a_scene_lasts_as_long_as_what_is_spoken_in_it(
    studio: Studio, standin: Standin, tmp_path: Path
) -> None:
    document = movie({"elements": [voice("one two three", start=0.5)]}, scene(1))
    assets = with_spoken(document, studio.assets, speaker(standin.program, tmp_path / "own"))
    plan = planned(document, assets, SMALL)
    assert plan.frames == 90
    (sound,) = plan.sounds
    assert (sound.kind, sound.start, sound.seconds) == ("voice", 0.5, 1.5)
    track = sounding(plan, assets).track
    assert onsets(track) == [pytest.approx(0.5, abs=0.002)]
    assert level(track, 0.6, 1.9) > -30
    assert not track[:, round(2.01 * RATE) :].any()
    assert "Scene #1, element #1: the voice is a stand-in, spoken by espeak-ng on this machine." in plan.notes
    assert standin.asked() == [[["-v", "en-us", "-b", "1", "--stdin", "-w"], "one two three"]]


def test_without_the_program_the_length_is_estimated_and_said(studio: Studio, tmp_path: Path) -> None:
    text = "Nobody reads this aloud, but it takes its time."
    document = movie({"elements": [voice(text)]})
    assets = with_spoken(document, studio.assets, speaker(None, tmp_path / "own"))
    plan = planned(document, assets, SMALL)
    assert plan.frames == round(speech_seconds(text) * 30)
    assert plan.sounds == ()
    assert "Scene #1, element #1: the voice is not spoken in the local preview." in plan.notes


@pytest.mark.parametrize("spoken", [True, False])
def test_the_words_are_shown_unless_the_movie_has_subtitles_of_its_own(
    studio: Studio, standin: Standin, tmp_path: Path, spoken: bool
) -> None:
    own = [{"type": "subtitles", "captions": "1\n00:00:00,000 --> 00:00:01,000\nother words\n"}]
    for elements, shown in (([], True), (own, False)):
        document = movie({"elements": [voice("one two")]}, elements=elements)
        who = speaker(standin.program if spoken else None, tmp_path / "own")
        plan = planned(document, with_spoken(document, studio.assets, who), SMALL)
        found = [note for note in plan.notes if "what the voice says is shown as subtitles" in note]
        assert bool(found) is shown
        assert any(segment.over for segment in plan.segments)


def test_a_text_is_spoken_once_and_kept(studio: Studio, standin: Standin, tmp_path: Path) -> None:
    document = movie(scene(2, voice("again"), voice("again", volume=2)), scene(1, voice("again")))
    for folder in ("first", "second"):
        who = speaker(standin.program, tmp_path / folder, tmp_path / "kept")
        assert len(with_spoken(document, {}, who)) == 1
    assert len(standin.asked()) == 1
    with_spoken(movie(scene(1, voice("again", voice="de-DE-KatjaNeural"))), {}, who)
    assert [asked[0][1] for asked in standin.asked()] == ["en-us", "de-de"]


def test_a_language_it_does_not_have_is_read_in_the_next_best(standin: Standin, tmp_path: Path) -> None:
    who = speaker(standin.program, tmp_path / "own")
    assert len(with_spoken(movie(scene(1, voice("hello", voice="xx-XX-Nobody"))), {}, who)) == 1
    assert [asked[0][1] for asked in standin.asked()] == ["xx-xx", "xx", "en-us"]


@pytest.mark.parametrize("text", ["fail", "junk"])
def test_a_program_that_fails_costs_the_voice_only(
    studio: Studio, standin: Standin, tmp_path: Path, text: str
) -> None:
    document = movie(scene(1, voice(text)))
    assets = with_spoken(document, studio.assets, speaker(standin.program, tmp_path / "own"))
    plan = planned(document, assets, SMALL)
    assert not sounding(plan, assets).track.any()
    assert any("is not spoken" in note for note in approximations(document, plan))


def test_a_program_that_hangs_is_ended(standin: Standin, tmp_path: Path) -> None:
    who = speaker(standin.program, tmp_path / "own", seconds=0.5)
    assert with_spoken(movie(scene(1, voice("hang")), scene(1, voice("never asked"))), {}, who) == {}
    assert len(standin.asked()) == 1


def test_what_a_movie_says_is_never_an_argument(standin: Standin, tmp_path: Path) -> None:
    text = "-w other.wav; $(id) [[h@'loU]] <speak>\x00\x1b"
    who = speaker(standin.program, tmp_path / "own")
    with_spoken(movie(scene(1, voice(text, voice="../../etc-PW"))), {}, who)
    ((arguments, words),) = standin.asked()
    assert arguments == ["-v", "en-us", "-b", "1", "--stdin", "-w"]
    assert words == "-w other.wav; $(id) h@'loU <speak>"


@given(st.text(max_size=200), st.text(max_size=40))
def test_any_text_becomes_one_plain_line_and_any_name_a_language(text: str, name: str) -> None:
    said = speakable(text)
    assert said.isprintable()
    assert "[[" not in said
    assert all(part.isascii() and part.replace("-", "").isalpha() for part in languages(name))
    assert languages(name)[-1] == "en-us"


async def test_the_child_speaks_with_the_program_on_the_path(
    studio: Studio, standin: Standin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(standin.program.parent))
    write_sound(studio.folder / "music.wav", sine(3))

    async def asset(key: str) -> Path:
        return studio.folder / key

    renderer = LocalRenderer(tmp_path / "work", asset, profile=SMALL)
    document = movie({"elements": [voice("one two three four")]})
    notes = await renderer.check(RenderRequest("check", document, {}))
    assert "Scene #1, element #1: the voice is a stand-in, spoken by espeak-ng on this machine." in notes
    handle = await renderer.submit(RenderRequest("spoken", document, {}))
    states = [status async for status in renderer.follow(handle)]
    assert states[-1].state == "done", states[-1].message
    assert (await renderer.collect(handle)).duration == pytest.approx(2.0)
    await renderer.aclose()


@pytest.mark.skipif(shutil.which(PROGRAM) is None, reason="no espeak-ng here; CI installs it")
def test_espeak_speaks_and_says_the_same_again(studio: Studio, tmp_path: Path) -> None:
    program = Path(str(shutil.which(PROGRAM)))
    document = movie({"elements": [voice("The new vase is in the shop today.", voice="en-GB-RyanNeural")]})
    lengths = set()
    for folder in ("a", "b"):
        assets = with_spoken(document, {}, speaker(program, tmp_path / folder))
        plan = planned(document, assets, SMALL)
        lengths.add(plan.frames)
        track = sounding(plan, assets).track
        assert level(track, 0.1, 1.5) > -25
    files = [next((tmp_path / folder).glob("*.wav")).read_bytes() for folder in ("a", "b")]
    assert files[0] == files[1]
    (frames,) = lengths
    assert 1.2 <= frames / 30 <= 4.5
