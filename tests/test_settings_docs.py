"""Settings, bot.env.example and the README's tables say the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import docs
from bot.settings import Settings, load_settings, read_settings, settings_table
from services.errors import Misconfigured
from services.renderer.local.planning.abilities import abilities


def test_every_setting_is_documented() -> None:
    rows = settings_table()
    assert sorted(row["name"].lower() for row in rows) == sorted(Settings.model_fields)
    assert all(row["description"].endswith(".") and row["group"] for row in rows)
    groups = [row["group"] for row in rows]
    assert groups == sorted(groups, key=groups.index), "the settings of a group stand together"


def test_the_example_is_what_would_be_written() -> None:
    assert docs.EXAMPLE.read_text(encoding="utf-8") == docs.env_example(), "run python -m bot.docs"


def test_the_example_taken_as_it_is_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(docs.ROOT)  # its relative paths are meant from there
    text = re.sub(r"(?m)^#(?=[A-Z_]+=)", "", docs.EXAMPLE.read_text(encoding="utf-8"))
    path = tmp_path / "all.env"
    path.write_text(text, encoding="utf-8")
    assert load_settings([path], {}) == load_settings([], {})


def test_the_examples_of_errors_are_right() -> None:
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        assert isinstance(extra, dict)
        if (example := str(extra["example"])) and name != "media_dir":  # a folder of the reader's own
            # Others of its group may be missing then, which is no fault of the example.
            found = read_settings([], {name.upper(): example}).problems
            assert [problem for problem in found if problem.variable == name.upper()] == []


def test_the_readme_holds_the_tables() -> None:
    text = docs.README.read_text(encoding="utf-8")
    assert docs.fill(text) == text, "run python -m bot.docs"


def test_the_renderers_page_says_what_the_renderer_says_of_itself() -> None:
    text = docs.RENDERER.read_text(encoding="utf-8")
    assert docs.fill(text, docs.RENDERER_PARTS) == text, "run python -m bot.docs"
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    heading = next(row for row in rows if row[:1] == ["Property"])
    for ability in abilities(speaks=False).listed:
        if ability.kind == "property":
            element, _, name = ability.name.partition(" ")
            row = next(row for row in rows if row[:1] == [name])
            assert row[heading.index(element)] == ability.shown, ability
        else:
            row = next(r for r in rows if r[:1] == [ability.kind] and ability.name in r[1].split(", "))
            assert row[2] == ability.shown, ability


def test_fill_replaces_what_is_between_the_markers() -> None:
    text = "a\n<!-- x -->\nold | rows\n<!-- /x -->\nb\n"
    filled = docs.fill(text, {"x": lambda: r"new \1"})
    assert filled == "a\n<!-- x -->\n\nnew \\1\n\n<!-- /x -->\nb\n"
    assert docs.fill(filled, {"x": lambda: r"new \1"}) == filled


@pytest.mark.parametrize("text", ["nothing", "<!-- x -->\n", "<!-- x -->\n<!-- /x -->\n" * 2])
def test_fill_wants_exactly_one_place(text: str) -> None:
    with pytest.raises(Misconfigured, match="'x'"):
        docs.fill(text, {"x": str})
