"""Movies that the renderer at hand would only approximate go back, naming scene and element."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from services.model.abilities import Abilities, Ability, Shown
from services.movie import parse_movie
from services.planner.brief import write_brief
from services.planner.check_abilities import ability_reasons, features_of

WEAK = Abilities(
    "local",
    (
        Ability("element", "image", Shown.RENDERED),
        Ability("element", "image by AI", Shown.NOT_SHOWN, "no artist here"),
        Ability("element", "voice", Shown.APPROXIMATED, "a stand-in speaks"),
        Ability("element", "component", Shown.NOT_SHOWN),
        Ability("component", "basic/100", Shown.RENDERED),
        Ability("property", "image rotate", Shown.APPROXIMATED),
        Ability("text style", "005", Shown.APPROXIMATED),
        Ability("subtitle style", "boxed-word", Shown.APPROXIMATED),
        Ability("transition", "radial", Shown.NOT_SHOWN),
    ),
)


def reasons(*elements: dict[str, Any], **more: Any) -> list[str]:
    document = {
        "resolution": "instagram-story",
        "scenes": [{"duration": 3, "elements": list(copy.deepcopy(elements)), **more}],
    }
    return ability_reasons(parse_movie(document), WEAK)


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ({"type": "image", "src": "a"}, None),
        ({"type": "image", "prompt": "a cat"}, "does not show this (image by AI)"),
        ({"type": "image", "src": "a", "rotate": {"angle": 3}}, "only approximates this (image rotate)"),
        ({"type": "voice", "text": "hi"}, "only approximates this (voice)"),
        ({"type": "text", "text": "hi", "style": "005"}, "only approximates this (text style 005)"),
        ({"type": "component", "component": "basic/100"}, None),
        ({"type": "component", "component": "advanced/999"}, "does not show this (component advanced/999)"),
        (
            {"type": "subtitles", "captions": "x", "settings": {"style": "boxed-word"}},
            "only approximates this (subtitle style boxed-word)",
        ),
    ],
)
def test_each_feature_is_asked_for(element: dict[str, Any], said: str | None) -> None:
    expected = [f"Scene #1, element #1: the local renderer {said}."] if said else []
    assert reasons(element) == expected


def test_transitions_are_asked_for_by_scene() -> None:
    assert reasons({"type": "image", "src": "a"}, transition={"style": "radial", "duration": 1}) == [
        "Scene #1: the local renderer does not show this (transition radial)."
    ]


def test_features_are_those_that_are_written_not_defaults() -> None:
    movie = parse_movie({"scenes": [{"duration": 1, "elements": [{"type": "image", "src": "a", "zoom": 2}]}]})
    assert {name for _, kind, name in features_of(movie) if kind == "property"} == {
        "image type", "image src", "image where", "image zoom",
    }  # fmt: skip


def test_the_brief_tells_planners() -> None:
    from dataclasses import replace

    from services.model.brief import Brand, Brief

    brief = Brief(Brand("p", "i", ()), [], None, [], 1)
    assert "radial" not in write_brief(brief).text
    assert "- Not shown (transition): radial" in write_brief(replace(brief, abilities=WEAK)).text
