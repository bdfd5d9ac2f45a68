"""Text as a layer: letters drawn once, then painted frame by frame as the text's style moves them.

Text that stands still is one picture. Text that comes in piece by piece is a pile of what has come to
rest, and upon it the few words or letters that are on their way, each drawn in its pose of that frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from PIL import Image

from services.renderer.local.pictures.planes import OPAQUE, Picture, Planes, paint, picture_of
from services.renderer.local.planning.layers import Box, TextSpec
from services.renderer.local.text.ink import Placed, cropped, even_up, inked, reach, rounded, tinted
from services.renderer.local.text.lettering import Lettering, padding, set_text
from services.renderer.local.text.look import Look, faded
from services.renderer.local.text.motion import GONE, LINES_GROW, Motion, Pose, motion_of
from services.renderer.local.text.pile import Pile
from services.renderer.local.text.sprite import Sprite, flat_picture
from services.renderer.local.text.typeset import Atom

_SLOW_FADE = 2.0  # seconds in which style 002 appears (the vendor's)
_EDGE = 0.35  # sizes of the font that letters may stand out of their line
_BLUR = 60.0  # pixels, and
_SOFTEST = 0.6  # sizes of the font: blur of the shadow of a letter that moves alone

Piece = tuple[Image.Image, int, int]


def text_source(spec: TextSpec, box: Box, fps: int, frames: int) -> Still | Moving:
    """What draws a text layer of ``frames`` frames."""
    motion = motion_of(spec.style)
    text = set_text(spec, box)
    if motion is None:
        return Still(text, spec, fps)
    return Moving(text, spec, motion, fps, frames)


class Still:
    """Text that does not move; style 002 fades in as a whole."""

    def __init__(self, text: Lettering, spec: TextSpec, fps: int) -> None:
        found = _block(text, spec)
        self._picture: Picture | None = picture_of(found[0]) if found else None
        self._x, self._y = found[1:] if found else (0, 0)
        self._slow = round(_SLOW_FADE * fps) if spec.style == "002" else 0

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer."""
        if self._slow:
            opacity = round(opacity * min(1.0, (index + 1) / self._slow))
        if self._picture is not None:
            paint(canvas, self._picture, self._x, self._y, min(OPAQUE, opacity))

    def covers(self, canvas: Planes) -> bool:
        """Never: there is something to see between the letters."""
        return False

    def close(self) -> None:
        """Nothing is held open."""


class Moving(Still):
    """Text whose lines, words or letters come or go one after the other."""

    def __init__(self, text: Lettering, spec: TextSpec, motion: Motion, fps: int, frames: int) -> None:
        shadows = tuple(
            replace(s, blur=min(s.blur, _SOFTEST * text.look.size, _BLUR)) for s in text.look.shadows
        )
        self._text = replace(text, look=replace(text.look, shadows=shadows))
        self._canvas = spec.canvas
        self._motion, self._fps, self._frames = motion, fps, frames
        self._units, self._homes = _units(self._text)
        self._sprites: dict[int, Sprite | None] = {}
        self._rested = 0  # units on the pile
        self._pile = _pile(self._text, spec)
        ground = _ground(self._text, spec)
        if ground is not None:
            self._pile.lay(picture_of(ground[0]), *ground[1:])
        self._whole: Pile | None = None
        if motion.leaves:
            self._whole = _pile(self._text, spec)
            if ground is not None:
                self._whole.lay(picture_of(ground[0]), *ground[1:])
            for unit in range(len(self._units)):
                self._lay(self._whole, unit)
        self._grown = 0.0  # of the lines of style 008
        self._rules: list[tuple[Picture, int, int]] = []

    def draw(self, index: int, canvas: Planes, opacity: int) -> None:
        """Frame ``index`` of the layer."""
        count = len(self._units)
        opacity = min(OPAQUE, opacity)
        if self._whole is not None and self._motion.settled(0, count, self._frames, self._fps) > index:
            self._whole.paint(canvas, opacity)
            return
        if not self._motion.leaves:
            self._settle(index)
        self._pile.paint(canvas, opacity)
        for unit in range(self._rested, count):
            pose = self._motion.at(unit, count, index, self._frames, self._fps)
            if pose is GONE and not self._motion.leaves:
                break
            if pose is not GONE:
                self._paint(unit, pose, canvas, opacity)
        if self._motion.lines:
            self._draw_lines(index, canvas, opacity)

    def _settle(self, index: int) -> None:
        """Lay onto the pile what has come to rest; also when the layer is opened in its middle."""
        count = len(self._units)
        while self._rested < count and (
            self._motion.settled(self._rested, count, self._frames, self._fps) <= index
        ):
            self._lay(self._pile, self._rested)
            self._sprites.pop(self._rested, None)
            self._rested += 1

    def _lay(self, pile: Pile, unit: int) -> None:
        sprite = self._sprite(unit)
        if sprite is not None:
            pile.lay(sprite.picture, sprite.x, sprite.y)

    def _sprite(self, unit: int) -> Sprite | None:
        """Made when it is first seen, and forgotten when it has come to rest."""
        if unit not in self._sprites:
            piece = _drawn(self._text, self._units[unit], self._canvas)
            left, top, right, bottom = self._homes[unit]
            home = ((left + right) / 2, (top + bottom) / 2)
            self._sprites[unit] = Sprite(picture_of(piece[0]), *piece[1:], home) if piece else None
        return self._sprites[unit]

    def _paint(self, unit: int, pose: Pose, canvas: Planes, opacity: int) -> None:
        shown, sprite = round(opacity * pose.opacity), self._sprite(unit)
        if sprite is not None and shown > 0:
            home = self._homes[unit]
            between = (home[1], home[3]) if self._motion.cut else None
            sprite.paint(canvas, pose, self._text.look.size, shown, between)

    def _draw_lines(self, index: int, canvas: Planes, opacity: int) -> None:
        """The lines above and below, growing from their middle."""
        share = min(1.0, (index + 1) / (LINES_GROW * self._fps))
        if share != self._grown:
            self._grown, self._rules = share, [*self._lines(1.0 - (1.0 - share) ** 4)]
        for picture, x, y in self._rules:
            paint(canvas, picture, x, y, opacity)

    def _lines(self, share: float) -> Iterator[tuple[Picture, int, int]]:
        text, look = self._text, self._text.look
        thick, gap = max(2.0, 0.055 * look.size), 0.16 * look.size
        middle, half = text.left + text.width / 2, share * text.width / 2
        for top in (text.top - gap - thick, text.top + text.height + gap):
            x, y = math.floor((middle - half) / 2) * 2, math.floor(top / 2) * 2
            size = (even_up(middle + half - x), even_up(top + thick - y))
            mask = rounded(size, [(middle - half - x, top - y, middle + half - x, top + thick - y)], 0.0)
            yield flat_picture(mask, faded(look.colour, 0.5 + 0.5 * share)), x, y


