"""Rectangles as written, boxes and counters on their way, and cards of what is not known."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from renderer_studio import BLACK, BLUE, GREEN, QUICK, RED, WHITE, Studio, is_near, movie, scene

from services.errors import Refused
from services.renderer.local.pictures.easing import eased, is_known
from services.renderer.local.planning.css_box import Frame, border_of, fill_of, gradient
from services.renderer.local.planning.layers import Box
from services.renderer.local.planning.shape_spec import Gradient

EASINGS = [
    f"ease{way}{form}" for way in ("In", "Out", "InOut")
    for form in ("Quad", "Cubic", "Quart", "Quint", "Sine", "Expo", "Circ", "Back", "Elastic", "Bounce")
]  # fmt: skip


def component(name: str, **more: Any) -> dict[str, Any]:
    """``rotate`` is the element's, everything else an item of its settings."""
    items = {key: value for key, value in more.items() if key != "rotate"}
    place = {"rotate": more["rotate"]} if "rotate" in more else {}
    return {"type": "component", "component": name, "settings": items, **place}


def frames(studio: Studio, element: dict[str, Any], *wanted: int) -> list[np.ndarray]:
    return studio.frames(movie(scene(2, element)), *wanted)


@pytest.mark.parametrize("name", ["linear", *EASINGS])
def test_easings_begin_and_end_where_they_should(name: str) -> None:
    assert is_known(name)
    assert eased(name, 0) == pytest.approx(0, abs=1e-3)
    assert eased(name, 1) == pytest.approx(1, abs=1e-3)
    assert eased(name, -1) == pytest.approx(0, abs=1e-3)
    middle = eased(name, 0.3)
    if "Back" not in name and "Elastic" not in name and "Bounce" not in name:
        assert (middle < 0.3) == name.startswith("easeIn") or name == "linear"


def test_a_rectangle_is_where_and_as_it_is_written(studio: Studio) -> None:
    style = {
        "left": "25%", "top": "25%", "width": "50%", "height": "50%", "background": "rgb(220,30,30)",
        "border": "40px solid #1EC828",
    }  # fmt: skip
    document = movie(scene(1, component("shape/rectangle", rectangle1=style)))
    assert studio.plan(document).notes == ()
    frame = studio.frames(document, 0)[0]
    assert is_near(frame, 0.5, 0.5, RED)
    for x, y in ((0.268, 0.5), (0.732, 0.5), (0.5, 0.2605), (0.5, 0.7395)):
        assert is_near(frame, x, y, GREEN, within=24)
    for x, y in ((0.2, 0.5), (0.8, 0.5), (0.5, 0.2), (0.5, 0.8)):
        assert is_near(frame, x, y, BLACK)


def test_a_rectangle_goes_where_it_is_sent_on_time(studio: Studio) -> None:
    style = {
        "left": "0%", "top": "0%", "width": "50%", "height": "50%", "background": "#DC1E1E",
        "animate": {"left": "50%", "top": "50%", "duration": "1000", "easing": "linear"},
    }  # fmt: skip
    start, middle, end = frames(studio, component("shape/rectangle", rectangle1=style), 0, 15, 40)
    assert is_near(start, 0.1, 0.1, RED)
    assert is_near(start, 0.6, 0.6, BLACK)
    assert is_near(middle, 0.3, 0.3, RED)
    assert is_near(middle, 0.2, 0.2, BLACK)
    assert is_near(middle, 0.8, 0.8, BLACK)
    assert is_near(end, 0.9, 0.9, RED)
    assert is_near(end, 0.4, 0.4, BLACK)


