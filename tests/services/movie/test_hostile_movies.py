"""Documents that are no movies: always a movie or Refused with a sentence, and always soon."""

from __future__ import annotations

import contextlib
import copy
import json
import math
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.errors import Refused
from services.movie import Movie, lay_out, parse_movie
from services.movie.problems import ELEMENT_TYPES


def refusal(document: Any) -> str:
    with pytest.raises(Refused) as caught:
        parse_movie(document)
    return caught.value.message


def _sources(parsed: Movie) -> set[str]:
    elements = [*parsed.elements, *(e for s in parsed.scenes for e in s.elements)]
    return {getattr(element, "src", "") for element in elements}


ABSURD = [
    math.nan,
    math.inf,
    -math.inf,
    1e308,
    -1e308,
    10**400,
    "1e308",
    "nan",
    "inf",
    "-inf",
    "9" * 400,
    True,
    "x",
]
NUMBERS = {
    "image": (
        "start", "duration", "extra-time", "z-index", "fade-in", "fade-out", "x", "y", "width", "height",
        "zoom", "pan-distance",
    ),
    "video": ("volume", "loop", "seek"),
    "voice": ("volume",),
    "html": ("wait", "dpi"),
    "audiogram": ("amplitude", "opacity"),
}  # fmt: skip
NEEDED = {
    "image": {"src": "a"}, "video": {"src": "a"}, "voice": {"text": "x"}, "html": {"html": "x"},
    "audiogram": {},
}  # fmt: skip


@pytest.mark.parametrize("value", ABSURD, ids=lambda value: str(type(value).__name__))
def test_absurd_numbers_are_refused_wherever_they_stand(value: Any) -> None:
    for kind, names in NUMBERS.items():
        for name in names:
            said = refusal({"scenes": [{"elements": [{"type": kind, **NEEDED[kind], name: value}]}]})
            assert said.startswith(f"Scene #1, element #1: '{name}' "), said
    for name in ("fps", "width", "height"):
        assert f"'{name}'" in refusal({"scenes": [], name: value})
    assert "'duration'" in refusal({"scenes": [{"duration": value}]})
    assert "'transition.duration'" in refusal({"scenes": [{"transition": {"duration": value}}]})
    for part, name in (
        ("crop", "x"),
        ("rotate", "angle"),
        ("correction", "gamma"),
        ("chroma-key", "tolerance"),
    ):
        inside = {"width": 1, "height": 1, "color": "red", "angle": 1, name: value}
        known = {"crop": ("width", "height", "x"), "rotate": ("angle",), "correction": ("gamma",)}
        inner = {k: v for k, v in inside.items() if k in known.get(part, ("color", "tolerance"))}
        said = refusal({"scenes": [{"elements": [{"type": "image", "src": "a", part: inner}]}]})
        assert f"'{part}.{name}'" in said


@pytest.mark.parametrize("name", ["extra-time", "fade-in", "fade-out", "duration"])
def test_negative_times_are_refused(name: str) -> None:
    said = refusal({"scenes": [{"elements": [{"type": "image", "src": "a", name: -0.5}]}]})
    assert f"Scene #1, element #1: '{name}'" in said


def test_ten_thousand_elements_are_read_quickly() -> None:
    elements = [
        {"type": "text", "text": "x", "odd": 1, "fadeIn": "1", "settings": {"font-color": "red"}}
    ] * 10_000
    started = time.process_time()
    parsed = parse_movie({"scenes": [{"duration": 1, "elements": elements}]})
    assert len(lay_out(parsed, {}).scenes[0].spans) == 10_000
    assert time.process_time() - started < 8
    assert len(parsed.warnings) <= 101


def test_ten_thousand_mistakes_are_a_short_sentence() -> None:
    said = refusal({"scenes": [{"elements": [{"type": "video"}] * 10_000}]})
    assert "(And 9997 more.)" in said
    assert len(said) < 500


@pytest.mark.parametrize("where", ["variables", "scenes", "elements", "client-data", "settings"])
def test_deep_nesting_is_refused_before_anything_recurses(where: str) -> None:
    deep: Any = "x"
    for level in range(100_000):
        deep = [deep] if level % 2 else {"elements": deep}
    assert "nested too deeply" in refusal({"scenes": [], where: deep})


