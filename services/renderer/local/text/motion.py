"""How the letters of each text style come and go (pure): the pose of every unit at every moment.

Sources: the vendor's page on text styles says which parts come how; it gives times for 003 (500 ms each,
400 ms apart) and 008 (600 ms, 70 ms apart, lines for 2 s). The other times are chosen here. Styles 005
and 007 are not described anywhere: they are marked as guessed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from services.renderer.local.text.typeset import Units

LINES_GROW = 2.0  # seconds in which the lines above and below style 008 reach their width
_SHARE = 0.55  # of the layer's length that a chosen (not documented) motion may take at most


@dataclass(frozen=True, slots=True)
class Pose:
    """Relative to where the unit belongs: ``dx``, ``dy`` in sizes of the font, ``turn`` in degrees."""

    opacity: float = 1.0
    dx: float = 0.0
    dy: float = 0.0
    scale: float = 1.0
    turn: float = 0.0

    @property
    def moves(self) -> bool:
        return (self.dx, self.dy, self.scale, self.turn) != (0.0, 0.0, 1.0, 0.0)


REST = Pose()
GONE = Pose(opacity=0.0)


@dataclass(frozen=True, slots=True)
class Motion:
    """``each`` seconds for one unit, ``apart`` seconds between two. ``pose`` maps (share of the way,
    number of the unit) to a pose; ``cut``: units are only seen inside their line."""

    units: Units
    each: float
    apart: float
    pose: Callable[[float, int], Pose]
    leaves: bool = False
    cut: bool = False
    documented: bool = False
    guessed: bool = False
    lines: bool = False

    def gap(self, count: int, shown: float) -> float:
        """Seconds between two units; chosen times are shortened so that long text is there in time."""
        if self.documented or count < 2:
            return self.apart
        return min(self.apart, max(0.0, _SHARE * shown - self.each) / (count - 1))

    def seconds(self, count: int, shown: float) -> float:
        """How long the whole motion takes."""
        return self.each + self.gap(count, shown) * max(0, count - 1)

    def at(self, unit: int, count: int, frame: int, frames: int, fps: int) -> Pose:
        """The pose of ``unit`` (of ``count``) in ``frame`` of a layer of ``frames``."""
        shown = frames / fps
        gap = self.gap(count, shown)
        if self.leaves:
            begins = shown - self.seconds(count, shown) + unit * gap
            share = 1.0 - (frame / fps - begins) / self.each
        else:
            share = ((frame + 1) / fps - unit * gap) / self.each
        if share >= 1.0:
            return REST
        return self.pose(share, unit) if share > 0.0 else GONE

    def settled(self, unit: int, count: int, frames: int, fps: int) -> int:
        """The first frame in which ``unit`` has come to rest (a motion that leaves: in which it starts)."""
        shown = frames / fps
        gap = self.gap(count, shown)
        if self.leaves:
            return max(0, math.ceil((shown - self.seconds(count, shown) + unit * gap) * fps - 1e-6))
        return max(0, math.ceil((unit * gap + self.each) * fps - 1 - 1e-6))


def motion_of(style: str) -> Motion | None:
    """The motion of a text style; None for those that stand still (002 fades as a whole)."""
    return _MOTIONS.get(style)


def _slowing(share: float) -> float:
    return 1.0 - (1.0 - share) ** 3


def _quick(share: float) -> float:
    """Fast at first, then a long way of coming to rest."""
    return 1.0 if share >= 1.0 else (1.0 - 2.0 ** (-10.0 * share)) / (1.0 - 2.0**-10)


def _fade(share: float, _: int) -> Pose:
    return Pose(opacity=share)


def _rise(share: float, _: int) -> Pose:
    return Pose(opacity=min(1.0, 1.6 * share), dy=0.55 * (1.0 - _slowing(share)))


def _reveal(share: float, _: int) -> Pose:
    return Pose(dy=1.15 * (1.0 - _quick(share)))


def _gather(share: float, unit: int) -> Pose:
    eased = _quick(share)
    return Pose(opacity=min(1.0, 1.4 * share), scale=1.0 + 0.6 * (1.0 - eased))


def _grow(share: float, _: int) -> Pose:
    eased = _quick(share)
    return Pose(opacity=min(1.0, eased), scale=0.3 + 0.7 * eased)


def _fly(share: float, unit: int) -> Pose:
    """From a place, and a turn, of its own: the same one every time."""
    away = 1.0 - _slowing(share)
    angle, far = _noise(unit, 1) * 2 * math.pi, 0.6 + 0.8 * _noise(unit, 2)
    return Pose(
        opacity=min(1.0, 1.5 * share), dx=away * far * math.cos(angle), dy=away * far * math.sin(angle),
        scale=1.0 + 0.5 * away * (_noise(unit, 4) - 0.3), turn=away * 80.0 * (_noise(unit, 3) - 0.5),
    )  # fmt: skip


def _noise(unit: int, kind: int) -> float:
    """0 … 1, without any pattern to the eye."""
    value = (unit * 2654435761 + kind * 40503 * 2246822519) & 0xFFFFFFFF
    value ^= value >> 15
    value = (value * 2246822519) & 0xFFFFFFFF
    value ^= value >> 13
    return ((value * 3266489917) & 0xFFFFFFFF) / 2**32


_MOTIONS = {
    "003": Motion("word", 0.5, 0.4, _fade, documented=True),
    "004": Motion("letter", 0.35, 0.09, _fade),
    "005": Motion("line", 0.8, 0.18, _rise, guessed=True),
    "006": Motion("letter", 0.75, 0.05, _reveal, cut=True),
    "007": Motion("letter", 0.7, 0.045, _gather, guessed=True),
    "008": Motion("letter", 0.6, 0.07, _grow, documented=True, lines=True),
    "009": Motion("letter", 0.9, 0.05, _fly),
    "010": Motion("letter", 0.9, 0.05, _fly, leaves=True),
}
