"""Rotation, flips, colour correction, chroma key and masks; on photos, clips and text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clip_writing import write_clip
from PIL import Image, ImageDraw
from renderer_studio import BLACK, BLUE, GREEN, RED, WHITE, Studio, image, is_near, movie, scene, video

from services.errors import Refused
from services.renderer.local.pictures.tables import correction_tables
from services.renderer.local.planning.treatment import Correction

SCREEN = (0, 200, 60)


def quarters(studio: Studio, name: str) -> str:
    """Red, green, blue and white, clockwise from the top left; as a photo or a clip."""
    picture = np.zeros((160, 160, 3), np.uint8)
    picture[:80, :80], picture[:80, 80:], picture[80:, 80:], picture[80:, :80] = RED, GREEN, BLUE, WHITE
    return kept(studio, name, picture)


def kept(studio: Studio, name: str, picture: np.ndarray) -> str:
    if name.endswith(".mp4"):
        height, width = picture.shape[:2]
        write_clip(studio.folder / name, 30, lambda n: picture, size=(width, height), options={"crf": "6"})
    else:
        Image.fromarray(picture).save(studio.folder / name)
    return name


def element(name: str, **more: Any) -> dict[str, Any]:
    """A square in the middle of the canvas, half as wide."""
    made = (video if name.endswith(".mp4") else image)(name, resize=None, x=270, y=690, width=540, height=540)
    return {**made, **more}


def centre_colours(frame: np.ndarray, reach: float = 0.12) -> list[tuple[float, float]]:
    """Places in the four quarters of that square, clockwise from the top left."""
    down = reach * 9 / 16
    return [
        (0.5 - reach, 0.5 - down),
        (0.5 + reach, 0.5 - down),
        (0.5 + reach, 0.5 + down),
        (0.5 - reach, 0.5 + down),
    ]


@pytest.mark.parametrize("name", ["q.png", "q.mp4"])
@pytest.mark.parametrize(
    ("more", "order"),
    [
        ({}, [RED, GREEN, BLUE, WHITE]),
        ({"rotate": {"angle": 90}}, [WHITE, RED, GREEN, BLUE]),
        ({"rotate": {"angle": -90}}, [GREEN, BLUE, WHITE, RED]),
        ({"rotate": {"angle": 180}}, [BLUE, WHITE, RED, GREEN]),
        ({"flip-horizontal": True}, [GREEN, RED, WHITE, BLUE]),
        ({"flip-vertical": True}, [WHITE, BLUE, GREEN, RED]),
        ({"flip-vertical": True, "rotate": {"angle": 90}}, [RED, WHITE, BLUE, GREEN]),
        ({"zoom": 20, "rotate": {"angle": 90}}, [WHITE, RED, GREEN, BLUE]),
    ],
)
def test_turns_and_flips_put_the_quarters_in_order(
    studio: Studio, name: str, more: dict[str, Any], order: list[tuple[int, int, int]]
) -> None:
    document = movie(scene(1, element(quarters(studio, name), **more)))
    assert studio.plan(document).notes == ()
    frame = studio.frames(document, 3)[0]
    for place, colour in zip(centre_colours(frame), order, strict=True):
        assert is_near(frame, *place, colour, within=16)


@pytest.mark.parametrize("name", ["q.png", "q.mp4"])
def test_a_picture_on_its_corner_reaches_beyond_its_box(studio: Studio, name: str) -> None:
    """Turned by 45 degrees: its corners stick out of the box, and those of the box show the ground."""
    document = movie(scene(1, element(quarters(studio, name), rotate={"angle": 45})))
    frame = studio.frames(document, 0)[0]
    up, side = 0.3 * 9 / 16, 0.3
    assert is_near(frame, 0.5, 0.5 - up, RED, within=16)
    assert is_near(frame, 0.5 + side, 0.5, GREEN, within=16)
    assert is_near(frame, 0.5, 0.5 + up, BLUE, within=16)
    assert is_near(frame, 0.5 - side, 0.5, WHITE, within=16)
    for place in centre_colours(frame, reach=0.22):
        assert is_near(frame, *place, BLACK)


def test_a_turning_picture_is_upright_first_and_turned_on_time(studio: Studio) -> None:
    """90 degrees every half second, at 30 frames a second."""
    document = movie(scene(2, element(quarters(studio, "q.png"), rotate={"angle": 90, "speed": 0.5})))
    frames = studio.frames(document, 0, 15, 30, 45)
    orders = [
        [RED, GREEN, BLUE, WHITE],
        [WHITE, RED, GREEN, BLUE],
        [BLUE, WHITE, RED, GREEN],
        [GREEN, BLUE, WHITE, RED],
    ]
    for frame, order in zip(frames, orders, strict=True):
        for place, colour in zip(centre_colours(frame), order, strict=True):
            assert is_near(frame, *place, colour, within=16)


def test_a_turned_edge_is_smooth_and_without_a_fringe(studio: Studio) -> None:
    kept(studio, "white.png", np.full((160, 160, 3), 255, np.uint8))
    document = movie(scene(0.1, element("white.png", rotate={"angle": 7}), **{"background-color": "#FFFFFF"}))
    assert studio.frames(document, 0)[0].min() > 247
    document = movie(scene(0.1, element("white.png", rotate={"angle": 7})))
    values = np.unique(studio.frames(document, 0)[0][:, :, 1])
    assert values.size > 8


def test_text_turns_too(studio: Studio) -> None:
    """A wide word: upright it is wider than high, turned by 90 degrees the other way round."""

    def extent(**more: Any) -> tuple[int, int]:
        words = {"type": "text", "text": "HHHHHH", "settings": {"font-size": "120px"}, **more}
        document = movie(scene(0.2, words))
        assert studio.plan(document).notes == ()
        seen = studio.frames(document, 2)[0].max(axis=2) > 100
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        return int(np.ptp(columns)), int(np.ptp(rows))

    wide, high = extent()
    assert wide > 3 * high
    turned = extent(rotate={"angle": 90})
    assert turned == (pytest.approx(high, abs=3), pytest.approx(wide, abs=3))


def test_correction_is_that_of_ffmpegs_eq() -> None:
    """Its documented formula, at single values."""

    def luma(value: int, **more: float) -> int:
        table = correction_tables(Correction(**more)).y
        return table[value] if table else value

    assert luma(100) == 100
    assert luma(100, brightness=0.2) == 151
    assert luma(100, contrast=2.0) == round((100 / 255 - 0.5) * 2 * 255 + 127.5)
    assert luma(100, contrast=0.0) in (127, 128)
    assert luma(100, gamma=2.0) == round((100 / 255) ** 0.5 * 255)
    assert luma(250, brightness=0.5) == 255
    assert luma(5, brightness=-0.5) == 0
    chroma = correction_tables(Correction(saturation=2.0)).u
    assert chroma is not None
    assert (chroma[128], chroma[138], chroma[28], chroma[250]) == (128, 148, 0, 255)


@pytest.mark.parametrize("name", ["grey.png", "grey.mp4"])
def test_correction_changes_photos_and_clips_alike(studio: Studio, name: str) -> None:
    kept(studio, name, np.full((160, 160, 3), (150, 90, 90), np.uint8))
    plain, grey, dark = (
        studio.frames(movie(scene(0.2, element(name, correction=more))), 1)[0][96, 54].astype(int)
        for more in ({}, {"saturation": 0}, {"brightness": -0.2, "saturation": 0})
    )
    assert plain[0] - plain[1] > 40
    assert np.ptp(grey) <= 6
    assert grey.mean() - dark.mean() == pytest.approx(0.2 * 255 * 255 / 219, abs=8)


@pytest.mark.parametrize("name", ["s.png", "s.mp4"])
@pytest.mark.parametrize("zoom", [0, 5])
def test_a_green_screen_vanishes_and_what_stands_before_it_stays(
    studio: Studio, name: str, zoom: int
) -> None:
    picture = np.full((160, 160, 3), SCREEN, np.uint8)
    picture[:, 100:] = (0, 150, 45)  # the screen in shadow
    picture[40:120, 40:120] = (200, 140, 110)
    picture[60:100, 60:100] = (128, 128, 128)
    kept(studio, name, picture)
    key = {"chroma-key": {"color": "#00C83C"}, "zoom": zoom}
    document = movie(scene(0.3, element(name, **key), **{"background-color": "#1E28DC"}))
    assert studio.plan(document).notes == ()
    frame = studio.frames(document, 2)[0]
    assert is_near(frame, 0.5, 0.5, (128, 128, 128), within=10)
    assert is_near(frame, 0.41, 0.5, (200, 140, 110), within=14)
    for place in centre_colours(frame, reach=0.22):
        assert is_near(frame, *place, BLUE, within=14)
    row = frame[96, 27:81].astype(int)  # nowhere along the middle is there a green fringe
    assert (row[:, 1] - np.maximum(row[:, 0], row[:, 2])).max() < 25


def test_the_keys_tolerance_decides(studio: Studio) -> None:
    kept(studio, "p.png", np.full((160, 160, 3), (60, 190, 90), np.uint8))
    seen = [
        studio.frames(
            movie(scene(0.1, element("p.png", **{"chroma-key": {"color": "#00C83C", "tolerance": t}}))), 0
        )[0][96, 54, 1]
        for t in (1, 60)
    ]
    assert seen[0] > 150
    assert seen[1] < 30


def test_a_white_key_takes_white_and_leaves_grey(studio: Studio) -> None:
    picture = np.full((160, 160, 3), 255, np.uint8)
    picture[60:100, 60:100] = 150
    kept(studio, "w.png", picture)
    frame = studio.frames(movie(scene(0.1, element("w.png", **{"chroma-key": {"color": "white"}}))), 0)[0]
    assert is_near(frame, 0.3, 0.4, BLACK)
    assert is_near(frame, 0.5, 0.5, (150, 150, 150))


def circle(studio: Studio, name: str) -> str:
    picture = Image.new("L", (200, 200), 0)
    ImageDraw.Draw(picture).ellipse((10, 10, 189, 189), fill=255)
    return kept(studio, name, np.asarray(picture.convert("RGB")))


@pytest.mark.parametrize("name", ["q.png", "q.mp4"])
@pytest.mark.parametrize("mask", ["m.png", "m.mp4"])
def test_a_mask_lets_its_light_parts_through(studio: Studio, name: str, mask: str) -> None:
    quarters(studio, name)
    circle(studio, mask)
    document = movie(scene(0.3, element(name, mask=mask), **{"background-color": "#1E28DC"}))
    assert studio.plan(document).notes == ()
    frame = studio.frames(document, 2)[0]
    for place, colour in zip(centre_colours(frame), [RED, GREEN, BLUE, WHITE], strict=True):
        assert is_near(frame, *place, colour, within=16)
    for place in centre_colours(frame, reach=0.235):
        assert is_near(frame, *place, BLUE)


def test_a_mask_holds_for_text_and_half_light_is_half(studio: Studio) -> None:
    kept(studio, "half.png", np.full((10, 10, 3), 128, np.uint8))
    quarters(studio, "q.png")
    words = {"type": "text", "text": "█████", "settings": {"font-size": "200px", "text-shadow": "none"}}
    plain, masked = (
        studio.frames(movie(scene(0.1, {**words, **m})), 1)[0].max() for m in ({}, {"mask": "half.png"})
    )
    assert plain > 240
    assert 110 < masked < 145
    frame = studio.frames(movie(scene(0.1, element("q.png", mask="half.png"))), 1)[0]
    assert is_near(frame, 0.38, 0.45, tuple(c / 2 for c in RED), within=16)


def test_a_mask_is_a_file_of_the_movie(studio: Studio, tmp_path: Path) -> None:
    quarters(studio, "q.png")
    (studio.folder / "no.png").write_bytes(b"nothing")
    for name, words in (("/etc/passwd", "there is no file"), ("no.png", "no.png cannot be read as a photo")):
        with pytest.raises(Refused, match="Scene #1, element #1: ") as caught:
            studio.plan(movie(scene(0.1, element("q.png", mask=name))))
        assert words in caught.value.message
