"""What a child says it saw, checked before it is believed: a hostile file may speak through it."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.model.footage import MARK, Colour, Footage, Moment, MotionLook, PictureLook, SoundLook

LARGEST_SHEET = 400 << 10  # bytes
MOST_MARKS = 3
MOST_BEATS = 3000
MOST_POINTS = 1000
_RGB = re.compile(r"#[0-9a-f]{6}")
_NAME = re.compile(r"[a-z]{3,12}")
_LONGEST = 1e6  # seconds


@dataclass(frozen=True, slots=True)
class Sight:
    """``sheet`` is a JPEG, or empty for sound; ``marks`` 64 bytes for each marked picture."""

    footage: Footage
    sheet: bytes = b""
    marks: bytes = b""


def sight(content: str, message: dict[str, Any]) -> Sight:
    """Raises ValueError, TypeError or KeyError for nonsense."""
    if "problem" in message:
        return Sight(Footage(content, problem=str(message["problem"])[:300]))
    said = message["answer"]
    sheet, marks = (base64.b64decode(said.get(part, ""), validate=True) for part in ("sheet", "marks"))
    if len(sheet) > LARGEST_SHEET or (sheet and sheet[:3] != b"\xff\xd8\xff"):
        raise ValueError("a contact sheet that is none")
    if len(marks) % MARK or len(marks) > MARK * MOST_MARKS:
        raise ValueError("marks of another length")
    picture, motion, sound = (said.get(part) for part in ("picture", "motion", "sound"))
    footage = Footage(
        content,
        _picture(picture) if picture is not None else None,
        _motion(motion) if motion is not None else None,
        _sound(sound) if sound is not None else None,
    )
    return Sight(footage, sheet, marks)


def moments(message: dict[str, Any]) -> tuple[Moment, ...] | str:
    """The moments, or the problem as a sentence; raises as sight() does."""
    if "problem" in message:
        return str(message["problem"])[:300]
    return _moments(message["answer"]["moments"])


def _picture(said: dict[str, Any]) -> PictureLook:
    palette = tuple(
        Colour(_matching(_RGB, c["rgb"]), _within(c["share"], 0, 1), _matching(_NAME, c["name"]))
        for c in said["palette"][:6]
    )
    rest = (_within(said[name], 0, 1) for name in ("brightness", "contrast", "sharpness"))
    return PictureLook(palette, *rest)


def _motion(said: dict[str, Any]) -> MotionLook:
    return MotionLook(
        _within(said["step"], 0.01, _LONGEST),
        _points(said["curve"]),
        _moments(said["peaks"]),
        _within(said["level"], 0, 1),
        tuple(_within(at, 0, _LONGEST) for at in said["frames"][:64]),
    )


def _sound(said: dict[str, Any]) -> SoundLook:
    loudness, tempo = said["loudness"], said["tempo"]
    beats = tuple(_within(at, 0, _LONGEST) for at in said["beats"][:MOST_BEATS])
    return SoundLook(
        None if loudness is None else _within(loudness, -100, 100),
        None if tempo is None else _within(tempo, 20, 400),
        _within(said["sure"], 0, 1),
        beats,
        _within(said["step"], 0.01, _LONGEST),
        _points(said["energy"]),
    )


def _moments(said: Iterable[dict[str, Any]]) -> tuple[Moment, ...]:
    return tuple(
        Moment(_within(one["at"], 0, _LONGEST), _within(one["strength"], 0, 1)) for one in list(said)[:32]
    )


def _points(said: list[Any]) -> tuple[int, ...]:
    if len(said) > MOST_POINTS:
        raise ValueError("a curve longer than any")
    return tuple(int(_within(point, 0, 100)) for point in said)


def _within(value: Any, low: float, high: float) -> float:
    number = float(value)
    if not math.isfinite(number) or not low <= number <= high:
        raise ValueError(f"{number} is not between {low} and {high}")
    return number


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError("a word that is none")
    return value
