"""Reactions below a card, and the votes they are (votes, rules 3–6). Every function is one transaction.

What the journal knows of a message's reactions is kept beside it, so that an event told twice, or an event
that is also read back, is one vote; and so that a reaction the operator removes is none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlite_utils import Database

from services.errors import Refused
from services.model.vote import Choice
from services.store import decisions, drafts, journal, messages

STANDING, REMOVING, LEFT, GONE = "standing", "removing", "left", "gone"
MISSING = "missing"  # a denial that is not there any more, and whose removal nobody told
KEPT_GONE = 200  # rows of one message that are kept after their reaction went, against late news of it


@dataclass(frozen=True, slots=True)
class Reaction:
    """One person's emoji. ``choice`` is APPROVE or DENY; ``entitled``: whether this person may decide."""

    voter: str
    emoji: str
    choice: Choice
    name: str = ""
    entitled: bool = True


class Result(StrEnum):
    VOTED = "voted"
    KNOWN = "known"  # told before, or not about a draft
    STRANGER = "stranger"  # not among the approvers
    STALE = "stale"  # the draft is not what the card showed any more
    REFUSED = "refused"  # the draft takes no such vote now


@dataclass(frozen=True, slots=True)
class Outcome:
    """``sentence`` is for the person when the reaction did not count; it is then to be removed."""

    result: Result
    draft: int | None = None
    sentence: str = ""


def added(
    db: Database, chat: str, message: str, reaction: Reaction, *, target: str, now: datetime
) -> Outcome:
    """Somebody reacted: a vote, if it is new, of an approver, and about what the card showed."""
    card = messages.by_message(db, chat, message)
    if card is None or card.draft is None:
        return Outcome(Result.KNOWN)
    state = _state(db, chat, message, reaction)
    if state in (STANDING, REMOVING, LEFT):
        return Outcome(Result.KNOWN, card.draft)
    messages.name_people(db, [(reaction.voter, reaction.name)])
    if not reaction.entitled:
        _put(db, chat, message, reaction, REMOVING, now=now)
        return Outcome(
            Result.STRANGER, card.draft, "Only approvers decide here: your reaction does not count."
        )
    draft = drafts.get(db, card.draft)
    bound = drafts.print_of(db, draft, target)
    old = draft.revision != card.revision or (reaction.choice is Choice.APPROVE and bound != card.fingerprint)
    if old:
        _put(db, chat, message, reaction, REMOVING, now=now)
        sentence = f"Draft {draft.number} was changed meanwhile: look at it as it is now, and react again."
        return Outcome(Result.STALE, draft.number, sentence)
    try:
        decisions.vote(db, draft.number, reaction.choice, voter=reaction.voter, target=target, now=now)
    except Refused as error:
        _put(db, chat, message, reaction, REMOVING, now=now)
        return Outcome(Result.REFUSED, draft.number, " ".join(filter(None, (str(error), error.remedy))))
    _put(db, chat, message, reaction, STANDING, now=now, bound=bound, sequence=_last(db, draft.number))
    return Outcome(Result.VOTED, draft.number)


def removed(
    db: Database, chat: str, message: str, voter: str, emoji: str, *, target: str, now: datetime
) -> Outcome:
    """A reaction went: that withdraws, if it is the voter's current vote and not one the operator removed."""
    card = messages.by_message(db, chat, message)
    row = db.execute(
        "SELECT state, choice, sequence FROM reactions"
        " WHERE chat = ? AND message = ? AND voter = ? AND emoji = ?",
        [chat, message, voter, emoji],
    ).fetchone()
    if card is None or card.draft is None or row is None or row[0] == GONE:
        return Outcome(Result.KNOWN)
    _set(db, chat, message, voter, emoji, GONE, now)
    if row[0] not in (STANDING, MISSING) or row[2] is None or row[2] != _current(db, card.draft, voter):
        return Outcome(Result.KNOWN, card.draft)
    same = db.execute(  # another emoji of theirs says the same: it is their vote from now on
        "UPDATE reactions SET sequence = ? WHERE chat = ? AND message = ? AND voter = ? AND choice = ?"
        " AND state = ?",
        [row[2], chat, message, voter, row[1], STANDING],
    )
    if same.rowcount:
        return Outcome(Result.KNOWN, card.draft)
    try:
        decisions.vote(db, card.draft, Choice.WITHDRAW, voter=voter, target=target, now=now)
    except Refused as error:
        return Outcome(Result.REFUSED, card.draft, str(error))
    return Outcome(Result.VOTED, card.draft)


def cleared(db: Database, chat: str, message: str, *, now: datetime, emoji: str = "") -> None:
    """All reactions (of one emoji) were cleared at once: that is no vote of anybody (votes, rule 4)."""
    db.execute(
        "UPDATE reactions SET state = :gone, at = :now WHERE chat = :chat AND message = :message"
        " AND state <> :gone AND :emoji IN ('', emoji)",
        {"gone": GONE, "now": now.isoformat(), "chat": chat, "message": message, "emoji": emoji},
    )


