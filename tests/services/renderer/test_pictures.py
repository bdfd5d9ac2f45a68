"""The right colour at the right time and place: photos, clips, layers, transitions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image
from renderer_studio import (
    BLACK,
    BLUE,
    GREEN,
    RED,
    WHITE,
    Studio,
    image,
    is_near,
    movie,
    scene,
    video,
)

from services.renderer.local.pictures.slide import Slide


def halved(colour: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(value // 2 for value in colour)


def mean(*colours: tuple[int, int, int]) -> tuple[float, ...]:
    return tuple(np.mean(colours, axis=0))


def test_scenes_come_in_order_and_crossfade_through_the_middle(studio: Studio) -> None:
    studio.photo("red.jpg", RED)
    studio.photo("blue.jpg", BLUE)
    document = movie(
        scene(1, image("red.jpg")),
        scene(1, image("blue.jpg"), transition={"style": "fade", "duration": 0.5}),
    )
    assert studio.plan(document).frames == 45
    start, before, middle, after = studio.frames(document, 0, 14, 22, 30)
    assert is_near(start, 0.5, 0.5, RED)
    assert is_near(before, 0.5, 0.5, RED)
    assert is_near(middle, 0.5, 0.5, mean(RED, BLUE))
    assert is_near(after, 0.5, 0.5, BLUE)


@pytest.mark.parametrize(
    ("style", "old", "new"),
    [
        ("wipeleft", (0.1, 0.5), (0.9, 0.5)),
        ("wiperight", (0.9, 0.5), (0.1, 0.5)),
        ("wipeup", (0.5, 0.1), (0.5, 0.9)),
        ("wipedown", (0.5, 0.9), (0.5, 0.1)),
        ("slideleft", (0.1, 0.5), (0.9, 0.5)),
        ("slideright", (0.9, 0.5), (0.1, 0.5)),
        ("slideup", (0.5, 0.1), (0.5, 0.9)),
        ("slidedown", (0.5, 0.9), (0.5, 0.1)),
        ("smoothleft", (0.05, 0.5), (0.95, 0.5)),
        ("circleopen", (0.05, 0.05), (0.5, 0.5)),
        ("circleclose", (0.5, 0.5), (0.05, 0.05)),
        ("vertopen", (0.02, 0.5), (0.5, 0.5)),
        ("horzclose", (0.5, 0.5), (0.5, 0.02)),
        ("wipetl", (0.1, 0.1), (0.9, 0.9)),
        ("diagbr", (0.95, 0.95), (0.05, 0.05)),
    ],
)
def test_transitions_go_the_way_their_name_says(
    studio: Studio, style: str, old: tuple[float, float], new: tuple[float, float]
) -> None:
    studio.photo("red.jpg", RED)
    studio.photo("blue.jpg", BLUE)
    document = movie(
        scene(1, image("red.jpg")), scene(1, image("blue.jpg"), transition={"style": style, "duration": 0.5})
    )
    first, middle, done = studio.frames(document, 14, 22, 31)
    assert is_near(first, 0.5, 0.5, RED)
    assert is_near(middle, *old, RED)
    assert is_near(middle, *new, BLUE)
    assert is_near(done, *old, BLUE)
    assert is_near(done, *new, BLUE)


@pytest.mark.parametrize(("style", "colour"), [("fadeblack", BLACK), ("fadewhite", WHITE)])
def test_fades_through_a_colour(studio: Studio, style: str, colour: tuple[int, int, int]) -> None:
    studio.photo("red.jpg", RED)
    document = movie(
        scene(1, image("red.jpg")), scene(1, image("red.jpg"), transition={"style": style, "duration": 0.5})
    )
    assert is_near(studio.frames(document, 18)[0], 0.5, 0.5, colour, within=20)


def test_cover_cuts_and_contain_leaves_bars_of_the_background(studio: Studio) -> None:
    studio.halves("wide.jpg", (400, 200))
    covered = studio.frames(movie(scene(1, image("wide.jpg"))), 0)[0]
    assert is_near(covered, 0.02, 0.02, RED)
    assert is_near(covered, 0.98, 0.98, BLUE)
    contained = studio.frames(
        movie(scene(1, image("wide.jpg", resize="contain"), **{"background-color": "#00FF00"})), 0
    )[0]
    assert is_near(contained, 0.5, 0.1, (0, 255, 0))
    assert is_near(contained, 0.1, 0.5, RED)
    assert is_near(contained, 0.9, 0.5, BLUE)


@pytest.mark.parametrize(
    ("orientation", "red_at"),
    [(1, (0.1, 0.5)), (3, (0.9, 0.5)), (6, (0.5, 0.1)), (8, (0.5, 0.9))],
)
def test_photos_are_turned_by_their_exif(
    studio: Studio, orientation: int, red_at: tuple[float, float]
) -> None:
    studio.halves("turned.jpg", (300, 300), orientation)
    shown = studio.frames(movie(scene(1, image("turned.jpg"))), 0)[0]
    assert is_near(shown, *red_at, RED)
    assert is_near(shown, 1 - red_at[0], 1 - red_at[1], BLUE)


def test_a_big_jpeg_read_at_a_fraction_shows_the_same_place(studio: Studio) -> None:
    studio.halves("big.jpg", (2400, 1600), 6)
    shown = studio.frames(movie(scene(1, image("big.jpg", zoom=5))), 0)[0]
    assert is_near(shown, 0.5, 0.45, RED)
    assert is_near(shown, 0.5, 0.55, BLUE)


def test_pan_and_zoom_move_the_view(studio: Studio) -> None:
    studio.halves("wide.jpg", (600, 480))
    panned = studio.frames(movie(scene(1, image("wide.jpg", pan="right", **{"pan-distance": 0.4}))), 0, 29)
    border = [np.argmax(frame[96, :, 2] > 120) / frame.shape[1] for frame in panned]
    assert border[0] - border[1] == pytest.approx(0.4, abs=0.03)
    studio.halves("sign.jpg", (270, 480))
    zoomed = studio.frames(movie(scene(1, image("sign.jpg", zoom=10, pan="left"))), 0, 29)
    border = [np.argmax(frame[96, :, 2] > 120) / frame.shape[1] for frame in zoomed]
    assert border[1] > border[0] + 0.05


def test_a_place_beside_resize_is_not_followed_and_it_is_said(studio: Studio) -> None:
    studio.photo("red.jpg", RED)
    said = (
        "Scene #1, element #1: with resize it stands in the middle; "
        "the vendor does not say what x, y and position mean then."
    )
    for place in ({"x": 200}, {"y": -40}, {"position": "bottom-right"}):
        assert said in studio.plan(movie(scene(1, image("red.jpg", **place)))).notes
    for place in ({}, {"x": 0, "y": 0}, {"position": "center-center"}, {"resize": None, "width": 90, "x": 5}):
        assert studio.plan(movie(scene(1, image("red.jpg", **place)))).notes == ()


def test_zoom_is_smooth_to_a_tenth_of_a_pixel() -> None:
    """A soft blob's centre of mass, sampled by a slowly moving view, follows the straight line."""
    y, x = np.mgrid[0:400, 0:400]
    plane = (230 * np.exp(-((x - 260.3) ** 2 + (y - 130.7) ** 2) / 800)).astype(np.uint8)
    slide, out = Slide(plane), np.empty((348, 348), np.uint8)
    found, expected = [], []
    for step in range(40):
        start, length = 0.02 + 0.0005 * step, 0.95 - 0.0010 * step
        slide.sample((start, start, length, length), out)
        weight = out.astype(float)
        found.append((weight * (np.arange(348) + 0.5)).sum() / weight.sum())
        expected.append((260.8 / 400 - start) / length * 348)
    error = np.asarray(found) - expected
    assert np.sqrt(np.mean((error - error.mean()) ** 2)) < 0.1


