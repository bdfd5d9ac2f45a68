"""Movies with variables, conditions and repeated scenes, down to the pixels; and a folder's movie file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from renderer_studio import BLUE, GREEN, RED, SMALL, Studio, image, is_near, movie

from services.errors import Refused
from services.renderer.local.render import approximations
from services.renderer.local.standalone import match_assets, render_file


def test_a_repeated_scene_shows_each_item_for_its_time(studio: Studio) -> None:
    for name, colour in (("red", RED), ("green", GREEN), ("blue", BLUE)):
        studio.photo(f"{name}.jpg", colour)
    document = movie(
        {
            "iterate": "photos",
            "condition": "{{ seconds < 5 }}",
            "duration": "{{ seconds * speed }}",
            "elements": [
                image("{{ colour }}.jpg"),
                {
                    "type": "image",
                    "src": "blue.jpg",
                    "condition": "{{ seconds == 1 }}",
                    "x": "{{ 1080 / 2 }}",
                    "width": 540,
                    "height": 1920,
                },
            ],
        },
        variables={
            "speed": "0.5",
            "photos": [
                {"colour": "red", "seconds": 2},
                {"colour": "blue", "seconds": 9},
                {"colour": "green", "seconds": 1},
            ],
        },
    )
    plan = studio.plan(document)
    assert plan.frames == 45
    red, green = studio.frames(document, 29, 30)
    assert is_near(red, 0.25, 0.5, RED)
    assert is_near(red, 0.75, 0.5, RED)
    assert is_near(green, 0.25, 0.5, GREEN)
    assert is_near(green, 0.75, 0.5, BLUE)


def test_a_variable_places_colours_and_leaves_out(studio: Studio) -> None:
    studio.photo("red.jpg", RED)
    document = movie(
        {
            "background-color": "{{ ground }}",
            "duration": "{{ base / 4 }}",
            "elements": [
                {
                    "type": "image",
                    "src": "{{ src }}",
                    "x": "{{ w / 2 }}",
                    "width": "{{ w / 2 }}",
                    "height": 1920,
                },
                {"type": "video", "src": "missing.mp4", "condition": "{{ film }}"},
            ],
        },
        variables={"ground": "#1e28dc", "base": 2, "src": "red.jpg", "w": 1080, "film": False},
    )
    assert studio.plan(document).frames == 15
    [frame] = studio.frames(document, 7)
    assert is_near(frame, 0.25, 0.5, BLUE)
    assert is_near(frame, 0.75, 0.5, RED)


def test_what_was_never_filled_in_is_said_with_the_result(studio: Studio) -> None:
    studio.photo("red.jpg", RED)
    document = movie({"duration": 0.2, "elements": [image("red.jpg", position="{{ place }}")]})
    document["exports"] = [{"destinations": [{"type": "webhook", "endpoint": "https://a.example"}]}]
    said = " ".join(approximations(document, studio.plan(document)))
    assert "Scene #1, element #1: {{place}} was never filled in and is left out" in said
    assert "exports are not carried out" in said


async def test_a_movie_file_with_variables_finds_its_files(studio: Studio, tmp_path: Path) -> None:
    studio.photo("red.jpg", RED)
    studio.photo("blue.jpg", BLUE)
    document = movie(
        {"iterate": "shots", "duration": 0.2, "elements": [image("{{ shot }}.jpg", mask="{{ mask }}")]},
        variables={"shots": [{"shot": "red"}], "mask": "blue.jpg"},
    )
    assert match_assets(document, studio.folder) == {"red.jpg": "red.jpg", "blue.jpg": "blue.jpg"}
    path = tmp_path / "movie.json"
    path.write_text(json.dumps(document))
    files = await render_file(path, studio.folder, tmp_path / "it.mp4", lambda share: None, profile=SMALL)
    assert files.duration == pytest.approx(0.2)
    document["scenes"][0]["elements"][0]["src"] = "{{ shoot }}.jpg"
    with pytest.raises(Refused, match=r"Scene #1 \(item 1\), element #1: \{\{shoot\}\} in 'src' uses shoot"):
        match_assets(document, studio.folder)
