"""Slack's double on a socket, with the app installed from its manifest."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.operator import Operator
from tests.conftest import ROOT
from tests.doubles.slack_server import SlackServer
from tests.surfaces.slack.live import Live, living


@pytest.fixture(scope="session")
def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "data/slack_manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
async def slack(manifest: dict[str, Any]) -> AsyncIterator[SlackServer]:
    server = SlackServer()
    server.rates.enforced = False
    server.files.moment = 0.0
    server.install(manifest)
    async with server.running():
        yield server
    assert server.problems == []


@pytest.fixture
async def live(op: Operator, slack: SlackServer) -> AsyncIterator[Live]:
    """An operator in the channel; whoever uses the channel decides."""
    async with living(op, slack) as live:
        yield live