def test_clips_play_in_time_seek_loop_and_hold_their_last_frame(studio: Studio) -> None:
    studio.clip("rgb.mp4", [RED, GREEN, BLUE])  # half a second each
    plain = movie(scene(2.5, video("rgb.mp4", duration=2.5)))
    shown = studio.frames(plain, 0, 14, 15, 29, 30, 44, 60, 74)
    colours = [RED, RED, GREEN, GREEN, BLUE, BLUE, BLUE, BLUE]
    for frame, colour in zip(shown, colours, strict=True):
        assert is_near(frame, 0.9, 0.5, colour)
    sought = studio.frames(movie(scene(1.4, video("rgb.mp4", seek=0.5))), 0, 14, 15, 40)
    for frame, colour in zip(sought, [GREEN, GREEN, BLUE, BLUE], strict=True):
        assert is_near(frame, 0.9, 0.5, colour)
    looped = studio.frames(movie(scene(3, video("rgb.mp4", loop=-1, duration=-2))), 44, 45, 60, 89)
    for frame, colour in zip(looped, [BLUE, RED, GREEN, BLUE], strict=True):
        assert is_near(frame, 0.9, 0.5, colour)


def test_other_and_varying_frame_rates_keep_their_time(studio: Studio) -> None:
    studio.clip("slow.mp4", [RED, GREEN], fps=12, each=6)
    shown = studio.frames(movie(scene(1, video("slow.mp4"))), 14, 15)
    assert is_near(shown[0], 0.9, 0.5, RED)
    assert is_near(shown[1], 0.9, 0.5, GREEN)
    # Ten frames in the first half second, then two a second apart.
    studio.clip(
        "vfr.mp4", [RED, GREEN, BLUE], each=5,
        times=lambda n: Fraction(n, 20) if n < 10 else Fraction(1, 2) + (n - 10) * Fraction(1, 5),
    )  # fmt: skip
    shown = studio.frames(movie(scene(1.3, video("vfr.mp4"))), 7, 8, 14, 15, 30)
    for frame, colour in zip(shown, [RED, GREEN, GREEN, BLUE, BLUE], strict=True):
        assert is_near(frame, 0.9, 0.5, colour)


