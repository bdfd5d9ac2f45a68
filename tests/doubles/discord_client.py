"""Points discord.py at the double instead of Discord, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.doubles.discord_server import DiscordServer


@contextmanager
def discord_at(double: DiscordServer) -> Iterator[None]:
    """Enter it once the double runs. Interactions and followups go by Route.BASE, too."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE
    Route.BASE = f"{double.url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(double.gateway.url)
    Asset.BASE = double.url
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = before
