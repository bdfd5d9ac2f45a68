"""Files that lie about what they are, and movies that ask for too much: one sentence each, nothing opened."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from renderer_studio import BLUE, RED, SMALL, Studio, image, movie, scene, video

from services.errors import Refused
from services.renderer.local.render import render


def png_bomb(path: Path) -> None:
    """144 million pixels in a few kilobytes."""
    side = 12_000
    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(b"\0" * (side + 1)) for _ in range(side)) + rows.flush()

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def svg(path: Path) -> None:
    path.write_text('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>')


def playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n")


def concat(path: Path) -> None:
    path.write_text("ffconcat version 1.0\nfile /etc/passwd\n")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 200)


def refusal(studio: Studio, document: dict[str, Any]) -> str:
    with pytest.raises(Refused) as caught:
        studio.frames(document, 0)
    return caught.value.message


@pytest.mark.parametrize("make", [svg, playlist, empty, noise])
def test_what_is_no_photo_is_refused_by_name(studio: Studio, make: Callable[[Path], None]) -> None:
    make(studio.folder / "it.jpg")
    said = refusal(studio, movie(scene(1, image("it.jpg"))))
    assert said.startswith("Scene #1, element #1: it.jpg cannot be read as a photo")


@pytest.mark.parametrize("make", [playlist, concat, svg, empty, noise])
@pytest.mark.parametrize("name", ["it.mp4", "it.m3u8"])
def test_what_is_no_clip_is_refused_by_name(
    studio: Studio, make: Callable[[Path], None], name: str
) -> None:
    make(studio.folder / name)
    said = refusal(studio, movie(scene(1, video(name))))
    assert said.startswith(f"Scene #1, element #1: {name} cannot be read as a clip")


def test_a_decompression_bomb_is_refused_before_it_is_decoded(studio: Studio) -> None:
    png_bomb(studio.folder / "bomb.png")
    said = refusal(studio, movie(scene(1, image("bomb.png"))))
    assert said == (
        "Scene #1, element #1: bomb.png has 144 million pixels; a photo may have up to 50 million."
    )


def test_a_truncated_photo_is_refused_when_it_is_drawn(studio: Studio) -> None:
    path = studio.folder / studio.halves("cut.jpg", (800, 800))
    path.write_bytes(path.read_bytes()[:3000])
    assert "cut.jpg cannot be read as a photo" in refusal(studio, movie(scene(1, image("cut.jpg"))))


def test_a_clip_without_its_index_is_refused(studio: Studio) -> None:
    path = studio.folder / studio.clip("cut.mp4", [RED, BLUE])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "cut.mp4 cannot be read as a clip" in refusal(studio, movie(scene(1, video("cut.mp4"))))


def test_a_clip_damaged_in_the_middle_is_shown_as_far_as_it_goes(studio: Studio, tmp_path: Path) -> None:
    path = studio.folder / studio.clip("bad.mp4", [RED, BLUE, RED, BLUE], each=30)
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat"), data.index(b"moov") - 4
    for at in range((start + end) // 2, end, 3):
        data[at] ^= 0x55
    path.write_bytes(data)
    out = tmp_path / "out"
    out.mkdir()
    result = render(movie(scene(4, video("bad.mp4"))), studio.assets, out, SMALL, lambda share: None)
    assert result.duration == 4.0


def test_a_sound_is_no_clip_and_a_silent_clip_no_sound(studio: Studio) -> None:
    studio.tone("a.wav", 1)
    studio.clip("mute.mp4", [RED], each=5)
    assert "a.wav has no picture" in refusal(studio, movie(scene(1, video("a.wav"))))
    silent = {"type": "audio", "src": "mute.mp4", "duration": -2}
    assert "mute.mp4 has no sound" in refusal(studio, movie(scene(1), elements=[silent]))


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.jpg", "http://example.com/a.jpg", "file:///x"])
def test_a_src_is_only_ever_a_name_of_the_assets(studio: Studio, name: str) -> None:
    said = refusal(studio, movie(scene(1, image(name))))
    assert said.startswith("Scene #1, element #1: there is no file ")


def test_names_are_shown_without_control_characters(studio: Studio) -> None:
    empty(studio.folder / 'a"\n\x1b[31m.jpg')
    assert 'a"??[31m.jpg cannot be read' in refusal(studio, movie(scene(1, image('a"\n\x1b[31m.jpg'))))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (movie(scene(61)), "lasts 61.0 s; 60 s are the most"),
        (movie(*[scene(0.5)] * 61), "61 scenes; 60 are the most"),
        (movie(scene(1, *[{"type": "text", "text": "x"}] * 21)), "Scene #1 has 21 elements; 20 are the most"),
        (movie(scene(1, {"type": "text", "text": "x" * 501})), "Scene #1, element #1: the text has 501"),
        ({"width": 3840, "height": 2160, "scenes": [scene(1)]}, "3840×2160 pixels"),
    ],
)
def test_too_much_is_refused(studio: Studio, document: dict[str, Any], said: str) -> None:
    assert said in refusal(studio, document)


def test_ten_thousand_elements_are_refused_quickly(studio: Studio) -> None:
    many = [{"type": "text", "text": "x"}] * 10_000
    assert "10000 elements" in refusal(studio, movie(scene(1, *many)))


def test_what_is_not_drawn_is_listed(studio: Studio) -> None:
    studio.photo("red.jpg", RED)
    document = movie(
        scene(
            1, {"type": "component", "component": "basic/000"}, {"type": "html", "html": "<b>x</b>"},
            {"type": "voice", "text": "hello"}, {"type": "audiogram"},
            {"type": "image", "prompt": "a pot"},
            {"type": "text", "text": "x", "style": "003"},
        ),
        elements=[{"type": "subtitles"}],
    )  # fmt: skip
    notes = " ".join(studio.plan(document).notes)
    for number, words in enumerate(
        ["component", "HTML page", "voice", "audiogram", "made by AI"], 1
    ):
        assert f"Scene #1, element #{number}: " in notes
        assert words in notes
    assert "Movie element #1: the subtitles show the text of the voices" in notes
