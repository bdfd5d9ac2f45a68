"""The sheets of pictures: framing, movement, treatment, layers."""

from __future__ import annotations

from typing import Any

from bot.gallery.movies import Json, clip, film, photo, scene, text
from bot.gallery.sheet import Sheet, Strip

_GROUND = "#d8d2c4"
_PATH = (0.0, 1.5, 2.99)
_CENTRE: Json = {"resize": None, "width": 600, "position": "center-center"}


def _still(label: str, *elements: Json, ground: str = _GROUND) -> Strip:
    return Strip(label, film(scene(1, *elements, background_color=ground)), (0.5,))


def _moves(label: str, element: Json) -> Strip:
    return Strip(label, film(scene(3, element, background_color=_GROUND)), _PATH)


def _framed(label: str, src: str = "wide.jpg", **place: Any) -> Strip:
    return _still(label, photo(src, **place))


FRAMING = Sheet(
    "framing", "Framing", "How a wide photo and a tall clip are fitted, cut out and placed on the canvas.",
    120, 8,
    (
        _framed("cover"),
        _framed("contain", resize="contain"),
        _framed("no resize", resize=None),
        _framed("width 600", resize=None, width=600),
        _framed("x 240, y 300", resize=None, width=600, x=240, y=300),
        _framed("crop", resize=None, crop={"x": 500, "y": 300, "width": 540, "height": 720}),
        _framed("crop, then cover", crop={"x": 500, "y": 300, "width": 540, "height": 720}),
        _framed("EXIF turned", "lying.jpg", resize="contain"),
        _framed("top-left", resize=None, width=500, position="top-left"),
        _framed("top-right", resize=None, width=500, position="top-right"),
        _framed("center-center", resize=None, width=500, position="center-center"),
        _framed("bottom-left", resize=None, width=500, position="bottom-left"),
        _framed("bottom-right", resize=None, width=500, position="bottom-right"),
        _framed("partly outside", resize=None, width=900, x=500, y=1400),
        _still("a clip, cover", clip()),
        _still("a clip, small", clip(resize=None, width=500, position="center-center")),
    ),
)  # fmt: skip
MOVEMENT = Sheet(
    "movement", "Zoom and pan", "The first, the middle and the last frame of three seconds.",
    100, 3,
    (
        _moves("zoom 10", photo("vase.jpg", zoom=10)),
        _moves("zoom -10", photo("vase.jpg", zoom=-10)),
        _moves("a clip, zoom 5", clip(zoom=5)),
        _moves("pan left", photo("wide.jpg", pan="left", pan_distance=0.4)),
        _moves("pan right", photo("wide.jpg", pan="right", pan_distance=0.4)),
        _moves("pan top", photo("vase.jpg", pan="top", pan_distance=0.2)),
        _moves("pan bottom-right, zoom 5", photo("vase.jpg", pan="bottom-right", zoom=5)),
        _moves("pan left without crop", photo("wide.jpg", pan="left", pan_distance=0.3, pan_crop=False)),
        _moves("a clip, pan bottom", clip(pan="bottom", pan_distance=0.2)),
    ),
)  # fmt: skip
TREATMENT = Sheet(
    "treatment", "Rotation, flips, correction, chroma key and masks", "Each beside the photo as it is.",
    120, 8,
    (
        _still("as it is", photo("vase.jpg")),
        _still("flip-horizontal", photo("vase.jpg", flip_horizontal=True)),
        _still("flip-vertical", photo("vase.jpg", flip_vertical=True)),
        _still("rotate 15°", photo("vase.jpg", rotate={"angle": 15}, **_CENTRE)),
        _still("rotate -90°", photo("vase.jpg", rotate={"angle": -90}, **_CENTRE)),
        _still("rotated text", text("Made by hand", font_size="120px", font_weight="800",
                                    place={"rotate": {"angle": -20}}), ground="#3a5a78"),
        _still("mask", photo("vase.jpg", mask="circle.png")),
        _still("masked clip", clip(mask="circle.png")),
        _still("brightness 0.3", photo("vase.jpg", correction={"brightness": 0.3})),
        _still("contrast 1.8", photo("vase.jpg", correction={"contrast": 1.8})),
        _still("gamma 0.5", photo("vase.jpg", correction={"gamma": 0.5})),
        _still("gamma 2", photo("vase.jpg", correction={"gamma": 2})),
        _still("saturation 0", photo("vase.jpg", correction={"saturation": 0})),
        _still("saturation 3", photo("vase.jpg", correction={"saturation": 3})),
        _still("before a green wall", photo("green.png")),
        _still("chroma-key", photo("empty.jpg"),
               photo("green.png", chroma_key={"color": "#00C83C"})),
    ),
)  # fmt: skip
_LOGO = text("Studio", font_size="150px", font_weight="800", background_color="#ef476f", padding="40px")
_HIGH = photo("vase.jpg", resize=None, width=760, x=60, y=200)
_LOW = photo("moon.jpg", resize=None, width=760, x=260, y=760)
_INSET = photo("moon.jpg", resize=None, width=600, position="bottom-right", start=1, duration=2)


def _at(label: str, movie: Json, *times: float) -> Strip:
    return Strip(label, movie, times)


LAYERS = Sheet(
    "layers", "Backgrounds and order", "What lies over what.",
    170, 6,
    (
        _still("background-color", _LOGO, ground="#ffd166"),
        _still("later ones on top", _HIGH, _LOW),
        _still("z-index 2 for the first", {**_HIGH, "z-index": 2}, _LOW),
        _at("transparent scene", film(
            scene(1, _LOGO, background_color="transparent"),
            elements=[photo("moon.jpg", z_index=-1, duration=-2)],
        ), 0.5),
        _at("an opaque one", film(
            scene(1, _LOGO, background_color="#3a5a78"),
            elements=[photo("moon.jpg", z_index=-1, duration=-2)],
        ), 0.5),
        _at("movie's text over all", film(
            scene(1, photo("vase.jpg")), elements=[{**_LOGO, "duration": -2}],
        ), 0.5),
    ),
)  # fmt: skip
TIME = Sheet(
    "time", "Coming and going", "Fades, start and duration; a clip of three seconds held, cut and looped.",
    100, 2,
    (
        _at("fade-in 1, fade-out 1", film(scene(
            4, photo("vase.jpg", fade_in=1, fade_out=1), background_color="#ffffff",
        )), 0.1, 0.5, 2.0, 3.5, 3.9),
        _at("start 1, duration 2", film(scene(4, photo("vase.jpg"), _INSET)), 0.5, 0.96, 1.0, 2.96, 3.0),
        _at("duration 5: the last frame is held", film(scene(5, clip(duration=5))), 0.0, 1.0, 2.0, 2.9, 4.5),
        _at("seek 1, loop 2", film(scene(5, clip(loop=2, seek=1, duration=5))), 0.0, 1.9, 2.1, 3.9, 4.5),
    ),
)  # fmt: skip
