"""Text set into lines: which face draws which letters, how wide they are, where a line breaks.

Nothing is drawn here. A line is a list of atoms, the pieces that are drawn each in one go: the whole run
of a face for text that stands still, words or letters for text that comes in piece by piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from services.renderer.local.text.emoji import emoji_face, is_emoji
from services.renderer.local.text.fonts import Face, faces
from services.renderer.local.text.scripts import breaks, clusters, is_joined, levels, visual_order

Units = Literal["all", "line", "word", "letter"]

_BLANK = -1
_BALANCED = 8  # lines at most that are balanced


@dataclass(frozen=True, slots=True)
class Atom:
    """``x`` from the left end of its line, in pixels; ``unit`` counts lines, words or letters as read."""

    text: str
    face: Face
    x: float
    width: float
    backward: bool
    unit: int


@dataclass(frozen=True, slots=True)
class Line:
    atoms: tuple[Atom, ...]
    width: float


class Type:
    """A family at a size: measures text and sets lines. ``spacing`` pixels between letters."""

    def __init__(
        self, family: str, weight: int, italic: bool, size: float, spacing: float = 0.0, units: Units = "all"
    ) -> None:
        pixels = max(
            4.0, round(size * 4) / 4
        )  # quarters: a preview breaks its lines as the whole picture does
        self._faces = faces(family, weight, italic, pixels)
        self._emoji = emoji_face(pixels)
        self._spacing, self._units = spacing, units
        self._joined = units != "letter" and spacing == 0
        self._widths: dict[str, float] = {}

    @property
    def metrics(self) -> tuple[int, int]:
        """Ascent and descent of the family's own face."""
        return self._faces[0].font.getmetrics()

    def lost(self, text: str) -> list[str]:
        """Clusters that no face can draw, each once."""
        found = (c for c in clusters(text) if not c.isspace() and self._face(c) is None)
        return list(dict.fromkeys(found))

    def is_plain(self, cluster: str) -> bool:
        """Whether an emoji is drawn in the text's colour, because no colour font has it."""
        face = self._face(cluster)
        return is_emoji(cluster) and face is not None and not face.colour

    def width(self, text: str) -> float:
        """Pixels of ``text`` on one line."""
        if text not in self._widths:
            parts = clusters(text)
            runs = self._runs(parts, self._assigned(parts), levels(parts))
            found = sum(self._run_width(face, [parts[at] for at in run]) for run, face in runs)
            self._widths[text] = max(0.0, found - self._spacing)
        return self._widths[text]

    def lines(self, text: str, room: float, longest: int = 0) -> tuple[list[str], bool]:
        """Lines no wider than ``room`` (and of at most ``longest`` words), and whether every word fitted."""
        tokens = [
            [(piece, " " if at == 0 else "") for word in paragraph.split(" ") for at, piece in
             enumerate(breaks(word))] for paragraph in text.split("\n")
        ]  # fmt: skip
        fits = all(self.width(piece) <= room for paragraph in tokens for piece, _ in paragraph)
        found: list[str] = []
        for paragraph in tokens:
            found += self._balanced(paragraph, room, longest)
        return found, fits

    def line(self, text: str, unit: int) -> tuple[Line, int]:
        """``text`` as one line, its units counted from ``unit``; and the number the next line begins with."""
        parts = clusters(text)
        units = _numbered(parts, self._units, unit)
        directions, assigned = levels(parts), self._assigned(parts)
        runs = self._runs(parts, assigned, directions)
        atoms: list[Atom] = []
        x = 0.0
        for number in visual_order([directions[run[0]] for run, _ in runs]):
            run, face = runs[number]
            backward = directions[run[0]] % 2 == 1
            total = self._run_width(face, [parts[at] for at in run])
            alone = self._spacing != 0 and not is_joined("".join(parts[at] for at in run))
            key: Callable[[int], int] = (lambda at: at) if alone else (lambda at: units[at])
            done = 0
            for _, group in groupby(run, key=key):
                piece = list(group)
                before = self._run_width(face, [parts[at] for at in run[:done]])
                done += len(piece)
                after = self._run_width(face, [parts[at] for at in run[:done]])
                words = "".join(parts[at] for at in piece)
                if not words.isspace():
                    left = x + total - after if backward else x + before
                    atoms.append(Atom(words, face, left, after - before, backward, units[piece[0]]))
            x += total
        last = max([unit - 1, *units]) + 1
        return Line(tuple(atoms), max(0.0, x - self._spacing)), last

    def _runs(
        self, parts: Sequence[str], assigned: Sequence[Face], directions: Sequence[int]
    ) -> list[tuple[list[int], Face]]:
        """Indexes of clusters that are drawn in one go, as read: of one face and one direction."""
        grouped = groupby(range(len(parts)), key=lambda at: (id(assigned[at]), directions[at]))
        runs = (list(group) for _, group in grouped)
        return [(run, assigned[run[0]]) for run in runs]

    def _run_width(self, face: Face, parts: Sequence[str]) -> float:
        if not parts:
            return 0.0
        text = "".join(parts)
        spacing = 0.0 if self._spacing and is_joined(text) else self._spacing * len(parts)
        return face.width(text, joined=self._joined) + spacing

    def _face(self, cluster: str) -> Face | None:
        if self._emoji is not None and is_emoji(cluster) and self._emoji.has(cluster):
            return self._emoji
        return next((face for face in self._faces if face.has(cluster)), None)

    def _assigned(self, parts: Sequence[str]) -> list[Face]:
        """A face for each cluster; letters of one word come from one face, if one has them all."""
        found: list[Face] = []
        for blank, group in groupby(parts, key=str.isspace):
            word = list(group)
            if blank:
                found += [found[-1] if found and not found[-1].colour else self._faces[0]] * len(word)
                continue
            letters = [part for part in word if part[0].isalpha()]
            own = next((f for f in self._faces if all(f.has(part) for part in letters)), self._faces[0])
            for part in word:
                face = self._face(part)
                if face is None or (not face.colour and own.has(part)):
                    face = own
                found.append(face)
        return found

    def _balanced(self, tokens: list[tuple[str, str]], room: float, longest: int) -> list[str]:
        """Greedy lines, then the narrowest measure that needs no more of them."""
        best = self._greedy(tokens, room, longest)
        if not 1 < len(best) <= _BALANCED:
            return best
        low, high = min(room, max(self.width(piece) for piece, _ in tokens)), room
        for _ in range(8):
            middle = (low + high) / 2
            tried = self._greedy(tokens, middle, longest)
            if len(tried) <= len(best):
                best, high = tried, middle
            else:
                low = middle
        return best

    def _greedy(self, tokens: list[tuple[str, str]], room: float, longest: int) -> list[str]:
        lines: list[str] = [""]
        words = 0
        for piece, glue in tokens:
            longer = f"{lines[-1]}{glue}{piece}" if lines[-1] else piece
            words += glue == " "
            if not lines[-1] or (self.width(longer) <= room and not 0 < longest < words):
                lines[-1] = longer
            else:
                lines.append(piece)
                words = 1
        return [part for line in lines for part in self._chopped(line, room)]

    def _chopped(self, line: str, room: float) -> list[str]:
        """A word wider than the room is broken where it must."""
        if self.width(line) <= room:
            return [line]
        pieces, current = [], ""
        for cluster in clusters(line):
            if current and self.width(current + cluster) > room:
                pieces.append(current)
                current = ""
            current += cluster
        return [*pieces, current]


def _numbered(parts: Sequence[str], units: Units, first: int) -> list[int]:
    """The unit of each cluster; letters of scripts that join are kept together as words."""
    if units in ("all", "line"):
        return [first] * len(parts)
    found: list[int] = []
    number = first
    for blank, group in groupby(parts, key=str.isspace):
        word = list(group)
        if blank:
            found += [_BLANK] * len(word)  # spaces are no part of a word's box
        elif units == "word" or is_joined("".join(word)):
            found += [number] * len(word)
            number += 1
        else:
            found += range(number, number + len(word))
            number += len(word)
    return found
