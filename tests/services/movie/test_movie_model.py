"""What a movie may hold, what is put right with a warning, and how a mistake is named."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from services.errors import Refused
from services.movie import Movie, parse_movie
from services.movie.elements import (
    Audiogram,
    Component,
    Crop,
    Html,
    Image,
    Subtitles,
    SubtitlesSettings,
    Text,
    Voice,
)
from services.movie.movie import RESOLUTIONS


def movie(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"resolution": "instagram-story", "scenes": [{"duration": 2, "elements": list(elements)}], **more}


def refusal(document: Any) -> str:
    with pytest.raises(Refused) as caught:
        parse_movie(document)
    return caught.value.message


def test_lenient_where_the_vendor_is() -> None:
    parsed = parse_movie(
        movie(
            {"type": "image", "src": "a", "fit": "fill", "zoom": "4", "fadeIn": "0.5"},
            {"type": "video", "src": "b", "scale": {"width": "100"}, "muted": "true"},
            {"type": "text", "text": "one<br>two", "z_index": 3},
        )
    )
    image, video, text = parsed.scenes[0].elements
    assert (image.resize, image.zoom, image.fade_in) == ("cover", 4.0, 0.5)  # type: ignore[union-attr]
    assert (video.width, video.height, video.muted) == (100, -1, True)  # type: ignore[union-attr]
    assert (text.text, text.z_index) == ("one\ntwo", 3)  # type: ignore[union-attr]
    assert len(parsed.warnings) == 5
    assert parsed.warnings[0].startswith("Scene #1, element #1: ")
    assert (parsed.width, parsed.height) == (1080, 1920)


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ({"type": "video"}, "Scene #1, element #2: The element type 'video' requires a 'src' property."),
        ({"type": "image"}, "Scene #1, element #2: The element type 'image' requires a 'src' property."),
        ({"type": "text"}, "Scene #1, element #2: The element type 'text' requires a 'text' property."),
        ({"type": "film"}, "Scene #1, element #2: The element needs a type"),
        ({}, "Scene #1, element #2: The element needs a type"),
        ({"type": "text", "text": "x", "start": -3}, "Scene #1, element #2: 'start' must be 0 or more"),
        ({"type": "text", "text": "x", "duration": 0}, "'duration' must be above 0"),
        ({"type": "text", "text": "x", "duration": float("nan")}, "'duration' must be a finite number"),
        ({"type": "text", "text": "x", "duration": float("inf")}, "'duration' must be a finite number"),
        ({"type": "text", "text": "x", "x": 10**400}, "'x' is absurdly large"),
        ({"type": "text", "text": "x", "x": "1e999"}, "'x' must be a finite number"),
        ({"type": "image", "src": "a", "zoom": [1]}, "'zoom' must be a number"),
        ({"type": "image", "src": "a", "resize": "squash"}, "'resize' cannot be 'squash'; it must be one of"),
        ({"type": "image", "src": "a", "fade-in": -1}, "'fade-in'"),
        ({"type": "subtitles", "style": {"color": "red"}}, "'style' belongs into 'settings'"),
        ({"type": "template"}, "the element type 'template' is gone"),
        ({"type": "text", "text": "x", "style": "099"}, "'style' cannot be '099'; it must be one of '001'"),
        (
            {"type": "text", "text": "x", "settings": {"font-size": "huge"}},
            "'settings.font-size' must be a length",
        ),
        (
            {"type": "text", "text": "x", "settings": {"color": "reddish"}},
            "'settings.color' must be a colour",
        ),
        ({"type": "text", "text": "x", "settings": 5}, "'settings' must be an object"),
        ({"type": "image", "src": "a", "crop": {"width": 5}}, "'crop.height' is missing"),
        ({"type": "image", "src": "a", "crop": {"width": 5, "height": 0}}, "'crop.height'"),
        ({"type": "image", "src": "a", "rotate": {"angle": 361}}, "'rotate.angle'"),
        ({"type": "image", "src": "a", "rotate": {}}, "'rotate.angle' is missing"),
        ({"type": "image", "src": "a", "chroma-key": {"color": "x"}}, "'chroma-key.color' must be a colour"),
        ({"type": "image", "src": "a", "correction": {"gamma": 0}}, "'correction.gamma'"),
        ({"type": "image", "src": "a", "position": "middle"}, "'position' cannot be 'middle'"),
        ({"type": "image", "src": "a", "z-index": 100}, "'z-index'"),
        ({"type": "image", "prompt": "a cup", "model": "flux-max"}, "'model' cannot be 'flux-max'"),
        ({"type": "audio", "src": "a", "volume": 11}, "'volume'"),
        ({"type": "audio", "src": "a", "loop": -2}, "'loop'"),
        ({"type": "audio", "src": "a", "volume": True}, "'volume' must be a number"),
        ({"type": "voice"}, "The element type 'voice' requires a 'text' property."),
        ({"type": "voice", "text": "x", "model": "robot"}, "'model' cannot be 'robot'"),
        ({"type": "component"}, "The element type 'component' requires a 'component' property."),
        ({"type": "html"}, "The element type 'html' requires an 'html' or 'src' property."),
        ({"type": "audiogram", "amplitude": 11}, "'amplitude'"),
        ({"type": "subtitles", "settings": {"style": "wavy"}}, "'settings.style' cannot be 'wavy'"),
        ({"type": "subtitles", "settings": {"position": "behind"}}, "'settings.position' cannot be 'behind'"),
    ],
)
def test_a_mistake_is_named_with_scene_and_element(element: dict[str, Any], said: str) -> None:
    assert said in refusal(movie({"type": "text", "text": "fine"}, element))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "must be a JSON object"),
        ({}, "The movie has no 'scenes'"),
        ({"scenes": 5}, "'scenes' must be a list"),
        ({"scenes": [5]}, "Scene #1"),
        ({"scenes": [], "client_data": {}}, "'client-data'"),
        ({"scenes": [], "resolution": "imax"}, "'imax' is not known"),
        ({"scenes": [], "width": 10}, "'width'"),
        ({"scenes": [{"background-color": "reddish"}]}, "must be a colour"),
        ({"template": "abc"}, "write out its scenes"),
        ({"scenes": [], "quality": "best"}, "'quality' cannot be 'best'; it must be one of 'low'"),
        (
            {"scenes": [{"transition": {"style": "explode"}}]},
            "Scene #1: 'transition.style' cannot be 'explode'",
        ),
        ({"scenes": [{"transition": {"style": "fade", "duration": -1}}]}, "Scene #1: 'transition.duration'"),
        ({"scenes": [{"transition": 5}]}, "Scene #1: 'transition' must be an object"),
        ({"scenes": [{}, {"elements": [5]}]}, "Scene #2, element #1: must be an object"),
        ({"scenes": [], "elements": [{"type": "subtitles"}] * 2}, "one subtitles element only"),
        ({"scenes": [], "fps": 0}, "'fps'"),
        ({"scenes": [], "exports": [{"destinations": [{"type": "pigeon"}]}]}, "'exports.destinations.type'"),
        ({"scenes": [], "elements": [{"type": "audio"}]}, "Movie element #1: The element type 'audio'"),
        ({"scenes": [], "elements": {"type": "audio"}}, "must be a list"),
    ],
)
def test_a_mistake_of_the_movie_itself(document: Any, said: str) -> None:
    assert said in refusal(document)


def test_deep_nesting_is_refused_before_anything_recurses() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert "nested too deeply" in refusal({"scenes": [], "variables": {"a": deep}})


def test_unknown_properties_are_said_and_ignored() -> None:
    parsed = parse_movie(movie({"type": "voice", "text": "hi", "mood": "glad"}))
    assert parsed.warnings == (
        "Scene #1, element #1: 'mood' is not a property of a voice element and is ignored.",
    )


def test_a_sentence_is_also_what_the_public_door_says() -> None:
    with pytest.raises(
        ValidationError, match=r"Scene #1, element #1: The element type 'video' requires a 'src'"
    ):
        Movie.model_validate(movie({"type": "video"}))


def test_every_mistake_is_counted() -> None:
    said = refusal(movie(*[{"type": "video"}] * 5))
    assert said.count("requires a 'src'") == 3
    assert said.endswith("(And 2 more.)")


def test_text_settings_by_any_of_their_names() -> None:
    given = {
        "font-color": "white", "vertical-align": "middle", "horizontal_align": "RIGHT", "fontSize": 80,
        "font-weight": 700, "background-color": "none", "text-shadow": None, "blink": "yes",
    }  # fmt: skip
    parsed = parse_movie(movie({"type": "text", "text": "x", "style": 3, "settings": given}))
    text = parsed.scenes[0].elements[0]
    assert isinstance(text, Text)
    assert text.style == "003"
    assert text.settings.css() == {
        "color": "white", "vertical-position": "center", "horizontal-position": "right",
        "font-size": "80", "font-weight": "700", "background-color": "transparent",
    }  # fmt: skip


def test_subtitles_settings_by_any_of_their_names() -> None:
    given = {
        "style": "boxed-word", "font-color": "#fff", "highlight-color": "#FF6B00", "font-size": "64px",
        "position": "bottom", "max-words-per-line": "3", "keywords": ["pot", 7], "replace": {"a": "b"},
    }  # fmt: skip
    parsed = parse_movie(movie(elements=[{"type": "subtitles", "settings": given}]))
    found = parsed.elements[0]
    assert isinstance(found, Subtitles)
    s = found.settings
    assert (s.line_color, s.word_color, s.font_size, s.position) == ("#fff", "#FF6B00", 64, "bottom-center")
    assert (s.max_words_per_line, s.keywords, s.replace, s.all_caps) == (3, ("pot", "7"), {"a": "b"}, False)
    assert SubtitlesSettings().font_size is None


def test_everything_an_element_may_say_arrives() -> None:
    parsed = parse_movie(
        movie(
            {
                "type": "image",
                "src": "a",
                "position": "top-left",
                "resize": "fit",
                "zoom": -10,
                "pan": "bottom-right",
                "pan-distance": ".2",
                "pan-crop": "false",
                "flip-horizontal": 1,
                "mask": "m",
                "rotate": {"angle": "90"},
                "crop": {"width": "10", "height": 20, "x": 1},
                "chroma-key": {"color": "green", "tolerance": "50"},
                "correction": {"brightness": -0.3},
                "z-index": "-5",
                "extra-time": "1.5",
                "cache": False,
                "id": 7,
            },
            {
                "type": "image",
                "prompt": "a cup",
                "model": "flux-schnell",
                "aspect-ratio": "squared",
                "connection": "c",
            },
            {"type": "voice", "text": 5, "provider": "elevenlabs", "speed": "1.2"},
            {
                "type": "html",
                "src": "page",
                "tailwind": True,
                "wait": "2",
                "capture": {"width": 300, "duration": 5},
            },
            {"type": "audiogram", "color": "#2ea4ff", "opacity": "0.8"},
            {"type": "component", "component": "basic/000", "settings": {"headline": {"text": ["a"]}}},
        )
    )
    picture, made, voice, page, wave, card = parsed.scenes[0].elements
    assert isinstance(picture, Image)
    assert picture.crop == Crop(width=10, height=20, x=1)
    assert (picture.pan_distance, picture.pan_crop, picture.flip_horizontal) == (0.2, False, True)
    assert (picture.resize, picture.z_index, picture.extra_time, picture.id) == ("contain", -5, 1.5, "7")
    assert picture.rotate is not None
    assert picture.chroma_key is not None
    assert picture.correction is not None
    assert (picture.rotate.angle, picture.chroma_key.tolerance, picture.correction.brightness) == (
        90,
        50,
        -0.3,
    )
    assert isinstance(made, Image)
    assert (made.model, made.aspect_ratio, made.src) == ("flux-schnell", "squared", "")
    assert isinstance(voice, Voice)
    assert (voice.text, voice.model, voice.model_settings) == (
        "5",
        "elevenlabs",
        {"voice_settings": {"speed": "1.2"}},
    )
    assert isinstance(page, Html)
    assert (page.tailwindcss, page.wait, page.width, page.height, page.duration) == (True, 2, 300, -1, 5)
    assert isinstance(wave, Audiogram)
    assert (wave.color, wave.amplitude, wave.opacity) == ("#2ea4ff", 5, 0.8)
    assert isinstance(card, Component)
    assert card.settings == {"headline": {"text": ["a"]}}


def test_a_movie_keeps_what_is_meant_for_others() -> None:
    parsed = parse_movie(
        {
            "scenes": [], "draft": "true", "cache": False, "client-data": {"listing": 7},
            "exports": [{"destinations": [{"type": "webhook", "endpoint": "https://a.example/{{x}}"}]}],
            "settings": [], "webhook": "https://b.example",
        }
    )  # fmt: skip
    assert (parsed.draft, parsed.cache, parsed.client_data) == (True, False, {"listing": 7})
    assert parsed.exports[0].destinations[0].endpoint == "https://a.example/{{x}}"
    assert parsed.warnings == ("Movie: a webhook is a destination of 'exports'; 'webhook' is ignored.",)


@pytest.mark.parametrize(
    ("written", "style"),
    [("circleopen", "circleopen"), ("circle-open", "circleopen"), ("Fade Black", "fadeblack")],
)
def test_transitions_however_they_are_spelt(written: str, style: str) -> None:
    for transition in (written, {"style": written}):
        parsed = parse_movie({"scenes": [{"duration": 1, "transition": transition}]})
        assert parsed.scenes[0].transition is not None
        assert parsed.scenes[0].transition.style == style
        assert bool(parsed.warnings) == (transition != {"style": style})


@pytest.mark.parametrize(("name", "size"), RESOLUTIONS.items())
def test_resolutions(name: str, size: tuple[int, int]) -> None:
    parsed = parse_movie({"resolution": name, "width": 77, "scenes": []})
    assert (parsed.width, parsed.height) == size


def test_nothing_is_the_same_as_not_given() -> None:
    element = {"type": "image", "src": "a", "crop": None, "zoom": None, "resize": "", "duration": None}
    parsed = parse_movie(
        {"scenes": [{"transition": None, "elements": [element]}], "fps": None, "elements": None}
    )
    image = parsed.scenes[0].elements[0]
    assert isinstance(image, Image)
    assert (image.zoom, image.resize, image.duration, parsed.fps) == (0, None, -1, 25)
    assert parsed.warnings == ()
