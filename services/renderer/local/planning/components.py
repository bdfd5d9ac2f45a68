"""The vendor's ready-made components → rectangles, numbers and texts.

Their library is not public, so that most are approximated: shape/rectangle is drawn as it is written,
basic/100 (box) and advanced/060 (counter) move by the settings they name, everything else shows its texts
as a card. What is left out is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.movie.elements import Component
from services.renderer.local.planning.cards import card_parts
from services.renderer.local.planning.css_box import (
    Frame,
    border_of,
    degrees,
    fill_of,
    milliseconds,
    shadow_of,
)
from services.renderer.local.planning.layers import Box, Spec
from services.renderer.local.planning.shape_spec import CounterSpec, Rectangle, ShapeSpec
from services.renderer.local.planning.stage import Stage
from services.renderer.local.planning.words import css_words, plain_words

Placed = tuple[Spec, Box]

_MOST_SHAPES = 10
_BOX_SECONDS, _BOX_EASING = 1.0, "easeOutElastic"
_SHAPE_SECONDS, _SHAPE_EASING = 1.0, "easeOutCubic"
_COUNT_SECONDS, _COUNT_EASING = 2.0, "easeOutExpo"
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:\.(\d{1,4}))?")


def parts_of(where: str, element: Component, box: Box, stage: Stage) -> list[Placed]:
    """What the component shows, from back to front. Empty (and said) when it cannot be shown at all."""
    frame = Frame(box, stage.scale)
    items = {str(k): v for k, v in element.settings.items() if isinstance(v, Mapping)}
    name = element.component
    if name == "shape/rectangle":
        return list(_rectangles(where, items, frame, stage))
    made: list[Placed] = []
    if name == "basic/100" and "box" in items:
        made = [(_box(items["box"], frame, stage), box)]
    elif name == "advanced/060" and "counter" in items:
        made = _counter(items["counter"], frame, stage)
    if made:
        stage.notes.append(f"{where}: the component {name} is approximated; it may move otherwise.")
        return made
    made = card_parts(where, name, items, frame, stage)
    if made:
        stage.notes.append(
            f"{where}: the component {name[:40]} is approximated: its texts are shown without its design."
        )
    else:
        stage.notes.append(f"{where}: the component {name[:40]} is not shown in the local preview.")
    return made


def _rectangles(
    where: str, items: Mapping[str, Mapping[str, Any]], frame: Frame, stage: Stage
) -> Iterator[Placed]:
    """rectangle1, rectangle2 …: where they stand first, and in "animate" where they go."""
    for style in list(items.values())[:_MOST_SHAPES]:
        if "url(" in str(style.get("background-image", "")) + str(style.get("background", "")):
            stage.notes.append(f"{where}: a picture inside a component is not shown in the local preview.")
        moves = style.get("animate")
        moves = moves if isinstance(moves, Mapping) else {}
        seconds = milliseconds(moves.get("duration"), _SHAPE_SECONDS) if moves else 0.0
        start = _rectangle(style, frame, None)
        border, border_colour = border_of(style, frame)
        yield (
            ShapeSpec(
                start, _rectangle(moves, frame, start),
                frames=round(seconds * stage.fps),
                easing=str(moves.get("easing", _SHAPE_EASING))[:40],
                fill=fill_of(style), border=border, border_colour=border_colour,
                radius=max(0.0, frame.across(style.get("border-radius"), 0.0)),
                shadow=shadow_of(style, frame),
            ),
            frame.box,
        )  # fmt: skip


def _rectangle(style: Mapping[str, Any], frame: Frame, otherwise: Rectangle | None) -> Rectangle:
    box = frame.box
    usual = otherwise or Rectangle(box.x, box.y, box.width, box.height)
    opacity = str(style.get("opacity", usual.opacity))[:8]
    return Rectangle(
        frame.across(style.get("left"), usual.x - box.x) + box.x,
        frame.down(style.get("top"), usual.y - box.y) + box.y,
        max(0.0, frame.across(style.get("width"), usual.width)),
        max(0.0, frame.down(style.get("height"), usual.height)),
        degrees(style.get("rotate"), usual.angle),
        float(opacity) if re.fullmatch(r"[01]?\.?\d{0,4}", opacity) and opacity.strip(".") else usual.opacity,
    )


def _box(style: Mapping[str, Any], frame: Frame, stage: Stage) -> ShapeSpec:
    """A box that slides or grows from its initial to its final place; by default over the whole width."""
    box = frame.box

    def at(when: str, usual: Mapping[str, str]) -> Rectangle:
        def side(name: str) -> Any:
            return style.get(f"{when}_{name}", style.get(f"{when}-{name}", usual[name]))

        return Rectangle(
            frame.across(side("left"), 0.0) + box.x, frame.down(side("top"), 0.0) + box.y,
            max(0.0, frame.across(side("width"), box.width)),
            max(0.0, frame.down(side("height"), box.height)),
        )  # fmt: skip

    slides = any(f"initial{dash}{side}" in style for dash in "_-" for side in ("left", "top"))
    usual = {"left": "0%", "top": "0%", "width": "100%", "height": "100%"}
    border, border_colour = border_of(style, frame)
    return ShapeSpec(
        at("initial", usual if slides else {**usual, "width": "0%"}), at("final", usual),
        frames=round(milliseconds(style.get("duration"), _BOX_SECONDS) * stage.fps),
        easing=str(style.get("easing", _BOX_EASING))[:40],
        fill=fill_of(style) or (255, 255, 255, 1.0), border=border, border_colour=border_colour,
        radius=max(0.0, frame.across(style.get("border-radius"), 0.0)), shadow=shadow_of(style, frame),
    )  # fmt: skip


def _counter(style: Mapping[str, Any], frame: Frame, stage: Stage) -> list[Placed]:
    numbers = [_NUMBER.fullmatch(str(style.get(name, "0")).strip()[:20]) for name in ("from", "to")]
    if numbers[0] is None or numbers[1] is None:
        return []
    text = plain_words(style.get("text", "__num__"))
    spec = CounterSpec(
        text if "__num__" in text else f"{text} __num__".strip(),
        float(numbers[0][0]), float(numbers[1][0]),
        frames=round(milliseconds(style.get("duration"), _COUNT_SECONDS) * stage.fps),
        decimals=max(len(match[1] or "") for match in numbers if match),
        easing=str(style.get("easing", _COUNT_EASING))[:40],
        look=css_words(style, frame, {"font-size": "10vw"}), scale=stage.scale, canvas=stage.canvas,
    )  # fmt: skip
    return [(spec, frame.box)]
