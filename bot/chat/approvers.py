"""Who may decide in a chat: APPROVERS names people and roles by id; empty means whoever uses the channel."""

from __future__ import annotations

from collections.abc import Iterable

from services.errors import Refused

STRANGER = "Only approvers decide here; your reaction or command changed nothing."
REMEDY = "APPROVERS in bot.env names people and roles by their ids."


def may_decide(approvers: frozenset[str], person: str, roles: Iterable[str] = ()) -> bool:
    """``approvers``, ``person`` and ``roles`` are the chat's own ids, without the chat's name."""
    return not approvers or person in approvers or not approvers.isdisjoint(roles)


def refusal() -> Refused:
    return Refused(STRANGER, remedy=REMEDY)
