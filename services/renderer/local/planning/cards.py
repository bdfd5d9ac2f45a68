"""A component whose design is not known, as a card: its texts below each other, in its colours.

Known kinds get the place people expect: lower thirds (basic/050 …) at the bottom left, a short title in
a coloured box above; buttons in a box; animated titles in the middle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.renderer.local.planning.css_box import Frame, fill_of
from services.renderer.local.planning.layers import Box, Spec, TextSpec
from services.renderer.local.planning.shape_spec import Colour, Rectangle, ShapeSpec
from services.renderer.local.planning.stage import Stage
from services.renderer.local.planning.words import css_words, plain_words
from services.renderer.local.text.lettering import padding, set_text

Items = Mapping[str, Mapping[str, Any]]
Placed = tuple[Spec, Box]

_LOWER_THIRDS = ("basic/050", "basic/051", "basic/052", "basic/053", "basic/054")
_ORDER = ("section", "headline", "name", "title", "body", "description", "button", "animation")
# Sizes of what names none, as shares of the box's width; a narrow box counts as so much of the movie.
_SIZES = {"headline": 0.06, "name": 0.06, "animation": 0.08, "button": 0.05, "section": 0.034}
_USUAL_SIZE, _NARROW = 0.04, 0.6
_STRONG = ("headline", "name", "button", "section", "animation")
_BAND: Colour = (18, 19, 22, 0.72)  # behind the headline of a lower third
_ACCENT = "#E8B339"
_GAP = 0.012  # of the width, between texts
_EDGE = 0.05  # of the width, around a lower third and a card without a margin


@dataclass(frozen=True, slots=True)
class _Set:
    """A text set into lines: pixels it needs."""

    spec: TextSpec
    width: float
    height: float


def card_parts(where: str, name: str, items: Items, frame: Frame, stage: Stage) -> list[Placed]:
    """Background (if there is one) and texts, from back to front."""
    lower = name in _LOWER_THIRDS
    card = items.get("card", {})
    if any(part in items for part in ("image", "cursor", "table")):
        stage.notes.append(f"{where}: of the component {name[:40]} only texts are shown.")
    edge = frame.across(card.get("margin"), _EDGE * frame.box.width)
    pad = _EDGE * frame.box.width
    room = max(8.0, frame.box.width - 2 * edge - 2 * pad)
    texts = [
        set_
        for part in sorted(items, key=_rank)
        if (set_ := _set(part, items[part], lower, room, frame, stage)) is not None
    ]
    if not texts:
        return []
    gap = 0.0 if lower else _GAP * frame.box.width
    wide = min(room, max(text.width for text in texts))
    high = sum(text.height for text in texts) + gap * (len(texts) - 1)
    left = _along(card, ("horizontal-position", "horizontal-align"), "left" if lower else "center")
    x = frame.box.x + edge + pad + (room - wide) * left
    down = _along(card, ("vertical-position", "vertical-align"), "bottom" if lower else "center")
    free = max(0.0, frame.box.height - 2 * edge - 2 * pad - high)
    y = frame.box.y + edge + pad + free * down
    made: list[Placed] = []
    ground = fill_of(card)
    if ground is not None:
        whole = Rectangle(x - pad, y - pad, wide + 2 * pad, high + 2 * pad)
        radius = max(0.0, frame.across(card.get("border-radius"), 0.0))
        made.append((ShapeSpec(whole, whole, 0, "linear", ground, radius=radius), frame.box))
    for text in texts:
        across = wide if not lower else text.width
        made.append((text.spec, _box(x, y, across, text.height)))
        y += text.height + gap
    return made


def _rank(part: str) -> int:
    return _ORDER.index(part) if part in _ORDER else len(_ORDER)


def _set(
    part: str, item: Mapping[str, Any], lower: bool, room: float, frame: Frame, stage: Stage
) -> _Set | None:
    words = plain_words(item.get("text", ""))
    if not words.strip():
        return None
    width = max(frame.box.width, _NARROW * stage.canvas[0]) / frame.scale
    usual = {
        "font-size": f"{_SIZES.get(part, _USUAL_SIZE) * width:.1f}px",
        "font-weight": "700" if part in _STRONG else "400",
        "line-height": "1.2", "text-align": "left" if lower else "center",
    }  # fmt: skip
    if lower:
        usual |= {"background-color": f"rgba{_BAND}", "text-shadow": "none", "padding": "1vw 2vw"}
    if lower and part == "section":
        usual |= {"background-color": _ACCENT, "color": "#111111"}
    if part == "button":
        usual |= {"background-color": _ACCENT, "padding": "2vw 5vw", "border-radius": "1.5vw"}
    # Their line heights belong to a design that sets every line by itself.
    item = {name: value for name, value in item.items() if name != "line-height"}
    spec = TextSpec(words, "001", css_words(item, frame, usual), stage.scale, True, True, stage.canvas)
    there = set_text(spec, _box(frame.box.x, frame.box.y, room, frame.box.height))
    pad = padding(there.look)
    return _Set(spec, there.width + 2 * pad[0] + 2, there.height + 2 * pad[1])


def _along(card: Mapping[str, Any], names: tuple[str, ...], otherwise: str) -> float:
    shares = {"left": 0.0, "top": 0.0, "center": 0.5, "middle": 0.5, "right": 1.0, "bottom": 1.0}
    words = [str(card[name]).lower() for name in names if name in card]
    return shares.get(words[0] if words else otherwise, 0.5)


def _box(x: float, y: float, width: float, height: float) -> Box:
    left, top = int(x // 2 * 2), int(y // 2 * 2)
    return Box(left, top, int((x + width - left + 2) // 2 * 2), int((y + height - top + 2) // 2 * 2))