def read_back(
    db: Database,
    chat: str,
    message: str,
    seen: Sequence[Reaction],
    *,
    since: datetime,
    target: str,
    now: datetime,
) -> list[tuple[Reaction, Outcome]]:
    """Take what was read from the chat, begun at ``since``: only differences from what is known are votes.

    Events told while it was read know better. Approvals come first, as the order of what appeared while
    nobody looked is unknown and a conflict counts as Denied; a missing ❌ does not withdraw (votes, rule 5).
    """
    rows = db.execute(
        "SELECT voter, emoji, choice, state, at FROM reactions WHERE chat = ? AND message = ?",
        [chat, message],
    ).fetchall()
    newer = {(voter, emoji) for voter, emoji, _, _, at in rows if datetime.fromisoformat(at) >= since}
    there = {(reaction.voter, reaction.emoji) for reaction in seen}
    for voter, emoji, choice, state, _ in rows:
        if (voter, emoji) in there or (voter, emoji) in newer or state in (GONE, MISSING):
            continue
        if state == STANDING and choice == Choice.DENY:
            _set(db, chat, message, voter, emoji, MISSING, now)
        else:
            removed(db, chat, message, voter, emoji, target=target, now=now)
    new = [reaction for reaction in seen if (reaction.voter, reaction.emoji) not in newer]
    new.sort(key=lambda reaction: reaction.choice is Choice.DENY)
    return [(reaction, added(db, chat, message, reaction, target=target, now=now)) for reaction in new]


def differs(db: Database, chat: str, message: str, seen: Sequence[Reaction]) -> bool:
    """Whether what was read is not what the journal knows."""
    query = "SELECT voter, emoji FROM reactions WHERE chat = ? AND message = ? AND state NOT IN (?, ?)"
    known = set(db.execute(query, [chat, message, GONE, MISSING]).fetchall())
    return known != {(reaction.voter, reaction.emoji) for reaction in seen}


def to_remove(db: Database, chat: str) -> list[tuple[str, str, str]]:
    """(message, voter, emoji) of the reactions the operator takes away: noted before it does (rule 4)."""
    found = db.execute(
        "SELECT message, voter, emoji FROM reactions WHERE chat = ? AND state = ? ORDER BY at",
        [chat, REMOVING],
    )
    return [(str(m), str(v), str(e)) for m, v, e in found.fetchall()]


def drop_stale(db: Database, chat: str, message: str, fingerprint: str, *, now: datetime) -> None:
    """Reactions bound to another fingerprint than the card shows now have to be set again (rule 6).

    A denial is of the revision, not of the fingerprint; so is a card's, which is made anew with it.
    """
    db.execute(
        "UPDATE reactions SET state = ?, at = ? WHERE chat = ? AND message = ? AND state = ?"
        " AND choice = ? AND fingerprint <> ?",
        [REMOVING, now.isoformat(), chat, message, STANDING, str(Choice.APPROVE), fingerprint],
    )


def drop_old(db: Database, chat: str, message: str, *, now: datetime) -> None:
    """The card shows another revision: whatever stands below it belongs to the one before."""
    db.execute(
        "UPDATE reactions SET state = ?, at = ? WHERE chat = ? AND message = ? AND state = ?",
        [REMOVING, now.isoformat(), chat, message, STANDING],
    )


def taken_away(
    db: Database, chat: str, taken: Collection[tuple[str, str, str]], *, could: bool, now: datetime
) -> None:
    """The operator removed these (or may not): they decide nothing either way."""
    for message, voter, emoji in taken:
        if (
            _raw_state(db, chat, message, voter, emoji) == REMOVING
        ):  # the event may have been told before this
            _set(db, chat, message, voter, emoji, GONE if could else LEFT, now)


def _state(db: Database, chat: str, message: str, reaction: Reaction) -> str:
    return _raw_state(db, chat, message, reaction.voter, reaction.emoji)


def _raw_state(db: Database, chat: str, message: str, voter: str, emoji: str) -> str:
    row = db.execute(
        "SELECT state FROM reactions WHERE chat = ? AND message = ? AND voter = ? AND emoji = ?",
        [chat, message, voter, emoji],
    ).fetchone()
    return str(row[0]) if row else ""


def _put(
    db: Database,
    chat: str,
    message: str,
    reaction: Reaction,
    state: str,
    *,
    now: datetime,
    bound: str = "",
    sequence: int | None = None,
) -> None:
    db.execute(
        "INSERT OR REPLACE INTO reactions"
        " (chat, message, voter, emoji, choice, state, fingerprint, sequence, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            chat, message, reaction.voter, reaction.emoji, str(reaction.choice), state, bound, sequence,
            now.isoformat(),
        ],
    )  # fmt: skip


def _set(db: Database, chat: str, message: str, voter: str, emoji: str, state: str, now: datetime) -> None:
    db.execute(
        "UPDATE reactions SET state = ?, at = ? WHERE chat = ? AND message = ? AND voter = ? AND emoji = ?",
        [state, now.isoformat(), chat, message, voter, emoji],
    )
    db.execute(  # somebody who clicks to and fro for an hour leaves no more than this
        "DELETE FROM reactions WHERE chat = ? AND message = ? AND state = ? AND (voter, emoji) NOT IN"
        " (SELECT voter, emoji FROM reactions WHERE chat = ? AND message = ? AND state = ?"
        " ORDER BY at DESC LIMIT ?)",
        [chat, message, GONE, chat, message, GONE, KEPT_GONE],
    )


def _last(db: Database, draft: int) -> int:
    """The sequence of the vote that was filed just now, in this transaction."""
    return journal.votes(db, draft)[-1].sequence


def _current(db: Database, draft: int, voter: str) -> int | None:
    """The sequence of the voter's current vote; None when they have none."""
    current: int | None = None
    for vote in journal.votes(db, draft):
        if vote.choice is Choice.HOLD:
            current = None
        elif vote.voter == voter:
            current = None if vote.choice is Choice.WITHDRAW else vote.sequence
    return current
