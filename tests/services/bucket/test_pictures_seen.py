"""Colours, brightness, sharpness and likeness of pictures."""

from __future__ import annotations

import io
import random
import time
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from services.bucket import colours, picture
from services.bucket.alike import families
from services.model.footage import MARK
from tests.services.bucket.footage_media import jpeg, scene


@dataclass(frozen=True, slots=True)
class Marked:
    content: str
    kind: str
    seconds: float
    marks: bytes


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "black"),
        ((128, 128, 128), "grey"),
        ((255, 255, 255), "white"),
        ((200, 30, 30), "red"),
        ((235, 130, 20), "orange"),
        ((240, 220, 40), "yellow"),
        ((40, 140, 60), "green"),
        ((30, 150, 160), "teal"),
        ((40, 70, 190), "blue"),
        ((120, 50, 180), "purple"),
        ((240, 120, 180), "pink"),
        ((120, 75, 45), "brown"),
        ((222, 205, 180), "beige"),
        ((168, 98, 66), "brown"),
        ((20, 35, 90), "blue"),
    ],
)
def test_colours_have_the_names_people_give_them(rgb: tuple[int, int, int], name: str) -> None:
    assert colours.name(rgb) == name


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_colour_has_a_name(rgb: tuple[int, int, int]) -> None:
    assert colours.name(rgb).isalpha()


def test_a_palette_has_the_shares_of_the_picture() -> None:
    shown = Image.new("RGB", (100, 100), (30, 60, 170))
    shown.paste((225, 210, 185), (0, 0, 100, 30))
    found = colours.palette(picture.sample(shown))
    assert [name for _, _, name in found] == ["blue", "beige"]
    assert [share for _, share, _ in found] == [pytest.approx(0.7, abs=0.03), pytest.approx(0.3, abs=0.03)]
    assert found[0][0] == "#1e3caa"


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_palettes_are_short_and_the_same_each_time(seed: int) -> None:
    pixels = picture.sample(scene(seed))
    found = colours.palette(pixels)
    assert 1 <= len(found) <= 6
    assert sum(share for _, share, _ in found) <= 1.001
    assert found == colours.palette(pixels)
    assert [share for _, share, _ in found] == sorted((share for _, share, _ in found), reverse=True)


def test_a_blur_is_less_sharp_the_stronger_it_is() -> None:
    sharp = scene(4)
    values = [
        picture.sharpness(picture.luma(sharp.filter(ImageFilter.GaussianBlur(radius)) if radius else sharp))
        for radius in (0, 1, 3, 8)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.8
    assert values[-1] < 0.2
    assert picture.sharpness(picture.luma(Image.new("RGB", (300, 200), "grey"))) == 0


def test_brightness_and_contrast_are_between_their_ends() -> None:
    black, white = (picture.luma(Image.new("L", (40, 40), level)) for level in (0, 255))
    assert picture.brightness(black) == 0
    assert picture.brightness(white) == pytest.approx(1)
    both = np.concatenate([black, white])
    assert (picture.contrast(both), picture.contrast(black)) == (pytest.approx(1), 0)


def of(shown: Image.Image, content: str, seconds: float = 0.0, kind: str = "image") -> Marked:
    small = picture.thumbnail(shown.convert("RGB"), picture.SIDE)
    return Marked(content, kind, seconds, picture.mark(small) * (3 if kind == "video" else 1))


def copies(seed: int) -> list[Image.Image]:
    """A picture, smaller, lighter, with other compression, and a little cut."""
    one = scene(seed)
    squeezed = Image.open(io.BytesIO(jpeg(one, 35)))
    return [
        one,
        one.resize((300, 225)),
        ImageEnhance.Brightness(one).enhance(1.07),
        squeezed,
        one.crop((6, 5, 634, 475)),
    ]


@given(st.integers(0, 100_000))
@settings(max_examples=15, deadline=None)
def test_copies_are_one_family_and_other_pictures_are_not(seed: int) -> None:
    marked = [
        of(shown, f"{number}-{k}")
        for number in (seed, seed + 1, seed + 2)
        for k, shown in enumerate(copies(number))
    ]
    random.Random(seed).shuffle(marked)
    assert {content: family[:-2] for content, family in families(marked).items()} == {
        one.content: one.content[:-2] for one in marked
    }


def test_the_order_of_files_changes_no_family() -> None:
    marked = [of(shown, f"{seed}-{k}") for seed in range(6) for k, shown in enumerate(copies(seed))]
    assert families(marked) == families(marked[::-1])


def test_clips_of_another_length_or_kind_are_no_copies() -> None:
    shown = scene(9)
    marked = [
        of(shown, "a", 10.0, "video"),
        of(shown, "b", 10.1, "video"),
        of(shown, "c", 14.0, "video"),
        of(shown, "d"),
    ]
    assert families(marked) == {"a": "a", "b": "a", "c": "c", "d": "d"}


def test_marks_that_are_none_are_left_alone() -> None:
    assert families([Marked("a", "image", 0, b"short"), Marked("b", "image", 0, b"")]) == {"a": "a", "b": "b"}
    assert families([]) == {}


def test_ten_thousand_are_compared_in_a_moment() -> None:
    rng = np.random.default_rng(1)
    marked = [Marked(f"{n:05d}", "image", 0, rng.bytes(MARK)) for n in range(10_000)]
    marked.append(Marked("zzzzz", "image", 0, marked[77].marks))
    started = time.process_time()
    assert families(marked)["zzzzz"] == "00077"
    assert time.process_time() - started < 20