def test_rectangles_have_gradients_corners_turns_and_shadows(studio: Studio) -> None:
    style = {"background": "linear-gradient(90deg, #DC1E1E 0%, #1E28DC 100%)"}
    frame = frames(studio, component("shape/rectangle", rectangle1=style), 0)[0]
    assert is_near(frame, 0.02, 0.5, RED)
    assert is_near(frame, 0.98, 0.5, BLUE)
    assert is_near(frame, 0.5, 0.5, tuple((a + b) / 2 for a, b in zip(RED, BLUE, strict=True)))
    round_ = {"background": "#FFFFFF", "border-radius": "540px", "height": "1080px", "top": "420px"}
    frame = frames(studio, component("shape/rectangle", rectangle1=round_), 0)[0]
    assert is_near(frame, 0.5, 0.5, WHITE)
    assert is_near(frame, 0.08, 0.25, BLACK)
    bar = {"top": "45%", "height": "10%", "background": "#FFF", "rotate": "90deg"}
    frame = frames(studio, component("shape/rectangle", rectangle1=bar), 0)[0]
    assert is_near(frame, 0.5, 0.3, WHITE)
    assert is_near(frame, 0.1, 0.5, BLACK)
    cast = {"left": "10%", "top": "10%", "width": "30%", "height": "30%", "background": "#FFF",
            "box-shadow": "432px 768px 0 #DC1E1E"}  # fmt: skip
    frame = frames(studio, component("shape/rectangle", rectangle1=cast), 0)[0]
    assert is_near(frame, 0.2, 0.2, WHITE)
    assert is_near(frame, 0.65, 0.65, RED)


def test_a_component_turns_as_a_whole(studio: Studio) -> None:
    bar = {"left": "0%", "top": "45%", "width": "100%", "height": "10%", "background": "#FFFFFF"}
    frame = frames(studio, component("shape/rectangle", rectangle1=bar, rotate={"angle": 90}), 0)[0]
    assert is_near(frame, 0.5, 0.3, WHITE)
    assert is_near(frame, 0.1, 0.5, BLACK)


def test_a_box_grows_to_its_final_width(studio: Studio) -> None:
    box = {"background": "white", "final_width": "50%", "duration": 500, "easing": "linear"}
    start, middle, end = frames(studio, component("basic/100", box=box), 1, 8, 30)
    assert is_near(start, 0.3, 0.5, BLACK)
    assert is_near(middle, 0.2, 0.5, WHITE)
    assert is_near(middle, 0.4, 0.5, BLACK)
    assert is_near(end, 0.45, 0.5, WHITE)
    assert is_near(end, 0.55, 0.5, BLACK)
    slides = {"background": "white", "initial_left": "100%", "final_left": "50%", "duration": 500}
    start, end = frames(studio, component("basic/100", box=slides), 0, 30)
    assert start.max() < 20
    assert is_near(end, 0.45, 0.5, BLACK)
    assert is_near(end, 0.55, 0.5, WHITE)
    notes = studio.plan(movie(scene(1, component("basic/100", box=box)))).notes
    assert notes == ("Scene #1, element #1: the component basic/100 is approximated; it may move otherwise.",)


def test_a_counter_counts_and_stops(studio: Studio) -> None:
    counter = {
        "text": ["$__num__"], "from": "400", "to": "230", "duration": 1000, "font-size": "20vw",
        "text-shadow": "none",
    }  # fmt: skip
    first, middle, last, later = frames(studio, component("advanced/060", counter=counter), 0, 3, 30, 55)
    assert not np.array_equal(first, middle)
    assert not np.array_equal(middle, last)
    assert np.array_equal(last, later)
    assert last.max() > 200
    alone = {"type": "text", "text": "$230", "settings": {"font-size": "216px", "text-shadow": "none"}}
    still = studio.frames(movie(scene(2, {**alone, "width": 1080, "height": 1920})), 30)[0]
    assert np.abs(last.astype(int) - still).mean() < 1


