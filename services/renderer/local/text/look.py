"""The settings of a text element (CSS words, as the vendor takes them) as plain values (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from services.movie.values import parse_colour
from services.renderer.local.planning.layers import TextSpec

Colour = tuple[int, int, int, float]

_LENGTH = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*(px|vw|vh|em|rem|%|pt|)\s*")
_DEFAULT_SHADOW = "2px 2px rgba(33,33,33,0.5)"  # vendor's base style
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})?")
_SIZE = 0.04  # of the width: the vendor's 4vw
_MOST = 4000.0  # pixels of any length
_MOST_SHADOWS = 4
_MOST_STROKE = 40.0  # pixels
_MOST_BLUR = 200.0  # pixels, also of a shadow's distance


class Sized(Protocol):
    """What lengths are relative to: the output's size, and its pixels per pixel of the movie."""

    @property
    def scale(self) -> float: ...
    @property
    def canvas(self) -> tuple[int, int]: ...


@dataclass(frozen=True, slots=True)
class Shadow:
    dx: float
    dy: float
    blur: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Look:
    """Everything in output pixels."""

    family: str
    size: float
    weight: str
    italic: bool
    case: str  # uppercase lowercase capitalize, or as it is
    colour: Colour
    background: Colour | None
    shadows: tuple[Shadow, ...]  # the first one lies on top
    align: str  # left center right
    across: str  # where the block stands: left center right
    down: str  # top center bottom
    spacing: float
    line_height: float  # times the size
    pad: tuple[float, float] | None  # sideways, up and down; None: by the size
    radius: float  # of the corners of its box; square ones without the setting, as in CSS
    stroke: tuple[float, Colour] | None  # pixels that it stands out beyond the letters


# The vendor's base settings of each style (json2video.com/docs/v2, text styles); every other style: "".
_BASE = {
    "": {"font-family": "Roboto", "font-weight": "400"},
    "001": {"font-family": "Inter", "font-weight": "700"},
    "006": {"font-family": "Anton", "font-weight": "400", "letter-spacing": ".5em"},
    "008": {"font-family": "Anton", "font-weight": "400"},
    "011": {"font-family": "Roboto", "font-weight": "400", "background-color": "#000000"},
}
_OTHER_NAMES = {
    "font-color": "color", "text-color": "color", "background": "background-color", "shadow": "text-shadow",
    "vertical-align": "vertical-position", "horizontal-align": "horizontal-position",
}  # fmt: skip
_KNOWN = {
    "font-family", "font-size", "font-weight", "font-style", "color", "background-color", "text-shadow",
    "text-align", "vertical-position", "horizontal-position", "letter-spacing", "line-height", "padding",
    "border-radius", "opacity", "text-transform", "-webkit-text-stroke",
}  # fmt: skip


def settings_of(spec: TextSpec) -> dict[str, str]:
    """The settings as given, by the names that are used here (text-shadow, not shadow or textShadow)."""
    found: dict[str, str] = {}
    for key, value in spec.look:
        name = re.sub(r"(?<=[a-z])[A-Z]", lambda m: "-" + m[0], key.strip()).lower().replace("_", "-")
        if name == "shadow" and _NUMBER.fullmatch(value):  # the older templates give a distance only
            value = f"{value}px {value}px rgba(33,33,33,0.5)"
        found.setdefault(_OTHER_NAMES.get(name, name), value)
    return found


def unknown_settings(spec: TextSpec) -> list[str]:
    """Names of settings that have no effect here."""
    return sorted(set(settings_of(spec)) - _KNOWN)


def look_of(spec: TextSpec) -> Look:
    """Unknown words fall back to the vendor's defaults."""
    s = _BASE.get(spec.style, _BASE[""]) | settings_of(spec)
    size = length(s.get("font-size", ""), spec, 0.0) or 0.0
    size = max(4.0, size if size > 0 else spec.canvas[0] * _SIZE)
    align = _word(s.get("text-align", "").replace("justify", "left"), ("left", "center", "right"), "center")
    opacity = _share(s.get("opacity", "1"))
    return Look(
        family=s["font-family"], size=size, weight=s["font-weight"],
        italic=s.get("font-style", "").strip().lower() in ("italic", "oblique"),
        case=_word(s.get("text-transform", ""), ("uppercase", "lowercase", "capitalize"), ""),
        colour=faded(colour_of(s.get("color", ""), (255, 255, 255, 1.0)), opacity),
        background=_background(s.get("background-color", ""), opacity),
        shadows=shadows_of(s.get("text-shadow", _DEFAULT_SHADOW), spec, size, opacity),
        align=align,
        across=_word(s.get("horizontal-position", ""), ("left", "center", "right"), align),
        down=_word(s.get("vertical-position", ""), ("top", "center", "bottom"), "center"),
        spacing=length(s.get("letter-spacing", "0"), spec, size) or 0.0,
        line_height=_line_height(s.get("line-height", ""), spec, size),
        pad=_padding(s.get("padding", ""), spec, size),
        radius=max(0.0, length(s.get("border-radius", ""), spec, size) or 0.0),
        stroke=_stroke(s.get("-webkit-text-stroke", ""), spec, size, opacity),
    )  # fmt: skip


