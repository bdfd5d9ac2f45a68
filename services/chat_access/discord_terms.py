"""What the operator needs at Discord, as one table for surface, setup and doctor; and what Discord allows.

https://docs.discord.com/developers/topics/permissions
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

PORTAL = "https://discord.com/developers/applications"
RESERVE = 20  # log-ins of a day (Discord resets the token after 1,000) that are left for a person's restarts
ADMINISTRATOR = 1 << 3
VIEW_CHANNEL = 1 << 10
USE_COMMANDS = 1 << 31
_ALL = (1 << 53) - 1
_MIB = 1024**2
_UPLOADS = {2: 50 * _MIB, 3: 100 * _MIB}  # by level of boosts; 10 MiB below


@dataclass(frozen=True, slots=True)
class Permission:
    """``name`` as discord.py calls it, ``words`` as Discord's own settings do, ``why`` what it is for.

    ``need``: "vital" (nothing works without), "needed", "wished", or "people" (that people have it matters).
    """

    name: str
    bit: int
    words: str
    why: str
    need: str = "needed"


PERMISSIONS = (
    Permission("view_channel", VIEW_CHANNEL, "View Channel", "see the channel", "vital"),
    Permission("send_messages", 1 << 11, "Send Messages", "post cards and answers", "vital"),
    Permission("embed_links", 1 << 14, "Embed Links", "show cards"),
    Permission("attach_files", 1 << 15, "Attach Files", "show pictures and videos"),
    Permission("add_reactions", 1 << 6, "Add Reactions", "put its own ✅ and ❌ below a card"),
    Permission(
        "read_message_history", 1 << 16, "Read Message History", "count reactions and find its cards again"
    ),
    Permission(
        "use_application_commands", USE_COMMANDS, "Use Application Commands", "use slash commands", "people"
    ),
    Permission(
        "manage_messages", 1 << 13, "Manage Messages", "take reactions away that do not count", "wished"
    ),
    Permission(
        "send_messages_in_threads", 1 << 38, "Send Messages in Threads", "answer in a card's thread", "wished"
    ),
)


NEEDED = {each.name: each.words for each in PERMISSIONS if each.need in ("vital", "needed")}
VITAL = tuple(each.name for each in PERMISSIONS if each.need == "vital")


def invite_link(application: int | str) -> str:
    """The address that invites the bot with all it needs and wishes for."""
    bits = sum(each.bit for each in PERMISSIONS)
    given = {"client_id": application, "scope": "bot applications.commands", "permissions": bits}
    return f"https://discord.com/oauth2/authorize?{urlencode(given)}"


def upload_limit(level: int) -> int:
    """Bytes of one file, by the server's level of boosts (0 … 3)."""
    return _UPLOADS.get(level, 10 * _MIB)


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What one channel gives and takes, of a role or a member."""

    allow: int
    deny: int


def in_channel(
    everyone: str,
    roles: Mapping[str, int],
    held: Iterable[str],
    overwrites: Mapping[str, Overwrite],
    member: str = "",
    *,
    owner: bool = False,
) -> int:
    """The permissions of somebody in a channel, in the order in which Discord computes them.

    ``everyone`` is the server's id, which is that of the role of all; ``roles``: id → permissions;
    ``held``: the ids of the roles they have; ``overwrites``: those of the channel by id.
    """
    mine = [role for role in dict.fromkeys(held) if role in roles and role != everyone]
    rights = roles.get(everyone, 0)
    for role in mine:
        rights |= roles[role]
    if owner or rights & ADMINISTRATOR:
        return _ALL
    for group in ([everyone], mine, [member]):
        found = [overwrites[each] for each in group if each in overwrites]
        for one in found:
            rights &= ~one.deny
        for one in found:
            rights |= one.allow
    return rights if rights & VIEW_CHANNEL else 0
