"""Text as a layer: set into lines inside its box, drawn once with shadow and background.

Lines are balanced (no lonely last word); text that does not fit its box is set smaller, and that is said.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from services.renderer.local.fonts import Font, faces, is_known, runs, weight_number
from services.renderer.local.layers import Box, Layer, TextSpec
from services.renderer.local.look import Colour, Look, look_of
from services.renderer.local.planes import OPAQUE, Picture, Planes, paint, picture_of

_SAFE = 0.05  # of the canvas's width stays free beside text that names no width
_SMALLEST = 0.4  # of the size asked for
_BALANCED = 8  # lines at most that are balanced
_SLOW_FADE = 2.0  # seconds in which style 002 appears


@dataclass(frozen=True, slots=True)
class Lettering:
    """Text set into lines. ``across`` and ``down`` of the block are relative to the output."""

    look: Look
    fonts: tuple[Font, ...]
    lines: tuple[str, ...]
    widths: tuple[float, ...]
    left: float
    top: float
    width: float
    line: float  # distance between baselines
    lost: frozenset[str] = field(default_factory=frozenset)


def set_text(spec: TextSpec, box: Box) -> Lettering:
    """Choose size and lines so that the text fits ``box``."""
    asked = look_of(spec)
    text = spec.text.upper() if asked.upper else spec.text
    lost = runs("".join(text.split()), faces(asked.family, weight_number(asked.weight), asked.italic, 24))[1]
    text = "".join(character for character in text if character not in lost)
    text = "\n".join(" ".join(line.split()) for line in text.splitlines()).strip("\n")
    free = 0.0 if spec.wide else _SAFE * spec.canvas[0]
    room = max(8.0, box.width - 2 * free)
    above, high = _down(spec, box)
    size = asked.size
    while True:
        look = replace(asked, size=size, spacing=asked.spacing * size / asked.size)
        pad = padding(look)
        fonts = faces(look.family, weight_number(look.weight), look.italic, max(4, round(size)))
        lines, fits = _lines(text, fonts, look, room - 2 * pad[0])
        line = size * look.line_height
        block = line * len(lines) + 2 * pad[1]
        if (fits and block <= high + 1) or size <= max(6.0, asked.size * _SMALLEST):
            break
        size *= 0.94
    widths = tuple(_width(text, fonts, look) for text in lines)
    width = max(widths, default=0.0)
    left = _along(look.across, box.x + free + pad[0], box.x + free + room - pad[0] - width)
    top = _along(look.down, above + pad[1], above + max(high, block) - block + pad[1])
    return Lettering(look, fonts, tuple(lines), widths, left, top, width, line, frozenset(lost))


def notes(layer: Layer) -> list[str]:
    """What is shown otherwise than the movie asks for."""
    assert isinstance(layer.spec, TextSpec)
    asked, set_ = look_of(layer.spec), set_text(layer.spec, layer.box)
    found = []
    if not is_known(asked.family):
        found.append(f"{layer.where}: the font {asked.family[:40]!r} is shown as Roboto.")
    if set_.look.size < asked.size * 0.99:
        now, before = (round(size / layer.spec.scale) for size in (set_.look.size, asked.size))
        found.append(f"{layer.where}: the text is set at {now} px instead of {before} px, to fit its box.")
    if set_.lost:
        missing = " ".join(sorted(set_.lost)[:5])
        found.append(f"{layer.where}: no installed font has {missing}; left out.")
    return found


class Text:
    """Draws one text layer."""

    def __init__(self, spec: TextSpec, box: Box, fps: int) -> None:
        image, self._x, self._y = _drawn(set_text(spec, box), spec)
        self._picture: Picture | None = picture_of(image) if image else None
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


def padding(look: Look) -> tuple[float, float]:
    """Free pixels inside the background: sideways, up and down."""
    if look.pad is not None:
        return look.pad
    return (0.38 * look.size, 0.2 * look.size) if look.background else (0.0, 0.0)


def _along(where: str, near: float, far: float) -> float:
    if where in ("left", "top"):
        return near
    return far if where in ("right", "bottom") else (near + far) / 2


def _down(spec: TextSpec, box: Box) -> tuple[float, float]:
    """Top and height of the room; without a height of its own, the safe part of what is left below."""
    if spec.high:
        return box.y, box.height
    free = _SAFE * spec.canvas[0]
    top = max(float(box.y), free)
    return top, max(8.0, min(box.y + box.height, spec.canvas[1]) - free - top)


def _width(text: str, fonts: tuple[Font, ...], look: Look) -> float:
    pieces, _ = runs(text, fonts)
    spacing = look.spacing * max(0, len(text) - 1)
    return sum(font.getlength(piece) for piece, font in pieces) + spacing


def _lines(
    text: str, fonts: tuple[Font, ...], look: Look, room: float
) -> tuple[list[str], bool]:
    """Lines no wider than ``room``, and whether every word fitted."""
    cache: dict[str, float] = {}

    def measure(words: str) -> float:
        if words not in cache:
            cache[words] = _width(words, fonts, look)
        return cache[words]

    fits = all(measure(word) <= room for word in text.split())
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _balanced(paragraph, room, measure)
    return lines, fits


def _balanced(paragraph: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """Greedy lines, then the narrowest measure that needs no more of them."""
    best = _greedy(paragraph, room, measure)
    if not 1 < len(best) <= _BALANCED:
        return best
    low, high = max(measure(word) for word in paragraph.split()), room
    for _ in range(8):
        middle = (low + high) / 2
        tried = _greedy(paragraph, middle, measure)
        if len(tried) <= len(best):
            best, high = tried, middle
        else:
            low = middle
    return best


def _greedy(paragraph: str, room: float, measure: Callable[[str], float]) -> list[str]:
    lines = [""]
    for word in paragraph.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or measure(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return [piece for line in lines for piece in _chopped(line, room, measure)]


def _chopped(line: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """A word wider than the room is broken where it must."""
    if measure(line) <= room or len(line) < 2:
        return [line]
    pieces, start = [], 0
    for end in range(1, len(line) + 1):
        if end - start > 1 and measure(line[start:end]) > room:
            pieces.append(line[start : end - 1])
            start = end - 1
    return [*pieces, line[start:]]


def _drawn(text: Lettering, spec: TextSpec) -> tuple[Image.Image | None, int, int]:
    """The block as RGBA of even size, and its even place on the output."""
    look = text.look
    pad = padding(look)
    shadow = look.shadow
    reach = math.ceil(max(abs(shadow.dx), abs(shadow.dy)) + 2 * shadow.blur) if shadow else 0
    edge = reach + math.ceil(look.size * 0.3)
    x = math.floor((text.left - pad[0] - edge) / 2) * 2
    y = math.floor((text.top - pad[1] - edge) / 2) * 2
    width = _even_up(min(text.width + 2 * (pad[0] + edge), 2 * spec.canvas[0]))
    height = _even_up(min(text.line * len(text.lines) + 2 * (pad[1] + edge), 2 * spec.canvas[1]))
    image = Image.new("RGBA", (width, height))
    if look.background:
        _background(image, text, pad, (text.left - x, text.top - y), per_line=spec.style == "011")
    letters = _letters(text, (width, height), (text.left - x, text.top - y))
    if shadow and shadow.colour[3] > 0:
        cast = ImageChops.offset(letters, round(shadow.dx), round(shadow.dy))
        if shadow.blur:
            cast = cast.filter(ImageFilter.GaussianBlur(shadow.blur / 2))
        image = Image.alpha_composite(image, _tinted(cast, shadow.colour))
    image = Image.alpha_composite(image, _tinted(letters, look.colour))
    seen = image.getchannel("A").getbbox()
    if seen is None:
        return None, 0, 0
    left, top = seen[0] // 2 * 2, seen[1] // 2 * 2
    cut = image.crop((left, top, left + _even_up(seen[2] - left), top + _even_up(seen[3] - top)))
    return cut, x + left, y + top


def _letters(text: Lettering, size: tuple[int, int], at: tuple[float, float]) -> Image.Image:
    """The coverage of the letters alone (mode L)."""
    mask = Image.new("L", size)
    pen = ImageDraw.Draw(mask)
    ascent, descent = text.fonts[0].getmetrics()
    down = at[1] + (text.line - ascent - descent) / 2 + ascent
    for line, width in zip(text.lines, text.widths, strict=True):
        x = _along(text.look.align, at[0], at[0] + text.width - width)
        for piece, font in runs(line, text.fonts)[0]:
            if text.look.spacing:
                for character in piece:
                    pen.text((x, down), character, fill=255, font=font, anchor="ls")
                    x += font.getlength(character) + text.look.spacing
            else:
                pen.text((x, down), piece, fill=255, font=font, anchor="ls")
                x += font.getlength(piece)
        down += text.line
    return mask


def _background(
    image: Image.Image, text: Lettering, pad: tuple[float, float], at: tuple[float, float], *, per_line: bool
) -> None:
    """A box behind the block, or behind each line; drawn at twice the size for smooth corners."""
    look = text.look
    assert look.background is not None
    radius = look.radius if look.radius is not None else 0.14 * look.size
    shape = Image.new("L", (image.width * 2, image.height * 2))
    pen = ImageDraw.Draw(shape)
    for number, width in enumerate(text.widths if per_line else (text.width,)):
        x = _along(look.align, at[0], at[0] + text.width - width)
        y = at[1] + number * text.line
        height = text.line if per_line else text.line * len(text.lines)
        box = (x - pad[0], y - pad[1], x + width + pad[0], y + height + pad[1])
        pen.rounded_rectangle([round(2 * side) for side in box], radius=round(2 * radius), fill=255)
    shape = shape.resize(image.size, Image.Resampling.BOX)
    image.alpha_composite(_tinted(shape, look.background))


def _tinted(mask: Image.Image, colour: Colour) -> Image.Image:
    image = Image.new("RGBA", mask.size, colour[:3])
    image.putalpha(mask.point([round(value * colour[3]) for value in range(256)]))
    return image


def _even_up(value: float) -> int:
    return max(2, math.ceil(value / 2) * 2)
