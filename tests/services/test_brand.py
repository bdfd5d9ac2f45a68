"""The committed brand is complete; anything else in a brand's folder is read or told, never raised."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import yaml

from services import brand as brand_module
from services.brand import INSTRUCTIONS, INTENTS, LARGEST, PERSONALITY, read_brand

COMMITTED = Path(__file__).parents[2] / "data" / "brand"
GOOD = "- {name: teach, prompt: Teach one thing., weight: 2}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "context").mkdir()
    (tmp_path / "personality.md").write_text("Dry.\n")
    (tmp_path / "instructions.md").write_text("Short.\n")
    (tmp_path / "intents.yaml").write_text(GOOD)
    return tmp_path


def test_the_committed_brand_is_complete() -> None:
    brand = read_brand(COMMITTED)
    assert brand.notes == ()
    assert 6 <= len(brand.intents) <= 8
    assert all(re.fullmatch(r"[a-z_]+", intent.name) and len(intent.prompt) > 60 for intent in brand.intents)
    assert list(brand.context) == [
        "build_notes.md", "model_descriptions.md", "naming_conventions.md", "photo_to_print.yaml"
    ]  # fmt: skip
    for series in ("TU", "TM", "SV", "RV", "SM"):
        assert f"## {series}" in brand.context["model_descriptions.md"]
    for rule in ("2200", "five hashtags", "5 to 60 seconds"):
        assert rule in brand.instructions


def test_the_committed_mapping_follows_the_naming_conventions() -> None:
    mapping = yaml.safe_load((COMMITTED / "context" / "photo_to_print.yaml").read_text())
    assert mapping["pieces"]
    for piece in mapping["pieces"]:
        assert re.fullmatch(r"(tu|tm|sv|rv|sm)\d{2}", piece["model"])
        assert piece["photo"] == f"{piece['model']}.jpg"
        for print_ in piece["prints"]:
            assert re.fullmatch(rf"timelapse_{piece['model']}\.gcode_\d{{8}}_\d{{4}}\.mp4", print_)


def test_a_whole_folder(folder: Path) -> None:
    (folder / "context" / "b.txt").write_bytes("\ufeffzwei\r\n".encode())
    (folder / "context" / "a.md").write_text("one")
    (folder / "context" / "photo.jpg").write_bytes(b"\xff\xd8")
    (folder / "context" / ".hidden.md").write_text("no")
    (folder / "context" / "sub.md").mkdir()
    brand = read_brand(folder)
    assert (brand.personality, brand.instructions) == ("Dry.\n", "Short.\n")
    assert [(intent.name, intent.prompt, intent.weight) for intent in brand.intents] == [
        ("teach", "Teach one thing.", 2.0)
    ]
    assert list(brand.context.items()) == [("a.md", "one"), ("b.txt", "zwei\n")]
    assert brand.notes == (
        "The brand's context/sub.md is not a regular file: it is left out. Put a text file there.",
    )


@pytest.mark.parametrize("exists", [True, False])
def test_missing_files_have_defaults_and_a_note_each(tmp_path: Path, exists: bool) -> None:
    brand = read_brand(tmp_path if exists else tmp_path / "nowhere")
    assert (brand.personality, brand.instructions) == (PERSONALITY, INSTRUCTIONS)
    assert brand.intents == INTENTS
    assert brand.context == {}
    assert len(brand.notes) == 4
    for name in ("personality.md", "instructions.md", "intents.yaml", "context"):
        assert any(name in note for note in brand.notes)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00x", "is not UTF-8 text"),
        (b"a\0b", "is not a text"),
        (b"x" * (LARGEST + 1), "is larger than 256 KB"),
        (b" \n", "is empty"),
    ],
)
def test_a_text_that_is_none(folder: Path, content: bytes, reason: str) -> None:
    (folder / "personality.md").write_bytes(content)
    brand = read_brand(folder)
    assert brand.personality == PERSONALITY
    assert brand.instructions == "Short.\n"
    (note,) = brand.notes
    assert note.startswith(f"The brand's personality.md {reason}: a plain default is used.")


@pytest.mark.parametrize("kind", ["pipe", "folder", "outward link", "circle"])
def test_things_that_are_no_files(folder: Path, tmp_path_factory: pytest.TempPathFactory, kind: str) -> None:
    path = folder / "instructions.md"
    path.unlink()
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.md"
    secret.write_text("secret")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "circle":
        path.symlink_to(path)
    else:
        path.symlink_to(secret)
        (folder / "context" / "x.md").symlink_to(secret)
        (folder / "context" / "gone.md").symlink_to(folder / "gone.md")
        (folder / "context" / "mine.md").symlink_to(folder / "personality.md")
    brand = read_brand(folder)
    assert brand.instructions == INSTRUCTIONS
    assert any("instructions.md" in note for note in brand.notes)
    assert "secret" not in str(brand.context)
    if kind == "outward link":
        assert brand.context == {"mine.md": "Dry.\n"}
        assert len(brand.notes) == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- a\n- name: [}", "is not valid YAML (line 2)"),
        ("!!python/object/apply:os.getcwd []", "is not valid YAML"),
        ("just words", "is not a list"),
        ("- &a {name: x, prompt: y}\n- *a\n", "uses YAML aliases"),
        ("[" * 100_000, "is nested too deeply"),
        ("[\n" * 100_000, "is nested too deeply"),
        (GOOD + "- name: [", "is not valid YAML"),
        ("- {name: x, prompt: y, weight: 2027-13-45}", "is not valid YAML"),
        ("[]", "holds no usable intent"),
    ],
)
def test_intents_that_are_none(folder: Path, text: str, reason: str) -> None:
    (folder / "intents.yaml").write_text(text)
    brand = read_brand(folder)
    assert brand.intents == INTENTS
    assert f"The brand's intents.yaml {reason}" in brand.notes[-1]


@pytest.mark.parametrize(
    "entry",
    [
        "{name: x, prompt: y, weight: 0}", "{name: x, prompt: y, weight: -1}",
        "{name: x, prompt: y, weight: .nan}",
        "{name: x, prompt: y, weight: .inf}", "{name: x, prompt: y, weight: true}", "{name: 7, prompt: y}",
        "{name: x}", "x", "{name: ' ', prompt: y}", "{name: teach, prompt: again}",
        "{name: x, prompt: y, weight: '2'}", f"{{name: x, prompt: y, weight: {'9' * 400}}}",
    ],
)  # fmt: skip
def test_single_intents_that_are_left_out(folder: Path, entry: str) -> None:
    (folder / "intents.yaml").write_text(f"intents:\n  {GOOD}  - {entry}\n")
    brand = read_brand(folder)
    assert [intent.name for intent in brand.intents] == ["teach"]
    (note,) = brand.notes
    assert note.startswith("Entry 2 of the brand's intents.yaml")


def test_a_weight_left_out_is_one(folder: Path) -> None:
    (folder / "intents.yaml").write_text("- {name: x, prompt: y}\n")
    assert read_brand(folder).intents[0].weight == 1.0


def test_there_is_an_end_to_context(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brand_module, "MOST_FILES", 2)
    for name in "abc":
        (folder / "context" / f"{name}.md").write_text(name)
    brand = read_brand(folder)
    assert list(brand.context) == ["a.md", "b.md"]
    assert "over 2 texts" in brand.notes[0]


def test_hostile_names_stay_on_one_line(folder: Path) -> None:
    (folder / "context" / "a\nb\x1b.md").write_bytes(b"\xff")
    (note,) = read_brand(folder).notes
    assert "\n" not in note
    assert "\x1b" not in note
