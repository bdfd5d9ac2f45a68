"""What the renderer says of itself, held against what plans say of a movie with each feature."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from renderer_studio import SMALL, Studio, movie, scene

from services.model.abilities import Shown
from services.movie.elements import TimedElement
from services.movie.movie import TransitionStyle
from services.renderer.local.compositing.transitions import styles
from services.renderer.local.planning.abilities import abilities
from services.renderer.local.render import planned

STYLES = [f"{number:03}" for number in range(1, 12)]


@pytest.fixture
def full(studio: Studio) -> Studio:
    studio.photo("p.jpg", (200, 30, 30))
    studio.clip("c.mp4", [(30, 30, 200)] * 4, tone=0.1)
    studio.tone("m.wav", 2)
    return studio


def notes(studio: Studio, *elements: dict[str, Any], own: tuple[dict[str, Any], ...] = ()) -> str:
    return " ".join(planned(movie(scene(4, *elements), elements=own), studio.assets, SMALL).notes)


def shown(kind: str, name: str) -> Shown:
    found = abilities(speaks=False).of(kind, name)
    assert found is not None, (kind, name)
    return found.shown


@pytest.mark.parametrize(
    ("kind", "name", "element"),
    [
        ("element", "image", {"type": "image", "src": "p.jpg"}),
        ("element", "image by AI", {"type": "image", "prompt": "a cat"}),
        ("element", "video", {"type": "video", "src": "c.mp4"}),
        ("element", "text", {"type": "text", "text": "hello"}),
        ("element", "audio", {"type": "audio", "src": "m.wav"}),
        ("element", "voice", {"type": "voice", "text": "hello"}),
        ("element", "audiogram", {"type": "audiogram"}),
        ("element", "html", {"type": "html", "html": "<p>x</p>"}),
        ("property", "image rotate", {"type": "image", "src": "p.jpg", "rotate": {"angle": 5}}),
        ("property", "video zoom", {"type": "video", "src": "c.mp4", "resize": "cover", "zoom": 4}),
        ("property", "text crop", {"type": "text", "text": "x", "crop": {"width": 9, "height": 9}}),
        *(
            ("text style", f"{n:03}", {"type": "text", "text": "hi", "style": f"{n:03}"})
            for n in range(1, 12)
        ),
    ],
)
def test_a_movie_with_the_feature_is_planned_as_the_abilities_say(
    full: Studio, kind: str, name: str, element: dict[str, Any]
) -> None:
    said = notes(full, element)
    state = shown(kind, name)
    assert (state is Shown.RENDERED) is (said == ""), said
    assert (state is Shown.NOT_SHOWN) is ("not shown" in said or "not spoken" in said), said


def test_voices_are_approximated_only_where_something_speaks_them() -> None:
    silent, spoken = (abilities(speaks=speaks).of("element", "voice") for speaks in (False, True))
    assert silent is not None
    assert spoken is not None
    assert silent.shown is Shown.NOT_SHOWN
    assert "not spoken" in silent.remark
    assert spoken.shown is Shown.APPROXIMATED
    assert "espeak-ng" in spoken.remark
    others = ([a for a in abilities(speaks=speaks).listed if a.name != "voice"] for speaks in (False, True))
    assert next(others) == next(others)


def test_every_element_text_style_and_transition_is_listed() -> None:
    listed = {(ability.kind, ability.name) for ability in abilities(speaks=False).listed}
    types = {
        kind for part in get_args(TimedElement) for kind in get_args(part.model_fields["type"].annotation)
    }
    assert len(types) == 8
    assert {("element", kind) for kind in types | {"subtitles"}} <= listed
    annotated = get_args(TransitionStyle)
    known = annotated if isinstance(annotated[0], str) else get_args(annotated[0])
    assert {("transition", style) for style in known} <= listed
    rendered = {
        a.name for a in abilities(speaks=False).listed if a.kind == "transition" and a.shown is Shown.RENDERED
    }
    assert rendered == set(known) & set(styles())


def test_what_planners_use_today_is_all_rendered() -> None:
    for kind in ("image", "video", "text", "audio"):
        assert shown("element", kind) is Shown.RENDERED
    assert shown("text style", "001") is Shown.RENDERED
    assert shown("property", "image zoom") is Shown.RENDERED
    assert shown("property", "image pan") is Shown.RENDERED
    assert shown("transition", "fade") is Shown.RENDERED


def test_what_is_lacking_is_told_in_a_few_lines() -> None:
    lines = list(abilities(speaks=False).lacking())
    assert any(line.startswith("Not shown (element): ") and "image by AI" in line for line in lines)
    assert any(line.startswith("Approximated (text style): ") and "005" in line for line in lines)
    assert sum(len(line) for line in lines) < 1500
