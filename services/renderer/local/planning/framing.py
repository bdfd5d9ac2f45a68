"""Where an element stands on the canvas, and which part of its picture is seen (pure arithmetic)."""

from __future__ import annotations

from services.movie.elements import Image, Text, Video, Visual
from services.renderer.local.media import Facts
from services.renderer.local.planning.layers import Box, Window

_MARGIN = 0.05  # of the canvas, for named positions (vendor's reference)
_MOST_PAN = 0.5
_SMALLEST = 2


def even(value: float) -> int:
    """The nearest even number of pixels: chroma has half the resolution."""
    return round(value / 2) * 2


def box_of(
    element: Visual, canvas: tuple[int, int], scale: float, natural: tuple[float, float] | None
) -> Box:
    """The element's place. ``natural`` is the size of its picture, None for text and the like."""
    width, height = _size(element, canvas, scale, natural)
    x, y = _corner(element, canvas, scale, width, height)
    return Box(even(x), even(y), max(_SMALLEST, even(width)), max(_SMALLEST, even(height)))


def _size(
    element: Visual, canvas: tuple[int, int], scale: float, natural: tuple[float, float] | None
) -> tuple[float, float]:
    if element.resize == "cover" or (element.resize and natural is None):
        return canvas
    if natural is None:  # text: what is left of the canvas from its corner
        custom = element.position == "custom"
        left = max(0.0, element.x * scale) if custom else 0.0
        top = max(0.0, element.y * scale) if custom else 0.0
        width = element.width * scale if element.width > 0 else max(2.0, canvas[0] - left)
        height = element.height * scale if element.height > 0 else max(2.0, canvas[1] - top)
        return width, height
    wide, high = max(1.0, natural[0]), max(1.0, natural[1])
    if element.resize == "contain":
        factor = min(canvas[0] / wide, canvas[1] / high)
        return wide * factor, high * factor
    if element.width > 0 and element.height > 0:
        return element.width * scale, element.height * scale
    if element.width > 0:
        return element.width * scale, high * element.width * scale / wide
    if element.height > 0:
        return wide * element.height * scale / high, element.height * scale
    return wide * scale, high * scale


def _corner(
    element: Visual, canvas: tuple[int, int], scale: float, width: float, height: float
) -> tuple[float, float]:
    if element.resize:
        return (canvas[0] - width) / 2, (canvas[1] - height) / 2
    x, y = element.x * scale, element.y * scale
    if element.position == "custom":
        return x, y
    free = canvas[0] - width, canvas[1] - height
    if element.position == "center-center":
        return free[0] / 2 + x, free[1] / 2 + y
    margin = (0.0, 0.0) if isinstance(element, Text) else (_MARGIN * canvas[0], _MARGIN * canvas[1])
    left = margin[0] if element.position.endswith("left") else free[0] - margin[0]
    top = margin[1] if element.position.startswith("top") else free[1] - margin[1]
    return left + x, top + y


def windows(element: Image | Video, facts: Facts, box: Box) -> tuple[Window, Window]:
    """What is seen of the picture at the start and at the end of its time.

    ``zoom`` is in percent (above 0 inwards), ``pan`` the way the view travels, by ``pan_distance`` of what
    is seen; when the picture has no room for it, the view is narrowed.
    """
    whole = Window(0, 0, facts.width, facts.height)
    if element.crop:
        x, y = min(element.crop.x, facts.width - 1), min(element.crop.y, facts.height - 1)
        whole = Window(
            x, y, min(element.crop.width, facts.width - x), min(element.crop.height, facts.height - y)
        )
    width, height = whole.width, whole.height
    if element.resize == "cover":
        ratio = box.width / box.height
        width, height = min(width, height * ratio), min(height, width / ratio)
    right, down = _direction(element.pan)
    travel = min(_MOST_PAN, element.pan_distance)
    shrink = 1.0
    if right:
        shrink = min(shrink, whole.width / (width * (1 + travel)))
    if down:
        shrink = min(shrink, whole.height / (height * (1 + travel)))
    width, height = width * shrink, height * shrink
    inwards = 1 / (1 + abs(element.zoom) / 100)
    near, far = (inwards, 1.0) if element.zoom < 0 else (1.0, inwards)
    centre = whole.x + whole.width / 2, whole.y + whole.height / 2
    shift = right * travel * width / 2, down * travel * height / 2
    start = _about(centre[0] - shift[0], centre[1] - shift[1], width * near, height * near)
    end = _about(centre[0] + shift[0], centre[1] + shift[1], width * far, height * far)
    return start, end


def _direction(pan: str | None) -> tuple[int, int]:
    if not pan:
        return 0, 0
    return ("right" in pan) - ("left" in pan), ("bottom" in pan) - ("top" in pan)


def _about(x: float, y: float, width: float, height: float) -> Window:
    return Window(x - width / 2, y - height / 2, width, height)
