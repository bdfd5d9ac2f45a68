"""Where Discord is asked: its own address, or a server of this machine while tests run.

discord.py keeps both addresses in its classes, so they hold for the whole process; they are put back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

OFFICIAL = "https://discord.com/api/v10"


@contextlib.contextmanager
def asked_at(base_url: str) -> Iterator[None]:
    """Within it every client of this process asks there."""
    base_url = base_url.rstrip("/")
    if base_url == OFFICIAL:
        yield
        return
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = base_url
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


def connect_to(gateway: str) -> None:
    """Use the gateway that a server named which is not Discord's own."""
    if Route.BASE != OFFICIAL:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
