"""Text: where it stands, how it breaks, that it fits, what it is set in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from renderer_studio import QUICK, Pixels, Studio, movie, scene

from services.renderer.local.planning.layers import Box, Layer, TextSpec
from services.renderer.local.text.lettering import notes, set_text
from services.renderer.local.text.look import look_of

CANVAS = (1080, 1920)
BOX = Box(0, 0, 1080, 1920)


def words(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **more}


def spec(text: str, style: str = "001", wide: bool = True, high: bool = True, **settings: str) -> TextSpec:
    look = tuple(sorted((key.replace("_", "-"), value) for key, value in settings.items()))
    return TextSpec(text, style, look, 1.0, wide, high, CANVAS)


def ink(frame: Pixels) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what is bright, as shares of the picture."""
    rows, columns = np.nonzero(frame.max(axis=2) > 150)
    return (
        columns.min() / frame.shape[1], rows.min() / frame.shape[0],
        columns.max() / frame.shape[1], rows.max() / frame.shape[0],
    )  # fmt: skip


def shown(studio: Studio, element: dict[str, Any], number: int = 10) -> Pixels:
    return studio.frames(movie(scene(1, element)), number, profile=QUICK)[0]


@pytest.mark.parametrize(
    ("settings", "left", "top"),
    [
        ({}, 0.5, 0.5),
        ({"vertical-position": "top", "horizontal-position": "left"}, 0.2, 0.25),
        ({"vertical-position": "bottom", "text-align": "right"}, 0.8, 0.75),
    ],
)
def test_text_stands_where_it_is_asked_to(
    studio: Studio, settings: dict[str, str], left: float, top: float
) -> None:
    element = words("Hi", x=108, y=384, width=864, height=1152, settings={"font-size": "100px", **settings})
    box = ink(shown(studio, element))
    assert (box[0] + box[2]) / 2 == pytest.approx(left, abs=0.12)
    assert (box[1] + box[3]) / 2 == pytest.approx(top, abs=0.06)


def test_text_without_a_box_keeps_to_the_safe_part(studio: Studio) -> None:
    long = "A long sentence that has to be broken over several lines of a narrow picture"
    for down in ("top", "bottom"):
        element = words(long, settings={"font-size": "12vw", "vertical-position": down})
        left, top, right, bottom = ink(shown(studio, element))
        assert left > 0.04
        assert right < 0.96
        assert top > 0.02
        assert bottom < 0.98


def test_text_has_its_colour_background_and_fade(studio: Studio) -> None:
    element = words(
        "▇▇▇", settings={"color": "#FF0000", "background-color": "#00FF00", "font-size": "200px"},
        **{"fade-in": 0.5},
    )  # fmt: skip
    faded, full = studio.frames(movie(scene(1, element)), 7, 20, profile=QUICK)
    for channel in (0, 1):
        assert full[:, :, channel].max() > 230
        assert 100 < faded[:, :, channel].max() < 160
    assert (full[:, :, 2] > 60).mean() < 0.01  # edges share their colour with their neighbours


def test_boxes_have_square_corners_unless_a_radius_is_given(studio: Studio) -> None:
    settings = {"color": "#000000", "background-color": "#FFFFFF", "font-size": "100px"}
    for style in ("001", "011"):
        square, round_ = (
            shown(studio, words("HHHH", style=style, settings=settings | more))
            for more in ({}, {"border-radius": "60px"})
        )
        left, top, right, bottom = ink(square)
        assert ink(round_) == pytest.approx((left, top, right, bottom), abs=0.005)
        for y, x in ((top, left), (top, right), (bottom, left), (bottom, right)):
            at = (
                round(y * 480) + (2 if y == top else -3),
                round(x * 270) + (2 if x == left else -3),
            )
            assert square[at].min() > 200
            assert round_[at].max() < 60


def test_style_002_appears_slowly(studio: Studio) -> None:
    early, late = studio.frames(movie(scene(3, words("Hi", style="002"))), 15, 75, profile=QUICK)
    assert early.max() < 90
    assert late.max() > 220


def test_lines_are_balanced_and_paragraphs_kept() -> None:
    words = "one two three four five six seven\nnew line"
    text = set_text(spec(words, font_size="90px"), Box(0, 0, 900, 900))
    assert text.lines[-1] == "new line"
    assert max(text.widths[:-1]) < 1.5 * min(text.widths[:-1])


def test_text_that_does_not_fit_is_set_smaller_and_said() -> None:
    box = Box(90, 1380, 900, 260)
    layer = Layer("Scene #1, element #2", spec("Many words " * 12, font_size="72px"), box, 0, 30)
    text = set_text(layer.spec, box)  # type: ignore[arg-type]
    assert text.look.size < 72
    assert text.line * len(text.lines) <= 261
    assert text.top >= box.y - 1
    assert notes(layer, 30)[0].startswith("Scene #1, element #2: the text is set at ")


