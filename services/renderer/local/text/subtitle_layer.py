"""Subtitles as a layer: one page of words, drawn anew whenever another word is marked."""

from __future__ import annotations

import math
from itertools import accumulate

from PIL import Image

from services.renderer.local.pictures.planes import OPAQUE, Picture, Planes, paint, picture_of
from services.renderer.local.planning.subtitle_look import SubtitleLook, SubtitleSpec
from services.renderer.local.text.fonts import weight_number
from services.renderer.local.text.ink import Placed, cropped, even_up, inked, reach, rounded, tinted
from services.renderer.local.text.lettering import along
from services.renderer.local.text.look import Colour, Shadow, colour_of
from services.renderer.local.text.typeset import Type

_MARGIN_X, _MARGIN_Y = 0.05, 0.1  # of the canvas's width and height stay free
_LINE = 1.22  # sizes of the font from line to line
_PAD_LINE, _PAD_WORD = (0.34, 0.12), (0.16, 0.08)  # sizes of the font between letters and their box
_ROUND = 0.18  # sizes of the font: corners of boxes
_TALLEST = 0.6  # of the canvas's height that a page may take
# The soft dark edge of letters, in sizes of the font: how far it is blurred, and how dark it is.
_EDGES = ((0.08, 0.85), (0.35, 0.6))
_LETTERS = (0.83, 0.22)  # sizes of the font that letters reach above and below their baseline

Place = tuple[int, int, int, int]  # even x and y, width and height


