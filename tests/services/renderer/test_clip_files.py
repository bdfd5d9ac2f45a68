"""Clips of every make: what they are made of, and how they break."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from clip_writing import SIZE, flat, write_clip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from renderer_studio import BLUE, GREEN, QUICK, RED, SMALL, WHITE, Studio, is_near, movie, scene, video

from services.errors import Refused
from services.renderer.local.output.cache import Cache
from services.renderer.local.render import render


@pytest.mark.parametrize(
    ("codec", "form", "name"),
    [
        ("libx264", "yuv420p10le", "ten.mp4"), ("libx264", "yuv444p", "full.mp4"),
        ("libx264", "yuvj420p", "wide.mp4"), ("mpeg4", "yuv420p", "old.mp4"), ("mjpeg", "yuvj422p", "m.mov"),
        ("libvpx-vp9", "yuv420p", "v.webm"), ("prores_ks", "yuv422p10le", "p.mov"),
        ("ffv1", "yuv420p", "f.mkv"),
    ],
)  # fmt: skip
def test_every_way_of_storing_shows_the_same_colour(studio: Studio, codec: str, form: str, name: str) -> None:
    write_clip(studio.folder / name, 3, flat(GREEN), codec=codec, form=form)
    assert is_near(studio.frames(movie(scene(0.1, video(name))), 0)[0], 0.5, 0.5, GREEN, within=8)


@pytest.mark.parametrize("space", ["bt709", "bt601", "bt2020"])
def test_the_matrix_is_the_one_of_the_tag(studio: Studio, space: str) -> None:
    """The same colour coded three ways: a wrong matrix is off by more than 10."""
    number, tag = {"bt709": ("ITU709", 1), "bt601": ("SMPTE170M", 6), "bt2020": ("BT2020", 9)}[space]
    with av.open(str(studio.folder / "c.mp4"), "w") as out:
        stream = out.add_stream("libx264", rate=30, options={"qp": "4"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.colorspace = tag
        frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), RED, np.uint8), format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=number, dst_color_range="MPEG")
        frame.pts, frame.time_base, frame.colorspace = 0, Fraction(1, 30), tag
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    shown = studio.frames(movie(scene(0.1, video("c.mp4"))), 0)[0]
    assert is_near(shown, 0.5, 0.5, RED, within=6)


@pytest.mark.parametrize("size", [(2, 2), (3, 5), (17, 9), (161, 121), (16, 400)])
def test_odd_and_tiny_clips(studio: Studio, size: tuple[int, int]) -> None:
    write_clip(studio.folder / "odd.mkv", 3, flat(GREEN, size), codec="ffv1", form="yuv444p", size=size)
    for element in (
        video("odd.mkv"), video("odd.mkv", zoom=10), video("odd.mkv", resize="contain"),
        video("odd.mkv", rotate={"angle": 20}),
    ):  # fmt: skip
        assert is_near(studio.frames(movie(scene(0.1, element)), 1)[0], 0.5, 0.5, GREEN)


@pytest.mark.parametrize(
    ("codec", "form", "name"),
    [
        ("libvpx-vp9", "yuva420p", "a.webm"),
        ("qtrle", "argb", "a.mov"),
        ("prores_ks", "yuva444p10le", "b.mov"),
    ],
)
def test_transparent_clips_let_through(studio: Studio, codec: str, form: str, name: str) -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, :32] = (*GREEN, 255)
    write_clip(studio.folder / name, 4, lambda n: pixels, codec=codec, form=form, size=(64, 64))
    placed = video(name, resize=None, width=1080, height=1920)
    shown = studio.frames(movie(scene(0.1, placed, **{"background-color": "#FFFFFF"})), 1)[0]
    assert is_near(shown, 0.2, 0.5, GREEN, within=16)
    assert is_near(shown, 0.8, 0.5, WHITE)
    assert shown[:, 70:].min() > 235  # and no dark fringe
    assert not studio.plan(movie(scene(0.1, placed))).notes


def test_hdr_is_said_and_its_white_is_white(studio: Studio) -> None:
    """PQ: reference white (58 % of the signal) becomes nearly the screen's white, half of it stays grey."""

    def signal(value: float) -> np.ndarray:
        return np.full((64, 64, 3), round(value * 255), np.uint8)

    def tagged(stream: Any) -> None:
        stream.codec_context.color_trc, stream.codec_context.color_primaries = 16, 9
        stream.codec_context.colorspace = 9

    write_clip(
        studio.folder / "pq.mp4", 30, lambda n: signal(0.58 if n < 15 else 0.38), size=(64, 64),
        form="yuv420p10le", set_up=tagged, options={"x264-params": "transfer=smpte2084:colorprim=bt2020"},
    )  # fmt: skip
    document = movie(scene(1, video("pq.mp4")))
    assert studio.plan(document).notes == (
        "Scene #1, element #1: the clip is HDR; its light and colours are shown approximately.",
    )
    white, grey = studio.frames(document, 2, 25)
    assert 215 <= white[90, 50].mean() <= 250
    assert 70 <= grey[90, 50].mean() <= 150


