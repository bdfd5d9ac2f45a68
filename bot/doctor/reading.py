"""What the operator knows, for checks that ask what was used of it: read beside it, never written."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.settings import Settings
from bot.wiring.opening import DATABASE
from services.store import Store


@asynccontextmanager
async def store_of(settings: Settings) -> AsyncIterator[Store]:
    """The operator's own store to read; an empty one elsewhere while there is none."""
    with tempfile.TemporaryDirectory(prefix="autopotter-doctor-") as folder:
        store = await Store.open_to_read(settings.data_dir / DATABASE)
        store = store or await Store.open(Path(folder) / DATABASE)
        try:
            yield store
        finally:
            await store.close()
