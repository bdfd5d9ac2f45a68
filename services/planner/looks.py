"""How a video looks and moves: text treatments, palettes, transitions and pacing curves.

A look is chosen once per video and kept from the first shot to the last, so that it seems designed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

FRAME = (1080, 1920)
# Instagram covers the rest with its own buttons and caption.
SAFE_LEFT, SAFE_RIGHT, SAFE_TOP, SAFE_BOTTOM = 60, 1020, 220, 1500


class Slot(StrEnum):
    """What a text is for; a treatment gives each its size."""

    TITLE = "title"
    LABEL = "label"
    NOTE = "note"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Palette:
    """``ground`` behind pictures smaller than the frame, ``accent`` for boxes or letters, ``ink`` on it."""

    name: str
    ground: str
    accent: str
    ink: str


PALETTES = (
    Palette("kiln", "#1A1411", "#F2B872", "#1F1408"),
    Palette("slip", "#2A2622", "#EFE6D8", "#231E18"),
    Palette("celadon", "#18211E", "#B9D4C3", "#14201B"),
    Palette("cobalt", "#121A28", "#BDD0F2", "#0F1A30"),
    Palette("terracotta", "#241713", "#F29A76", "#2A120A"),
    Palette("night", "#101010", "#FFFFFF", "#101010"),
)


@dataclass(frozen=True, slots=True)
class Treatment:
    """Where texts stand and how they are set. ``y`` is the top, middle or bottom of the text by ``hold``."""

    name: str
    align: str  # left, center, right
    hold: str  # top, middle, bottom
    y: int
    weight: int
    scale: float
    caps: bool
    box: str  # "": none, "accent": accent box, "shade": dark translucent box
    letters: str  # "white" or "accent"; boxes in accent use ink


TREATMENTS = (
    Treatment("gallery", "left", "bottom", 1440, 700, 1.0, False, "", "white"),
    Treatment("poster", "center", "middle", 880, 900, 1.35, True, "", "white"),
    Treatment("tag", "left", "top", 270, 500, 0.8, False, "accent", "ink"),
    Treatment("band", "center", "bottom", 1400, 400, 0.9, False, "shade", "white"),
    Treatment("caption", "center", "top", 330, 400, 0.8, False, "shade", "white"),
    Treatment("card", "center", "bottom", 1330, 500, 0.85, False, "accent", "ink"),
    Treatment("margin", "right", "bottom", 1420, 900, 1.15, True, "", "accent"),
    Treatment("headline", "left", "top", 280, 900, 1.2, True, "", "accent"),
)
_SIZES = {Slot.TITLE: 116, Slot.LABEL: 96, Slot.NOTE: 54, Slot.NUMBER: 320}

SOFT = ("fade", "fadeblack", "fadewhite")
MOVING = ("wipeleft", "wiperight", "wipeup", "wipedown", "slideleft", "slideright", "slideup", "slidedown")
ROUND = ("circleopen", "circleclose")
CUT = ("",)


@dataclass(frozen=True, slots=True)
class Look:
    """One video's look. ``transition`` "" is a hard cut; ``overlap`` in seconds."""

    treatment: Treatment
    palette: Palette
    transition: str
    overlap: float
    curve: str


def choose_look(
    rolls: random.Random, transitions: Sequence[str], curves: Sequence[str], avoid: Sequence[str] = ()
) -> Look:
    """A look by dice; ``avoid`` names text treatments that were seen a moment ago."""
    return Look(
        treatment=rolls.choice([t for t in TREATMENTS if t.name not in avoid] or TREATMENTS),
        palette=rolls.choice(PALETTES),
        transition=rolls.choice(tuple(transitions)),
        overlap=rolls.choice((0.3, 0.4, 0.5, 0.7)),
        curve=rolls.choice(tuple(curves)),
    )


def pace(count: int, total: float, curve: str, shortest: float = 0.8) -> list[float]:
    """``count`` shot lengths in seconds (tenths: whole frames at 30 fps) that sum to about ``total``."""
    shape = _CURVES[curve]
    weights = [shape(i / max(1, count - 1), i) for i in range(count)]
    scale = total / sum(weights)
    return [max(shortest, round(weight * scale, 1)) for weight in weights]


