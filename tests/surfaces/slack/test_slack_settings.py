"""The settings select the surface, and nothing of Slack is loaded without them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app import supervise
from bot.chat_surfaces import chat_surfaces
from bot.operator import Operator
from bot.settings import load_settings
from tests.conftest import ROOT
from tests.doubles.slack_server import SlackServer
from tests.surfaces.slack.live import living


async def test_by_settings_alone(op: Operator, slack: SlackServer, tmp_path: Path, studio: Path) -> None:
    settings = load_settings(
        [],
        {
            "DATA_DIR": str(tmp_path / "data"), "MEDIA_DIR": str(studio),
            "SLACK_BOT_TOKEN": slack.space.bot_token, "SLACK_APP_TOKEN": slack.space.app_token,
            "SLACK_CHANNEL": slack.home.id, "SLACK_BASE_URL": slack.api_url,
        },
    )  # fmt: skip
    (surface,) = chat_surfaces(op, settings)
    task = asyncio.create_task(supervise(op, surface))
    await slack.until(lambda: "slack" in op.chats)
    assert await op.chats["slack"].ping() == "#reels in Studio"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert op.chats == {}
    await slack.until(lambda: not slack.socket.connections)


async def test_variables_that_slacks_library_would_read_change_nothing(
    op: Operator, slack: SlackServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-another-app")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "of-another-app")
    monkeypatch.setenv("SLACK_CLIENT_ID", "1234.5678")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "of-another-app")
    monkeypatch.setenv("HOME", str(tmp_path))
    ann = slack.person("ann")
    async with living(op, slack) as live:
        number, card = await live.draft()
        await slack.people.react(ann, card, "x")
        await live.says(number, "Denied by ann")
        await live.slash(ann, "status", "planner")
    assert list(tmp_path.glob(".bolt*")) == []


def test_without_it_nothing_of_slack_is_loaded() -> None:
    code = "import sys, bot.app; print(sorted(name for name in sys.modules if name.startswith('slack_')))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
