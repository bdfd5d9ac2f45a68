"""How a movie is encoded: size, speed, quality."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Profile:
    """``scale`` is output pixels per pixel of the movie's canvas, ``preview_scale`` those of the preview
    per pixel of the output. Presets and crf are libx264's."""

    name: str = "final"
    scale: float = 1.0
    preset: str = "veryfast"
    crf: int = 20
    preview_scale: float = 0.5
    preview_preset: str = "ultrafast"
    preview_crf: int = 26

    def settings(self) -> dict[str, Any]:
        return asdict(self)


FINAL = Profile()


def profile_from(values: Mapping[str, Any]) -> Profile:
    return Profile(**values)
