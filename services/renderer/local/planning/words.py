"""Texts inside components: plain words out of their little HTML, and their CSS for our own text drawing."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from services.renderer.local.planning.css_box import Frame

_MOST = 500  # characters
_VIEWPORT = re.compile(r"(-?\d{0,4}(?:\.\d{1,6})?)(vw|vh)\b")
_KNOWN = (
    "font-family", "font-size", "font-weight", "font-style", "color", "text-shadow", "text-align",
    "letter-spacing", "line-height", "text-transform", "opacity", "background-color", "background", "padding",
    "border-radius",
)  # fmt: skip


def plain_words(value: Any) -> str:
    """A text, or a list of paragraphs; <br> is a new line, every other tag is left out."""
    parts = value if isinstance(value, list | tuple) else [value]
    lines = [
        re.sub(r"<br\s*/?>", "\n", str(part)[: 4 * _MOST], flags=re.IGNORECASE) for part in parts if part
    ]
    text = html.unescape(re.sub(r"<[^<>]{0,200}>", "", "\n".join(lines))).replace("\u00a0", " ")
    return "\n".join(line.strip() for line in text.splitlines()).strip("\n")[:_MOST]


def css_words(
    style: Mapping[str, Any], frame: Frame, usual: Mapping[str, str] | None = None
) -> tuple[tuple[str, str], ...]:
    """What our text knows of ``style`` over ``usual``. A component is a page of its own: 1vw is a hundredth
    of its box, and not of the movie."""
    found = dict(usual or {})
    found |= {k: str(style[k])[:200] for k in _KNOWN if style.get(k) not in (None, "")}
    return tuple(
        sorted((name, _VIEWPORT.sub(lambda m: _pixels(m, frame), text)) for name, text in found.items())
    )


def _pixels(match: re.Match[str], frame: Frame) -> str:
    whole = frame.box.width if match[2] == "vw" else frame.box.height
    value = float(match[1]) if re.search(r"\d", match[1]) else 0.0
    return f"{value * whole / 100 / frame.scale:.3f}px"
