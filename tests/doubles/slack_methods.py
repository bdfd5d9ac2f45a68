"""The methods of the Web API that the double knows: token, scopes, tier and required arguments.

From each method's page, https://docs.slack.dev/reference/methods/<method>.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Method:
    """``scope`` with a star takes the kind of the conversation: channels, groups or im. Tier 0 has limits
    of its own, or none."""

    tier: int
    scope: str = ""
    needs: tuple[str, ...] = ()
    token: str = "bot"


METHODS = {
    "auth.test": Method(0, token="any"),
    "apps.connections.open": Method(3, "connections:write", token="app"),
    "chat.postMessage": Method(0, "chat:write", ("channel",)),
    "chat.postEphemeral": Method(4, "chat:write", ("channel", "user")),
    "chat.update": Method(3, "chat:write", ("channel", "ts")),
    "chat.delete": Method(3, "chat:write", ("channel", "ts")),
    "chat.getPermalink": Method(0, "", ("channel", "message_ts")),
    "conversations.info": Method(3, "*:read", ("channel",)),
    "conversations.list": Method(2, "channels:read"),
    "conversations.history": Method(3, "*:history", ("channel",)),
    "conversations.replies": Method(3, "*:history", ("channel", "ts")),
    "conversations.members": Method(4, "*:read", ("channel",)),
    "conversations.open": Method(3, "im:write"),
    "reactions.add": Method(3, "reactions:write", ("name",)),
    "reactions.remove": Method(2, "reactions:write", ("name",)),
    "reactions.get": Method(3, "reactions:read"),
    "files.getUploadURLExternal": Method(4, "files:write", ("filename", "length")),
    "files.completeUploadExternal": Method(4, "files:write", ("files",)),
    "files.info": Method(4, "files:read", ("file",)),
    "files.delete": Method(3, "files:write", ("file",)),
    "views.open": Method(4, "", ("view",)),
    "views.update": Method(4, "", ("view",)),
    "users.info": Method(4, "users:read", ("user",)),
    "users.conversations": Method(3, "channels:read"),
    "bots.info": Method(3, "users:read"),
    "usergroups.users.list": Method(2, "usergroups:read", ("usergroup",)),
}
EVENTS = {  # event → the scope it needs
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "channel_left": "channels:read",
}
