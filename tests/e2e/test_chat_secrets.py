"""No token of the chats is left anywhere: log (with --debug), databases, answers of commands, messages."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.doubles.discord_server import TOKEN, DiscordServer
from tests.doubles.slack_server import Fault as SlackFault
from tests.doubles.slack_server import SlackServer
from tests.e2e.operator_process import Autopotter
from tests.e2e.secrets_left import left_in


@pytest.mark.timeout(180)
async def test_no_token_is_left_behind(
    discord: DiscordServer, slack: SlackServer, tmp_path: Path, studio: Path
) -> None:
    bot, app = slack.space.bot_token, slack.space.app_token
    secrets = {TOKEN, bot, app}
    addresses = _given_to(slack)
    env = {
        "DISCORD_TOKEN": TOKEN, "DISCORD_GUILD_ID": str(discord.guild.id),
        "DISCORD_CHANNEL_ID": str(discord.channel.id), "DISCORD_BASE_URL": f"{discord.url}/api/v10",
        "SLACK_BOT_TOKEN": bot, "SLACK_APP_TOKEN": app, "SLACK_CHANNEL": slack.home.id,
        "SLACK_BASE_URL": slack.api_url, "LOG_FILE": str(tmp_path / "log" / "operator.log"),
    }  # fmt: skip
    operator = Autopotter(tmp_path / "data", studio, **env)
    operator.options = ["--debug"]
    try:
        await asyncio.to_thread(operator.start)
        await discord.until(lambda: discord.gateway.connected and discord.commands.of(discord.guild), 60)
        await slack.socket.connected(60)
        secrets |= await _used(discord, slack)
        said = [await asyncio.to_thread(operator.command, word) for word in ("status", "doctor")]
        # Whatever may go wrong with the tokens does.
        slack.fail(
            "apps.connections.open", SlackFault(status=500, text=f"<p>{app}</p>"), SlackFault(error=app)
        )
        slack.revoke()
        slack.socket.drop()
        discord.gateway.token = "another"
        discord.gateway.close(4004)
        discord.gateway.cut()
        await discord.until(lambda: "refused the token" in operator.log(), 30)
        said += [await asyncio.to_thread(operator.command, word) for word in ("status", "doctor")]
        assert "Discord does not accept the token" in said[-1].stdout
        assert "Slack does not accept SLACK_BOT_TOKEN (token_revoked)" in said[-1].stdout
        slack.fail("apps.connections.open", SlackFault(error=app))
        said += [await asyncio.to_thread(operator.command, "doctor")]
        assert await asyncio.to_thread(operator.stop) == 0
    finally:
        if operator.process is not None:
            operator.kill()
    secrets |= {address.partition("ticket=")[2].partition("&")[0] for address in addresses}
    assert len(secrets) > 5
    assert "discord" in operator.log().lower()
    assert left_in(tmp_path, secrets) == []
    shown = "".join(done.stdout + done.stderr for done in said)
    posted = json.dumps([one.text for one in discord.messages] + [one.text for one in slack.messages()])
    assert not [secret[:8] for secret in secrets if secret in shown + posted]


def _given_to(slack: SlackServer) -> list[str]:
    """The addresses that let one connection in, as they are given to the app."""
    issue, given = slack.socket.issue, []

    def noted(base: str) -> str:
        given.append(issue(base))
        return given[-1]

    slack.socket.issue = noted
    return given


async def _used(discord: DiscordServer, slack: SlackServer) -> set[str]:
    """Somebody asks in each chat; the tokens of what they asked."""
    ana, bea = discord.people.person("Ana"), slack.person("bea")
    asked = discord.people.slash(ana, "status")
    await discord.until(lambda: asked.replies, 30)
    told = await slack.people.slash(bea, slack.home, "/autopotter", "status")
    await slack.until(lambda: slack.whispers(bea), 30)
    return {asked.token, told.response_url.rpartition("/")[2]}