def _units(text: Lettering) -> tuple[list[list[Placed]], list[tuple[float, float, float, float]]]:
    """The atoms of each unit at their places on the output, and where it is at home (a box)."""
    units: list[list[Placed]] = []
    homes: list[tuple[float, float, float, float]] = []
    first = 0
    for number, words in enumerate(text.lines):
        line, following = text.type.line(words, first)
        left, baseline = text.line_left(number), text.baseline(number)
        ascent, descent = text.type.metrics
        for unit in range(first, following):
            own = [(a, left + a.x, baseline) for a in line.atoms if a.unit == unit]
            units.append(own)
            near = min((x for _, x, _ in own), default=left)
            far = max((x + a.width for a, x, _ in own), default=left)
            homes.append((near, baseline - ascent, far, baseline + descent))
        first = following
    return units, homes


def _drawn(text: Lettering, atoms: list[Placed], canvas: tuple[int, int]) -> Piece | None:
    """These atoms alone, with their shadow; None when they are not on the canvas."""
    if not atoms:
        return None
    look = text.look
    edge = _reach(look) + math.ceil(_EDGE * look.size)
    x = math.floor((min(at for _, at, _ in atoms) - edge) / 2) * 2
    y = math.floor((min(at for _, _, at in atoms) - look.size * 1.1 - edge) / 2) * 2
    width = even_up(max(at + atom.width for atom, at, _ in atoms) + edge - x)
    height = even_up(max(at for _, _, at in atoms) + look.size * 0.4 + edge - y)
    if x >= canvas[0] or y >= canvas[1] or x + width <= 0 or y + height <= 0:
        return None
    moved: list[tuple[Atom, float, float]] = [(atom, at - x, base - y) for atom, at, base in atoms]
    return cropped(inked((width, height), moved, look.colour, look.shadows, look.stroke), x, y)


def _reach(look: Look) -> int:
    return reach(look.shadows, look.stroke[0] if look.stroke else 0.0)


def _frame(text: Lettering, spec: TextSpec) -> tuple[int, int, int, int]:
    """Even x, y, width and height of all that the block may cover."""
    pad = padding(text.look)
    edge = _reach(text.look) + math.ceil(text.look.size * _EDGE)
    x = math.floor((text.left - pad[0] - edge) / 2) * 2
    y = math.floor((text.top - pad[1] - edge) / 2) * 2
    width = even_up(min(text.width + 2 * (pad[0] + edge) + 2, 2 * spec.canvas[0]))
    height = even_up(min(text.height + 2 * (pad[1] + edge) + 2, 2 * spec.canvas[1]))
    return x, y, width, height


def _pile(text: Lettering, spec: TextSpec) -> Pile:
    return Pile(*_frame(text, spec))


def _ground(text: Lettering, spec: TextSpec) -> Piece | None:
    """The box behind the block, or (style 011) behind each line."""
    look = text.look
    if look.background is None:
        return None
    x, y, width, height = _frame(text, spec)
    pad = padding(look)
    boxes = []
    if spec.style == "011":
        for number, wide in enumerate(text.widths):
            left, top = text.line_left(number) - x, text.top + number * text.line - y
            if wide:
                boxes.append((left - pad[0], top - pad[1], left + wide + pad[0], top + text.line + pad[1]))
    else:
        left, top = text.left - x, text.top - y
        boxes.append((left - pad[0], top - pad[1], left + text.width + pad[0], top + text.height + pad[1]))
    return cropped(tinted(rounded((width, height), boxes, look.radius), look.background), x, y)


def _block(text: Lettering, spec: TextSpec) -> Piece | None:
    """The whole block as one picture."""
    x, y, width, height = _frame(text, spec)
    placed = [(atom, at - x, base - y) for own in _units(text)[0] for atom, at, base in own]
    image = inked((width, height), placed, text.look.colour, text.look.shadows, text.look.stroke)
    ground = _ground(text, spec)
    if ground is not None:
        below = Image.new("RGBA", image.size)
        below.paste(ground[0], (ground[1] - x, ground[2] - y))
        image = Image.alpha_composite(below, image)
    return cropped(image, x, y)
