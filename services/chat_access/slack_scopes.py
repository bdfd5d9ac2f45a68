"""What the Slack app may do, and why, as one table for surface, manifest, setup and doctor."""

from __future__ import annotations

from collections.abc import Iterable

MANIFEST = "data/slack_manifest.json"  # asks for exactly these
SCOPES = {
    "app_mentions:read": "hear who mentions it",
    "channels:history": "find its cards again, and hear of those that somebody deletes",
    "channels:read": "know its channel",
    "chat:write": "post and edit its cards",
    "commands": "be asked by /autopotter",
    "files:read": "know when a picture can be shown",
    "files:write": "show pictures and videos",
    "groups:history": "the same in a private channel",
    "groups:read": "the same in a private channel",
    "im:history": "hear who writes to it directly",
    "im:write": "send somebody a long answer as a file",
    "reactions:read": "count reactions as votes",
    "reactions:write": "put its own ✅ and ❌ below a card",
    "usergroups:read": "know who is in a group of APPROVERS",
    "users:read": "call people by their names, and tell people of other workspaces",
}
VITAL = ("chat:write",)  # without it there is nothing the operator could do


def lacking(granted: str | None) -> tuple[str, ...]:
    """The scopes of the table that the header X-OAuth-Scopes does not name; none where it was not sent."""
    if granted is None:
        return ()
    has = {scope.strip() for scope in granted.split(",")}
    return tuple(scope for scope in SCOPES if scope not in has)


def needed(*, private: bool, approvers: Iterable[str]) -> frozenset[str]:
    """Those that this channel and these APPROVERS make use of."""
    unused = "channels:" if private else "groups:"
    groups = any(each.startswith("S") for each in approvers)
    return frozenset(
        scope for scope in SCOPES
        if not scope.startswith(unused) and (groups or scope != "usergroups:read")
    )  # fmt: skip