class Subtitles:
    """Draws one page."""

    def __init__(self, spec: SubtitleSpec) -> None:
        self._spec, self._look = spec, spec.look
        self._atoms, self._frame, self._size, self._lines = _set(spec)
        self._colours = {
            name: colour_of(text, (255, 255, 255, 1.0))
            for name, text in (
                ("line", spec.look.line_colour), ("word", spec.look.word_colour),
                ("box", spec.look.box_colour), ("outline", spec.look.outline_colour),
                ("shadow", spec.look.shadow_colour),
            )
        }  # fmt: skip
        self._state: int | None = None  # the word that is marked in the picture at hand
        self._shown: tuple[Picture, int, int] | None = None

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the page."""
        state = self._marked(index)
        if state != self._state:
            self._state, self._shown = state, self._picture(state)
        if self._shown is not None:
            paint(canvas, *self._shown, min(OPAQUE, opacity))

    def covers(self, canvas: Planes) -> bool:
        """Never: there is something to see between the letters."""
        return False

    def close(self) -> None:
        """Nothing is held open."""

    def _marked(self, index: int) -> int:
        """The word that is marked (-1: none); where words come one by one, the last that has come."""
        found = -1
        for at, word in enumerate(self._spec.words):
            if word.begins > index:
                break
            if index < word.ends:
                found = at
            elif self._look.style == "classic-progressive":
                found = -2 - at  # said, but still there
        return found if self._spec.marked else -1

    def _picture(self, state: int) -> tuple[Picture, int, int] | None:
        style, marked = self._look.style, state if state >= 0 else None
        there = range(len(self._atoms))
        if style == "classic-progressive" and self._spec.marked:
            last = state if state >= 0 else -2 - state
            there = range(last + 1)
        if style == "classic-one-word" and marked is None:
            marked = 0 if self._spec.marked else None
        x, y, width, height = self._frame
        image = Image.new("RGBA", (width, height))
        if style == "boxed-line":
            image.alpha_composite(self._boxes([box for box in self._lines if box], _PAD_LINE))
        plain = [atom for at in there if at != marked for atom in self._atoms[at]]
        image.alpha_composite(self._inked(plain, self._colours["line"], edge=self._look.edge))
        if marked is not None and self._atoms[marked]:
            if style == "boxed-word":
                image.alpha_composite(self._boxes([self._around(self._atoms[marked])], _PAD_WORD))
            edge = self._look.edge and style != "boxed-word"
            image.alpha_composite(self._inked(self._atoms[marked], self._colours["word"], edge=edge))
        found = cropped(image, x, y)
        return (picture_of(found[0]), *found[1:]) if found else None

    def _inked(self, atoms: list[Placed], colour: Colour, *, edge: bool) -> Image.Image:
        offset = self._look.shadow
        shadows = [Shadow(offset, offset, 0.0, self._colours["shadow"])] if offset else []
        shadows += _edges(self._size) if edge else []
        outline = (self._look.outline, self._colours["outline"])
        return inked((self._frame[2], self._frame[3]), atoms, colour, shadows, outline)

    def _around(self, atoms: list[Placed]) -> tuple[float, float, float, float]:
        near, far = min(x for _, x, _ in atoms), max(x + atom.width for atom, x, _ in atoms)
        baseline = atoms[0][2]
        return near, baseline - _LETTERS[0] * self._size, far, baseline + _LETTERS[1] * self._size

    def _boxes(self, boxes: list[tuple[float, float, float, float]], pad: tuple[float, float]) -> Image.Image:
        grown = [
            (left - pad[0] * self._size, top - pad[1] * self._size,
             right + pad[0] * self._size, bottom + pad[1] * self._size)
            for left, top, right, bottom in boxes
        ]  # fmt: skip
        mask = rounded((self._frame[2], self._frame[3]), grown, _ROUND * self._size)
        return tinted(mask, self._colours["box"])


def _edges(size: float) -> list[Shadow]:
    return [Shadow(0.0, 0.0, blur * size, (0, 0, 0, dark)) for blur, dark in _EDGES]


def type_of(look: SubtitleLook, size: float) -> Type:
    return Type(look.family, weight_number(look.weight), False, size, 0.0, "word")


def _set(
    spec: SubtitleSpec,
) -> tuple[list[list[Placed]], Place, float, list[tuple[float, float, float, float]]]:
    """The atoms of each word within the page's frame, the frame, the font's size, a box around each line."""
    look, canvas = spec.look, spec.canvas
    pad = _PAD_LINE if look.style == "boxed-line" else _PAD_WORD
    size, longest = look.size, canvas[1] * _TALLEST
    while True:
        type_, room = type_of(look, size), canvas[0] * (1 - 2 * _MARGIN_X) - 2 * pad[0] * size
        lines, fits = _broken(spec, type_, max(8.0, room))
        if (fits and len(lines) * _LINE * size <= longest) or size <= max(6.0, 0.4 * look.size):
            break
        size *= 0.92
    widths = [type_.width(line) for line in lines]
    width, height = max(widths, default=0.0), _LINE * size * len(lines)
    left, top = _corner(look, canvas, width, height, pad[0] * size)
    soft = reach(_edges(size) if look.edge else [], look.outline + abs(look.shadow))
    edge = soft + math.ceil((pad[0] + 0.35) * size)
    x, y = math.floor((left - edge) / 2) * 2, math.floor((top - edge) / 2) * 2
    frame = (x, y, even_up(width + 2 * edge + 2), even_up(height + 2 * edge + 2))
    ascent, descent = type_.metrics
    units: list[list[Placed]] = []
    boxes = []
    for number, words in enumerate(lines):
        line, _ = type_.line(words, 0)
        start = along(look.across, left, left + width - widths[number]) - x
        baseline = top + _LINE * size * (number + 0.5) + (ascent - descent) / 2 - y
        count = max((atom.unit for atom in line.atoms), default=-1) + 1
        placed = [(atom, start + atom.x, baseline) for atom in line.atoms]
        units += [[spot for spot in placed if spot[0].unit == unit] for unit in range(count)]
        if widths[number]:
            boxes.append((start, baseline - _LETTERS[0] * size, start + widths[number],
                          baseline + _LETTERS[1] * size))  # fmt: skip
    return _by_word(spec, units), frame, size, boxes


def _broken(spec: SubtitleSpec, type_: Type, room: float) -> tuple[list[str], bool]:
    """The page's lines, broken further where one is too wide."""
    found: list[str] = []
    fit = True
    for number in range(max((word.line for word in spec.words), default=-1) + 1):
        words = " ".join(word.text for word in spec.words if word.line == number)
        lines, fits = type_.lines(words, room)
        found, fit = found + lines, fit and fits
    return found, fit


def _corner(
    look: SubtitleLook, canvas: tuple[int, int], width: float, height: float, pad: float
) -> tuple[float, float]:
    """Left and top of the block; never outside the margins while it fits between them."""
    free = canvas[0] * _MARGIN_X + pad, canvas[1] * _MARGIN_Y
    far = canvas[0] - free[0] - width, canvas[1] - free[1] - height
    if look.place is not None:
        return (
            max(free[0], min(far[0], look.place[0] - width / 2)),
            max(0.0, min(canvas[1] - height, look.place[1] - height / 2)),
        )
    x = along(look.across, free[0], far[0])
    if look.down in (0.0, 1.0):
        return x, free[1] if look.down == 0 else far[1]
    middle = canvas[1] * look.down - height / 2
    return x, max(free[1], min(far[1], middle))


def _by_word(spec: SubtitleSpec, units: list[list[Placed]]) -> list[list[Placed]]:
    """The units of the lines as words of the page: a word broken over two lines is still one word."""
    ends = list(accumulate(len(word.text) for word in spec.words))
    found: list[list[Placed]] = [[] for _ in spec.words]
    at = passed = 0
    for unit in units:
        while at + 1 < len(found) and passed >= ends[at]:
            at += 1
        if found:
            found[at] += unit
        passed += sum(len(atom.text) for atom, _, _ in unit)
    return found
