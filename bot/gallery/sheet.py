"""A contact sheet: strips of frames with what they show written above, as one picture. Knows no movies."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw, ImageFont

_PAPER, _INK, _PALE, _WARNING = (250, 249, 247), (32, 33, 36), (120, 122, 126), (150, 84, 20)
_GAP, _CLOSE = 18, 4  # pixels between strips, and between the frames of one
_HEAD, _FOOT, _LINE = 22, 16, 14
_LABEL_SIZE, _SMALL_SIZE = 14, 11
_LETTER = 5.7  # pixels of an average small letter
_QUALITY = 82


@dataclass(frozen=True, slots=True)
class Strip:
    """Frames of one movie, at ``times`` in seconds."""

    label: str
    movie: dict[str, Any]
    times: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """``name`` is that of its file, ``about`` what a reader sees on it; ``width``: pixels of one frame."""

    name: str
    title: str
    about: str
    width: int
    columns: int
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A strip that was drawn. ``notes``: how it differs from what its movie asks for."""

    label: str
    times: tuple[float, ...]
    frames: tuple[Image.Image, ...]
    notes: tuple[str, ...]


def lay_out(rows: Sequence[Row], columns: int) -> Image.Image:
    """The sheet; frames are times apart as written under them, a single frame has no time."""
    widths = [sum(frame.width + _CLOSE for frame in row.frames) - _CLOSE for row in rows]
    across = max(widths)
    lines = [_wrapped(row, across) for row in rows]
    heights = [
        _HEAD + max(frame.height for frame in row.frames) + (_FOOT if len(row.times) > 1 else 0)
        + _LINE * len(found)
        for row, found in zip(rows, lines, strict=True)
    ]  # fmt: skip
    bands = [max(heights[first : first + columns]) for first in range(0, len(rows), columns)]
    size = (columns * (across + _GAP) + _GAP, sum(bands) + _GAP * (len(bands) + 1))
    page = Image.new("RGB", size, _PAPER)
    for at, row in enumerate(rows):
        band, column = divmod(at, columns)
        top = _GAP + sum(bands[:band]) + _GAP * band
        _draw(page, row, lines[at], _GAP + column * (across + _GAP), top)
    return page


def save(page: Image.Image, file: Any) -> None:
    page.save(file, "JPEG", quality=_QUALITY, optimize=True, progressive=True)


def _draw(page: Image.Image, row: Row, notes: Sequence[str], left: int, top: int) -> None:
    pen = ImageDraw.Draw(page)
    small = ImageFont.load_default(_SMALL_SIZE)
    pen.text(
        (left, top + _HEAD / 2 - 1),
        row.label,
        fill=_INK,
        font=ImageFont.load_default(_LABEL_SIZE),
        anchor="lm",
    )
    x, y = left, top + _HEAD
    for time, frame in zip(row.times, row.frames, strict=True):
        page.paste(frame, (x, y))
        if len(row.times) > 1:
            pen.text((x, y + frame.height + _FOOT / 2), f"{time:.2f} s", fill=_PALE, font=small, anchor="lm")
        x += frame.width + _CLOSE
    y += max(frame.height for frame in row.frames) + (_FOOT if len(row.times) > 1 else 0)
    for at, line in enumerate(notes):
        pen.text((left, y + _LINE * (at + 0.5)), line, fill=_WARNING, font=small, anchor="lm")


def _wrapped(row: Row, across: int) -> list[str]:
    return [line for note in row.notes for line in textwrap.wrap(note, max(12, int(across / _LETTER)))]
