"""What every part of planning needs to know of the movie being planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.renderer.local.media import Facts


@dataclass(frozen=True, slots=True)
class Stage:
    """``canvas`` is the output's size, ``scale`` its pixels per pixel of the movie; ``facts`` by ``src``.

    ``notes`` gathers sentences on what is shown otherwise than the movie asks for.
    """

    fps: int
    scale: float
    canvas: tuple[int, int]
    facts: Mapping[str, Facts]
    notes: list[str]
