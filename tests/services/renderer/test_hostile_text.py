"""Text from outside that is long, huge, invisible or turned around: drawn or left out, never a failure."""

from __future__ import annotations

import resource
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from renderer_studio import QUICK, Pixels, Studio, movie, scene

from services.errors import Refused
from services.movie.settings import TextSettings
from services.renderer.local.compositing.open_layer import open_layer
from services.renderer.local.pictures.planes import OPAQUE, blank, fill
from services.renderer.local.planning.layers import Box, Layer, TextSpec
from services.renderer.local.text.lettering import notes, set_text

STYLES = [f"{number:03}" for number in range(1, 12)]
ODD = {
    "controls": "a\x00b\x07c\x1b[31md\x7f\u0085e",
    "overrides": "safe\u202egnp.exe\u202c \u2066x\u2069 \u061c",
    "joiners": "\u200d" * 250 + "a" + "\u200d" * 249,
    "nothing": "\u200b\u200c\u2060\ufeff",
    "piled marks": "Z" + "\u0351\u0352\u0353" * 160,
    "one long word": "W" * 500,
    "many lines": "\n".join("x" * 2 for _ in range(166)),
    "flags": "🇩🇪" * 120 + "🇫",
    "surrogates": "a\ud800b\udfffc",
    "private": "\ue000\U0010fffd\U000e0041",
    "mixed": "abc שלום 12 مرحبا 日本語 😀👨‍👩‍👧 नमस्ते ก็ ㅎㅏ",
    "percent": "%s %n {0} {{x}} </text> \\N{\\pos(1,1)}",
}


def drawn(spec: TextSpec, box: Box, index: int = 12) -> Pixels:
    layer = Layer("Here", spec, box, 0, 60)
    notes(layer, 30)
    canvas = blank(*spec.canvas)
    fill(canvas, (16, 128, 128))
    source = open_layer(layer, {}, 30, spec.canvas)
    for frame in (index, 59):
        source.draw(frame, canvas, OPAQUE)
    return canvas.y


def spec(text: str, style: str = "001", canvas: tuple[int, int] = (270, 480), **look: str) -> TextSpec:
    pairs = tuple(sorted((key.replace("_", "-"), value) for key, value in look.items()))
    return TextSpec(text, style, pairs, 0.25, True, True, canvas)


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("style", ["001", "003", "006", "009", "011"])
def test_odd_text_is_drawn_or_left_out(name: str, style: str) -> None:
    begun = time.process_time()
    drawn(spec(ODD[name], style), Box(20, 20, 230, 440))
    assert time.process_time() - begun < 6


def test_overrides_do_not_turn_text_around() -> None:
    plain, evil = (set_text(spec(text), Box(0, 0, 270, 480)) for text in ("exe.png", "\u202eexe.png\u202c"))
    assert plain.lines == evil.lines


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "box", [Box(0, 0, 2, 2), Box(100, 100, 0, 0), Box(-400, -400, 2, 900), Box(268, 478, 2, 2)]
)
def test_boxes_of_a_pixel(style: str, box: Box) -> None:
    drawn(spec("Some words in no room at all", style, background_color="red"), box)


@pytest.mark.parametrize(
    "look",
    [
        {"font_size": "99999px"}, {"font_size": "4000vw"}, {"font_size": "0"}, {"font_size": "0.0001px"},
        {"letter_spacing": "-4000px"}, {"letter_spacing": "4000px"}, {"line_height": "4000"},
        {"line_height": "0"}, {"padding": "4000px 4000px"}, {"border_radius": "4000px"},
        {"text_shadow": "4000px 4000px 4000px red, -4000px 0 4000px blue"}, {"opacity": "-5"},
        {"-webkit-text-stroke": "4000px red"}, {"font_weight": "9" * 12}, {"color": "rgba(1,2,3,1e400)"},
        {"background_color": "red", "padding": "4000px", "border_radius": "4000px"},
    ],
)  # fmt: skip
def test_absurd_lengths(look: dict[str, str]) -> None:
    begun = time.process_time()
    for style in ("001", "008", "009", "011"):
        drawn(spec("Absurd 42", style, **look), Box(0, 0, 270, 480))
    assert time.process_time() - begun < 12


def test_memory_stays_bounded_at_full_size() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    look = {"font_size": "9999px", "text_shadow": "9px 9px 900px red"}
    for style in ("001", "009", "010"):
        drawn(spec("WWWW WWWW " * 10, style, (1080, 1920), **look), Box(0, 0, 1080, 1920))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 500_000  # kilobytes


def test_text_that_is_too_long_is_refused(studio: Studio) -> None:
    with pytest.raises(Refused, match="501 characters; 500 are the most"):
        studio.plan(movie(scene(1, {"type": "text", "text": "x" * 501})))
    studio.frames(movie(scene(1, {"type": "text", "text": "x " * 250, "style": "004"})), 20, profile=QUICK)


WORDS = st.text(max_size=24)
VALUES = st.one_of(
    st.sampled_from(
        ["", "none", "inherit", "1e9px", "NaN", "-1px", "50%", "red", "rgba(0,0,0,.5)", "2px 2px red"]
    ),
    st.text(max_size=12),
    st.floats(allow_nan=True).map(str),
)
NAMES = sorted(field.alias or name for name, field in TextSettings.model_fields.items())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    WORDS, st.sampled_from(STYLES), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5),
    st.tuples(*[st.integers(-50, 600)] * 2, *[st.integers(0, 600)] * 2),
)  # fmt: skip
def test_anything_at_all_is_drawn_inside_the_picture(
    text: str, style: str, look: dict[str, str], place: tuple[int, int, int, int]
) -> None:
    pairs: tuple[tuple[str, str], ...] = tuple(sorted(look.items()))
    canvas = drawn(
        TextSpec(text, style, pairs, 0.25, True, False, (270, 480)), Box(*(n // 2 * 2 for n in place))
    )
    assert canvas.shape == (480, 270)


def test_a_bomb_of_captions_is_planned_and_drawn_in_reasonable_time(studio: Studio) -> None:
    rows = (f"00:00:{n // 60:02},{n % 60 * 16:03} --> 00:00:59,999\nword {n}\n" for n in range(3_500))
    element: dict[str, Any] = {"type": "subtitles", "captions": "\n".join(rows)}
    begun = time.process_time()
    frames = studio.frames(movie(scene(30), elements=[element]), 0, 89, profile=QUICK)
    assert time.process_time() - begun < 20
    assert all(np.ptp(frame) > 100 for frame in frames)
