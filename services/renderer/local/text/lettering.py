"""A text element set into its box: size, lines and place; and what of it is shown otherwise than asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from services.renderer.local.planning.layers import Box, Layer, TextSpec
from services.renderer.local.text.fonts import SHAPES, display_name, has_italics, shown_family, weight_number
from services.renderer.local.text.look import Look, look_of, unknown_settings
from services.renderer.local.text.motion import motion_of
from services.renderer.local.text.scripts import clean, clusters, levels
from services.renderer.local.text.typeset import Type, Units

_SAFE = 0.05  # of the canvas's width stays free beside text that names no width
_SMALLEST = 0.4  # of the size asked for
_MOST_LETTERS = 120  # that move one by one
_TALLEST = 0.6  # of the canvas's longer side: no letter is larger


@dataclass(frozen=True, slots=True)
class Lettering:
    """Text set into lines. ``left`` and ``top`` of the block are in pixels of the output."""

    look: Look
    type: Type
    lines: tuple[str, ...]
    widths: tuple[float, ...]
    left: float
    top: float
    width: float
    line: float  # distance between baselines
    lost: tuple[str, ...] = field(default_factory=tuple)

    @property
    def height(self) -> float:
        return self.line * len(self.lines)

    def line_left(self, number: int) -> float:
        """Where that line begins."""
        return along(self.look.align, self.left, self.left + self.width - self.widths[number])

    def baseline(self, number: int) -> float:
        ascent, descent = self.type.metrics
        return self.top + self.line * number + (self.line - ascent - descent) / 2 + ascent


def set_text(spec: TextSpec, box: Box) -> Lettering:
    """Choose size and lines so that the text fits ``box``."""
    asked = look_of(spec)
    asked = replace(asked, size=min(asked.size, _TALLEST * max(spec.canvas)))
    text = _cased(clean(spec.text), asked.case)
    lost = _type(asked, spec.style, text).lost(text)
    text = "".join(cluster for cluster in clusters(text) if cluster not in lost)
    text = "\n".join(
        re.sub(r"[ \u2000-\u200a\u3000]+", " ", line).strip() for line in text.split("\n")
    ).strip("\n")
    free = 0.0 if spec.wide else _SAFE * spec.canvas[0]
    room = max(8.0, box.width - 2 * free)
    above, high = _down(spec, box)
    size = asked.size
    while True:
        look = replace(asked, size=size, spacing=asked.spacing * size / asked.size)
        pad = padding(look)
        type_ = _type(look, spec.style, text)
        lines, fits = type_.lines(text, max(8.0, room - 2 * pad[0]))
        line = size * look.line_height
        block = line * len(lines) + 2 * pad[1]
        if (fits and block <= high + 1) or size <= max(6.0, asked.size * _SMALLEST):
            break
        size *= 0.94
    widths = tuple(type_.width(text) for text in lines)
    width = max(widths, default=0.0)
    left = along(look.across, box.x + free + pad[0], box.x + free + room - pad[0] - width)
    top = along(look.down, above + pad[1], above + max(high, block) - block + pad[1])
    return Lettering(look, type_, tuple(lines), widths, left, top, width, line, tuple(lost))


def notes(layer: Layer, fps: int) -> list[str]:
    """What is shown otherwise than the movie asks for."""
    spec, where = layer.spec, layer.where
    assert isinstance(spec, TextSpec)
    asked, text = look_of(spec), set_text(spec, layer.box)
    found = []
    family, exact = shown_family(asked.family)
    if not exact:
        wanted = asked.family.split(",")[0].strip().strip("'\"")
        found.append(f"{where}: the font {wanted[:40]!r} is shown as {display_name(family)}.")
    if asked.italic and not has_italics(asked.family):
        found.append(f"{where}: the font {display_name(family)} has no italics; it is shown upright.")
    if text.look.size < asked.size * 0.99:
        now, before = (round(size / spec.scale) for size in (text.look.size, asked.size))
        found.append(f"{where}: the text is set at {now} px instead of {before} px, to fit its box.")
    found += letters_left_out(where, spec.text, text.type, text.lost)
    unknown = unknown_settings(spec)
    if unknown:
        named = ", ".join(repr(name[:30]) for name in unknown[:5])
        found.append(f"{where}: settings of the text that have no effect here: {named}.")
    return found + _notes_on_motion(layer, text, fps)


def letters_left_out(where: str, words: str, type_: Type, lost: tuple[str, ...]) -> list[str]:
    """Sentences on letters and emoji that are not drawn, or not as they should be."""
    found = []
    if lost:
        found.append(f"{where}: no installed font has {' '.join(sorted(lost)[:5])}; left out.")
    shown = clusters(clean(words))
    if any(type_.is_plain(cluster) for cluster in shown):
        found.append(f"{where}: emoji are drawn in the text's colour: no colour font is installed.")
    if not SHAPES and any(level % 2 for level in levels(shown)):
        found.append(f"{where}: letters that should join are drawn apart: the library FriBiDi is missing.")
    return found


def _notes_on_motion(layer: Layer, text: Lettering, fps: int) -> list[str]:
    spec = layer.spec
    assert isinstance(spec, TextSpec)
    motion = motion_of(spec.style)
    if motion is None:
        known = spec.style in ("", "001", "002", "011")
        return [] if known else [f"{layer.where}: style {spec.style[:20]!r} is not known; shown as 001."]
    found = []
    if motion.guessed:
        found.append(
            f"{layer.where}: the vendor does not describe style {spec.style}; its animation is a guess."
        )
    if _units(spec.style, "".join(text.lines)) != motion.units:
        found.append(
            f"{layer.where}: its letters move word by word, for there are more than {_MOST_LETTERS}."
        )
    count = 0
    for line in text.lines:
        _, count = text.type.line(line, count)
    shown = (layer.last - layer.first) / fps
    needed = motion.seconds(count, shown)
    if needed > shown + 1 / fps:
        found.append(
            f"{layer.where}: its animation takes {needed:.1f} s, but the text is there for {shown:.1f} s."
        )
    return found


def padding(look: Look) -> tuple[float, float]:
    """Free pixels inside the background: sideways, up and down."""
    if look.pad is not None:
        return look.pad
    return (0.38 * look.size, 0.2 * look.size) if look.background else (0.0, 0.0)


def along(where: str, near: float, far: float) -> float:
    if where in ("left", "top"):
        return near
    return far if where in ("right", "bottom") else (near + far) / 2


def _type(look: Look, style: str, text: str) -> Type:
    weight = weight_number(look.weight)
    return Type(look.family, weight, look.italic, look.size, look.spacing, _units(style, text))


def _units(style: str, text: str) -> Units:
    """Very many letters on their way at once are dear to draw, and nothing to look at."""
    motion = motion_of(style)
    if motion is None:
        return "all"
    too_many = motion.units == "letter" and len("".join(text.split())) > _MOST_LETTERS
    return "word" if too_many else motion.units


def _cased(text: str, case: str) -> str:
    if case == "uppercase":
        return text.upper()
    if case == "lowercase":
        return text.lower()
    return re.sub(r"(?<!\w)\w", lambda m: m[0].upper(), text) if case == "capitalize" else text


def _down(spec: TextSpec, box: Box) -> tuple[float, float]:
    """Top and height of the room; without a height of its own, the safe part of what is left below."""
    if spec.high:
        return box.y, box.height
    free = _SAFE * spec.canvas[0]
    top = max(float(box.y), free)
    return top, max(8.0, min(box.y + box.height, spec.canvas[1]) - free - top)