def length(text: str, spec: Sized, size: float) -> float | None:
    """Pixels of the output; a bare number is pixels of the movie. None if it is no length."""
    match = _LENGTH.fullmatch(text[:30])
    if not match:
        return None
    value, unit = float(match[1]), match[2]
    width, height = spec.canvas
    factor = {
        "px": spec.scale, "": spec.scale, "pt": spec.scale * 4 / 3, "vw": width / 100, "vh": height / 100,
        "em": size, "rem": 16 * spec.scale, "%": size / 100,
    }[unit]  # fmt: skip
    return max(-_MOST, min(_MOST, value * factor))


def _line_height(text: str, spec: Sized, size: float) -> float:
    match = _LENGTH.fullmatch(text[:30])
    if not match:
        return 1.2
    value = float(match[1]) if match[2] == "" else (length(text, spec, size) or size) / size
    return min(5.0, max(0.5, value))


def _padding(text: str, spec: Sized, size: float) -> tuple[float, float] | None:
    """CSS order: up-and-down first, then sideways."""
    values = [length(part, spec, size) for part in text.split()[:2]]
    found = [max(0.0, v) for v in values if v is not None]
    if not found:
        return None
    return (found[-1], found[0])


def _stroke(text: str, spec: Sized, size: float, opacity: float) -> tuple[float, Colour] | None:
    """CSS draws half of a stroke inside the letters, where it is painted over here: letters stay legible."""
    parts = re.findall(r"[a-zA-Z]+\([^)]*\)|\S+", text[:100])
    lengths = [value for part in parts if (value := length(part, spec, size)) is not None]
    colours = [part for part in parts if length(part, spec, size) is None]
    if not lengths or lengths[0] <= 0:
        return None
    ink = colour_of(colours[0] if colours else "", (0, 0, 0, 1.0))
    return min(lengths[0] / 2, _MOST_STROKE), faded(ink, opacity)


def _share(text: str) -> float:
    match = _LENGTH.fullmatch(text[:30])
    if not match:
        return 1.0
    return min(1.0, max(0.0, float(match[1]) / (100 if match[2] == "%" else 1)))


def _word(text: str, allowed: tuple[str, ...], otherwise: str) -> str:
    word = text.strip().lower().replace("middle", "center")
    return word if word in allowed else otherwise


def colour_of(text: str, otherwise: Colour) -> Colour:
    try:
        return parse_colour(text)
    except ValueError:
        return otherwise


def faded(colour: Colour, share: float) -> Colour:
    return (*colour[:3], colour[3] * share)


def _background(text: str, opacity: float) -> Colour | None:
    if text.strip().lower() in ("", "none"):
        return None
    colour = faded(colour_of(text, (0, 0, 0, 0.0)), opacity)
    return colour if colour[3] > 0 else None


def shadows_of(text: str, spec: Sized, size: float, opacity: float = 1.0) -> tuple[Shadow, ...]:
    """CSS shadows: "dx dy [blur] colour", the colour at either end; several with commas between them."""
    parts = re.split(r",(?![^(]*\))", text[:400])[:_MOST_SHADOWS]
    found = (_shadow(part.strip(), spec, size, opacity) for part in parts)
    return tuple(shadow for shadow in found if shadow is not None)


def _shadow(text: str, spec: Sized, size: float, opacity: float) -> Shadow | None:
    lengths: list[float] = []
    colour = ""
    for part in re.findall(r"[a-zA-Z]+\([^)]*\)|\S+", text):
        value = length(part, spec, size)
        if value is None:
            colour = part
        else:
            lengths.append(value)
    if len(lengths) < 2:
        return None
    blur = min(max(0.0, lengths[2]), _MOST_BLUR) if len(lengths) > 2 else 0.0
    dx, dy = (max(-_MOST_BLUR, min(_MOST_BLUR, value)) for value in lengths[:2])
    return Shadow(dx, dy, blur, faded(colour_of(colour, (0, 0, 0, 1.0)), opacity))
