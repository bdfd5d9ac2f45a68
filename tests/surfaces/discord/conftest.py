"""An operator in a channel of Discord's double."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.operator import Operator
from tests.doubles.discord_server import DiscordServer
from tests.surfaces.discord.live import Live, living


@pytest.fixture
async def live(op: Operator, discord: DiscordServer) -> AsyncIterator[Live]:
    """An operator in the channel; whoever uses the channel decides."""
    async with living(op, discord) as live:
        yield live
