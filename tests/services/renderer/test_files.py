"""The files a render leaves: exact length, streams and boxes as Instagram takes them, loudness, cover."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from renderer_studio import BLUE, QUICK, RED, Studio, image, is_near, movie, rgb, scene, video
from sounding import bursts, onsets, write_sound

from services.renderer.local.render import NAMES, Result, render
from services.renderer.local.sound.limiter import true_peak
from services.renderer.local.sound.loudness import loudness

RATE = 48_000


def rendered(studio: Studio, document: dict[str, Any], out: Path) -> Result:
    out.mkdir(exist_ok=True)
    return render(document, studio.assets, out, QUICK, lambda share: None)


def boxes(path: Path) -> list[tuple[str, int]]:
    """Every box of an mp4, nested ones too, with its place in the file."""
    data, found = path.read_bytes(), []

    def walk(start: int, end: int) -> None:
        while start + 8 <= end:
            size, name = struct.unpack(">I4s", data[start : start + 8])
            found.append((name.decode("latin-1"), start))
            if name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"):
                walk(start + 8, start + size)
            start += max(8, size)

    walk(0, len(data))
    return found


def sound_of(path: Path) -> np.ndarray[Any, np.dtype[np.float32]]:
    with av.open(str(path)) as container:
        return np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)


@pytest.fixture
def finished(studio: Studio, tmp_path: Path) -> tuple[Path, Result]:
    studio.photo("red.jpg", RED)
    studio.clip("blue.mp4", [BLUE, BLUE, BLUE, BLUE], tone=0.05)
    studio.tone("music.wav", 6)
    document = movie(
        scene(1.5, image("red.jpg", zoom=4)),
        scene(2, video("blue.mp4"), transition={"style": "fade", "duration": 0.5}),
        elements=[{"type": "audio", "src": "music.wav", "duration": -2, "fade-out": 0.5}],
    )
    return tmp_path / "out", rendered(studio, document, tmp_path / "out")


def test_a_render_is_what_instagram_takes(finished: tuple[Path, Result]) -> None:
    out, result = finished
    assert result.duration == 3.0
    for name, size in ((NAMES["video"], (270, 480)), (NAMES["preview"], (136, 240))):
        path = out / name
        names = [box for box, _ in boxes(path)]
        assert names.index("moov") < names.index("mdat")
        assert "elst" not in names
        assert names.count("trak") == 2
        with av.open(str(path)) as container:
            picture, sound = container.streams.video[0], container.streams.audio[0]
            context = picture.codec_context
            assert (picture.width, picture.height) == size
            assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
            assert picture.average_rate == 30
            assert (context.colorspace, context.color_primaries, context.color_trc) == (1, 1, 1)
            assert context.color_range == 1
            assert (sound.codec_context.name, sound.rate, sound.channels) == ("aac", RATE, 2)
            frames = list(container.decode(picture))
            assert len(frames) == 90
            assert [round(f.time * 30) for f in frames] == list(range(90))
            keys = [number for number, frame in enumerate(frames) if frame.key_frame]
            assert keys[0] == 0
            assert max(np.diff([*keys, 90])) <= 60
            assert is_near(rgb(frames[5]), 0.9, 0.5, RED)
            assert is_near(rgb(frames[85]), 0.9, 0.5, BLUE)


def test_the_sound_is_as_long_as_the_picture_and_as_loud_as_agreed(finished: tuple[Path, Result]) -> None:
    sound = sound_of(finished[0] / NAMES["video"])
    assert abs(sound.shape[1] - 3 * RATE) <= 2048  # AAC's own priming and last frame
    assert loudness(sound) == pytest.approx(-14, abs=1)
    assert true_peak(sound) <= 10 ** (-1 / 20)


def test_cover_and_storyboard_show_the_movie(finished: tuple[Path, Result]) -> None:
    with Image.open(finished[0] / NAMES["cover"]) as cover:
        assert (cover.format, cover.size) == ("JPEG", (270, 480))
    with Image.open(finished[0] / NAMES["storyboard"]) as sheet:
        assert sheet.format == "JPEG"
        pixels = np.asarray(sheet.convert("RGB"))
    assert is_near(pixels, 0.12, 0.15, RED, within=30)  # the first tile
    assert is_near(pixels, 0.93, 0.82, BLUE, within=30)  # and the last


def test_a_movie_without_sound_has_a_silent_track(studio: Studio, tmp_path: Path) -> None:
    studio.photo("red.jpg", RED)
    rendered(studio, movie(scene(1, image("red.jpg"))), tmp_path / "out")
    assert not np.abs(sound_of(tmp_path / "out" / NAMES["video"])).max()


def test_the_same_movie_gives_the_same_bytes(studio: Studio, tmp_path: Path) -> None:
    studio.photo("red.jpg", RED)
    document = movie(scene(0.5, image("red.jpg", zoom=4), {"type": "text", "text": "again"}))
    for name in ("a", "b"):
        rendered(studio, document, tmp_path / name)
    for name in NAMES.values():
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_sound_is_heard_in_the_file_when_the_movie_says(studio: Studio, tmp_path: Path) -> None:
    """No edit list tells a player to leave out the encoder's lead-in, so none may be in the way."""
    write_sound(studio.folder / "clicks.wav", bursts(3, [0.5, 1.25, 2.9]))
    out = tmp_path / "out"
    rendered(studio, movie(scene(3), elements=[{"type": "audio", "src": "clicks.wav"}]), out)
    sound = sound_of(out / NAMES["video"])
    assert onsets(sound) == [pytest.approx(at, abs=0.003) for at in (0.5, 1.25, 2.9)]
    with av.open(str(out / NAMES["video"])) as container:
        stream = container.streams.audio[0]
        assert stream.start_time == 0
        assert stream.duration is not None
        assert stream.time_base is not None
        assert 3.0 <= stream.duration * stream.time_base < 3.0 + 1024 / RATE
