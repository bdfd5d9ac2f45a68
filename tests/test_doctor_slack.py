"""What doctor says of Slack: tokens, scopes, channel, who decides. Nothing is changed there."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.doctor import approving, of_slack
from bot.doctor.check import Check, State
from bot.settings import Settings, load_settings
from services.chat_access.slack_scopes import SCOPES
from tests.doubles.slack_server import Fault, SlackServer

READS = {"auth.test", "apps.connections.open", "bots.info", "conversations.info", "users.info",
         "usergroups.users.list"}  # fmt: skip
NEVER = "xoxb-never-issued-0123456789"


@pytest.fixture
def double(slack: SlackServer) -> Iterator[SlackServer]:
    yield slack
    assert {call.method for call in slack.calls} <= READS, "it only reads"
    assert slack.socket.opened == 0, "no connection takes the operator's events away"


def given(double: SlackServer, tmp_path: Path, **more: str) -> dict[str, str]:
    return {
        "DATA_DIR": str(tmp_path / "data"),
        "SLACK_BOT_TOKEN": double.space.bot_token,
        "SLACK_APP_TOKEN": double.space.app_token,
        "SLACK_CHANNEL": double.home.id,
        "SLACK_BASE_URL": double.api_url,
        **more,
    }


async def told(settings: Settings) -> dict[str, Check]:
    found = {check.what: check for check in await of_slack.checks(settings)}
    shown = json.dumps([dataclasses.asdict(check) for check in found.values()])
    for token in (settings.slack_bot_token, settings.slack_app_token):
        assert token is not None
        assert token.get_secret_value() not in shown
    assert not settings.data_dir.exists(), "nothing is written"
    assert all(check.remedy for check in found.values() if check.state is State.FAIL)
    return found


def bad(found: dict[str, Check]) -> dict[str, State]:
    return {what: check.state for what, check in found.items() if check.state is not State.OK}


async def test_all_is_well(double: SlackServer, tmp_path: Path) -> None:
    found = await told(load_settings([], given(double, tmp_path)))
    assert bad(found) == {}
    assert found["bot token of Slack"].message == "It is that of @autopotter in Studio."
    assert found["channel of Slack"].message == "#reels, with the app in it."
    assert "whoever may use the channel decides" in found["who decides in Slack"].message


async def test_nothing_is_asked_where_slack_is_not_selected(tmp_path: Path) -> None:
    assert await of_slack.checks(load_settings([], {"DATA_DIR": str(tmp_path)})) == []


@pytest.mark.parametrize("scope", [one for one in SCOPES if not one.startswith(("groups:", "usergroups:"))])
async def test_each_missing_scope_is_named(double: SlackServer, tmp_path: Path, scope: str) -> None:
    double.space.scopes.discard(scope)
    check = await told(load_settings([], given(double, tmp_path)))
    assert check["scopes of Slack"].state is State.FAIL
    assert check["scopes of Slack"].message == f"The app lacks {scope}."
    assert "data/slack_manifest.json" in check["scopes of Slack"].remedy


async def test_scopes_that_are_not_used_are_told_more_gently(double: SlackServer, tmp_path: Path) -> None:
    double.space.scopes -= {"groups:read", "groups:history", "usergroups:read"}
    check = (await told(load_settings([], given(double, tmp_path))))["scopes of Slack"]
    assert check.state is State.WARN
    double.home.private = True
    double.space.scopes |= {"groups:read"}
    check = (await told(load_settings([], given(double, tmp_path))))["scopes of Slack"]
    assert (check.state, check.message) == (State.FAIL, "The app lacks groups:history.")


@pytest.mark.parametrize(
    ("token", "what"),
    [("SLACK_BOT_TOKEN", "bot token of Slack"), ("SLACK_APP_TOKEN", "app token of Slack")],
)
async def test_a_refused_token_says_where_to_get_it(
    double: SlackServer, tmp_path: Path, token: str, what: str
) -> None:
    wrong = NEVER if token == "SLACK_BOT_TOKEN" else "xapp-1-A0-never-issued-0123456789"
    found = await told(load_settings([], given(double, tmp_path, **{token: wrong})))
    assert found[what].state is State.FAIL
    assert found[what].message == f"Slack does not accept {token} (invalid_auth)."
    assert "api.slack.com/apps" in found[what].remedy


async def test_the_way_to_connect(double: SlackServer, tmp_path: Path) -> None:
    settings = load_settings([], given(double, tmp_path))
    double.space.app_scopes = set()
    check = (await told(settings))["app token of Slack"]
    assert (check.state, check.message) == (
        State.FAIL, "SLACK_APP_TOKEN lacks the scope connections:write.",
    )  # fmt: skip
    double.space.app_scopes = {"connections:write"}
    double.fail("apps.connections.open", Fault(error="access_denied"))
    check = (await told(settings))["app token of Slack"]
    assert check.message == "Slack gives the app no connection (access_denied)."
    assert "Socket Mode" in check.remedy


async def test_tokens_of_two_apps_are_found(double: SlackServer, tmp_path: Path) -> None:
    other = "xapp-1-A0OTHERAPP1-0123456789"
    double.space.tokens[other] = ("app", "")
    check = await told(load_settings([], given(double, tmp_path, SLACK_APP_TOKEN=other)))
    assert check["both tokens of Slack"].state is State.FAIL
    assert f"{double.space.app_id}, SLACK_APP_TOKEN of A0OTHERAPP1" in check["both tokens of Slack"].message


async def test_the_channel(double: SlackServer, tmp_path: Path) -> None:
    async def channel(id_: str) -> Check:
        found = await told(load_settings([], given(double, tmp_path, SLACK_CHANNEL=id_)))
        return found["channel of Slack"]

    assert "There is no channel C0NOWHERE00" in (await channel("C0NOWHERE00")).message
    hall = double.space.add_channel("hall", bot=False)
    assert (await channel(hall.id)).message == "The app is not in #hall."
    assert (await channel(hall.id)).remedy == "Write /invite @autopotter in the channel."
    hall.archived = True
    assert (await channel(hall.id)).message == "#hall is archived."


async def test_approvers_that_nobody_is(double: SlackServer, tmp_path: Path) -> None:
    ana, gone = double.person("ana"), double.person("gone")
    gone.deleted = True
    double.space.groups["S0123ABCDE"] = [ana.id]
    ids = f"{ana.id},S0123ABCDE,123456789012345678"
    settings = load_settings([], given(double, tmp_path, APPROVERS=ids))
    check = (await told(settings))["who decides in Slack"]
    assert check.message == "ana, the group S0123ABCDE of 1."
    [unused] = approving.unused(settings)
    assert "123456789012345678: of Discord, which is not connected" in unused.message
    settings = load_settings([], given(double, tmp_path, APPROVERS=f"{gone.id},U0NOBODY00"))
    check = (await told(settings))["who decides in Slack"]
    assert check.state is State.WARN
    assert f"{gone.id}, U0NOBODY00" in check.message


async def test_a_service_out_of_order(double: SlackServer, tmp_path: Path) -> None:
    double.fail("*", *Fault.unavailable(3), *[Fault(error="internal_error")] * 4)
    found = await told(load_settings([], given(double, tmp_path)))
    assert list(bad(found)) == ["app token of Slack", "bot token of Slack"]
    assert "out of order" in found["app token of Slack"].message


RUBBISH = ("[]", "{}", "null", '{"ok":1}', '{"ok":true}', '{"ok":true,"channel":[],"bot":3,"user":"x"}',
           '{"ok":false,"error":{"a":1}}', '{"ok":false,"error":"' + "x" * 5000 + '"}', "<html>")  # fmt: skip


@pytest.mark.parametrize("method", sorted(READS))
async def test_rubbish_and_refusals_of_every_call_are_sentences(
    double: SlackServer, tmp_path: Path, method: str
) -> None:
    double.rates.enforced = False
    settings = load_settings([], given(double, tmp_path, APPROVERS="U0NOBODY00,S0NOBODY00"))
    for fault in (
        *(Fault(status=200, text=text) for text in RUBBISH),
        *(Fault(status=status, text="no") for status in (403, 404, 500)),
        *(Fault(error=token) for token in (double.space.bot_token, double.space.app_token)),
        Fault.limited(3600),
    ):
        double.fail(method, *[fault] * 4)
        found = await told(settings)
        assert all(check.message and len(check.message) < 400 for check in found.values())
        if fault.status not in (0, 200):
            failed = [check for check in found.values() if check.state is State.FAIL]
            assert len(failed) == 1 or fault.status == 429, "it is said once"
            assert failed
        double.faults.clear()