def test_an_unknown_component_shows_its_texts_and_says_so(studio: Studio) -> None:
    element = component(
        "basic/000",
        headline={"text": ["One <b>two</b>"], "color": "#DC1E1E", "font-size": "10vw", "text-shadow": "none"},
        body={
            "text": "three&nbsp;four<br>five",
            "color": "#1EC828",
            "font-size": "8vw",
            "text-shadow": "none",
        },
        card={"background-color": "#FFFFFF", "vertical-align": "bottom"},
    )
    document = movie(scene(1, element))
    assert studio.plan(document).notes == (
        "Scene #1, element #1: the component basic/000 is approximated: its texts are shown without its "
        "design.",
    )
    frame = studio.frames(document, 5, profile=QUICK)[0].astype(int)
    red = (frame[:, :, 0] > 170) & (frame[:, :, 1] < 90)
    green = (frame[:, :, 1] > 150) & (frame[:, :, 0] < 90)
    white = frame.min(axis=2) > 240
    assert red.any()
    assert green.any()
    assert np.flatnonzero(red.any(axis=1)).max() < np.flatnonzero(green.any(axis=1)).min()  # in that order
    assert np.flatnonzero(white.any(axis=1)).min() > 240  # at the bottom


def test_what_cannot_be_shown_is_said(studio: Studio) -> None:
    notes = studio.plan(movie(scene(1, component("advanced/070", rating={"value": 4})))).notes
    assert notes == ("Scene #1, element #1: the component advanced/070 is not shown in the local preview.",)
    logo = {"background-image": "url('file:///etc/passwd')", "background": "#fff"}
    notes = studio.plan(movie(scene(1, component("shape/rectangle", rectangle1=logo)))).notes
    assert notes == ("Scene #1, element #1: a picture inside a component is not shown in the local preview.",)


def test_gradients_and_borders_as_css_writes_them() -> None:
    frame = Frame(Box(0, 0, 200, 100), 1.0)
    found = gradient("linear-gradient(to right, red, rgba(0, 0, 255, 0.5) 30%, lime)")
    stops = ((0.0, (255, 0, 0, 1.0)), (0.3, (0, 0, 255, 0.5)), (1.0, (0, 255, 0, 1.0)))
    assert found == Gradient(90.0, stops)
    assert gradient("linear-gradient(nonsense)") is None
    assert fill_of({"background-color": "white", "background": "none"}) == (255, 255, 255, 1.0)
    assert fill_of({"background": "transparent"}) is None
    assert border_of({"border": "2px solid #b30000"}, frame) == ((2, 2, 2, 2), (179, 0, 0, 1.0))
    widths, colour = border_of({"border-width": "1vw 2px 4vw", "border-color": "white"}, frame)
    assert (widths, colour) == ((2, 2, 8, 2), (255, 255, 255, 1.0))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.sampled_from(["100%", "-5vw", "1e9px", "linear-gradient(45deg, red, blue)", "rgba(1,2,", "url(x)"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(
            ["left", "width", "animate", "background", "border", "text", "from", "to", "duration", "easing",
             "rotate", "opacity", "font-size", "border-radius", "box-shadow", "initial_left", "margin"]
        ), inner, max_size=6,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(["shape/rectangle", "basic/100", "advanced/060", "basic/000", "basic/052", "x"]),
    items=st.dictionaries(
        st.sampled_from(["rectangle1", "box", "counter", "headline", "card", "section"]), JSON, max_size=4
    ),
)
def test_whatever_its_settings_hold_a_component_only_ever_plans(name: str, items: dict[str, Any]) -> None:
    """Hostile settings: a plan of finite numbers, or the sentence that refuses the movie."""
    with TemporaryDirectory() as folder:
        studio = Studio(Path(folder))
        try:
            plan = studio.plan(movie(scene(0.2, {"type": "component", "component": name, "settings": items})))
        except Refused:
            return
        json.dumps([str(segment) for segment in plan.segments])
        assert "nan" not in str(plan.segments)
        assert "inf" not in str(plan.segments).replace("inflat", "")
        studio.frames(movie(scene(0.2, {"type": "component", "component": name, "settings": items})), 3)
