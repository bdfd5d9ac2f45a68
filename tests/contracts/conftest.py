"""The chats' doubles with the services' own libraries at them: ``double`` is Discord's, ``server`` Slack's.

Tests of other doubles have their own fixtures of these names.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.doubles.discord_asking import Asking
from tests.doubles.discord_client import discord_at
from tests.doubles.discord_server import DiscordServer
from tests.doubles.slack_clients import app_of, client_of
from tests.doubles.slack_server import SlackServer
from tests.doubles.slack_state import Person


@pytest.fixture
async def double() -> AsyncIterator[DiscordServer]:
    """discord.py talks to it, and breaks no rule of Discord's own document."""
    server = DiscordServer()
    async with server.running():
        with discord_at(server.url):
            yield server
    assert server.problems == []


@pytest.fixture
async def ask() -> AsyncIterator[Asking]:
    """Discord's double without its limits, asked without a library."""
    double = DiscordServer()
    double.limits.off()
    async with double.running(), aiohttp.ClientSession() as session:
        yield Asking(double, session)


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer().running() as running:
        yield running


@pytest.fixture
def client(server: SlackServer) -> AsyncWebClient:
    return client_of(server)


@pytest.fixture
def ana(server: SlackServer) -> Person:
    return server.person("ana")


@pytest.fixture
def app(server: SlackServer) -> AsyncApp:
    return app_of(server)
