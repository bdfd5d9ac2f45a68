"""What a render is for: how large, how good, and how it is put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

_MB = 1024**2
PREVIEW_BYTES = 8 * _MB  # what chats take without asking (Discord's limit is 10 MB)


@dataclass(frozen=True, slots=True)
class Profile:
    """``scale`` is output pixels per pixel of the movie's canvas; ``preset`` and ``crf`` are libx264's.

    ``joined``: encoded in segments side by side, which are kept and used again; otherwise by one encoder.
    ``max_bytes``: the size the video stays below (0: no limit but that of its rate). ``preview_scale``: the
    preview's pixels per pixel of the video (0: the video is its own preview), and what it stays below.
    """

    name: str = "final"
    scale: float = 1.0
    preset: str = "veryfast"
    crf: int = 20
    joined: bool = False
    max_bytes: int = 0
    preview_scale: float = 0.0
    preview_bytes: int = PREVIEW_BYTES

    def with_preview_below(self, most: int) -> Profile:
        """The same with previews of at most that many bytes."""
        return replace(self, preview_bytes=most, max_bytes=most if self.max_bytes else 0)

    def settings(self) -> dict[str, Any]:
        return asdict(self)


FINAL = Profile()
DRAFT = Profile("draft", joined=True, preview_scale=0.5)
PREVIEW = Profile("preview", scale=0.5, preset="ultrafast", crf=26, max_bytes=PREVIEW_BYTES)
PROFILES = {profile.name: profile for profile in (FINAL, DRAFT, PREVIEW)}


def profile_from(values: Mapping[str, Any]) -> Profile:
    return Profile(**values)