_CURVES: dict[str, Callable[[float, int], float]] = {
    "even": lambda at, i: 1.0,
    "quicker": lambda at, i: 1.9 - 1.4 * at,
    "slower": lambda at, i: 0.5 + 1.4 * at,
    "swell": lambda at, i: 1.7 - 4.4 * at * (1 - at),
    "pulse": lambda at, i: (0.6, 0.6, 1.8)[i % 3],
    "sting": lambda at, i: 2.6 if at >= 1 else 0.8,
}
CURVES = tuple(_CURVES)


def text_elements(
    texts: Sequence[tuple[str, Slot]], look: Look, start: float, duration: float, fade: float
) -> list[dict[str, Any]]:
    """Text elements that stand together, stacked in the look's place inside the safe area."""
    blocks = [_block(words, slot, look.treatment) for words, slot in texts if words]
    gap = 18
    whole = sum(block[2] for block in blocks) + gap * max(0, len(blocks) - 1)
    treatment = look.treatment
    top = treatment.y - {"top": 0, "middle": whole // 2, "bottom": whole}[treatment.hold]
    top = max(SAFE_TOP, min(top, SAFE_BOTTOM - whole))
    made = []
    for words, size, height, width in blocks:
        x = {"left": 90, "center": (FRAME[0] - width) // 2, "right": 990 - width}[treatment.align]
        element: dict[str, Any] = {
            "type": "text",
            "text": words,
            "style": "001",
            "start": start,
            "duration": duration,
            "position": "custom",
            "x": x,
            "y": top,
            "width": width,
            "height": height,
            "settings": _settings(look, size),
        }
        if fade > 0:
            element |= {"fade-in": fade, "fade-out": fade}
        made.append(element)
        top += height + gap
    return made


def _settings(look: Look, size: int) -> dict[str, Any]:
    treatment, palette = look.treatment, look.palette
    colour = {"white": "#FFFFFF", "accent": palette.accent, "ink": palette.ink}[treatment.letters]
    settings = {
        "font-family": "Roboto",
        "font-size": f"{size}px",
        "font-weight": str(treatment.weight),
        "color": colour,
        "text-align": treatment.align,
    }
    if treatment.box == "accent":
        settings["background-color"] = palette.accent
    elif treatment.box == "shade":
        settings["background-color"] = "rgba(0,0,0,0.55)"
    else:
        settings["text-shadow"] = "0px 3px 18px rgba(0,0,0,0.8)"
    return settings


def _block(words: str, slot: Slot, treatment: Treatment) -> tuple[str, int, int, int]:
    """(words, font size, height, width) in pixels: the size shrinks until three lines are enough."""
    words = words.upper() if treatment.caps else words
    size = round(_SIZES[slot] * (1.0 if slot is Slot.NUMBER else treatment.scale))
    boxed = bool(treatment.box)
    letter = (0.62 if treatment.weight >= 700 else 0.57) * (1.16 if treatment.caps else 1.0)
    while size > 44 and not _fits(words, (900 - 2 * _pads(size, boxed)[0]) / (size * letter), 3):
        size -= 4
    side, edge = _pads(size, boxed)
    lines = _lines(words, (900 - 2 * side) / (size * letter))
    alone = len(words) * size * letter + size * 0.35 + 2 * side
    width = 900 if lines > 1 else min(900, round(alone))
    return words, size, round(lines * size * 1.28 + 2 * edge), width


def _pads(size: int, boxed: bool) -> tuple[float, float]:
    """Room around a text inside its box, sideways and above: wide enough for any renderer's own padding."""
    return (0.42 * size, 0.22 * size) if boxed else (0.0, 0.0)


def _fits(words: str, per_line: float, most: int) -> bool:
    longest = max((len(w) for w in words.split()), default=0)
    return longest <= per_line and _lines(words, per_line) <= most


def _lines(words: str, per_line: float) -> int:
    lines, room = 1, per_line
    for word in words.split():
        if len(word) > room and room < per_line:
            lines, room = lines + 1, per_line
        room -= len(word) + 1
    return lines
