"""The remote renderer over its double: its store, its files beside, and pauses that only count."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services.http.client import Http
from services.renderer.json2video.api import Api
from services.renderer.json2video.credits import Ledger
from services.renderer.json2video.json2video import Json2Video
from services.renderer.local.beside import Beside
from services.renderer.local.profile import Profile
from services.store import Store
from tests.doubles.json2video_server import KEY, Json2VideoServer

QUICK = Profile("aside", scale=0.5, preset="ultrafast", crf=40, preview_scale=0.5)
PHOTO = "photo00001"
SIGNED = "https://storage.googleapis.com/bucket/{}?X-Goog-Signature=0123456789abcdef"


class Pauses(list[float]):
    """Seconds somebody wanted to wait; the loop only gets a turn."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)
        await asyncio.sleep(0)


async def signed(key: str) -> str:
    return SIGNED.format(key)


async def own_name() -> str:
    return "op1"


async def lengths(assets: Mapping[str, str]) -> dict[str, float | None]:
    return dict.fromkeys(assets, 4.0)


@asynccontextmanager
async def renderer_at(
    server: Json2VideoServer, store: Store, folder: Path, **changes: Any
) -> AsyncIterator[Json2Video]:
    """``changes``: daily, monthly, key, clock, pauses, and what Json2Video itself takes."""
    pauses = changes.pop("pauses", Pauses())
    http = Http(sleep=pauses)
    ledger = Ledger(
        store,
        daily=changes.pop("daily", 0),
        monthly=changes.pop("monthly", 0),
        zone=UTC,
        clock=changes.pop("clock", lambda: datetime.now(UTC)),
    )
    api = Api(http, SecretStr(changes.pop("key", KEY)), f"{server.url}/v2")
    given = {"operator": own_name, "url_of": signed, "lengths_of": lengths, "settle": 0.0, "sleep": pauses}
    renderer = Json2Video(api, ledger, Beside(profile=QUICK), folder, **{**given, **changes})
    yield renderer
    await renderer.aclose()
    await http.aclose()


def movie(seconds: float = 4.0, **element: Any) -> dict[str, Any]:
    """One photo for so long."""
    photo = {"type": "image", "src": PHOTO, "duration": seconds, **element}
    return {"resolution": "instagram-story", "fps": 30, "scenes": [{"elements": [photo]}]}
