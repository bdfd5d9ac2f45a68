"""What a movie may hold, what is put right with a warning, and how a mistake is named."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.errors import Refused
from services.movie import Movie, lay_out, parse_movie
from services.movie.elements import ELEMENT_TYPES


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
    assert len(parsed.warnings) == 4
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
        ({"type": "image", "src": "a", "resize": "squash"}, "'resize' must be one of"),
        ({"type": "image", "src": "a", "fade-in": -1}, "'fade-in'"),
        ({"type": "subtitles", "style": {"color": "red"}}, "'style' belongs into 'settings'"),
    ],
)
def test_a_mistake_is_named_with_scene_and_element(element: dict[str, Any], said: str) -> None:
    assert said in refusal(movie({"type": "text", "text": "fine"}, element))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "must be a JSON object"),
        ({}, "The movie has no 'scenes'"),
        ({"scenes": 5}, "'scenes'"),
        ({"scenes": [5]}, "Scene #1"),
        ({"scenes": [], "client_data": {}}, "'client-data'"),
        ({"scenes": [], "resolution": "imax"}, "'imax' is not known"),
        ({"scenes": [], "width": 10}, "'width'"),
        ({"scenes": [{"background-color": "reddish"}]}, "must be a colour"),
        ({"scenes": [{"iterate": "slides"}]}, "Scene #1: A scene cannot be repeated"),
        ({"template": "abc"}, "write out its scenes"),
        ({"scenes": [{"elements": [{"type": "text", "text": "{{ title }}"}]}]}, "write the final values"),
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
    parsed = parse_movie(movie({"type": "voice", "text": "hi", "provider": "azure"}))
    assert parsed.warnings == (
        "Scene #1, element #1: 'provider' is not a property of a voice element and is ignored.",
    )


def test_every_real_movie_parses_or_says_why_not(movies_dir: Path) -> None:
    for file in sorted(movies_dir.glob("*.json")):
        text = file.read_text(encoding="utf-8")
        if "{{" in text or "broken" in file.name:
            assert refusal(json.loads(text)), file.name
            continue
        parsed = Movie.model_validate(json.loads(text))
        if parsed.scenes:
            assert lay_out(parsed, dict.fromkeys(_sources(parsed), 7.0)).frames > 0, file.name


def _sources(parsed: Movie) -> set[str]:
    elements = [*parsed.elements, *(e for s in parsed.scenes for e in s.elements)]
    return {getattr(element, "src", "") for element in elements}


_KINDS = st.sampled_from([*ELEMENT_TYPES, "film"])
_KEYS = st.sampled_from(
    (
        "src", "text", "start", "duration", "x", "width", "zoom", "pan", "fit", "fadeIn", "crop", "rotate",
        "settings", "scale", "loop", "seek", "condition", "transition", "elements", "html", "style",
    )
)
_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["cover", "1.5", "-1", "#fff", "circleopen", "hd"])
)  # fmt: skip
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=12,
)
_ELEMENTS = st.tuples(_KINDS, st.dictionaries(_KEYS, _JSON, max_size=5)).map(lambda t: {**t[1], "type": t[0]})
_SCENES = st.fixed_dictionaries(
    {"elements": st.lists(_ELEMENTS, max_size=3)}, optional={"duration": _LEAVES, "transition": _JSON}
)
_MOVIES = st.fixed_dictionaries(
    {"scenes": st.lists(_SCENES | _JSON, max_size=3)}, optional={"fps": _LEAVES, "elements": _JSON}
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_MOVIES | _JSON)
def test_whatever_is_written_is_a_movie_or_refused_with_a_sentence(document: Any) -> None:
    """Nothing but Refused ever comes out of a hostile document."""
    with contextlib.suppress(Refused):
        parsed = parse_movie(document)
        assert lay_out(parsed, dict.fromkeys(_sources(parsed), 3.0)).frames > 0
