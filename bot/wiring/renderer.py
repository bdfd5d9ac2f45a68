"""The renderer, which makes videos of movies: here, at JSON2Video, or drafts here and finals there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from bot.settings import Settings, twins
from bot.wiring.connections import Connections
from services.ports import Bucket, Renderer
from services.renderer.local.local import LocalRenderer
from services.renderer.local.profile import DRAFT
from services.store import Store, facts, media


@dataclass(frozen=True, slots=True)
class Renderers:
    """``drafts`` makes what is reviewed; ``finals``, if there is one, what is posted then."""

    drafts: Renderer
    finals: Renderer | None = None


def open_renderers(settings: Settings, bucket: Bucket, store: Store, connections: Connections) -> Renderers:
    local = LocalRenderer(
        settings.data_dir / "cache" / "renders",
        bucket.fetch,
        profile=DRAFT.with_preview_below(settings.preview_max_size),
        cache_dir=segments_dir(settings),
        cache_bytes=settings.cache_max_size,
    )
    if twins(settings)["renderer"] == LocalRenderer.name:
        return Renderers(local)
    remote = _json2video(settings, bucket, store, connections)
    return Renderers(local, remote) if settings.render_preview == "local" else Renderers(remote)


def _json2video(settings: Settings, bucket: Bucket, store: Store, connections: Connections) -> Renderer:
    # httpx takes a moment to load: only who uses it waits for it.
    from services.renderer.json2video.api import Api
    from services.renderer.json2video.credits import Ledger
    from services.renderer.json2video.json2video import Json2Video
    from services.renderer.local.beside import ASIDE, Beside

    async def lengths_of(assets: Mapping[str, str]) -> dict[str, float | None]:
        known = await store.do(media.by_ids, list(assets))
        return {name: asset.facts.duration if asset.facts else None for name, asset in known.items()}

    async def operator() -> str:
        return await store.do(facts.own_name)

    return Json2Video(
        Api(connections(), settings.json2video_api_key or SecretStr(""), settings.json2video_base_url),
        Ledger(
            store,
            daily=settings.json2video_daily_credits,
            monthly=settings.json2video_monthly_credits,
            zone=settings.zone,
            clock=lambda: datetime.now(UTC),
        ),
        Beside(profile=ASIDE.with_preview_below(settings.preview_max_size)),
        settings.data_dir / "cache" / "renders",
        operator=operator,
        url_of=bucket.url,
        lengths_of=lengths_of,
        timeout=settings.json2video_timeout.total_seconds(),
    )


def segments_dir(settings: Settings) -> Path:
    """Where encoded pieces of movies are kept for the next render."""
    return settings.data_dir / "cache" / "segments"
