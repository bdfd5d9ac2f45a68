"""What one render has at hand, and how its pictures and its sound are coded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.renderer.local.media import Assets
from services.renderer.local.output.coding import Coding, small
from services.renderer.local.output.sizing import rates_for
from services.renderer.local.output.storyboard import Storyboard
from services.renderer.local.planning.framing import even
from services.renderer.local.planning.layers import Plan
from services.renderer.local.profile import Profile

NAMES = {
    "video": "video.mp4", "preview": "preview.mp4", "cover": "cover.jpg", "storyboard": "storyboard.jpg",
    "thumbnails": "thumbnails.jpg",
}  # fmt: skip
_SOUND_RATE = 160_000  # bit/s
_SEGMENT_GOP = 250  # frames: more than any segment has, so that each has one whole picture


@dataclass(frozen=True, slots=True)
class Work:
    """``board`` gathers the stills, ``on_frames`` hears how many frames were finished, from any thread."""

    plan: Plan
    assets: Assets
    profile: Profile
    folder: Path
    board: Storyboard
    on_frames: Callable[[int], None]

    def place(self, kind: str) -> Path:
        return self.folder / NAMES[kind]


@dataclass(frozen=True, slots=True)
class Codings:
    """How each picture is coded: at full size, and small if there is a preview beside the video.

    ``sound`` and ``small_sound`` are in bit/s.
    """

    video: Coding
    preview: Coding | None
    sound: int
    small_sound: int

    def pictures(self) -> tuple[Coding, ...]:
        return (self.video, self.preview) if self.preview else (self.video,)

    def settings(self) -> list[dict[str, Any]]:
        return [coding.settings() for coding in self.pictures()]


def codings(plan: Plan, profile: Profile) -> Codings:
    seconds = plan.frames / plan.fps
    video = Coding(plan.width, plan.height, plan.fps, profile.preset, profile.crf)
    sound, small_sound, preview = _SOUND_RATE, 0, None
    if profile.max_bytes:
        rates = rates_for(seconds, profile.max_bytes)
        video, sound = video.with_changes(rate=rates.pictures, window=1.0), rates.sound
    if profile.preview_scale:
        rates = rates_for(seconds, profile.preview_bytes)
        width, height = (max(16, even(s * profile.preview_scale)) for s in (plan.width, plan.height))
        preview, small_sound = small(width, height, plan.fps, rates.pictures), rates.sound
    if profile.joined:
        video = video.with_changes(gop=_SEGMENT_GOP, threads=1)
        preview = preview.with_changes(gop=_SEGMENT_GOP) if preview else None
    return Codings(video, preview, sound, small_sound)
