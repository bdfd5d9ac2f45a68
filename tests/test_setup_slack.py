"""`autopotter setup` for Slack: both tokens, the channel and who decides, each looked at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.settings import load_settings, read_settings
from services.redaction import redact
from tests.doubles.slack_server import Fault, SlackServer
from tests.setup_dialogue import Line, held


@pytest.fixture
def double(slack: SlackServer) -> Iterator[SlackServer]:
    yield slack
    assert slack.messages() == [], "nothing is posted"


async def hold(
    monkeypatch: pytest.MonkeyPatch, double: SlackServer, *answers: Line, **given: str
) -> tuple[dict[str, str], list[str]]:
    settings = read_settings([], {"SLACK_BASE_URL": double.api_url, **given})
    return await held(monkeypatch, settings, "slack", *answers)


def connected(double: SlackServer) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": double.space.bot_token,
        "SLACK_APP_TOKEN": double.space.app_token,
        "SLACK_CHANNEL": double.home.id,
    }


async def test_a_newcomer_from_tokens_to_channel(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: SlackServer
) -> None:
    bot, app = double.space.bot_token, double.space.app_token
    answers, asked = await hold(monkeypatch, double, bot, app, "", "", "")
    assert answers == connected(double)
    assert load_settings([], answers).slack_channel == double.home.id
    said = capsys.readouterr().out
    assert "From a manifest" in said
    assert "data/slack_manifest.json" in said
    assert "The token is that of @autopotter in Studio, and the app may do all it needs." in said
    assert "Slack lets the app connect." in said
    assert "The operator will live in the channel #reels." in said
    for token in (bot, app):
        assert token not in said + "".join(asked)
        assert token not in redact(f"a log line with {token}")


async def test_wrong_tokens_are_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: SlackServer
) -> None:
    bot, app = double.space.bot_token, double.space.app_token
    answers, _ = await hold(
        monkeypatch, double,
        app, "hello", "xoxp-1234567890-abc", "xoxb-never-issued-0123456789",
        "slack", bot, bot, "xapp-1-A0-never-issued-0123456789", "yes", app, "", "", "",
    )  # fmt: skip
    assert answers == connected(double)
    said = capsys.readouterr().out
    assert "SLACK_BOT_TOKEN is an app-level token. Put it into SLACK_APP_TOKEN" in said
    assert "SLACK_BOT_TOKEN is the token of a person, not of a bot." in said
    assert "SLACK_BOT_TOKEN must be a bot token (xoxb-…)" in said
    assert "Slack does not accept SLACK_BOT_TOKEN (invalid_auth)." in said
    assert "SLACK_APP_TOKEN is a bot token. Put it into SLACK_BOT_TOKEN" in said
    assert "Slack does not accept SLACK_APP_TOKEN (invalid_auth)." in said


async def test_missing_scopes_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: SlackServer
) -> None:
    double.space.scopes -= {"reactions:read", "files:write"}
    answers, _ = await hold(monkeypatch, double, double.space.bot_token)
    assert answers == {"SLACK_BOT_TOKEN": double.space.bot_token}
    said = capsys.readouterr().out
    assert "The app @autopotter lacks files:write, reactions:read." in said
    assert "reinstall to the workspace" in said


async def test_an_app_that_may_not_connect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: SlackServer
) -> None:
    double.space.app_scopes = set()
    bot, app = double.space.bot_token, double.space.app_token
    await hold(monkeypatch, double, bot, app, "no")
    assert "SLACK_APP_TOKEN lacks the scope connections:write." in capsys.readouterr().out
    double.space.app_scopes = {"connections:write"}
    double.fail("apps.connections.open", Fault(error="forbidden_team"))
    await hold(monkeypatch, double, bot, app, "no")
    assert "Slack gives the app no connection (forbidden_team)." in capsys.readouterr().out
    double.space.tokens["xapp-1-A0OTHERAPP1-0123456789"] = ("app", "")
    await hold(monkeypatch, double, bot, "xapp-1-A0OTHERAPP1-0123456789", "no")
    assert "The two tokens are of two apps" in capsys.readouterr().out


async def test_an_app_in_no_channel_is_invited(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: SlackServer
) -> None:
    double.home.members.remove(double.space.bot.id)
    bot, app = double.space.bot_token, double.space.app_token
    _, asked = await hold(monkeypatch, double, bot, app, "again", "stop")
    assert sum("Write /invite @autopotter in the one it shall live in." in each for each in asked) == 2
    assert "The app is in no channel: Slack is not connected." in capsys.readouterr().out
    private = double.space.add_channel("den", private=True, bot=False)
    invite = lambda: private.members.append(double.space.bot.id)  # noqa: E731 - said where it is used
    answers, _ = await hold(monkeypatch, double, bot, app, ("again", invite), "#den", "", "")
    assert answers["SLACK_CHANNEL"] == private.id
    assert "in the private channel #den" in capsys.readouterr().out


async def test_many_channels_are_read_in_pages(monkeypatch: pytest.MonkeyPatch, double: SlackServer) -> None:
    names = [f"c{number:03}" for number in range(450)]
    for name in names:
        double.space.add_channel(name)
    bot, app = double.space.bot_token, double.space.app_token
    answers, _ = await hold(monkeypatch, double, bot, app, "#c449", "", "")
    assert double.space.channels[answers["SLACK_CHANNEL"]].name == "c449"
    assert len(double.asked("users.conversations")) == 3


async def test_approvers_are_looked_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], double: SlackServer
) -> None:
    ana = double.person("ana")
    bot, app = double.space.bot_token, double.space.app_token
    answers, _ = await hold(
        monkeypatch, double,
        bot, app, "", "U0NOBODY00", "",
        "", f"<@{ana.id}|ana>,123456789012345678", "",
    )  # fmt: skip
    assert load_settings([], answers).approvers == f"{ana.id},123456789012345678"
    said = capsys.readouterr().out
    assert "Nobody of the workspace: U0NOBODY00. Correct APPROVERS." in said
    assert "In Slack these decide: ana." in said