def test_an_endless_word_is_broken() -> None:
    text = set_text(spec("x" * 400, font_size="72px"), Box(0, 0, 500, 1900))
    assert max(text.widths) <= 501
    assert "".join(text.lines) == "x" * 400


def test_what_no_font_has_is_left_out_and_said() -> None:
    box = Box(0, 0, 900, 900)
    layer = Layer("Scene #1, element #1", spec("→ ☺ 陶 ok", font_family="Grape Nuts"), box, 0, 9)
    assert notes(layer, 30) == [
        "Scene #1, element #1: the font 'Grape Nuts' is shown as Roboto.",
        "Scene #1, element #1: no installed font has 陶; left out.",
    ]
    assert set_text(layer.spec, layer.box).lines == ("→ ☺ ok",)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("style", "settings", "said"),
    [
        ("001", {"font_family": "Bebas Neue", "font_style": "italic"}, "the font Bebas Neue has no italics"),
        ("001", {"font_family": "Impact"}, "the font 'Impact' is shown as Anton."),
        ("001", {"word_spacing": "3px", "margin": "9px"}, "settings of the text that have no effect"),
        ("005", {}, "the vendor does not describe style 005"),
        ("003", {}, "its animation takes 2.1 s, but the text is there for 0.3 s."),
    ],
)  # fmt: skip
def test_what_is_shown_otherwise_is_said(style: str, settings: dict[str, str], said: str) -> None:
    layer = Layer("Scene #1, element #1", spec("One two three four five", style, **settings), BOX, 0, 9)
    found = notes(layer, 30)
    assert len(found) == (2 if style == "005" else 1)  # there it is too short, as well
    assert found[0].startswith(f"Scene #1, element #1: {said}")


@pytest.mark.parametrize("family", ["Roboto", "Arial", "Helvetica, sans-serif", "'Anton'", "poppins", ""])
def test_installed_families_need_no_word(family: str) -> None:
    assert notes(Layer("Here", spec("One", font_family=family), BOX, 0, 90), 30) == []


def test_text_is_set_in_the_family_and_weight_it_names() -> None:
    def width(**settings: str) -> float:
        return set_text(spec("Hamburg", font_size="90px", **settings), BOX).widths[0]

    families = [
        "Roboto",
        "Anton",
        "Inter",
        "Montserrat",
        "Poppins",
        "Oswald",
        "Playfair Display",
        "Bebas Neue",
    ]
    assert len({round(width(font_family=family), 1) for family in families}) == len(families)
    for family in ("Roboto", "Inter", "Montserrat", "Poppins"):
        assert width(font_family=family, font_weight="300") < width(font_family=family, font_weight="900")


def test_letters_a_family_lacks_come_from_one_that_is_like_it() -> None:
    text = set_text(spec("Привет Ελλάδα", font_family="Anton", font_size="80px"), BOX)
    line, _ = text.type.line(text.lines[0], 0)
    assert [atom.face.font.getname()[0] for atom in line.atoms] == ["Oswald", "Roboto"]
    assert text.lost == ()


def test_css_words_are_read_and_nonsense_falls_back() -> None:
    look = look_of(
        spec(
            "x", font_size="5vw", color="rgba(255, 0, 0, 50%)",
            text_shadow="0 4px 24px rgba(0,0,0,0.85), 1px 1px red", letter_spacing=".5em",
            line_height="108px", padding="10px 20px", font_weight="bold",
        )
    )  # fmt: skip
    assert look.size == 54
    assert look.colour == (255, 0, 0, 0.5)
    assert [(s.dy, s.blur, s.colour) for s in look.shadows] == [
        (4, 24, (0, 0, 0, 0.85)),
        (1, 0, (255, 0, 0, 1.0)),
    ]
    assert (look.spacing, look.line_height, look.pad) == (27, 2.0, (20, 10))
    odd = look_of(spec("x", font_size="-9px", color="url(x)", text_shadow="wow", line_height="NaN"))
    assert (odd.size, odd.colour, odd.shadows, odd.line_height) == (43.2, (255, 255, 255, 1.0), (), 1.2)


def test_a_stroke_stands_around_the_letters(studio: Studio) -> None:
    look = {"font-size": "200px", "text-shadow": "none", "-webkit-text-stroke": "24px #ff0000"}
    frame = shown(studio, words("O", settings=look)).astype(int)
    red, white = (frame[:, :, 0] > 180) & (frame[:, :, 1] < 70), frame.min(axis=2) > 200
    assert red.sum() > 150
    assert white.sum() > 150
    assert np.nonzero(red)[1].min() < np.nonzero(white)[1].min()
