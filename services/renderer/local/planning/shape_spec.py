"""Rectangles and counting numbers, as components show them (values only; part of every segment's key)."""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[int, int, int, float]  # red, green, blue 0 … 255, alpha 0 … 1


@dataclass(frozen=True, slots=True)
class Gradient:
    """``angle`` as in CSS (0: upwards, 90: to the right); stops are (place 0 … 1, colour), in order."""

    angle: float
    stops: tuple[tuple[float, Colour], ...]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """In pixels of the output, not whole; ``angle`` in degrees clockwise about its middle."""

    x: float
    y: float
    width: float
    height: float
    angle: float = 0.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class CastShadow:
    dx: float
    dy: float
    blur: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class ShapeSpec:
    """A rectangle that goes from ``start`` to ``end`` in the first ``frames`` frames of its layer.

    ``border`` is the width of its sides: top, right, bottom, left. It is cut off at the layer's box.
    """

    start: Rectangle
    end: Rectangle
    frames: int
    easing: str
    fill: Colour | Gradient | None
    border: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    border_colour: Colour = (0, 0, 0, 1.0)
    radius: float = 0.0
    shadow: CastShadow | None = None


@dataclass(frozen=True, slots=True)
class CounterSpec:
    """A text in which ``__num__`` counts from ``start`` to ``end`` in the layer's first ``frames`` frames.

    ``look`` and the rest as in TextSpec; ``decimals`` are shown.
    """

    text: str
    start: float
    end: float
    frames: int
    decimals: int
    easing: str
    look: tuple[tuple[str, str], ...]
    scale: float
    canvas: tuple[int, int]