def test_interlaced_clips_lose_their_combs(studio: Studio) -> None:
    """A picture whose fields come from different moments: even and odd rows disagree about an edge."""
    size = (160, 120)

    def combed(number: int) -> np.ndarray:
        pixels = np.full((size[1], size[0], 3), 30, np.uint8)
        pixels[0::2, : 40 + 4 * number] = 220
        pixels[1::2, : 70 + 4 * number] = 220
        return pixels

    write_clip(
        studio.folder / "i.mp4", 6, combed, size=size,
        options={"x264-params": "tff=1:interlaced=1", "crf": "4"},
    )  # fmt: skip
    document = movie(scene(0.2, video("i.mp4", resize="contain")))
    assert "interlaced; its lines are filled in" in studio.plan(document).notes[0]
    frame = studio.frames(document, 1, profile=QUICK)[0].astype(int)
    middle = frame[170:300, :, 0]
    combs = np.abs(middle[1:-1] * 2 - middle[:-2] - middle[2:]).max(axis=0)
    assert np.median(combs[60:140]) < 60  # combed it is over 300


def test_a_truncated_clip_plays_as_far_as_it_goes_and_that_is_said(studio: Studio) -> None:
    """Its index comes first and promises two seconds; half of its pictures are missing."""
    noise = np.random.default_rng(1).integers(0, 9, (60, SIZE[1], SIZE[0], 3), np.uint8)
    path = write_clip(
        studio.folder / "whole.mp4", 60, lambda n: noise[n] + np.uint8(RED if n < 15 else BLUE),
        options={"g": "10", "qp": "12"},
    )  # fmt: skip
    cut = studio.folder / "cut.mp4"
    with av.open(str(path)) as source, av.open(str(cut), "w", options={"movflags": "faststart"}) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    data = cut.read_bytes()
    start = data.index(b"mdat")
    cut.write_bytes(data[: start + (len(data) - start) // 2])
    document = movie(scene(2, video("cut.mp4", duration=2)))
    note = studio.plan(document).notes[0]
    assert note.startswith("Scene #1, element #1: the clip ends after ")
    assert "of 2.0 s: the rest of its file is missing." in note
    shown = studio.frames(document, 5, 25, 59)
    for frame, colour in zip(shown, [RED, BLUE, BLUE], strict=True):
        assert is_near(frame, 0.5, 0.5, colour)


@pytest.mark.parametrize("joined", [False, True])
def test_a_clip_broken_in_its_middle_is_told_with_the_result(
    studio: Studio, tmp_path: Path, joined: bool
) -> None:
    path = studio.folder / studio.clip("bad.mp4", [RED, BLUE, RED, BLUE], each=30)
    data = bytearray(path.read_bytes())
    start, end = data.index(b"mdat"), data.index(b"moov") - 4
    for at in range((start + end) // 2, end, 3):
        data[at] ^= 0x55
    path.write_bytes(data)
    out = tmp_path / "out"
    out.mkdir()
    cache = Cache(tmp_path / "cache", 1 << 30)
    document = movie(scene(4, video("bad.mp4")))
    for _ in range(2):  # the second one out of the cache
        result = render(
            document, studio.assets, out, replace(SMALL, joined=joined), lambda share: None, cache
        )
        assert result.duration == 4.0
        (note,) = (n for n in result.approximations if "bad.mp4" in n)
        assert note.startswith("The clip bad.mp4 is damaged ")


@pytest.mark.parametrize("table", [b"stts", b"stsz", b"stco", b"stsc", b"avcC", b"avc1"])
def test_a_header_that_asks_for_gigabytes_is_a_damaged_file(studio: Studio, table: bytes) -> None:
    """ISO/IEC 14496-12: the tables of a track begin with the number of their entries."""
    path = studio.folder / "greedy.mp4"
    studio.clip(path.name, [RED], each=8)
    content = bytearray(path.read_bytes())
    at = content.index(table)
    if table == b"avcC":  # not a table: its box claims to be as large as it can
        content[at - 4 : at] = b"\x7f\xff\xff\xf0"
    elif table == b"avc1":  # the coding it names is unknown
        content[at : at + 4] = b"\0\0\0\0"
    else:
        content[at + 8 : at + 12] = b"\x7f\xff\xff\xff"
    path.write_bytes(content)
    try:
        studio.frames(movie(scene(0.5, video(path.name, duration=0.5))), 0, 14)
    except Refused as refused:
        said = refused.message
    else:
        said = f"{path.name} was drawn"
    assert path.name in said


@settings(
    max_examples=25, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.data())
def test_random_bit_flips_never_do_more_than_refuse(studio: Studio, data: st.DataObject) -> None:
    """Any clip with flipped bits is either drawn (damaged) or refused with a sentence that names it."""
    path = studio.folder / "flip.mp4"
    if not path.exists():
        studio.clip("flip.mp4", [RED, BLUE], each=8, tone=0.2)
        (studio.folder / "flip.good").write_bytes(path.read_bytes())
    content = bytearray((studio.folder / "flip.good").read_bytes())
    spots = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 7))
    for at, bit in data.draw(st.lists(spots, min_size=1, max_size=40)):
        content[at] ^= 1 << bit
    path.write_bytes(content)
    try:
        studio.frames(movie(scene(0.5, video("flip.mp4", duration=0.5))), 0, 14)
    except Refused as refused:
        said = refused.message
    else:
        said = "flip.mp4 was drawn"
    assert "flip.mp4" in said
