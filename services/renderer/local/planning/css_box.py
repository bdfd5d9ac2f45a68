"""CSS words for boxes, as components use them: lengths, colours, gradients, borders, shadows.

Text from outside; what is not understood is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.movie.values import parse_colour
from services.renderer.local.planning.layers import Box
from services.renderer.local.planning.shape_spec import CastShadow, Colour, Gradient
from services.renderer.local.text.look import length, shadows_of

_SIDES = {"to top": 0.0, "to right": 90.0, "to bottom": 180.0, "to left": 270.0}
_MOST_STOPS = 20
_DEGREES = re.compile(r"\s*([+-]?\d{1,5}(?:\.\d{1,6})?)\s*(?:deg)?\s*")
_PERCENT = re.compile(r"\s*([+-]?\d{1,5}(?:\.\d{1,6})?)\s*%\s*")


@dataclass(frozen=True, slots=True)
class Frame:
    """What lengths of a component are relative to: it is a page of its own, the size of its ``box``."""

    box: Box
    scale: float

    @property
    def canvas(self) -> tuple[int, int]:
        return self.box.width, self.box.height

    def across(self, value: Any, otherwise: float) -> float:
        return self._pixels(value, self.box.width, otherwise)

    def down(self, value: Any, otherwise: float) -> float:
        return self._pixels(value, self.box.height, otherwise)

    def _pixels(self, value: Any, whole: int, otherwise: float) -> float:
        text = str(value).strip() if value is not None else ""
        percent = _PERCENT.fullmatch(text[:30])
        if percent:
            return float(percent[1]) / 100 * whole
        found = length(text, self, 0.0)
        return otherwise if found is None else found


def milliseconds(value: Any, otherwise: float) -> float:
    """Seconds from "1500" or "1500ms"."""
    text = str(value).strip().removesuffix("ms") if value is not None else ""
    try:
        return min(600.0, max(0.0, float(text[:20]) / 1000))
    except ValueError:
        return otherwise


def degrees(value: Any, otherwise: float = 0.0) -> float:
    match = _DEGREES.fullmatch(str(value)[:30]) if value is not None else None
    return float(match[1]) if match else otherwise


def colour(value: Any, otherwise: Colour | None = None) -> Colour | None:
    try:
        found = parse_colour(str(value)[:80])
    except ValueError:
        return otherwise
    return found if found[3] > 0 else None


def fill_of(style: Mapping[str, Any]) -> Colour | Gradient | None:
    """From "background", "background-color" or a gradient in "background-image"."""
    for name in ("background", "background-color", "background-image"):
        text = str(style.get(name) or "")
        found = gradient(text) or colour(text)
        if found is not None:
            return found
    return None


def gradient(text: str) -> Gradient | None:
    """linear-gradient(angle or side, colour place, …); stops without a place are spread evenly."""
    match = re.fullmatch(r"\s*linear-gradient\((.{1,500})\)\s*", text[:520], re.DOTALL)
    if not match:
        return None
    parts = [part.strip() for part in re.split(r",(?![^(]*\))", match[1])][:_MOST_STOPS]
    angle = 180.0
    if parts[0].lower() in _SIDES:
        angle = _SIDES[parts.pop(0).lower()]
    elif _DEGREES.fullmatch(parts[0][:30]):
        angle = degrees(parts.pop(0))
    stops: list[tuple[float, Colour]] = []
    for number, part in enumerate(parts):
        words = re.fullmatch(r"(.*?)(?:\s+([+-]?[\d.]{1,8})%)?", part)
        assert words is not None  # the pattern takes anything
        try:
            shade = parse_colour(words[1])
            place = float(words[2]) / 100 if words[2] else number / max(1, len(parts) - 1)
        except ValueError:
            return None
        stops.append((max(place, stops[-1][0]) if stops else place, shade))
    return Gradient(angle, tuple(stops)) if stops else None


def border_of(style: Mapping[str, Any], frame: Frame) -> tuple[tuple[float, float, float, float], Colour]:
    """Widths (top, right, bottom, left) and colour, from "border", "border-width", "border-color"."""
    whole = re.findall(r"[a-zA-Z-]+\([^)]*\)|\S+", str(style.get("border") or ""))[:4]
    widths = [w for w in (length(word, frame, 0.0) for word in whole) if w is not None]
    shade = next((c for c in (colour(word) for word in whole) if c is not None), None)
    own = [length(word, frame, 0.0) or 0.0 for word in str(style.get("border-width") or "").split()[:4]]
    sides = [max(0.0, w) for w in (own or widths[:1] or [0.0])]
    top = sides[0]
    right = sides[1] if len(sides) > 1 else top
    bottom = sides[2] if len(sides) > 2 else top
    left = sides[3] if len(sides) > 3 else right
    return (top, right, bottom, left), colour(style.get("border-color"), shade) or (0, 0, 0, 1.0)


def shadow_of(style: Mapping[str, Any], frame: Frame) -> CastShadow | None:
    """The first of "box-shadow"."""
    text = str(style.get("box-shadow") or "none").replace("inset", "")
    if text.strip().lower() == "none":
        return None
    found = shadows_of(text, frame, 0.0)
    if not found:
        return None
    first = found[0]
    return CastShadow(first.dx, first.dy, first.blur, first.colour)
