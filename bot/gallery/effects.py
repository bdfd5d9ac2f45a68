"""The sheets of transitions, components and audiograms."""

from __future__ import annotations

from typing import Any, get_args

from bot.gallery.movies import SQUARE, Json, component, film, photo, scene
from bot.gallery.sheet import Sheet, Strip
from services.movie.movie import TransitionStyle

_SHARES = (0.25, 0.5, 0.75)


def transition_styles() -> tuple[str, ...]:
    """Every style of the format, in its order."""
    found = get_args(TransitionStyle)
    return found if isinstance(found[0], str) else get_args(found[0])


def _transition(style: str) -> Strip:
    coming: Json = {**scene(2, photo("moon.jpg")), "transition": {"style": style, "duration": 1}}
    return Strip(style, film(scene(2, photo("vase.jpg")), coming), tuple(1 + share for share in _SHARES))


def _component(label: str, times: tuple[float, ...], name: str, **settings: Any) -> Strip:
    return Strip(
        label, film(scene(3, component(name, **settings), background_color="#3a5a78"), size=SQUARE), times
    )


def _audiogram(label: str, **more: Any) -> Strip:
    bars: Json = {"type": "audiogram", "amplitude": 10, "opacity": 1, **more}
    music: Json = {"type": "audio", "src": "music.m4a", "duration": -2}
    ground = scene(4, photo("moon.jpg", correction={"brightness": -0.3}), bars)
    return Strip(label, film(ground, size=SQUARE, elements=[music]), (0.5, 1.5, 2.5, 3.5))


TRANSITIONS = Sheet(
    "transitions", "Transitions", "A quarter, half and three quarters of the way from one photo to the next.",
    81, 4, tuple(_transition(style) for style in transition_styles()),
)  # fmt: skip
COMPONENTS = Sheet(
    "components", "Components",
    "Rectangles are drawn as written, boxes and counters move; of others the texts are shown.",
    170, 2,
    (
        _component("shape/rectangle", (0.0, 0.3, 2.0), "shape/rectangle", rectangle1={
            "left": "0%", "top": "0%", "width": "40%", "height": "40%", "background": "#ef476f",
            "animate": {"left": "55%", "top": "55%", "duration": "800"},
        }, rectangle2={
            "left": "10%", "top": "60%", "width": "30%", "height": "30%", "border-radius": "40px",
            "background": "linear-gradient(90deg, #ffd166, #06d6a0)", "border": "12px solid #ffffff",
        }),
        _component("basic/100", (0.1, 0.4, 2.0), "basic/100", box={
            "initial_left": "-60%", "initial_top": "30%", "initial_width": "60%", "initial_height": "40%",
            "final_left": "20%", "final_top": "30%", "final_width": "60%", "final_height": "40%",
            "background": "#ffd166",
        }),
        _component("advanced/060", (0.0, 0.6, 2.9), "advanced/060", counter={
            "text": "__num__ bowls", "from": "0", "to": "120", "font-size": "140px", "color": "white",
        }),
        _component("basic/000", (0.0, 0.5, 2.9), "basic/000", headline={"text": "Nine hours of printing"},
                   body={"text": "and three days of waiting for the glaze"}),
        _component("basic/001", (0.0, 0.5, 2.9), "basic/001", headline={"text": "Nine hours"},
                   body={"text": "in one shot"}),
        _component("basic/052", (0.0, 0.5, 2.9), "basic/052", section={"text": "RIPPLE VASE"},
                   headline={"text": "Stoneware and celadon"}),
        _component("advanced/050 (button)", (0.0, 0.5, 2.9), "advanced/050", button={"text": "See more"}),
        _component("advanced/001", (0.0, 0.5, 2.9), "advanced/001",
                   animation={"text": "Made by hand"}),
    ),
)  # fmt: skip
AUDIOGRAMS = Sheet(
    "audiograms", "Audiograms", "Bars that follow the music.",
    124, 2,
    (
        _audiogram("as it is", amplitude=5, opacity=0.5),
        _audiogram("in a box, in colour", color="#ffd166", x=90, y=620, width=900, height=360),
    ),
)  # fmt: skip
