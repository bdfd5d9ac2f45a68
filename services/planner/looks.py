"""How a video looks and moves: text treatments, palettes, transitions and pacing curves.

A look is chosen once per video and kept from the first shot to the last, so that it seems designed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.planner.frame import ABOVE, FRAME, SAFE_BOTTOM, SAFE_TOP
from services.planner.framings import PRINT, Framing, choose_framing
from services.planner.words import reading_time


class Slot(StrEnum):
    """What a text is for; a treatment gives each its size."""

    TITLE = "title"
    LABEL = "label"
    NOTE = "note"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Palette:
    """``ground`` behind pictures smaller than the frame; letters in ``ink`` stand on boxes in ``accent``."""

    name: str
    ground: str
    accent: str
    ink: str


PALETTES = (
    Palette("kiln", "#E6D8C3", "#F2B872", "#1F1408"),
    Palette("slip", "#CFC6B8", "#F6F0E6", "#231E18"),
    Palette("celadon", "#B9CBBF", "#1F3B31", "#EAF4EE"),
    Palette("cobalt", "#BCC7D9", "#1B2E57", "#F2F6FF"),
    Palette("terracotta", "#D9AF98", "#6E2817", "#FFF1E8"),
    Palette("night", "#6B7078", "#FFFFFF", "#101010"),
    Palette("ink", "#14161B", "#F4C95D", "#17140A"),
    Palette("chalk", "#FAFAF7", "#14161B", "#FFFFFF"),
    Palette("moss", "#1F2E22", "#DCE8C9", "#17210F"),
    Palette("plum", "#2B1830", "#F3C7D8", "#2B0F1E"),
    Palette("signal", "#E4572E", "#1D1A1A", "#FFF4EC"),
    Palette("glacier", "#0F3A4A", "#CFEFF5", "#06232E"),
)


@dataclass(frozen=True, slots=True)
class Treatment:
    """Where texts stand and how they are set. ``y`` is the top or bottom of the text by ``hold``.

    Every text has a box: nobody knows the colours of the picture behind it. Places are near the top and
    the bottom of the safe area, because what a picture shows is mostly in its middle.
    """

    name: str
    align: str  # left, center, right
    hold: str  # top, bottom
    y: int
    weight: int
    scale: float
    caps: bool
    box: str  # one of BOXES, or "accent": the palette's
    font: str = "Roboto"  # one of _LETTERS
    style: str = "001"  # of the format: 001 stands, 002 fades in, 003 word by word, 004 letter by letter


BOXES = {  # ground and letters; the translucent one keeps 4.5 : 1 even on white
    "paper": ("#FBF7F0", "#1B1713"),
    "dark": ("#16120F", "#FFFFFF"),
    "shade": ("rgba(12,10,8,0.72)", "#FFFFFF"),
    "terminal": ("#0D1410", "#9BE8A5"),
}
TREATMENTS = (
    Treatment("gallery", "left", "bottom", 1490, 500, 0.75, False, "paper"),
    Treatment("poster", "center", "top", 240, 900, 1.1, True, "accent"),
    Treatment("tag", "left", "top", 240, 500, 0.75, False, "accent"),
    Treatment("band", "center", "top", 240, 700, 0.75, False, "shade"),
    Treatment("caption", "right", "bottom", 1490, 400, 0.75, False, "shade"),
    Treatment("card", "center", "top", 240, 500, 0.9, False, "paper"),
    Treatment("margin", "right", "bottom", 1490, 900, 0.8, True, "dark"),
    Treatment("headline", "left", "top", 240, 900, 1.0, True, "dark"),
    Treatment("corner", "right", "top", 240, 700, 0.8, False, "paper"),
    Treatment("giant", "center", "top", 230, 400, 2.0, True, "accent", "Anton"),
    Treatment("ticker", "left", "bottom", 1490, 400, 1.1, True, "dark", "Bebas Neue"),
    Treatment("book", "left", "top", 240, 500, 1.1, False, "paper", "Playfair Display", "002"),
    Treatment("typed", "left", "top", 240, 400, 0.7, False, "terminal", "DejaVu Sans Mono", "004"),
    Treatment("spoken", "center", "top", 240, 800, 0.95, False, "accent", "Poppins", "003"),
    Treatment("placard", "right", "bottom", 1490, 500, 0.95, True, "accent", "Oswald"),
    Treatment("notice", "right", "top", 240, 400, 1.5, True, "paper", "Bebas Neue"),
    Treatment("salon", "center", "top", 240, 700, 1.2, False, "accent", "Playfair Display"),
)
# Width of a letter, in sizes of the font: small letters and digits, capitals.
_LETTERS = {
    "Roboto": (0.6, 0.7),
    "Anton": (0.5, 0.53),
    "Bebas Neue": (0.44, 0.44),
    "Oswald": (0.5, 0.58),
    "Playfair Display": (0.56, 0.75),
    "Poppins": (0.66, 0.76),
    "DejaVu Sans Mono": (0.61, 0.61),
}
_SIZES = {Slot.TITLE: 112, Slot.LABEL: 88, Slot.NOTE: 60, Slot.NUMBER: 260}
SMALLEST = 54  # pixels of font size
_CORNER = 320  # pixels: a wider text near the bottom would cover the foot of what stands in the middle

SOFT = ("fade", "dissolve")
PAUSE = ("fadeblack", "fadewhite")  # a breath before something that is waited for
MOVING = (
    "wipeleft", "wiperight", "wipeup", "wipedown", "slideleft", "slideright", "slideup", "slidedown",
    "smoothleft", "smoothup", "diagtl", "diagbr", "squeezeh", "squeezev",
)  # fmt: skip
ROUND = ("circleopen", "circleclose", "radial", "vertopen", "horzopen", "circlecrop")
BUSY = ("hblur", "pixelize", "zoomin", "hlslice", "vuslice", "wipetl", "wipebr")
CUT = ("",)


@dataclass(frozen=True, slots=True)
class Look:
    """One video's look. ``transition`` "" is a hard cut; ``overlap`` in seconds."""

    treatment: Treatment
    palette: Palette
    transition: str
    overlap: float
    curve: str
    framing: Framing = PRINT


