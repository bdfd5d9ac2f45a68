"""A whole day in both channels at once: a real operator with its own renderer, and no keys but the chats'."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.doubles.discord_server import TOKEN, DiscordServer
from tests.doubles.discord_world import Message
from tests.doubles.slack_blocks import words
from tests.doubles.slack_server import SlackServer
from tests.e2e.operator_process import Autopotter

SOON, LONG = 30, 120  # seconds: an answer; a video


@pytest.mark.timeout(300)
async def test_a_day_in_discord_and_slack(
    discord: DiscordServer, slack: SlackServer, tmp_path: Path, studio: Path
) -> None:
    ann, eve, bea = discord.people.person("Ann"), discord.people.person("Eve"), slack.person("bea")
    operator = Autopotter(
        tmp_path / "data", studio, POST_DELAY="1s", DRAFTS_PER_RUN="1", APPROVERS=f"{ann.id},{bea.id}",
        DISCORD_TOKEN=TOKEN, DISCORD_GUILD_ID=str(discord.guild.id),
        DISCORD_CHANNEL_ID=str(discord.channel.id), DISCORD_BASE_URL=f"{discord.url}/api/v10",
        SLACK_BOT_TOKEN=slack.space.bot_token, SLACK_APP_TOKEN=slack.space.app_token,
        SLACK_CHANNEL=slack.home.id, SLACK_BASE_URL=slack.api_url,
    )  # fmt: skip

    def card(number: int) -> Message | None:
        return next((m for m in discord.messages if _title(m).startswith(f"{number} · ")), None)

    def says(number: int, *texts: str) -> Message | None:
        found = card(number)
        return found if found is not None and all(text in found.text for text in texts) else None

    def in_slack(*texts: str) -> bool:
        return any(all(text in words(m) for text in texts) for m in slack.messages())

    try:
        await asyncio.to_thread(operator.start)
        # The first video is made without being asked for; the next by a command.
        await discord.until(lambda: says(1), LONG)
        asked = discord.people.slash(ann, "generate", {"count": 1})
        await discord.until(lambda: asked.answered, SOON)
        assert asked.took < 3
        first = await discord.until(lambda: says(1, "Draft: waits for ✅ or ❌."), LONG)
        assert first is not None
        assert {file.name for file in first.files} == {"picture.jpg", "video.mp4"}
        await slack.until(lambda: in_slack("1 · ", "Draft: waits for ✅ or ❌."), SOON)
        second = await discord.until(lambda: says(2, "Draft: waits for"), LONG)
        assert second is not None
        await discord.until(
            lambda: any("Making videos" in m.text and "✓" in m.text for m in discord.messages), SOON
        )
        # A stranger decides nothing.
        discord.people.react(eve, first, "✅")
        await discord.until(lambda: discord.people.seen(eve, discord.people.dm(eve)), SOON)
        # Restart in the middle: what was done meanwhile counts, and what was deleted comes back.
        await asyncio.to_thread(operator.kill)
        discord.people.react(ann, first, "✅")
        discord.people.delete_message(discord.world.owner, second)
        await asyncio.to_thread(operator.start)
        posted = await discord.until(
            lambda: next((m for m in discord.messages if _title(m).startswith("Posted: 1 · ")), None), LONG
        )
        assert posted is not None
        assert "video.mp4" in {file.name for file in posted.files}  # there is no address: the file itself
        await discord.until(lambda: says(1, "Posted"), SOON)
        await slack.until(lambda: in_slack("Posted: 1 · "), SOON)
        again = await discord.until(lambda: says(2, "Draft: waits for"), SOON)
        assert again is not None
        assert again.id != second.id
        # What is decided in one chat stands in the other.
        shown = next(m for m in slack.messages() if words(m).startswith(("🔵 2 · ", "2 · ")))
        await slack.people.react(bea, shown, "x")
        await discord.until(lambda: says(2, "Denied by bea"), SOON)
        assert [draft["number"] for draft in operator.drafts("posted")] == [1]
        assert await asyncio.to_thread(operator.stop) == 0
    finally:
        if operator.process is not None:
            operator.kill()
    posts = [path for path in (tmp_path / "data" / "outbox").iterdir() if not path.name.startswith(".")]
    assert len(posts) == 1


def _title(message: Message) -> str:
    return str(message.embeds[0].get("title", "")) if message.embeds else ""