@pytest.mark.parametrize(
    "document",
    [
        {"scenes": [], "comment": "a\ud800"},
        {"scenes": [{"iterate": "\ud800"}], "variables": {"x": 1}},
        {"scenes": [{"elements": [{"type": "text", "text": "x", "\udfff": 1}]}]},
        {"scenes": [], "variables": {"a": ["é\udc00"]}},
    ],
)
def test_half_characters_are_refused(document: Any) -> None:
    """JSON can write them, nothing else can."""
    assert "half a character" in refusal(document)
    parse_movie({"scenes": [], "comment": "😀 é 中"})


def test_large_documents_are_refused() -> None:
    assert "too large" in refusal({"scenes": [{}] * 200_000})
    assert "too large" in refusal({"scenes": [], "variables": {"a": [0] * 200_000}})


_KINDS = st.sampled_from([*ELEMENT_TYPES, "film"])
_KEYS = st.sampled_from(
    (
        "src",
        "text",
        "start",
        "duration",
        "x",
        "width",
        "zoom",
        "pan",
        "fit",
        "fadeIn",
        "crop",
        "rotate",
        "settings",
        "scale",
        "loop",
        "seek",
        "condition",
        "transition",
        "elements",
        "html",
        "style",
    )
)
_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["cover", "1.5", "-1", "#fff", "circleopen", "hd", "{{ src }}", "{{ zoom", "src"])
)  # fmt: skip
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=12,
)
_ELEMENTS = st.tuples(_KINDS, st.dictionaries(_KEYS, _JSON, max_size=5)).map(lambda t: {**t[1], "type": t[0]})
_SCENES = st.fixed_dictionaries(
    {"elements": st.lists(_ELEMENTS, max_size=3)},
    optional={
        "duration": _LEAVES,
        "transition": _JSON,
        "variables": _JSON,
        "iterate": _LEAVES,
        "condition": _LEAVES,
        "background-color": _LEAVES,
    },
)
_MOVIES = st.fixed_dictionaries(
    {"scenes": st.lists(_SCENES | _JSON, max_size=3)},
    optional={
        "fps": _LEAVES,
        "elements": _JSON,
        "variables": _JSON,
        "resolution": _LEAVES,
        "client-data": _JSON,
        "exports": _JSON,
        "settings": _JSON,
        "draft": _LEAVES,
    },
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_MOVIES | _JSON)
def test_whatever_is_written_is_a_movie_or_refused_with_a_sentence(document: Any) -> None:
    """Nothing but Refused ever comes out of a hostile document."""
    with contextlib.suppress(Refused):
        parsed = parse_movie(document)
        assert lay_out(parsed, dict.fromkeys(_sources(parsed), 3.0)).frames > 0
        assert all(scene.where.startswith("Scene #") for scene in parsed.scenes)


_JUNK: list[Any] = [
    None, True, -2, 1e308, math.nan, 10**400, "", "x", "{{", "{{a}}", "}}", "{{1/0}}", "-1", [], {}, [[]],
    {"a": 1}, [None], "\ud800", "\x00", "{{ " + "(" * 500 + " }}", "rgb(1,2,3)", b"x", (1, 2),
    {1: 2}, "9" * 5000,
]  # fmt: skip


def test_real_movies_with_random_damage_are_movies_or_refused(movies_dir: Path) -> None:
    luck = random.Random(7)
    real = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(movies_dir.glob("*.json"))]
    read = 0
    for _ in range(1_500):
        document = copy.deepcopy(luck.choice(real))
        for _ in range(luck.randint(1, 4)):
            owner, key = luck.choice(list(_spots(document)))
            owner[key] = copy.deepcopy(luck.choice(_JUNK))
        with contextlib.suppress(Refused):
            parsed = parse_movie(document)
            read += 1
            lay_out(parsed, dict.fromkeys(_sources(parsed), 3.0))
    assert read > 50


def _spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document, as its owner and key."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield value, key
        yield from _spots(part)
