"""The app's manifest asks for what the code uses, and for nothing else."""

from __future__ import annotations

from typing import Any

from bot.surfaces.slack_app import listeners
from services.chat_access.slack_scopes import SCOPES
from tests.conftest import ROOT
from tests.doubles.slack_server import SlackServer


def test_it_asks_for_the_scopes_events_and_commands_of_the_code(manifest: dict[str, Any]) -> None:
    assert manifest["oauth_config"]["scopes"] == {"bot": sorted(SCOPES)}
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == sorted(listeners.EVENTS)
    assert [one["command"] for one in manifest["features"]["slash_commands"]] == [listeners.COMMAND]
    assert not manifest["features"]["slash_commands"][0]["should_escape"]  # captions are taken as typed


def test_slack_would_take_it(manifest: dict[str, Any]) -> None:
    SlackServer().install(manifest)
    settings = manifest["settings"]
    assert settings["socket_mode_enabled"]
    assert settings["interactivity"]["is_enabled"]
    home = manifest["features"]["app_home"]
    assert home["messages_tab_enabled"]  # so that strangers can be told where the operator works
    assert not home["messages_tab_read_only_enabled"]


def test_slacks_libraries_are_used_in_their_surface_only() -> None:
    using = {
        path.relative_to(ROOT).parts[:3]
        for folder in ("bot", "services")
        for path in (ROOT / folder).rglob("*.py")
        if "import slack_" in (text := path.read_text(encoding="utf-8")) or "from slack_" in text
    }
    assert using == {("bot", "surfaces", "slack_app")}
