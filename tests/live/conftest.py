"""The real services, by the settings in LIVE_ENV_FILE: an account, a bucket, a sheet and keys for tests.

Off unless asked for (`pytest -m live`). Nothing is published. Renders cost credits and want LIVE_SPEND=yes.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.operator import Services
from bot.settings import Settings, load_settings
from bot.twins import LOCAL
from bot.wiring import open_services
from services.store import Store


@pytest.fixture
def live_settings(tmp_path: Path) -> Settings:
    path = os.environ.get("LIVE_ENV_FILE")
    if not path:
        pytest.skip("set LIVE_ENV_FILE to a file like bot.env, with keys for tests")
    return load_settings([Path(path)], {**os.environ, "DATA_DIR": str(tmp_path / "data")})


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "operator.db")
    yield store
    await store.close()


@pytest.fixture
async def live_services(live_settings: Settings, store: Store) -> AsyncIterator[Services]:
    services = await open_services(live_settings, store)
    yield services
    await services.close()


def remote(services: Services, kind: str) -> None:
    """Skip unless the settings select the remote twin."""
    if services.names()[kind] == LOCAL[kind]:
        pytest.skip(f"LIVE_ENV_FILE selects no remote {kind}")
