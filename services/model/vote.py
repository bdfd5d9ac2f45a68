"""Votes, and the one function that turns a journal of them into a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.model.draft import State


class Choice(StrEnum):
    APPROVE = "approve"
    DENY = "deny"
    WITHDRAW = "withdraw"  # takes the voter's own current vote back
    HOLD = "hold"  # beats every earlier vote of anyone


@dataclass(frozen=True, slots=True)
class Vote:
    """One entry of the journal. ``sequence`` is the only order that counts; clocks are for show."""

    sequence: int
    voter: str  # "desk", "console", "sheet", later "discord:<user id>"
    choice: Choice
    revision: int
    fingerprint: str  # of what was approved
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the votes say now: state DRAFT, APPROVED or DENIED, and the vote that decided (None: nobody).

    ``reason``: why it is denied, of everybody whose denial stands, in the order they said so.
    """

    state: State
    by: Vote | None = None
    reason: str = ""


def decide(votes: Iterable[Vote], *, revision: int, fingerprint: str) -> Decision:
    """The decision on one draft: the last valid current vote; a pure function of the journal.

    Valid are votes on the current revision made after the last hold; an approval also needs the current
    fingerprint. Each voter has one current vote; withdrawing it lets the others' votes decide. Saying no
    again without a word keeps the reason that was given.
    """
    current: dict[str, Vote] = {}
    for vote in sorted(votes, key=lambda vote: vote.sequence):
        if vote.choice is Choice.HOLD:
            current.clear()
        elif vote.choice is Choice.WITHDRAW:
            current.pop(vote.voter, None)
        else:
            current[vote.voter] = _with_reason(vote, current.get(vote.voter))
    valid = [
        vote
        for vote in current.values()
        if vote.revision == revision and (vote.choice is Choice.DENY or vote.fingerprint == fingerprint)
    ]
    if not valid:
        return Decision(State.DRAFT)
    last = max(valid, key=lambda vote: vote.sequence)
    if last.choice is Choice.APPROVE:
        return Decision(State.APPROVED, last)
    denials = sorted((v for v in valid if v.choice is Choice.DENY), key=lambda vote: vote.sequence)
    reasons = dict.fromkeys(vote.reason for vote in denials if vote.reason)
    return Decision(State.DENIED, last, " / ".join(reasons))


def _with_reason(vote: Vote, before: Vote | None) -> Vote:
    """The vote, with the reason of the same voter's denial before it if it is one without."""
    if before is None or vote.reason or vote.revision != before.revision:
        return vote
    both = vote.choice is Choice.DENY and before.choice is Choice.DENY
    return replace(vote, reason=before.reason) if both else vote
