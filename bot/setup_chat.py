"""What `autopotter setup` asks of both chats alike: who decides there, and when a digest comes."""

from __future__ import annotations

from collections.abc import Mapping

from bot.setup_steps import Question
from bot.setup_walks import Found

APPROVERS = Question(
    "APPROVERS",
    "Who may approve and deny? Ids, separated by commas.",
    how="Discord: Settings, Advanced, Developer Mode; then right-click a person or a role, Copy ID. Slack: a "
    "person's profile, the menu …, Copy member ID.",
)
DIGEST = Question("DIGEST_CRON", "When do the chats get a digest, as a cron line?")


def decide(chat: str, approvers: str, names: Mapping[str, str], place: str) -> Found:
    """A sentence about who decides in the chat. ``names``: each id of APPROVERS that is of this chat → who it
    is, "" for nobody."""
    if not approvers:
        return Found(f"Whoever may use the channel in {chat} decides there.")
    unknown = [id_ for id_, name in names.items() if not name]
    known = [name for name in names.values() if name]
    if unknown:
        return Found(f"Nobody {place}: {', '.join(unknown)}. Correct APPROVERS.", ok=False)
    if not known:
        return Found(f"APPROVERS names nobody of {chat}: nobody can decide there.", ok=False)
    return Found(f"In {chat} these decide: {', '.join(known)}.")
