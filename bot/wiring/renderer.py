"""The renderer, which makes videos of movies."""

from __future__ import annotations

from pathlib import Path

from bot.settings import Settings
from services.ports import Bucket, Renderer
from services.renderer.local.local import LocalRenderer
from services.renderer.local.profile import DRAFT


def open_renderer(settings: Settings, bucket: Bucket) -> Renderer:
    return LocalRenderer(
        settings.data_dir / "cache" / "renders",
        bucket.fetch,
        profile=DRAFT.with_preview_below(settings.preview_max_size),
        cache_dir=segments_dir(settings),
        cache_bytes=settings.cache_max_size,
    )


def segments_dir(settings: Settings) -> Path:
    """Where encoded pieces of movies are kept for the next render."""
    return settings.data_dir / "cache" / "segments"
