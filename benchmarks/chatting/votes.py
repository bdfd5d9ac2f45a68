"""What votes.md says of reactions (rules 1-6), written anew from its text: nothing of services/ is used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

DENIALS = ("❌", "👎")


def choice(emoji: str) -> str:
    return "deny" if emoji in DENIALS else "approve"


@dataclass
class Cell:
    """One person at one card: the reactions the operator was told of, which of them say the current vote
    (several, where two emoji say the same), and the entries the journal must have."""

    known: set[str] = field(default_factory=set)
    current: set[str] = field(default_factory=set)
    votes: list[str] = field(default_factory=list)

    def put(self, emoji: str) -> bool:
        """Told that a reaction appeared; whether that is an entry."""
        if emoji in self.known:
            return False
        self.known.add(emoji)
        self.current = {emoji}
        self.votes.append(choice(emoji))
        return True

    def take(self, emoji: str) -> bool:
        """Told that one went (rule 4: it withdraws only if it is the current vote)."""
        if emoji not in self.known:
            return False
        self.known.discard(emoji)
        if emoji not in self.current:
            return False
        self.current = {other for other in self.known if choice(other) == choice(emoji)}
        if self.current:
            return False
        self.votes.append("withdraw")
        return True

    def read_back(self, seen: set[str]) -> None:
        """Found after downtime (rule 5): a missing approval withdraws, a missing denial does not; of what
        appeared, denials count last."""
        for emoji in sorted(self.known - seen):
            if choice(emoji) == "deny":
                self.known.discard(emoji)
            else:
                self.take(emoji)
        for emoji in sorted(seen - self.known, key=choice):
            self.put(emoji)

    def copy(self) -> Cell:
        return Cell(set(self.known), set(self.current), list(self.votes))


@dataclass(frozen=True)
class Decided:
    """``word`` is the sheet's; ``by`` the voter, "" for nobody."""

    word: str = "Draft"
    by: str = ""


def decided(entries: Iterable[tuple[str, str]]) -> Decided:
    """Of one draft's votes (voter, kind) in the order of the journal: the last current one decides."""
    current: dict[str, tuple[int, str]] = {}
    for place, (voter, kind) in enumerate(entries):
        if kind == "hold":
            current.clear()
        elif kind == "withdraw":
            current.pop(voter, None)
        else:
            current[voter] = (place, kind)
    if not current:
        return Decided()
    by, (_, kind) = max(current.items(), key=lambda one: one[1][0])
    return Decided("Approved" if kind == "approve" else "Denied", by)
