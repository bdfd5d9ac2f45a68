"""Text: where it stands, how it breaks, that it fits, what it is set in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from renderer_studio import QUICK, Pixels, Studio, movie, scene

from services.renderer.local.layers import Box, Layer, TextSpec
from services.renderer.local.look import look_of
from services.renderer.local.text import notes, set_text

CANVAS = (1080, 1920)


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
    assert notes(layer)[0].startswith("Scene #1, element #2: the text is set at ")


def test_an_endless_word_is_broken() -> None:
    text = set_text(spec("x" * 400, font_size="72px"), Box(0, 0, 500, 1900))
    assert max(text.widths) <= 501
    assert "".join(text.lines) == "x" * 400


def test_what_roboto_lacks_comes_from_dejavu_and_the_rest_is_said() -> None:
    box = Box(0, 0, 900, 900)
    layer = Layer("Scene #1, element #1", spec("→ ☺ 陶 ok", font_family="Bebas Neue"), box, 0, 9)
    assert notes(layer) == [
        "Scene #1, element #1: the font 'Bebas Neue' is shown as Roboto.",
        "Scene #1, element #1: no installed font has 陶; left out.",
    ]
    assert set_text(layer.spec, layer.box).lines == ("→ ☺ ok",)  # type: ignore[arg-type]


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
    assert look.shadow is not None
    assert (look.shadow.dy, look.shadow.blur, look.shadow.colour[3]) == (4, 24, 0.85)
    assert (look.spacing, look.line_height, look.pad) == (27, 2.0, (20, 10))
    odd = look_of(spec("x", font_size="-9px", color="url(x)", text_shadow="wow", line_height="NaN"))
    assert (odd.size, odd.colour, odd.shadow, odd.line_height) == (43.2, (255, 255, 255, 1.0), None, 1.2)
