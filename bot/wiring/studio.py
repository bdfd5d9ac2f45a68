"""The sample studio, which is drawn where no media of one's own is named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.settings import Settings
from services.sample import is_complete, make_studio

StudioProgress = Callable[[str, int, int], None]


def studio_missing(settings: Settings) -> bool:
    """Whether the sample studio has to be drawn before anything can start."""
    return settings.has_studio and not is_complete(settings.media_root)


async def draw_studio(settings: Settings, on_progress: StudioProgress | None = None) -> None:
    await asyncio.to_thread(make_studio, settings.media_root, on_progress=on_progress)
