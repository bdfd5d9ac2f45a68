"""What may not be rendered, whoever planned it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planner_studio import brief, clip, photo, small_studio, track

from services.model.asset import Asset
from services.model.proposal import Proposal
from services.planner.check import check
from services.planner.check_element import contrast
from services.planner.looks import BOXES, PALETTES, TREATMENTS
from services.planner.offline import plan

PHOTO, CLIP, MUSIC = photo("a/one.jpg"), clip("a/two.mp4", 6.0), track("a/three.mp3")
ASSETS: dict[str, Asset] = {a.id: a for a in (PHOTO, CLIP, MUSIC)}
MOVIE: dict[str, Any] = {
    "resolution": "instagram-story",
    "fps": 30,
    "quality": "high",
    "scenes": [
        {
            "duration": 4.0,
            "background-color": "#101010",
            "elements": [
                {"type": "image", "src": PHOTO.id, "resize": "cover", "zoom": 4, "pan": "left"},
                {
                    "type": "text",
                    "text": "RV06",
                    "style": "001",
                    "start": 0.3,
                    "duration": 2,
                    "position": "custom",
                    "x": 90,
                    "y": 1200,
                    "width": 500,
                    "height": 120,
                    "settings": {"font-family": "Roboto", "font-size": "72px", "color": "#FFFFFF"},
                },
            ],
        },
        {
            "duration": 4.0,
            "transition": {"style": "fade", "duration": 0.5},
            "elements": [{"type": "video", "src": CLIP.id, "seek": 1.5, "duration": 4.0, "muted": True}],
        },
    ],
    "elements": [{"type": "audio", "src": MUSIC.id, "volume": 0.8, "duration": -2, "seek": 0}],
}


def proposal(movie: dict[str, Any], **more: Any) -> Proposal:
    resources = [{"asset": a, "role": "part"} for a in ASSETS]
    return Proposal.model_validate(
        {
            "title": "T",
            "strategy": "S.",
            "description": "",
            "caption": "c",
            "resources": resources,
            "movie": movie,
        }
        | more
    )


def test_a_good_one_has_nothing_against_it() -> None:
    assert check(proposal(MOVIE), ASSETS) == []


Change = Callable[[dict[str, Any]], Any]
first = lambda m: m["scenes"][0]["elements"][0]  # noqa: E731
words = lambda m: m["scenes"][0]["elements"][1]  # noqa: E731
second = lambda m: m["scenes"][1]  # noqa: E731


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda m: first(m).update(src="https://example.org/x.jpg"), "by its id"),
        (lambda m: first(m).update(src="../secret"), "by its id"),
        (lambda m: first(m).update(src="m000000000"), "not in the inventory"),
        (lambda m: first(m).update(src=CLIP.id), "takes"),
        (lambda m: first(m).update(mask="https://example.org"), "unknown property 'mask'"),
        (lambda m: first(m).update(zoom=float("nan")), "must be a finite number"),
        (lambda m: first(m).update(zoom="much"), "must be a number"),
        (lambda m: first(m).update(crop={"width": 3001, "height": 10}), "not inside of"),
        (lambda m: first(m).update(crop={"width": 10, "height": 10, "x": -1}), "'crop.x'"),
        (lambda m: first(m).update(crop=[1, 2]), "'crop' must be an object"),
        (lambda m: first(m).update(pan={"x": 1}), "'pan' cannot be"),
        (lambda m: words(m).update(text="see www.example.org"), "an address"),
        (lambda m: words(m).update(text="hi @someone"), "a mention"),
        (lambda m: words(m).update(text="{{name}}"), "template braces"),
        (lambda m: words(m).update(text="word " * 40), "most that can be read"),
        (lambda m: words(m).update(duration=0.3), "too short to read"),
        (lambda m: words(m).update(y=1700), "Instagram's own buttons"),
        (lambda m: words(m)["settings"].update({"font-size": "12px"}), "smaller than"),
        (lambda m: words(m)["settings"].update({"font-family": "url(https://x)"}), "strange value"),
        (lambda m: words(m)["settings"].update({"background-color": "#EEEEEE"}), "contrast"),
        (lambda m: second(m)["elements"][0].update(seek=3.0), "it ends at 6.0 s"),
        (lambda m: second(m)["transition"].update(style="explode"), "'transition.style' cannot be 'explode'"),
        (lambda m: second(m)["transition"].update(style={}), "'transition.style' cannot be"),
        (lambda m: first(m).update(type=["image"]), "needs a type"),
        (lambda m: first(m).update(type="voice", text="hello"), "of the type 'voice'"),
        (lambda m: first(m).update(position="center-center"), "position cannot be"),
        (lambda m: words(m).update(style="010"), "style cannot be"),
        (lambda m: words(m).update(text="one<br>two"), "is read as a new line"),
        (lambda m: m["elements"][0].update(loop=3), "loop cannot be 3"),
        (lambda m: m["elements"][0].update(type="text", text="x"), "unknown property 'volume'"),
        (lambda m: m.update(variables={"a": "{{a}}"}), "template braces"),
        (lambda m: words(m)["settings"].update(blink="1"), "settings, has the unknown property 'blink'"),
        (lambda m: second(m)["transition"].update(duration=3.5), "longer than half"),
        (lambda m: m["scenes"][0].update(transition={"style": "fade", "duration": 0.5}), "first scene"),
        (lambda m: m["scenes"].pop(), "5 to 60 are allowed"),
        (lambda m: m.update(scenes=[]), "no scenes"),
        (lambda m: m.update(scenes=m["scenes"] * 40), "scenes; 60"),
        (lambda m: m.update(exports=[{"destinations": []}]), "unknown property 'exports'"),
        (lambda m: m.update(resolution="full-hd"), "instagram-story"),
        (lambda m: m["scenes"][0].update(duration=-1), "how long it lasts"),
        (lambda m: m["scenes"][0].update(elements=[{"type": "html", "html": "x"}]), "are allowed"),
        (lambda m: m["elements"][0].update(seek=90), "after its end"),
    ],
)
def test_reasons(change: Change, reason: str) -> None:
    movie = copy.deepcopy(MOVIE)
    change(movie)
    said = check(proposal(movie), ASSETS)
    assert any(reason in sentence for sentence in said), said
    assert all(s.endswith(".") for s in said)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"caption": "x" * 2201}, "2201 characters"),
        ({"caption": "#a #b #c #d #e #f"}, "6 hashtags"),
        ({"caption": "see https://example.org"}, "internet address"),
        ({"title": "for @someone"}, "mentions an account"),
        ({"resources": []}, "resources do not name"),
        ({"resources": [{"asset": "mzzz", "role": "x"}]}, "not in the inventory"),
        ({"resources": [{"asset": CLIP.id, "role": "x", "from": 1, "to": 9}]}, "ends after the file"),
        ({"resources": [{"asset": CLIP.id, "role": "x", "from": 3, "to": 2}]}, "empty part"),
    ],
)
def test_reasons_about_words_and_resources(more: dict[str, Any], reason: str) -> None:
    assert any(reason in sentence for sentence in check(proposal(MOVIE, **more), ASSETS))


def test_an_unreadable_file_is_refused_with_its_own_reason() -> None:
    broken = Asset(PHOTO.file, PHOTO.category, None, "The photo is empty.")
    assert any("The photo is empty." in s for s in check(proposal(MOVIE), ASSETS | {PHOTO.id: broken}))


@pytest.mark.parametrize(
    "junk", [{}, {"scenes": 3}, {"scenes": [1]}, {"scenes": [{"elements": 1}]}, {"a": {1: 2}}]
)
def test_junk_is_answered_with_sentences(junk: dict[str, Any]) -> None:
    assert check(proposal(junk), ASSETS)


def test_nesting_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(50):
        deep = {"elements": [deep]}
    assert check(proposal({"scenes": [deep]}), ASSETS) == [
        "The movie JSON is nested too deeply or is too large to be a movie."
    ]


def test_letters_on_boxes_can_be_read() -> None:
    assert all(contrast(p.accent, p.ink) >= 7 for p in PALETTES)
    assert all(contrast(*BOXES[name]) >= 7 for name in ("paper", "dark"))
    # The translucent box at its palest: 28 % of white shows through its near-black.
    assert BOXES["shade"] == ("rgba(12,10,8,0.72)", "#FFFFFF")
    assert contrast("#505050", "#FFFFFF") >= 4.5 > contrast("#808080", "#FFFFFF")
    assert all(t.box == "accent" or t.box in BOXES for t in TREATMENTS), "no text without a box"


def test_planned_texts_stay_in_the_safe_area() -> None:
    for seed in range(6):
        for made in plan(brief(small_studio(), seed=seed)).proposals:
            for scene in made.movie["scenes"]:
                for e in (e for e in scene["elements"] if e["type"] == "text"):
                    assert e["x"] >= 60
                    assert e["x"] + e["width"] <= 1020
                    assert e["y"] >= 220
                    assert e["y"] + e["height"] <= 1500


_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats()
    | st.sampled_from(["x", "{{a}}", "-1", PHOTO.id])
)
_KEYS = st.sampled_from(
    [
        "src",
        "text",
        "type",
        "elements",
        "settings",
        "crop",
        "duration",
        "start",
        "transition",
        "style",
        "fit",
        "iterate",
    ]
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([(), (0,), (0, 0), (0, 1), (1, 0)]), _KEYS, _JSON), max_size=4), _JSON
)
def test_whatever_a_planner_writes_is_answered_with_sentences(
    changes: list[tuple[tuple[int, ...], str, Any]], junk: Any
) -> None:
    movie = copy.deepcopy(MOVIE)
    for place, key, value in changes:
        part = movie
        for name, index in zip(("scenes", "elements"), place, strict=False):
            part = part[name][index] if isinstance(part.get(name), list) and len(part[name]) > index else {}
            part = part if isinstance(part, dict) else {}
        part[key] = value
    for document in (movie, {"scenes": junk}, junk if isinstance(junk, dict) else {}):
        said = check(proposal(document), ASSETS)
        assert all(isinstance(s, str) and s.endswith((".", "…")) for s in said), said
