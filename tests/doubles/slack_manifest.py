"""An app's manifest: with it an app gets its scopes, subscriptions, commands and switches.

https://docs.slack.dev/reference/app-manifest
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.doubles.slack_methods import EVENTS
from tests.doubles.slack_state import Workspace


def install(space: Workspace, manifest: Mapping[str, Any]) -> None:
    """The app has what its manifest asks for and nothing else. Raises AssertionError where Slack would
    refuse the manifest."""
    settings, features = manifest["settings"], manifest["features"]
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    events = set(settings.get("event_subscriptions", {}).get("bot_events", []))
    commands = {one["command"]: one for one in features.get("slash_commands", [])}
    for event in events:
        assert event in EVENTS, f"{event} is not known here"
        assert EVENTS[event] in {"", *scopes}, f"{event} needs {EVENTS[event]}"
    assert not commands or "commands" in scopes, "commands need their scope"
    for command, told in commands.items():
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command), f"{command} is not a command's name"
        assert told.get("description"), f"{command} needs a description"
    assert "bot_user" in features, "bot scopes need a bot user"
    assert len(manifest["display_information"]["name"]) <= 35, "an app's name has 35 characters at most"
    space.scopes, space.events, space.commands = scopes, events, set(commands)
    space.interactive = bool(settings.get("interactivity", {}).get("is_enabled"))
    space.socket_mode = bool(settings.get("socket_mode_enabled"))
    space.unfurl_domains = set(features.get("unfurl_domains", []))
