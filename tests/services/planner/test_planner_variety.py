"""The distance of two videos: its bounds, its symmetry, its weights, and that labels do not matter."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.planner.variety import GATE, WEIGHTS, Features, distance, features, nearest, parts, shingles

IDS = [f"m{n:09x}" for n in range(8)]
PIECES = {IDS[0]: "rv01", IDS[1]: "rv01", IDS[2]: "rv02", IDS[3]: "rv02", IDS[4]: "sm01"}

numbers = st.one_of(
    st.floats(0.5, 12), st.integers(-2, 20), st.none(), st.text(max_size=3), st.just(math.nan)
)
element = st.fixed_dictionaries(
    {"type": st.sampled_from(["image", "video", "text", "audio", "odd"])},
    optional={
        "src": st.one_of(st.sampled_from(IDS), st.integers()),
        "width": numbers,
        "y": numbers,
        "duration": numbers,
        "start": numbers,
        "settings": st.one_of(st.none(), st.fixed_dictionaries({"text-align": st.text(max_size=5)})),
    },
)
scene = st.fixed_dictionaries(
    {"elements": st.lists(element, max_size=4)},
    optional={
        "duration": numbers,
        "transition": st.one_of(
            st.none(),
            st.fixed_dictionaries({"style": st.sampled_from(["fade", "wipeup"]), "duration": numbers}),
        ),
    },
)
movie = st.one_of(
    st.fixed_dictionaries({"scenes": st.lists(scene, max_size=6), "elements": st.lists(element, max_size=2)}),
    st.dictionaries(st.sampled_from(["scenes", "elements"]), st.one_of(st.none(), st.integers(), st.text())),
)
videos = st.builds(features, movie, st.text(max_size=60), st.just(PIECES))


def test_the_weights_are_the_fixed_ones() -> None:
    assert math.isclose(sum(WEIGHTS.values()), 1.0)
    assert (WEIGHTS["assets"], WEIGHTS["format"], WEIGHTS["rhythm"], GATE) == (0.30, 0.20, 0.15, 0.35)


@given(videos, videos)
@settings(max_examples=150, deadline=None)
def test_distance_is_symmetric_bounded_and_zero_to_itself(a: Features, b: Features) -> None:
    assert distance(a, a) == 0
    assert 0 <= distance(a, b) <= 1
    assert math.isclose(distance(a, b), distance(b, a), abs_tol=1e-12)
    assert all(0 <= value <= 1 for value in parts(a, b).values())


def made(
    sources: list[str], lengths: list[float], music: str = "", kind: str = "image", style: str = ""
) -> dict[str, Any]:
    scenes: list[dict[str, Any]] = [
        {"duration": length, "elements": [{"type": kind, "src": src}]}
        for src, length in zip(sources, lengths, strict=True)
    ]
    if style:
        for one in scenes[1:]:
            one["transition"] = {"style": style, "duration": 0.5}
    return {"scenes": scenes, "elements": [{"type": "audio", "src": music}] if music else []}


def test_nothing_in_common_is_one() -> None:
    a = features(made(IDS[:3], [1.0, 1.0, 1.0], "m1"), "one two three four", {})
    b = features(made([IDS[4]], [12.0], "m2", "video"), "quite other words here", {})
    assert distance(a, b) == pytest.approx(1.0)


def test_files_of_one_piece_count_half() -> None:
    alone = features(made([IDS[0]], [5.0]), "", PIECES)
    sibling = features(made([IDS[1]], [5.0]), "", PIECES)
    stranger = features(made([IDS[2]], [5.0]), "", PIECES)
    assert parts(alone, sibling)["assets"] == pytest.approx(1 - 0.5 / 1.5)
    assert parts(alone, sibling)["opening"] == 0.5
    assert parts(alone, stranger)["assets"] == parts(alone, stranger)["opening"] == 1


def test_each_part_sees_its_own_change() -> None:
    base = features(made(IDS[:3], [2.0, 2.0, 2.0], "m1"), "one two three", PIECES)
    other = {
        "music": features(made(IDS[:3], [2.0, 2.0, 2.0], "m2"), "one two three", PIECES),
        "kinds": features(made(IDS[:3], [2.0, 2.0, 2.0], "m1", style="fade"), "one two three", PIECES),
        "caption": features(made(IDS[:3], [2.0, 2.0, 2.0], "m1"), "seven eight nine", PIECES),
        "rhythm": features(made(IDS[:3], [1.0, 1.0, 4.0], "m1"), "one two three", PIECES),
        "format": features(made(IDS[:3], [2.0, 2.0, 2.0], "m1", "video"), "one two three", PIECES),
    }
    for name, changed in other.items():
        assert parts(base, changed)[name] > 0, name
        assert parts(base, changed)["assets"] == 0


def test_a_caption_alone_never_passes_the_gate() -> None:
    one = features(made(IDS[:3], [2.0, 2.0, 2.0]), "one two three", PIECES)
    other = features(made(IDS[:3], [2.0, 2.0, 2.0]), "wholly different sentence", PIECES)
    assert 0 < distance(one, other) < GATE


def test_nearest_names_the_index() -> None:
    three = [features(made([IDS[n]], [5.0 + n]), f"caption number {n}", {}) for n in (1, 4, 6)]
    assert nearest(three[1], three)[1] == 1
    assert nearest(three[1], []) == (1.0, -1)


def test_short_captions_are_one_shingle() -> None:
    assert shingles("Look, twice!") == {("look", "twice")}
    assert shingles("") == frozenset()
    assert len(shingles("a b c d")) == 2


def test_hundreds_of_scenes_do_not_stop_the_comparison() -> None:
    long = [features(made([IDS[n % 8]] * 500, [1.0 + n] * 500), "x", {}) for n in range(3)]
    assert all(0 < distance(a, b) <= 1 for a, b in itertools.combinations(long, 2))
