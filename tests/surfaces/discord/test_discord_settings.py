"""The settings select the surface; where Discord is asked is put back when it ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import supervise
from bot.chat import wanted
from bot.chat_surfaces import chat_surfaces
from bot.operator import Operator
from bot.settings import load_settings
from services.store import Store
from tests.doubles.discord_server import TOKEN, DiscordServer
from tests.surfaces.discord.live import Live


async def test_by_settings_alone(op: Operator, discord: DiscordServer, tmp_path: Path, studio: Path) -> None:
    settings = load_settings(
        [],
        {
            "DATA_DIR": str(tmp_path / "data"), "MEDIA_DIR": str(studio), "DISCORD_TOKEN": TOKEN,
            "DISCORD_GUILD_ID": str(discord.guild.id), "DISCORD_CHANNEL_ID": str(discord.channel.id),
            "DISCORD_BASE_URL": f"{discord.url}/api/v10/",
        },
    )  # fmt: skip
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    (surface,) = chat_surfaces(op, settings)
    task = asyncio.create_task(supervise(op, surface))
    await discord.until(lambda: "discord" in op.chats)
    assert await op.chats["discord"].ping() == "#reels in Studio"
    assert before != (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert before == (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
    assert op.chats == {}


class _FullDisk:
    """Where the surface arrives, the store cannot be written for so many ``times``."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.times = 0
        self._real = Store.do
        patch.setattr(Store, "do", lambda store, work, *args, **named: self._do(store, work, *args, **named))

    async def _do(self, store, work, *args, **named):  # type: ignore[no-untyped-def]
        if work is wanted.began and self.times:
            self.times -= 1
            raise OSError(28, "No space left on device")
        return await self._real(store, work, *args, **named)


async def test_what_fails_as_it_arrives_is_begun_anew_and_nothing_is_missed(
    op: Operator, discord: DiscordServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, live = _FullDisk(monkeypatch), Live(op, discord)
    disk.times = 2
    await live.start(wait=False)
    await live.until(lambda: "discord" in op.chats)
    assert discord.gateway.identifies == 3
    number, card = await live.draft()
    await live.until(lambda: discord.count("get_message"))  # read once since then
    disk.times = 1
    discord.gateway.invalidate(resumable=False)
    discord.people.react(live.person("Ann"), card, "✅")
    await live.until(lambda: discord.gateway.identifies == 5)
    await live.says(number, "Approved by Ann")
    await live.stop()
