"""The settings of a text element (CSS words, as the vendor takes them) as plain values (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.movie.values import parse_colour
from services.renderer.local.layers import TextSpec

Colour = tuple[int, int, int, float]

_LENGTH = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*(px|vw|vh|em|rem|%|pt|)\s*")
_DEFAULT_SHADOW = "2px 2px rgba(33,33,33,0.5)"  # vendor's base style
_SIZE = 0.04  # of the width: the vendor's 4vw
_MOST = 4000.0  # pixels of any length


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
    upper: bool
    colour: Colour
    background: Colour | None
    shadow: Shadow | None
    align: str  # left center right
    across: str  # where the block stands: left center right
    down: str  # top center bottom
    spacing: float
    line_height: float  # times the size
    pad: tuple[float, float] | None  # sideways, up and down; None: by the size
    radius: float | None


def look_of(spec: TextSpec) -> Look:
    """Unknown words fall back to the vendor's defaults."""
    s = {key.strip().lower().replace("_", "-"): value for key, value in spec.look}
    size = _length(s.get("font-size", ""), spec, 0.0) or 0.0
    size = max(4.0, size if size > 0 else spec.canvas[0] * _SIZE)
    block = spec.style == "011"
    align = _word(s.get("text-align", ""), ("left", "center", "right"), "center")
    across = s.get("horizontal-position", s.get("horizontal-align", ""))
    down = s.get("vertical-position", s.get("vertical-align", ""))
    padding = _padding(s.get("padding", ""), spec, size)
    opacity = _share(s.get("opacity", "1"))
    ink = _colour(s.get("color") or s.get("font-color") or "#FFFFFF", (255, 255, 255, 1.0))
    paper = s.get("background-color", s.get("background", "#000000" if block else ""))
    return Look(
        family=s.get("font-family", "Roboto"), size=size,
        weight=s.get("font-weight", "700" if s.get("font-family", "") == "Inter" else "400"),
        italic=s.get("font-style", "").strip().lower() in ("italic", "oblique"),
        upper=s.get("text-transform", "").strip().lower() == "uppercase",
        colour=_fade(ink, opacity),
        background=_background(paper, opacity),
        shadow=_shadow(s.get("text-shadow", _DEFAULT_SHADOW), spec, size, opacity),
        align=align, across=_word(across, ("left", "center", "right"), align),
        down=_word(down, ("top", "center", "bottom"), "center"),
        spacing=_length(s.get("letter-spacing", "0"), spec, size) or 0.0,
        line_height=_line_height(s.get("line-height", ""), spec, size),
        pad=padding, radius=_length(s["border-radius"], spec, size) if "border-radius" in s else None,
    )  # fmt: skip


def _length(text: str, spec: TextSpec, size: float) -> float | None:
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


def _line_height(text: str, spec: TextSpec, size: float) -> float:
    match = _LENGTH.fullmatch(text[:30])
    if not match:
        return 1.2
    value = float(match[1]) if match[2] == "" else (_length(text, spec, size) or size) / size
    return min(5.0, max(0.5, value))


def _padding(text: str, spec: TextSpec, size: float) -> tuple[float, float] | None:
    """CSS order: up-and-down first, then sideways."""
    values = [_length(part, spec, size) for part in text.split()[:2]]
    found = [max(0.0, v) for v in values if v is not None]
    if not found:
        return None
    return (found[-1], found[0])


def _share(text: str) -> float:
    match = _LENGTH.fullmatch(text[:30])
    if not match:
        return 1.0
    return min(1.0, max(0.0, float(match[1]) / (100 if match[2] == "%" else 1)))


def _word(text: str, allowed: tuple[str, ...], otherwise: str) -> str:
    word = text.strip().lower().replace("middle", "center")
    return word if word in allowed else otherwise


def _colour(text: str, otherwise: Colour) -> Colour:
    try:
        return parse_colour(text)
    except ValueError:
        return otherwise


def _fade(colour: Colour, share: float) -> Colour:
    return (*colour[:3], colour[3] * share)


def _background(text: str, opacity: float) -> Colour | None:
    if text.strip().lower() in ("", "none"):
        return None
    colour = _fade(_colour(text, (0, 0, 0, 0.0)), opacity)
    return colour if colour[3] > 0 else None


def _shadow(text: str, spec: TextSpec, size: float, opacity: float) -> Shadow | None:
    """The first shadow: "dx dy [blur] colour", the colour at either end."""
    first = re.split(r",(?![^(]*\))", text[:200])[0].strip()
    if first.lower() in ("", "none"):
        return None
    lengths: list[float] = []
    colour = ""
    for part in re.findall(r"[a-zA-Z]+\([^)]*\)|\S+", first):
        value = _length(part, spec, size)
        if value is None:
            colour = part
        else:
            lengths.append(value)
    if len(lengths) < 2:
        return None
    blur = max(0.0, lengths[2]) if len(lengths) > 2 else 0.0
    return Shadow(lengths[0], lengths[1], blur, _fade(_colour(colour, (0, 0, 0, 1.0)), opacity))
