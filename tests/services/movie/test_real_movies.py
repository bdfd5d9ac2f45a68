"""The model against real movies and the schema that was derived from the vendor's reference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from services.errors import Refused
from services.movie import Movie, Timeline, lay_out, parse_movie
from services.movie.elements import Component, Image, Text, Voice
from services.movie.movie import RESOLUTIONS, Scene, TransitionStyle
from services.movie.normalise import _KNOWN, properties

LENGTH = 7.0  # seconds of every file
NO_LENGTH = "41_doc_exports_ftp_then_webhook"  # an example of exports: it has no scenes


def laid_out(movie: Movie) -> Timeline:
    elements = [*movie.elements, *(e for s in movie.scenes for e in s.elements)]
    return lay_out(movie, {getattr(element, "src", ""): LENGTH for element in elements})


def read(folder: Path, name: str) -> Movie:
    [file] = folder.glob(f"{name}*.json")
    return Movie.model_validate(json.loads(file.read_text(encoding="utf-8")))


def test_every_real_movie_parses_but_the_broken_one(movies_dir: Path) -> None:
    files = sorted(movies_dir.glob("*.json"))
    assert len(files) >= 40
    for file in files:
        document = json.loads(file.read_text(encoding="utf-8"))
        if "broken" in file.name:
            with pytest.raises(ValidationError, match="The movie has no 'scenes'"):
                Movie.model_validate(document)
            with pytest.raises(Refused, match="'style' belongs into 'settings'"):
                parse_movie(document)
            continue
        movie = Movie.model_validate(document)
        if file.stem == NO_LENGTH:
            with pytest.raises(Refused, match="duration cannot be zero"):
                laid_out(movie)
            continue
        assert laid_out(movie).frames > 0, file.name


def test_variables_of_a_real_template(movies_dir: Path) -> None:
    movie = read(movies_dir, "13_tpl_real_estate")
    assert len(movie.scenes) == 7
    photos = [s.elements[0] for s in movie.scenes[1:6]]
    assert len({p.src for p in photos if isinstance(p, Image)}) == 5
    assert [e.type for e in movie.elements] == ["audio"]  # the voice has a condition that does not hold
    price = movie.scenes[1].elements[-1]
    assert isinstance(price, Component)
    assert price.settings["headline"]["text"] == "$720,000"
    assert laid_out(movie).seconds == pytest.approx(5 + 5 * 8 + 10 - 6 * 1.5, abs=0.1)


def test_examples_of_expressions(movies_dir: Path) -> None:
    assert laid_out(read(movies_dir, "37_doc")).seconds == 7
    said = read(movies_dir, "38_doc").scenes[0].elements[0]
    assert isinstance(said, Text)
    assert said.text == "Goodbye"
    assert [s.duration for s in read(movies_dir, "40_doc").scenes] == [5, 3, 7]
    assert laid_out(read(movies_dir, "40_doc")).seconds == 15


def test_a_workflow_that_was_never_filled_in_says_so(movies_dir: Path) -> None:
    movie = read(movies_dir, "59_wild")
    voice = movie.scenes[0].elements[1]
    assert isinstance(voice, Voice)
    assert voice.text == "{{ $json.Line }}"
    assert any("was never filled in" in warning for warning in movie.warnings)


def test_the_schema_names_nothing_the_model_does_not_know(contracts_dir: Path) -> None:
    schema = json.loads((contracts_dir / "json2video_movie_schema.json").read_text(encoding="utf-8"))
    parts = schema["$defs"]
    older = {"scale", "tailwind", "condition"}  # read as others, or decided before the model
    for kind, known in _KNOWN.items():
        assert set(parts[kind]["properties"]) - known - older == set(), kind
    assert set(schema["properties"]) - properties(Movie) - {"template"} == set()
    assert set(parts["scene"]["properties"]) - properties(Scene) - {"condition", "iterate"} == set()


def test_the_closed_lists_are_the_schemas(contracts_dir: Path) -> None:
    schema = json.loads((contracts_dir / "json2video_movie_schema.json").read_text(encoding="utf-8"))
    parts = schema["$defs"]
    style = parts["scene"]["properties"]["transition"]["properties"]["style"]["x-enum"]
    assert set(get_args(TransitionStyle)) == set(style)
    assert set(schema["properties"]["resolution"]["x-enum"]) == {*RESOLUTIONS, "custom"} - {
        "instagram-portrait"
    }
    for kind in _KNOWN:
        for name, rule in parts[kind]["properties"].items():
            for word in rule.get("x-enum", []):
                element = {
                    "type": kind,
                    "src": "a",
                    "text": "x",
                    "html": "x",
                    "component": "a",
                    "prompt": "x",
                }
                parse_movie({"scenes": [{"elements": [{**element, name: word}]}]})
    settings = parts["subtitles"]["properties"]["settings"]["properties"]
    for name in ("style", "position"):
        for word in settings[name]["x-enum"]:
            parsed = parse_movie(
                {"scenes": [], "elements": [{"type": "subtitles", "settings": {name: word}}]}
            )
            assert parsed.elements[0].settings.model_dump()[name] == word


def test_defaults_and_bounds_are_the_schemas(contracts_dir: Path) -> None:
    """A value at a bound is taken, one beyond it is refused, and the default is the same as nothing."""
    schema = json.loads((contracts_dir / "json2video_movie_schema.json").read_text(encoding="utf-8"))
    needed: dict[str, dict[str, Any]] = {
        "image": {"src": "a"}, "video": {"src": "a"}, "audio": {"src": "a"}, "text": {"text": "x"},
        "voice": {"text": "x"}, "html": {"html": "x"}, "component": {"component": "a"},
        "audiogram": {}, "subtitles": {},
    }  # fmt: skip
    wider = {"zoom": (-100, 100)}  # the older reference allowed more
    for kind, base in needed.items():

        def parsed(kind: str = kind, base: dict[str, Any] = base, **more: Any) -> Any:
            return parse_movie({"scenes": [], "elements": [{"type": kind, **base, **more}]}).elements[0]

        for name, rule in schema["$defs"][kind]["properties"].items():
            if "default" in rule and name != "id" and rule["default"] != "@randomString":
                assert parsed(**{name: rule["default"]}) == parsed(), (kind, name)
            for bound, beyond in (("minimum", -1), ("maximum", 1)):
                if bound in rule:
                    value = (
                        dict(zip(("minimum", "maximum"), wider[name], strict=True))[bound]
                        if name in wider
                        else rule[bound]
                    )
                    if (name, value) != ("duration", -2):
                        parsed(**{name: value})
                    with pytest.raises(Refused, match=f"'{name}'"):
                        parsed(**{name: value + beyond})
