"""Texts of the timeline → specs of layers (pure but for looking into fonts)."""

from __future__ import annotations

from services.movie import Span
from services.movie.elements import Text
from services.renderer.local.planning.layers import TextSpec
from services.renderer.local.planning.stage import Stage


def text_spec(span: Span, element: Text, stage: Stage) -> TextSpec | None:
    """None for a text without a letter."""
    if not element.text.strip():
        return None
    return TextSpec(
        element.text, element.style, tuple(sorted(element.settings.css().items())), stage.scale,
        element.width > 0 and not element.resize, element.height > 0 and not element.resize, stage.canvas,
    )  # fmt: skip
