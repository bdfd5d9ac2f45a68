"""Files that lie about what they are, and movies that ask for too much: one sentence each, nothing opened."""

from __future__ import annotations

import io
import struct
import time
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
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
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b""))


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


def gif(path: Path) -> None:
    Image.new("P", (20, 20), 3).save(path, "GIF")


def page(path: Path) -> None:
    path.write_text("<html><img src='file:///etc/passwd'></html>")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(100_000))


def no_size(path: Path) -> None:
    """A PNG of 0 × 0 pixels."""
    Image.new("RGB", (1, 1)).save(path, "PNG")
    data = bytearray(path.read_bytes())
    data[16:24] = bytes(8)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    path.write_bytes(data)


def refusal(studio: Studio, document: dict[str, Any]) -> str:
    with pytest.raises(Refused) as caught:
        studio.frames(document, 0)
    return caught.value.message


@pytest.mark.parametrize("make", [svg, playlist, empty, noise, gif, page, zeros, no_size])
def test_what_is_no_photo_is_refused_by_name(studio: Studio, make: Callable[[Path], None]) -> None:
    make(studio.folder / "it.jpg")
    said = refusal(studio, movie(scene(1, image("it.jpg"))))
    assert said.startswith("Scene #1, element #1: it.jpg cannot be read as a photo")


@pytest.mark.parametrize("make", [playlist, concat, svg, empty, noise, gif, page, zeros])
@pytest.mark.parametrize("name", ["it.mp4", "it.m3u8"])
def test_what_is_no_clip_is_refused_by_name(studio: Studio, make: Callable[[Path], None], name: str) -> None:
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


def boxes(data: bytes, name: bytes) -> list[int]:
    """Where the contents of each MP4 box of that name begin."""
    found, at = [], data.find(name)
    while at >= 0:
        found.append(at + 4)
        at = data.find(name, at + 1)
    return found


def absurd(path: Path, kind: str) -> None:
    """A good clip whose header claims what cannot be."""
    data = bytearray(path.read_bytes())
    if kind == "a thousand years":
        for name in (b"mvhd", b"mdhd"):
            for at in boxes(data, name):
                data[at + 16 : at + 20] = b"\x7f\xff\xff\xff"
    elif kind == "a tick in an hour":
        for at in boxes(data, b"mdhd"):
            data[at + 12 : at + 16] = struct.pack(">I", 1)
    elif kind == "no ticks at all":
        for at in boxes(data, b"mdhd"):
            data[at + 12 : at + 16] = bytes(4)
    elif kind == "a billion samples":
        for at in boxes(data, b"stsz"):
            data[at + 8 : at + 12] = b"\x3f\xff\xff\xff"
    elif kind == "a giant picture":
        for at in boxes(data, b"avc1"):
            data[at + 24 : at + 28] = b"\xff\xff\xff\xff"
    elif kind == "pixels like needles":
        for at in boxes(data, b"tkhd"):
            data[at + 76 : at + 84] = struct.pack(">II", 1 << 16, 30_000 << 16)
    path.write_bytes(data)


@pytest.mark.parametrize(
    "kind",
    [
        "a thousand years", "a tick in an hour", "no ticks at all", "a billion samples", "a giant picture",
        "pixels like needles",
    ],
)  # fmt: skip
def test_headers_that_lie_cost_a_sentence_at_most(studio: Studio, kind: str) -> None:
    """Drawn by what can really be decoded, or refused; and quickly."""
    path = studio.folder / studio.clip("lie.mp4", [RED, BLUE], each=6)
    absurd(path, kind)
    started = time.process_time()
    try:
        frame = studio.frames(movie(scene(0.3, video("lie.mp4", duration=0.3))), 2)[0]
        said = "drawn" if frame.max() > 20 else "black"
    except Refused as refused:
        said = refused.message
    assert said == "drawn" or "lie.mp4" in said
    assert time.process_time() - started < 20


def test_a_clip_larger_than_any_screen_is_refused_before_it_is_decoded(studio: Studio) -> None:
    """Truly coded so: 64 million pixels of one colour in a few kilobytes."""
    with av.open(str(studio.folder / "huge.mov"), "w") as out:
        stream = out.add_stream("png", rate=1)
        stream.width, stream.height, stream.pix_fmt = 8_000, 8_000, "gray"
        frame = av.VideoFrame(8_000, 8_000, "gray")
        frame.pts, frame.time_base = 0, Fraction(1)
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    said = refusal(studio, movie(scene(1, video("huge.mov"))))
    assert said.startswith("Scene #1, element #1: huge.mov is 8000×8000 pixels, larger than any clip")


def test_thousands_of_tracks_and_profiles_do_not_matter(studio: Studio) -> None:
    """A photo with megabytes of made-up metadata is still that photo."""
    picture = Image.new("RGB", (90, 160), RED)
    picture.save(studio.folder / "meta.jpg", quality=95, comment=b"x" * 60_000, icc_profile=bytes(3_000_000))
    assert studio.frames(movie(scene(0.1, image("meta.jpg"))), 0)[0][90, 50, 0] > 180


@settings(
    max_examples=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.data(), st.sampled_from(["JPEG", "PNG", "WEBP"]))
def test_random_bit_flips_of_photos_never_do_more_than_refuse(
    studio: Studio, data: st.DataObject, form: str
) -> None:
    buffer = io.BytesIO()
    noise_ = np.random.default_rng(1).integers(0, 255, (40, 40, 3), np.uint8)
    Image.fromarray(noise_).save(buffer, form)
    content = bytearray(buffer.getvalue())
    spots = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 7))
    for at, bit in data.draw(st.lists(spots, min_size=1, max_size=20)):
        content[at] ^= 1 << bit
    (studio.folder / "flip.jpg").write_bytes(content)
    try:
        studio.frames(movie(scene(0.1, image("flip.jpg", zoom=5))), 0, 2)
        said = "flip.jpg was drawn"
    except Refused as refused:
        said = refused.message
    assert "flip.jpg" in said


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
    for number, words in enumerate(["component", "HTML page", "voice", "audiogram", "made by AI"], 1):
        assert f"Scene #1, element #{number}: " in notes
        assert words in notes
    assert "Movie element #1: the subtitles show the text of the voices" in notes
