"""The parts of docs/renderer.md that are made from code: abilities, limits and the list of sheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.gallery.sheets import SHEETS
from services.model.abilities import Ability, Shown
from services.renderer.local import limits
from services.renderer.local.planning.abilities import abilities

_PROPERTY, _ABSENT = "property", "–"
_VOICE = ("element", "voice")


def abilities_markdown() -> str:
    """What the renderer says it makes of each feature: properties by element, everything else by kind.

    Features of which the same is true share a line.
    """
    return "\n".join([*_features(), "", *_properties()])


def limits_markdown() -> str:
    """What one render may ask for; more is refused."""
    rows = {
        "Length": f"{limits.MAX_SECONDS} s",
        "Scenes": str(limits.MAX_SCENES),
        "Elements of one scene, or of the movie itself": str(limits.MAX_LAYERS),
        "Characters of one text": str(limits.MAX_TEXT),
        "Width and height of the canvas": f"{limits.MAX_SIDE} pixels",
        "A photo": f"{limits.MAX_IMAGE_PIXELS // 1_000_000} million pixels",
        "A clip's picture": f"{limits.MAX_CLIP_PIXELS // 1_000_000} million pixels",
        "Memory the process may address": f"{limits.ADDRESS_SPACE >> 30} GiB",
        "Processor time": f"{limits.CPU_SECONDS // 60} min",
        "Time by the clock": f"{limits.WALL_SECONDS / 60:.0f} min",
        "One file": f"{limits.FILE_SIZE >> 30} GiB",
    }
    return "\n".join(["| | At most |", "|---|---|", *(f"| {name} | {most} |" for name, most in rows.items())])


def sheets_markdown() -> str:
    """A heading, a sentence and the picture of each sheet."""
    return "\n\n".join(
        f"### {sheet.title}\n\n{sheet.about}\n\n![{sheet.title}](renderer/{sheet.name}.jpg)"
        for sheet in SHEETS
    )


def _features() -> Iterator[str]:
    yield "| Feature | | Here | What is different |"
    yield "|---|---|---|---|"
    lines: dict[tuple[str, Shown, str], list[str]] = {}
    for ability in _listed():
        if ability.kind != _PROPERTY:
            lines.setdefault((ability.kind, ability.shown, _remark(ability)), []).append(ability.name)
    for (kind, shown, remark), names in lines.items():
        yield f"| {kind} | {', '.join(names)} | {shown} | {remark} |"


def _listed() -> Iterator[Ability]:
    """What does not depend on the machine, and voices with and without what speaks them."""
    spoken = abilities(speaks=True).of(*_VOICE)
    for ability in abilities(speaks=False).listed:
        yield ability
        if spoken and (ability.kind, ability.name) == _VOICE:
            yield replace(spoken, name="voice where espeak-ng is installed")


def _remark(ability: Ability) -> str:
    """Without the feature's name, which stands beside it."""
    return ability.remark.replace(f"the {ability.kind} {ability.name} ", "it ").replace("|", "\\|")


def _properties() -> Iterator[str]:
    """A line for each property, a column for each element that can have it."""
    found: dict[str, dict[str, Shown]] = {}
    for ability in _listed():
        if ability.kind == _PROPERTY:
            element, _, name = ability.name.partition(" ")
            found.setdefault(name, {})[element] = ability.shown
    elements = list(dict.fromkeys(element for row in found.values() for element in row))
    yield f"| Property | {' | '.join(elements)} |"
    yield "|---" * (len(elements) + 1) + "|"
    for name, row in found.items():
        yield f"| {name} | {' | '.join(str(row.get(element, _ABSENT)) for element in elements)} |"
