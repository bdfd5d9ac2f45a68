"""The contact sheets of the renderer: each feature is on one, and drawing one is repeatable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bot.gallery.__main__ import FOLDER, main
from bot.gallery.media import MAKERS, Media
from bot.gallery.movies import BAND, film, scene, text
from bot.gallery.sheet import Row, Sheet, Strip, lay_out
from bot.gallery.sheets import SHEETS
from services.movie import parse_movie
from services.renderer.local.planning.abilities import abilities

MOST = 2_500_000  # bytes of all sheets


def test_every_sheet_lies_in_the_folder_and_nothing_else() -> None:
    files = {path.name: path for path in FOLDER.iterdir()}
    assert set(files) == {f"{sheet.name}.jpg" for sheet in SHEETS}, "run python -m bot.gallery"
    assert sum(path.stat().st_size for path in files.values()) < MOST
    for path in files.values():
        with Image.open(path) as image:
            assert image.format == "JPEG"
            assert image.width <= 1200


def test_every_style_and_transition_is_on_a_sheet() -> None:
    strips = [strip for sheet in SHEETS for strip in sheet.strips]
    scenes = [scene for strip in strips for scene in strip.movie["scenes"]]
    elements = [e for scene in scenes for e in scene["elements"]]
    elements += [e for strip in strips for e in strip.movie["elements"]]
    shown = {
        "text style": {e["style"] for e in elements if e["type"] == "text"},
        "subtitle style": {e["settings"].get("style") for e in elements if e["type"] == "subtitles"},
        "transition": {scene["transition"]["style"] for scene in scenes if "transition" in scene},
    }
    for kind, names in shown.items():
        assert {a.name for a in abilities(speaks=True).listed if a.kind == kind} <= names, kind
    for name in (a.name for a in abilities(speaks=True).listed if a.kind == "property"):
        element, _, name = name.partition(" ")
        if element == "image":
            assert any(name in e for e in elements), name


def test_movies_name_only_media_that_is_drawn_and_times_that_are_there() -> None:
    for sheet in SHEETS:
        for strip in sheet.strips:
            assert parse_movie(strip.movie).files <= set(MAKERS), strip.label
            assert strip.times == tuple(sorted(strip.times)), strip.label


def test_a_sheet_is_drawn_and_drawn_again_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("one", "two"):
        assert main(["text-styles"], tmp_path / folder) == 0
    first, second = (tmp_path / folder / "text-styles.jpg" for folder in ("one", "two"))
    assert first.read_bytes() == second.read_bytes()
    assert "text-styles.jpg" in capsys.readouterr().out
    with Image.open(first) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    blue = np.abs(pixels - (0x3A, 0x5A, 0x78)).max(axis=2) < 8
    assert 0.4 < blue.mean() < 0.9  # frames on their ground
    assert (pixels[blue.any(axis=1)].min(axis=2) > 240).any()


def test_a_sheet_is_not_replaced_by_one_that_lacks_letters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unheard = Strip("Cuneiform", film(scene(1, text("\U00012000")), size=BAND), (0.5,))
    sheet = Sheet("cuneiform", "Cuneiform", "A script no usual font has.", 60, 1, (unheard,))
    assert main([], tmp_path, [sheet]) == 0
    before = (tmp_path / "cuneiform.jpg").stat()
    capsys.readouterr()
    assert main([], tmp_path, [sheet]) == 0
    assert (tmp_path / "cuneiform.jpg").stat().st_mtime_ns == before.st_mtime_ns
    assert "no font here for Cuneiform" in capsys.readouterr().out


def test_a_sheet_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nothing"], tmp_path) == 2
    assert "'nothing'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_media_is_made_once_when_it_is_named(tmp_path: Path) -> None:
    media = Media(tmp_path)
    movie = {"scenes": [{"elements": [{"type": "image", "src": "circle.png", "duration": 1}]}]}
    path = media.of(movie)["circle.png"].path
    changed = path.stat().st_mtime_ns
    assert media.of(movie)["circle.png"].path.stat().st_mtime_ns == changed
    assert [file.name for file in tmp_path.iterdir()] == ["circle.png"]


def test_strips_stand_in_columns_with_their_notes_below() -> None:
    red, blue = (Image.new("RGB", (40, 30), colour) for colour in ("#ff0000", "#0000ff"))
    page = np.asarray(
        lay_out(
            [Row("a", (0.0, 1.0), (red, red), ()), Row("b", (0.0,), (blue,), ("a note on it",)),
             Row("c", (0.0,), (blue,), ())], 2,
        )
    )  # fmt: skip
    is_red, is_blue = (page == (255, 0, 0)).all(axis=2), (page == (0, 0, 255)).all(axis=2)
    assert is_red.sum() == 2 * 40 * 30
    assert is_blue.sum() == 2 * 40 * 30
    red_rows, blue_rows = np.flatnonzero(is_red.any(axis=1)), np.flatnonzero(is_blue.any(axis=1))
    assert red_rows[0] == blue_rows[0]  # side by side
    assert blue_rows[-1] > red_rows[-1] + 30  # the third strip is below
    assert np.flatnonzero(is_red.any(axis=0))[-1] < np.flatnonzero(is_blue[: red_rows[-1]].any(axis=0))[0]
