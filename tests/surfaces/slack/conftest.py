"""An operator in a channel of Slack's double."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.operator import Operator
from tests.doubles.slack_server import SlackServer
from tests.surfaces.slack.live import Live, living


@pytest.fixture
async def live(op: Operator, slack: SlackServer) -> AsyncIterator[Live]:
    """An operator in the channel; whoever uses the channel decides."""
    async with living(op, slack) as live:
        yield live
