"""Clusters, breaks and directions of scripts; which characters a font has; emoji in colour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from renderer_studio import QUICK, Studio, movie, scene

from services.errors import Misconfigured
from services.renderer.local.text import emoji, fonts
from services.renderer.local.text.coverage import coverage_of
from services.renderer.local.text.fonts import faces, package_folder, shown_family
from services.renderer.local.text.lettering import notes
from services.renderer.local.text.scripts import breaks, clean, clusters, is_joined, levels, visual_order
from services.renderer.local.text.typeset import Type


def seen(text: str) -> str:
    """``text`` as it stands from left to right."""
    parts = clusters(text)
    return "".join(parts[at] for at in visual_order(levels(parts)))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("e\u0301a", ["e\u0301", "a"]),
        ("👨‍👩‍👧🇩🇪🇫🇷", ["👨‍👩‍👧", "🇩🇪", "🇫🇷"]),
        ("1️⃣👍🏽x", ["1️⃣", "👍🏽", "x"]),
        ("🏴\U000e0067\U000e0062\U000e007fa", ["🏴\U000e0067\U000e0062\U000e007f", "a"]),
        ("", []),
    ],
)
def test_clusters(text: str, parts: list[str]) -> None:
    assert clusters(text) == parts


@pytest.mark.parametrize(
    ("text", "from_left"),
    [
        ("abc 123", "abc 123"),
        ("אבג", "גבא"),
        ("אבג 123", "123 גבא"),
        ("abc אבג def", "abc גבא def"),
        ("אבג abc דהו", "והד abc גבא"),
        ("אב 45% גד", "דג 45% בא"),
        ("price 5 אב", "price 5 בא"),
        ("ابج 12,5 د", "د 12,5 جبا"),
    ],
)
def test_directions(text: str, from_left: str) -> None:
    assert seen(text) == from_left


def test_what_is_unseen_or_turns_text_around_is_taken_out() -> None:
    assert clean("a\u202eb\u2066c\u2069\x00d\x1b\u200be\ufeff\u00adf") == "abcdef"
    assert clean("one\r\ntwo\rthree\x0bfour\u2028five") == "one\ntwo\nthree\nfour\nfive"
    assert clean("👨‍👩‍👧 ok") == "👨‍👩‍👧 ok"
    assert len(clean("x" + "\u0348" * 500)) == 7


def test_east_asian_text_breaks_between_letters_but_not_before_a_full_stop() -> None:
    assert breaks("日本、語。") == ["日", "本、", "語。"]
    assert breaks("word") == ["word"]
    assert is_joined("مرحبا")
    assert is_joined("नमस्ते")
    assert not is_joined("Привет שלום 日本")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_keeps_its_letters_and_every_cluster_has_one_place(text: str) -> None:
    kept = clean(text)
    parts = clusters(kept)
    assert "".join(parts) == kept
    assert clean(kept) == kept
    for line in kept.split("\n"):
        pieces = clusters(line)
        assert sorted(visual_order(levels(pieces))) == list(range(len(pieces)))
        assert "".join(breaks(line)) == line


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="ab שלمرح12 -日本😀\u0301\u200d", max_size=40),
    st.sampled_from(["all", "word", "letter"]),
)
def test_a_line_is_as_wide_as_it_was_measured_and_its_atoms_lie_in_it(text: str, units: Any) -> None:
    type_ = Type("Roboto", 400, False, 40.0, 0.0, units)
    text = "".join(c for c in clusters(clean(text)) if c not in type_.lost(clean(text)))
    line, count = type_.line(text, 3)
    assert line.width == pytest.approx(type_.width(text), abs=0.01)
    assert "".join(sorted("".join(a.text for a in line.atoms).replace(" ", ""))) == "".join(
        sorted(text.replace(" ", ""))
    )
    for atom in line.atoms:
        assert -0.01 <= atom.x <= line.width + 0.01
        assert 3 <= atom.unit < max(4, count)


def test_coverage_is_what_the_font_says() -> None:
    files = [*(package_folder("font_roboto") / "files").glob("*.ttf"), *_fontpkgs()]
    assert len(files) > 20
    for path in files:
        with TTFont(path, lazy=True) as font:
            known = font.getBestCmap()
        found = coverage_of(path)
        assert all(chr(code) in found for code in known)
        assert not [code for code in range(0x20, 0x3000) if chr(code) in found and code not in known]


def _fontpkgs() -> list[Path]:
    names = ["anton", "arimo", "bebas_neue", "inter", "montserrat", "oswald", "playfair_display", "poppins"]
    return [path for name in names for path in (package_folder(f"fontpkg_{name}") / "files").glob("*.ttf")]


def test_a_broken_font_file_is_said(tmp_path: Path) -> None:
    for number, content in enumerate((b"", b"ttcf", b"\x00\x01\x00\x00\x00\x09" + b"\x00" * 40)):
        path = tmp_path / f"{number}.ttf"
        path.write_bytes(content)
        with pytest.raises(Misconfigured, match="cannot be read"):
            coverage_of(path)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/hosts", "os", "a" * 5000, "fontpkg", "x;y", "\x00"]
)
def test_a_font_name_is_never_a_path(name: str) -> None:
    assert shown_family(name) == ("roboto", False)
    assert faces(name, 400, False, 20)[0].font.getname()[0] == "Roboto"


@pytest.fixture
def colour_font(tmp_path: Path) -> Path:
    """A font with one emoji (U+1F600): a green square in layers, the way COLR fonts are made."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((0, 900))
    pen.lineTo((900, 900))
    pen.lineTo((900, 0))
    pen.closePath()
    square, nothing = pen.glyph(), TTGlyphPen(None).glyph()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "face", "layer"])
    builder.setupCharacterMap({0x1F600: "face"})
    builder.setupGlyf({".notdef": nothing, "face": square, "layer": square})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "face", "layer"), (1000, 0)))
    builder.setupHorizontalHeader(ascent=950, descent=-250)
    builder.setupNameTable({"familyName": "Test Emoji", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.setupCOLR({"face": [("layer", 0)]})
    builder.setupCPAL([[(0.0, 1.0, 0.0, 1.0)]])
    path = tmp_path / "emoji.ttf"
    builder.save(path)
    return path


@pytest.mark.parametrize("style", ["001", "004", "009"])
def test_emoji_are_drawn_in_colour_where_a_font_is_installed(
    studio: Studio, colour_font: Path, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    monkeypatch.setattr(emoji, "_PLACES", (str(colour_font),))
    emoji._opened.cache_clear()
    try:
        element = {"type": "text", "text": "A 😀", "style": style, "settings": {"font-size": "200px"}}
        plan = studio.plan(movie(scene(2, element)), QUICK)
        frame = studio.frames(movie(scene(2, element)), 59, profile=QUICK)[0].astype(int)
    finally:
        emoji._opened.cache_clear()
    assert plan.notes == ()
    green = (frame[:, :, 1] > 200) & (frame[:, :, 0] < 60) & (frame[:, :, 2] < 60)
    white = frame.min(axis=2) > 200
    assert green.sum() > 1200
    assert np.nonzero(green)[1].min() > np.nonzero(white)[1].max()


def test_emoji_without_a_colour_font_are_said(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji, "_PLACES", ())
    emoji._opened.cache_clear()
    try:
        element = {"type": "text", "text": "Go 🚀 ☕ 😀"}
        plan = studio.plan(movie(scene(2, element)), QUICK)
        layer = plan.segments[0].scenes[0].layers[0]
        assert plan.notes == tuple(notes(layer, 30))
    finally:
        emoji._opened.cache_clear()
    assert plan.notes == (
        "Scene #1, element #1: no installed font has 🚀; left out.",
        "Scene #1, element #1: emoji are drawn in the text's colour: no colour font is installed.",
    )


def test_east_asian_letters_come_from_an_installed_font(
    studio: Studio, colour_font: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TTFont(colour_font) as font:
        for table in font["cmap"].tables:
            table.cmap[ord("陶")] = "face"
        font.save(colour_font.with_name("cjk.ttf"))
    monkeypatch.setattr(fonts, "_CJK", ())
    monkeypatch.setattr(fonts, "_SYSTEM_CJK", (str(colour_font.with_name("cjk.ttf")),))
    document = movie(scene(1, {"type": "text", "text": "A陶", "settings": {"font-size": "200px"}}))
    assert studio.plan(document, QUICK).notes == ()
    frame = studio.frames(document, 20, profile=QUICK)[0]
    columns = np.nonzero((frame.min(axis=2) > 200).sum(axis=0) > 40)[0]
    assert columns.size > 30  # a whole square


def test_a_font_package_that_somebody_installed_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "fontpkg_house_face" / "files"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise SystemExit('a font package is not run')")
    anton = package_folder("fontpkg_anton") / "files" / "Anton-Regular.ttf"
    (folder / "HouseFace-Bold.ttf").write_bytes(anton.read_bytes())
    assert shown_family("House Face") == ("roboto", False)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert shown_family("House Face") == ("house face", True)
    assert faces("House Face", 400, False, 20)[0].font.getname()[0] == "Anton"


def test_lines_break_alike_in_a_preview() -> None:
    text = "A sentence that is broken over several lines wherever it is shown " * 2
    found = {
        scale: Type("Inter", 700, False, 61.3 * scale).lines(text.strip(), 700 * scale)[0]
        for scale in (1.0, 0.5, 0.25)
    }
    assert found[0.5] == found[1.0]
    assert found[0.25] == found[1.0]
