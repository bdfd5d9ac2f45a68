"""Votes, and the one function that turns a journal of them into a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
    """What the votes say now: state DRAFT, APPROVED or DENIED, and the vote that decided (None: nobody)."""

    state: State
    by: Vote | None = None


def decide(votes: Iterable[Vote], *, revision: int, fingerprint: str) -> Decision:
    """The decision on one draft: the last valid current vote; a pure function of the journal.

    Valid are votes on the current revision made after the last hold; an approval also needs the current
    fingerprint. Each voter has one current vote; withdrawing it lets the others' votes decide.
    """
    current: dict[str, Vote] = {}
    for vote in sorted(votes, key=lambda vote: vote.sequence):
        if vote.choice is Choice.HOLD:
            current.clear()
        elif vote.choice is Choice.WITHDRAW:
            current.pop(vote.voter, None)
        else:
            current[vote.voter] = vote
    valid = [
        vote
        for vote in current.values()
        if vote.revision == revision and (vote.choice is Choice.DENY or vote.fingerprint == fingerprint)
    ]
    if not valid:
        return Decision(State.DRAFT)
    last = max(valid, key=lambda vote: vote.sequence)
    return Decision(State.APPROVED if last.choice is Choice.APPROVE else State.DENIED, last)
