"""Colours and numbers as CSS and people write them."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.movie.values import number, parse_colour


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#F00", (255, 0, 0, 1.0)),
        ("#ff000080", (255, 0, 0, 128 / 255)),
        ("White", (255, 255, 255, 1.0)),
        (" transparent ", (0, 0, 0, 0.0)),
        ("rgb(255, 128,0)", (255, 128, 0, 1.0)),
        ("rgb(100%, 50%, 0%)", (255, 128, 0, 1.0)),
        ("rgb(255 128 0 / 50%)", (255, 128, 0, 0.5)),
        ("rgba(33,33,33,0.5)", (33, 33, 33, 0.5)),
        ("RGBA(33,33,33,50%)", (33, 33, 33, 0.5)),
        ("rgb(999, -5, 0)", (255, 0, 0, 1.0)),
        ("hsl(120, 100%, 25%)", (0, 128, 0, 1.0)),
        ("hsla(120deg 100% 25% / .25)", (0, 128, 0, 0.25)),
    ],
)
def test_colours(text: str, colour: tuple[int, int, int, float]) -> None:
    assert parse_colour(text) == pytest.approx(colour)


@pytest.mark.parametrize(
    "text",
    ["", "reddish", "#12", "rgb(1,2)", "rgb(a,b,c)", "rgb(1,2,3,4,5)", "url(x)", "rgb(1e999,0,0)", "none"],
)
def test_what_is_no_colour(text: str) -> None:
    with pytest.raises(ValueError, match="must be a colour"):
        parse_colour(text)


@given(st.text(max_size=20) | st.from_regex(r"(rgb|hsl)a?\([-0-9., /%e]{0,20}\)", fullmatch=True))
def test_any_text_is_a_colour_in_bounds_or_none(text: str) -> None:
    with contextlib.suppress(ValueError):
        *rgb, alpha = parse_colour(text)
        assert all(isinstance(value, int) and 0 <= value <= 255 for value in rgb)
        assert 0 <= alpha <= 1


@pytest.mark.parametrize(
    ("value", "found"),
    [("5", 5), (" 1.5 ", 1.5), ("12px", 12), ("12 px", 12), ("3s", 3), ("-1", -1), ("1e2", 100)],
)
def test_numbers(value: Any, found: float) -> None:
    assert number(value) == found


@pytest.mark.parametrize("value", [None, True, [], {}, "", "five", "1,5", "0x10", "1e999", "--1", "5%", b"5"])
def test_what_is_no_number(value: Any) -> None:
    with pytest.raises(ValueError, match="number"):
        number(value)