@pytest.mark.parametrize(
    ("rotation", "dark_at"), [(0, (0.1, 0.5)), (90, (0.5, 0.9)), (-90, (0.5, 0.1)), (180, (0.9, 0.5))]
)
def test_clips_are_turned_by_their_rotation(
    studio: Studio, rotation: int, dark_at: tuple[float, float]
) -> None:
    """``rotation`` is how far the picture is to be turned counter-clockwise; its left half is darker."""
    studio.clip("turned.mp4", [GREEN], size=(160, 160), each=3, rotation=rotation)
    shown = studio.frames(movie(scene(0.1, video("turned.mp4"))), 0)[0]
    assert is_near(shown, *dark_at, halved(GREEN))
    assert is_near(shown, 1 - dark_at[0], 1 - dark_at[1], GREEN)


def test_pixels_that_are_not_square_are_shown_in_shape(studio: Studio) -> None:
    studio.clip("sar.mp4", [GREEN], size=(128, 128), each=3, aspect=Fraction(2))
    plan = studio.plan(movie(scene(0.1, video("sar.mp4", resize="contain"))))
    box = plan.segments[0].scenes[0].layers[0].box
    assert (box.width, box.height) == (108, 54)


def test_layers_stack_by_z_index_and_order_and_fade(studio: Studio) -> None:
    studio.photo("red.jpg", RED, (200, 200))
    studio.photo("blue.jpg", BLUE, (200, 200))
    placed = {"resize": None, "x": 0, "y": 0, "width": 540, "height": 960}
    document = movie(
        scene(2, image("blue.jpg", **{**placed, "z-index": 1}), image("red.jpg", **{**placed, "width": 1080}))
    )
    shown = studio.frames(document, 0)[0]
    assert is_near(shown, 0.25, 0.25, BLUE)
    assert is_near(shown, 0.75, 0.25, RED)
    assert is_near(shown, 0.25, 0.75, BLACK)
    faded = movie(scene(2, image("red.jpg", **{"fade-in": 1, "fade-out": 1})))
    early, full, late = studio.frames(faded, 14, 30, 45)
    assert is_near(early, 0.5, 0.5, mean(RED, BLACK))
    assert is_near(full, 0.5, 0.5, RED)
    assert is_near(late, 0.5, 0.5, mean(RED, BLACK))


def test_movie_elements_lie_over_or_under_all_scenes(studio: Studio) -> None:
    studio.photo("red.jpg", RED)
    studio.photo("green.jpg", GREEN)
    badge = {"type": "image", "src": "green.jpg", "width": 200, "height": 200, "duration": -2}
    ground = {"type": "image", "src": "red.jpg", "resize": "cover", "duration": -2, "z-index": -1}
    document = movie(
        scene(1, **{"background-color": "transparent"}), scene(1, **{"background-color": "#0000FF"}),
        elements=[{**badge, "position": "bottom-right"}, ground],
    )  # fmt: skip
    first, second = studio.frames(document, 5, 45)
    assert is_near(first, 0.3, 0.3, RED)
    assert is_near(second, 0.3, 0.3, (0, 0, 255))
    for frame in (first, second):
        assert is_near(frame, 0.9, 0.92, GREEN)
        assert not is_near(frame, 0.98, 0.99, GREEN)  # five percent stay free


def test_transparent_pictures_let_through_without_dark_edges(studio: Studio) -> None:
    picture = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    picture.paste((*WHITE, 255), (50, 50, 150, 150))
    picture.save(studio.folder / "sign.png")
    document = movie(
        scene(1, image("sign.png", resize=None, width=1080, height=1920), **{"background-color": "#FFFFFF"})
    )
    shown = studio.frames(document, 0)[0]
    assert shown.min() > 245


def test_a_picture_partly_outside_is_cut_off(studio: Studio) -> None:
    studio.photo("red.jpg", RED)
    document = movie(scene(1, image("red.jpg", resize=None, x=-540, y=-960, width=1080, height=1920, zoom=5)))
    shown = studio.frames(document, 10)[0]
    assert is_near(shown, 0.2, 0.2, RED)
    assert is_near(shown, 0.8, 0.2, BLACK)


def test_segments_have_keys_of_what_their_pictures_depend_on(studio: Studio) -> None:
    studio.photo("red.jpg", RED)

    def keys(text: str, red: str = "1", first: float = 1.0) -> list[str]:
        words = {"type": "text", "text": text}
        fade = {"style": "fade", "duration": 0.5}
        plan = studio.plan(movie(scene(first), scene(2, image("red.jpg")), scene(2, words, transition=fade)))
        return [segment.key({"red.jpg": red}, {"crf": 20}) for segment in plan.segments]

    base = keys("one")
    assert len(set(base)) == 4
    assert [a == b for a, b in zip(base, keys("two"), strict=True)] == [True, True, False, False]
    assert [a == b for a, b in zip(base, keys("one", red="2"), strict=True)] == [True, False, False, True]
    assert [a == b for a, b in zip(base, keys("one", first=1.5), strict=True)] == [False, True, True, True]
