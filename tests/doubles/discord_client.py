"""Points discord.py at the double instead of Discord, and back again.

    python -m tests.doubles.discord_client http://127.0.0.1:PORT COMMAND…

does so for a whole process, and there gives a command to autopotter ("run").
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route


@contextmanager
def discord_at(url: str) -> Iterator[None]:
    """``url`` of a double that runs. Interactions and followups go by Route.BASE, too."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE
    Route.BASE = f"{url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws{url.removeprefix('http')}/gateway/")
    Asset.BASE = url
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = before


if __name__ == "__main__":
    from bot.__main__ import main

    with discord_at(sys.argv.pop(1)):
        main()
