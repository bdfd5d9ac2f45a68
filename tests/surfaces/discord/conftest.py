"""An operator in a channel of Discord's double."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.operator import Operator
from tests.doubles.discord_server import DiscordServer
from tests.surfaces.discord.live import Live, living


@pytest.fixture
async def discord(discord: DiscordServer) -> AsyncIterator[DiscordServer]:
    """The double, where nothing that the operator says may call anybody, whatever stands in it."""
    yield discord
    for channel in discord.world.channels.values():
        for said in channel.messages.values():
            if said.author is discord.world.bot and (said.content or said.embeds):
                # What is edited and has no content of its own calls nobody: embeds cannot.
                silent = said.allowed is None and said.edits and not said.content
                nobody = said.allowed in ({"parse": []}, {"parse": [], "replied_user": False})
                assert nobody or silent, said


@pytest.fixture
async def live(op: Operator, discord: DiscordServer) -> AsyncIterator[Live]:
    """An operator in the channel; whoever uses the channel decides."""
    async with living(op, discord) as live:
        yield live
