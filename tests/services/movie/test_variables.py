"""Variables, conditions and repeated scenes: what they become, what is refused, and how quickly."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from services.errors import Refused
from services.movie import Movie, parse_movie
from services.movie.elements import Image, Text


def texts(parsed: Movie) -> list[str]:
    return [e.text for scene in parsed.scenes for e in scene.elements if isinstance(e, Text)]


def refusal(document: Any) -> str:
    with pytest.raises(Refused) as caught:
        parse_movie(document)
    return caught.value.message


def says(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **more}


def one(*elements: dict[str, Any], **movie: Any) -> dict[str, Any]:
    return {"scenes": [{"duration": 1, "elements": list(elements)}], **movie}


def test_a_value_that_is_one_expression_keeps_its_type() -> None:
    parsed = parse_movie(
        {
            "variables": {"base": 5, "loud": "0.25", "ground": "#ff0000", "big": True, "w": "1080"},
            "width": "{{ w }}",
            "height": "{{ w * 2 - 240 }}",
            "scenes": [
                {
                    "background-color": "{{ground}}",
                    "duration": "{{ base + 2 }}",
                    "elements": [
                        says("{{base}}", start="{{ base / 2 }}"),
                        says("It takes {{ base * 1.5 }} s{{ big ? '!' : '.' }}"),
                        {"type": "video", "src": "a", "volume": "{{loud}}", "muted": "{{big}}"},
                    ],
                }
            ],
        }
    )
    scene = parsed.scenes[0]
    assert (parsed.width, parsed.height) == (1080, 1920)
    assert (scene.background_color, scene.duration) == ("#ff0000", 7)
    assert texts(parsed) == ["5", "It takes 7.5 s!"]
    assert (scene.elements[0].start, scene.elements[2].volume, scene.elements[2].muted) == (2.5, 0.25, True)  # type: ignore[union-attr]


def test_names_are_looked_up_in_the_element_then_the_scene_then_the_movie() -> None:
    parsed = parse_movie(
        {
            "variables": {"a": "movie", "b": "movie", "c": "movie"},
            "scenes": [
                {
                    "duration": 1,
                    "variables": {"a": "scene", "b": "scene"},
                    "elements": [
                        says("{{a}} {{b}} {{c}}", variables={"a": "element"}),
                        says("{{a}} {{b}} {{c}}"),
                    ],
                },
                {"duration": 1, "elements": [says("{{a}}")]},
            ],
        }
    )
    assert texts(parsed) == ["element scene movie", "scene scene movie", "movie"]


def test_a_variable_may_use_others_and_its_own_name_means_the_one_further_out() -> None:
    parsed = parse_movie(
        {
            "variables": {"pot": "cup", "many": "{{pot}}s", "line": {"first": "{{many}}!"}},
            "scenes": [
                {
                    "duration": 1,
                    "variables": {"pot": "small {{pot}}"},
                    "elements": [says("{{pot}}, {{many}}")],
                },
                {"duration": 1, "elements": [says("{{line.first}}")]},
            ],
        }
    )
    assert texts(parsed) == ["small cup, cups", "cups!"]


def test_what_an_expression_gives_is_not_read_again() -> None:
    """Text from elsewhere stays text, however it looks."""
    parsed = parse_movie(one(says("{{ '{' + '{secret}' + '}' }}"), variables={"secret": "x"}))
    assert texts(parsed) == ["{{secret}}"]


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        (True, True), (False, False), ("", False), ("false", False), ("{{ on }}", True), ("{{ off }}", False),
        ("{{ empty }}", False), ("{{ number > 3 }}", True), ("{{ number > 5 and on }}", False),
        ("{{ number - 4 }}", False), ("{{ word != 'none' }}", True), (None, True), (0, False), ("yes", True),
    ],
)  # fmt: skip
def test_conditions(condition: Any, shown: bool) -> None:
    variables = {"on": True, "off": False, "empty": "", "number": 4, "word": "some"}
    parsed = parse_movie(
        {
            "variables": variables,
            "elements": [says("x", condition=condition)],
            "scenes": [
                {"duration": 1, "condition": condition},
                {"duration": 2, "elements": [says("y", condition=condition)]},
            ],
        }
    )
    assert len(parsed.elements) == shown
    assert [s.duration for s in parsed.scenes] == [1, 2][not shown :]
    assert len(texts(parsed)) == shown
    assert parsed.scenes[-1].where == "Scene #2"  # places are those of the document


def test_what_is_left_out_need_not_be_right() -> None:
    parse_movie(one({"type": "video", "condition": "{{ on }}"}, variables={"on": False}))


def test_a_scene_is_repeated_for_each_item() -> None:
    parsed = parse_movie(
        {
            "variables": {"slides": [{"d": 5, "name": "one"}, {"d": "3", "name": "two"}], "of": "photo"},
            "scenes": [
                {
                    "iterate": "slides",
                    "duration": "{{d}}",
                    "variables": {"name": "nobody", "label": "{{of}} {{name}}"},
                    "elements": [says("{{label}}"), {"type": "image", "src": "{{name}}", "zoom": 99}],
                },
                {"duration": 1},
            ],
        }
    )
    assert [s.duration for s in parsed.scenes] == [5, 3, 1]
    assert texts(parsed) == ["photo one", "photo two"]
    image = parsed.scenes[1].elements[1]
    assert isinstance(image, Image)
    assert (image.src, image.where) == ("two", "Scene #1 (item 2), element #2")


def test_items_may_be_left_out_by_a_condition_and_come_from_an_object() -> None:
    parsed = parse_movie(
        {
            "variables": {"shop": {"rooms": [{"n": 1}, {"n": 2}, {"n": 3}]}},
            "scenes": [{"iterate": "shop.rooms", "duration": 1, "condition": "{{ n != 2 }}"}],
        }
    )
    assert [s.where for s in parsed.scenes] == ["Scene #1 (item 1)", "Scene #1 (item 3)"]


@pytest.mark.parametrize(
    ("iterate", "said"),
    [
        ("rooms", "Scene #1: 'iterate' uses rooms, but no variable of that name has a value."),
        ("title", "Scene #1: 'iterate' must name a variable that is a list."),
        ("numbers", "Scene #1: item 1 of numbers must be an object"),
        (["a"], "Scene #1: item 1 of ['a'] must be an object"),
        (3, "Scene #1: 'iterate' must name a variable that is a list."),
    ],
)
def test_what_cannot_be_repeated(iterate: Any, said: str) -> None:
    variables = {"title": "x", "numbers": [1, 2]}
    assert said in refusal({"variables": variables, "scenes": [{"iterate": iterate, "duration": 1}]})


@pytest.mark.parametrize(
    ("element", "said"),
    [
        (says("{{ titel }}"), "Scene #1, element #1: {{titel}} in 'text' uses titel, but no variable"),
        (says("x", settings={"color": "{{c}}"}), "element #1: {{c}} in 'settings.color' uses c, but"),
        (says("x", duration="{{ 4 / 0 }}"), "element #1: {{4 / 0}} in 'duration' divides by zero."),
        (says("x", duration="{{ title }}"), "element #1: 'duration' must be a number, not 'Pots'."),
        (says("a {{ title + }}"), "element #1: {{title +}} in 'text' ends too early."),
        (says("a {{ things }}"), "element #1: {{things}} in 'text' is a list or an object"),
        (says("a", condition="{{ nobody }}"), "element #1: {{nobody}} in 'condition' uses nobody, but"),
        (says("{{ loop }}"), "{{loop}} in 'text' needs loop, whose value depends on itself."),
        (says("x", variables=["y"]), "element #1: 'variables' must be an object"),
        (says("x", start="{{ clip_end }}"), "no variable of that name has a value. (Times of other elements"),
        (
            says("{{ v9 }}"),
            "{{v9}} in 'text' needs v1, at the end of too long a chain of variables (in {{v1}}).",
        ),
        (says("{{ bad }}"), "{{bad}} in 'text' ends too early (in {{1 +}})."),
        (says("{{ things.size }}"), "uses things.size, but things has no property 'size'."),
    ],
)
def test_a_mistake_is_named_with_its_place(element: dict[str, Any], said: str) -> None:
    variables = {
        "title": "Pots",
        "things": [1],
        "loop": "{{pool}}",
        "pool": "{{loop}}",
        "v0": 1,
        "bad": "{{1 +}}",
    }
    variables |= {f"v{n}": use(f"v{n - 1}") for n in range(1, 10)}
    assert said in refusal(one(element, variables=variables)).replace("{{ ", "{{").replace(" }}", "}}")


def test_several_mistakes_are_said_together() -> None:
    said = refusal(one(says("{{a}}"), says("{{b}}"), variables={"c": 1}))
    assert "element #1: {{a}}" in said
    assert "element #2: {{b}}" in said


def test_placeholders_of_another_tool_are_kept_in_texts_and_said() -> None:
    """A document that gives no variables was never filled in by the tool that should have."""
    parsed = parse_movie(
        one(
            says("{{ $json.title }}", position="{{ place }}", settings={"color": "{{ colour }}"}),
            {"type": "image", "src": "{{ photo }}"},
            width="{{ $json.width }}",
        )
    )
    first, second = parsed.scenes[0].elements
    assert isinstance(first, Text)
    assert isinstance(second, Image)
    assert (first.text, first.position, first.settings.color) == ("{{ $json.title }}", "custom", None)
    assert (second.src, parsed.width) == ("{{ photo }}", 640)
    assert len(parsed.warnings) == 5
    assert all("was never filled in" in warning for warning in parsed.warnings)
    assert "Scene #1, element #2: {{photo}}" in parsed.warnings[-1]


def test_braces_without_an_end_are_text_and_comments_are_not_read() -> None:
    parsed = parse_movie(one(says("a {{ b", comment="{{ nobody }}"), variables={"x": 1}, comment="{{ x + }}"))
    assert texts(parsed) == ["a {{ b"]


def use(name: str) -> str:
    return "{{" + name + "}}"


def _doubling(levels: int) -> dict[str, Any]:
    variables: dict[str, Any] = {"v0": "ha" * 50}
    variables |= {f"v{n}": use(f"v{n - 1}") * 10 for n in range(1, levels)}
    return one(says(use(f"v{levels - 1}")), variables=variables)


def _pairs(levels: int) -> dict[str, Any]:
    variables: dict[str, Any] = {"v0": [0] * 10}
    variables |= {f"v{n}": [use(f"v{n - 1}")] * 10 for n in range(1, levels)}
    component = {"type": "component", "component": "a", "settings": {"x": use(f"v{levels - 1}")}}
    return one(component, variables=variables)


BOMBS = {
    "text that grows tenfold": _doubling(8),
    "lists that grow tenfold": _pairs(8),
    "a chain of a thousand": one(
        says("{{v999}}"), variables={"v0": "x"} | {f"v{n}": use(f"v{n - 1}") for n in range(1, 1000)}
    ),
    "many items of many elements": {
        "variables": {"items": [{"n": n} for n in range(900)]},
        "scenes": [{"iterate": "items", "duration": 1, "elements": [says("{{n}}")] * 900}],
    },
    "a million scenes": {
        "variables": {"items": [{}] * 2_000},
        "scenes": [{"iterate": "items", "duration": 1}] * 500,
    },
    "many long expressions": one(
        *[says("{{" + "+".join(["a"] * 900) + "}}")] * 2_000, variables={"a": "aaaaaaaaaaaaaaaaaaaa"}
    ),
    "many long sums": one(*[says("{{" + "+".join(["1"] * 900) + "}}")] * 2_000, variables={"a": 1}),
    "a text that is used often": {
        "variables": {"items": [{"n": n} for n in range(900)]},
        "scenes": [
            {"iterate": "items", "duration": 1, "elements": [{"type": "html", "html": "x" * 100_000}]}
        ],
    },
    "braces in braces": one(says("{{" * 5_000 + "a" + "}}" * 5_000), variables={"a": 1}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_of_braces_is_refused_quickly(name: str) -> None:
    document = json.loads(json.dumps(BOMBS[name]))
    started = time.process_time()
    said = refusal(document)
    assert time.process_time() - started < 5
    assert 0 < len(said) < 1_000


def test_braces_that_never_close_take_no_time() -> None:
    started = time.process_time()
    parse_movie(one({"type": "html", "html": "{{" * 90_000}, *[says("{{a}}")] * 9, variables={"a": 1}))
    assert time.process_time() - started < 1