def choose_look(
    rolls: random.Random,
    transitions: Sequence[str],
    curves: Sequence[str],
    avoid: Sequence[str] = (),
    avoid_framings: Sequence[str] = (),
) -> Look:
    """A look by dice; what to avoid names text treatments and framings that were seen a moment ago."""
    return Look(
        treatment=rolls.choice([t for t in TREATMENTS if t.name not in avoid] or TREATMENTS),
        palette=rolls.choice(PALETTES),
        transition=rolls.choice(tuple(transitions)),
        overlap=rolls.choice((0.3, 0.4, 0.5, 0.7)),
        curve=rolls.choice(tuple(curves)),
        framing=choose_framing(rolls, avoid_framings),
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
    texts: Sequence[tuple[str, Slot]],
    look: Look,
    start: float,
    duration: float,
    fade: float,
    *,
    above: bool = False,
    at: int | None = None,
) -> list[dict[str, Any]]:
    """Text elements that stand together, stacked in the look's place inside the safe area.

    ``above``: at the top whatever the look says, because pictures fill the rest; ``at``: from there down.
    """
    blocks = [_block(words, slot, look.treatment) for words, slot in texts if words]
    gap = 18
    whole = sum(block[2] for block in blocks) + gap * max(0, len(blocks) - 1)
    treatment = look.treatment
    low = treatment.hold == "bottom" and max((block[3] for block in blocks), default=0) <= _CORNER
    low = low and all(slot is not Slot.NUMBER for _, slot in texts)
    top = ABOVE - 40 - whole if above else treatment.y - whole if low else min(treatment.y, SAFE_TOP + 20)
    top = top if at is None else at
    top = max(SAFE_TOP, min(top, SAFE_BOTTOM - whole))
    made = []
    # Words that come one by one need time to be there.
    longest = max((reading_time(words) for words, _ in texts), default=0.0)
    style = treatment.style if duration >= longest + 1.4 else "001"
    fade = 0.0 if style != "001" else fade
    for words, size, height, width in blocks:
        x = {"left": 90, "center": (FRAME[0] - width) // 2, "right": 990 - width}[treatment.align]
        element: dict[str, Any] = {
            "type": "text",
            "text": words,
            "style": style,
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
    ground, letters = BOXES.get(treatment.box, (palette.accent, palette.ink))
    return {
        "font-family": treatment.font,
        "font-size": f"{size}px",
        "font-weight": str(treatment.weight),
        "color": letters,
        "text-align": treatment.align,
        "background-color": ground,
        "text-shadow": "none",
    }


def _block(words: str, slot: Slot, treatment: Treatment) -> tuple[str, int, int, int]:
    """(words, font size, height, width) in pixels: the size shrinks until three lines are enough."""
    words = words.upper() if treatment.caps else words
    size = max(SMALLEST, round(_SIZES[slot] * (1.0 if slot is Slot.NUMBER else treatment.scale)))
    letter = _LETTERS[treatment.font][treatment.caps] * (1.05 if treatment.weight >= 700 else 1.0)
    while size > SMALLEST and not _fits(words, (900 - 2 * _pads(size)[0]) / (size * letter), 3):
        size = max(SMALLEST, size - 4)
    side, edge = _pads(size)
    lines = _lines(words, (900 - 2 * side) / (size * letter))
    alone = len(words) * size * letter + size * 0.35 + 2 * side
    width = 900 if lines > 1 else min(900, round(alone))
    return words, size, round(lines * size * 1.28 + 2 * edge), width


def _pads(size: int) -> tuple[float, float]:
    """Room around a text inside its box, sideways and above: wide enough for any renderer's own padding."""
    return 0.42 * size, 0.22 * size


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
