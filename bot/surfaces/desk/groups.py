"""The states of drafts as people sort them: which tab of the desk shows which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.model.draft import State


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    label: str
    states: tuple[State, ...]


GROUPS = (
    Group("review", "To review", (State.DRAFT,)),
    Group("making", "In the making", (State.PROPOSED, State.RENDERING)),
    Group("approved", "Approved", (State.APPROVED, State.FINALISING, State.PUBLISHING)),
    Group("posted", "Posted", (State.POSTED,)),
    Group("denied", "Denied", (State.DENIED,)),
    Group("attention", "Needs attention", (State.FAILED, State.UNKNOWN)),
)

# What the pill on a card says.
LABELS: dict[State, str] = {
    State.PROPOSED: "Proposed",
    State.RENDERING: "Rendering",
    State.DRAFT: "Draft",
    State.DENIED: "Denied",
    State.APPROVED: "Approved",
    State.FINALISING: "Finalising",
    State.PUBLISHING: "Publishing",
    State.UNKNOWN: "Is it live?",
    State.FAILED: "Failed",
    State.POSTED: "Posted",
}


def group(key: str) -> Group | None:
    return next((found for found in GROUPS if found.key == key), None)


def group_counts(counts: Mapping[str, int]) -> dict[str, int]:
    """How many drafts each tab holds; ``all`` is the sum."""
    sums = {g.key: sum(counts.get(str(state), 0) for state in g.states) for g in GROUPS}
    return {"all": sum(counts.values()), **sums}


def headline(counts: Mapping[str, int]) -> str:
    """What waits for a person, in one sentence; ``counts`` as group_counts() answers them."""
    if not counts["all"]:
        return "Videos the operator proposes appear here."
    attention = "need attention" if counts["attention"] > 1 else "needs attention"
    said = (("review", "to review"), ("making", "in the making"), ("attention", attention))
    parts = [f"{counts[key]} {words}" for key, words in said if counts[key]]
    return ", ".join(parts) + "." if parts else "Nothing waits for you."
