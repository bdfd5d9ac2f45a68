"""README's steps for Discord and Slack, walked in a real terminal: setup, doctor, run, and a card in each."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.setting_types import ROOT
from bot.settings import load_settings
from bot.setup_services import WALKS
from services.chat_access.slack_scopes import MANIFEST
from tests.doubles.discord_server import TOKEN, DiscordServer
from tests.doubles.slack_server import SlackServer
from tests.e2e.operator_process import Autopotter

PROMPT = re.compile(r"\] \Z")
SECONDS = 60.0
Line = str | Callable[[], str]


def typed(folder: Path, env: dict[str, str], lines: Sequence[Line]) -> str:
    """What a terminal shows of `autopotter setup` while somebody types the lines, each at a prompt."""
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "setup"],
        env=env | {"TERM": "dumb", "COLUMNS": "400", "PYTHONPATH": str(ROOT)},
        cwd=folder, stdin=end, stdout=end, stderr=end, start_new_session=True,
    )  # fmt: skip
    os.close(end)
    shown, answered, left = b"", 0, list(lines)
    deadline = time.monotonic() + SECONDS
    try:
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.2)[0]:
                try:
                    shown += os.read(terminal, 65536)
                except OSError:  # the other end is closed
                    break
            elif PROMPT.search(shown[answered:].decode(errors="replace")):
                answered = len(shown)
                line = left.pop(0)
                os.write(terminal, f"{line if isinstance(line, str) else line()}\n".encode())
            elif process.poll() is not None:
                break
        text = shown.decode()
        assert process.wait(timeout=SECONDS) == 0, text
        assert left == [], text
        return text
    finally:
        if process.poll() is None:
            process.kill()
        os.close(terminal)


@pytest.mark.timeout(180)
async def test_a_newcomer_follows_the_steps(
    discord: DiscordServer, slack: SlackServer, tmp_path: Path, studio: Path
) -> None:
    loop = asyncio.get_running_loop()
    discord.owner.kick_bot(discord.guild)

    def invited() -> str:
        """Opens the link in a browser, and authorizes the bot in a server of theirs."""

        async def invite() -> None:
            discord.owner.channel("clay", discord.owner.guild("Pottery"))

        asyncio.run_coroutine_threadsafe(invite(), loop).result()
        return "again"

    bot, app = slack.space.bot_token, slack.space.app_token
    env = {name: text for name, text in os.environ.items() if name in ("PATH", "HOME")} | {
        "DISCORD_BASE_URL": f"{discord.url}/api/v10", "SLACK_BASE_URL": slack.api_url,
        "TIMEZONE": "Europe/Berlin",
    }  # fmt: skip
    general = [str(studio), "", str(tmp_path / "data"), "", "", "0"]
    said = await asyncio.to_thread(
        typed, tmp_path, env,
        [*general, "discord", TOKEN, invited, "", "", "", "", "slack", bot, app, "", "", "yes"],
    )  # fmt: skip
    assert "The operator will live in #clay of Pottery" in said
    assert "`autopotter run` starts it." in said
    assert not [secret for secret in (TOKEN, bot, app) if secret in said], "what is typed is not shown"
    file = tmp_path / "bot.env"
    assert file.stat().st_mode & 0o077 == 0
    settings = load_settings([file], {})
    assert settings.slack_channel == slack.home.id

    operator = Autopotter(tmp_path / "data", None, **{name: env[name] for name in env if "BASE_URL" in name})
    operator.options = ["--env-file", str(file)]
    try:
        await asyncio.to_thread(operator.start)
        room = discord.world.channels[int(settings.discord_channel_id)]
        card = re.compile(r"\b1 · ")
        await discord.until(lambda: [one for one in room.messages.values() if card.search(one.text)], 60)
        await slack.until(lambda: [one for one in slack.messages() if card.search(one.text)], 60)
        assert await asyncio.to_thread(operator.stop) == 0
    finally:
        if operator.process is not None:
            operator.kill()


def test_the_steps_are_at_most_ten_and_true() -> None:
    readme = (ROOT / "README.md").read_text()
    part = readme.partition("## Discord and Slack")[2].partition("\n## ")[0]
    for chat in ("Discord", "Slack"):
        steps = re.findall(r"^(\d+)\. ", part.partition(f"**{chat}**")[2].partition("\n**")[0], re.MULTILINE)
        steps = steps[: steps.index("1", 1)] if "1" in steps[1:] else steps
        assert [int(step) for step in steps] == list(range(1, len(steps) + 1))
        assert 3 <= len(steps) <= 10
        assert f"answer `{chat.lower()}`" in part
        assert chat.lower() in {walk.name for walk in WALKS}
    assert MANIFEST in part
    assert (ROOT / MANIFEST).is_file()
