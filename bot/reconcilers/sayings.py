"""What the journal's entries become in the chats: posted, failed, unclear, paused, a slot that was missed.

Each function is a part of the transaction that reads the journal (bot/reconcilers/announce.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlite_utils import Database

from bot.chat.cards import place
from bot.chat.notices import POSTED
from bot.operator import Operator
from services.model.draft import Draft, State
from services.store import drafts, facts, guards, journal, messages, notices
from services.store.journal import Entry, Kind
from services.store.messages import named

ANNOUNCED = "announced"  # fact: the sequence of the last journal entry that was read for notices
NAMED = 12  # drafts that are named one by one

_MISSED = {
    "generate": "`autopotter generate` makes them now.",
    "autopost": "`autopotter schedule` shows what waits, `autopotter post` posts one now.",
}


@dataclass(frozen=True, slots=True)
class Left:
    """Posts that are still possible today, as the service tells it; None: it knows no limit."""

    posts: int
    of: int


def unread(db: Database) -> bool:
    return bool(journal.latest(db) != facts.get(db, ANNOUNCED))


def posts_unread(db: Database) -> bool:
    """Whether a post is to be told, so that it is worth to ask what is left."""
    read = facts.get(db, ANNOUNCED)
    return read is not None and any(entry.kind is Kind.POSTED for entry in journal.after(db, int(read)))


def read(db: Database, op: Operator, left: Left | None) -> None:
    """Say what is worth it of the entries since the last time; at the very first there is nothing to say."""
    latest, known = journal.latest(db), facts.get(db, ANNOUNCED)
    if known is not None:
        entries = journal.after(db, int(known))
        for entry in entries:
            say = _SAYINGS.get(entry.kind)
            if say is not None:
                say(db, op, entry, left)
        if any(entry.draft is not None for entry in entries):
            _end_what_is_over(db, op)
    facts.put(db, ANNOUNCED, latest)


def _posted(db: Database, op: Operator, entry: Entry, left: Left | None) -> None:
    if entry.draft is None:
        return
    draft = drafts.get(db, entry.draft)
    if draft.state is not State.POSTED:
        return
    by = f"By {named(entry.voter, messages.names(db))}." if entry.kind is Kind.POSTED_BY_HAND else ""
    hand = " by hand" if draft.posted_by_hand else ""
    notices.say(
        db, f"{POSTED}{draft.number}:{entry.sequence}", f"Posted{hand}: {draft.number} · {draft.title}",
        level="good", draft=draft.number, now=op.now(),
        text="\n".join(filter(None, (place(draft.permalink), by, "" if by else _left(db, op, left)))),
    )  # fmt: skip


def _left(db: Database, op: Operator, left: Left | None) -> str:
    """What can still be posted in the 24 hours; the service counts posts of others, too."""
    most = op.options.posts_per_day
    own = max(0, most - guards.posted_in_last_day(db, op.now()))
    if left is not None and left.posts < own:
        own, most = left.posts, left.of
    return f"{own} of {most} posts are left for these 24 hours."


def _undone(db: Database, op: Operator, entry: Entry, left: Left | None) -> None:
    """ "Posted by hand" was taken back."""
    if entry.draft is not None and drafts.get(db, entry.draft).state is not State.POSTED:
        for notice in notices.standing(db, f"{POSTED}{entry.draft}:"):
            notices.end(db, notice.key, now=op.now())


def _state(db: Database, op: Operator, entry: Entry, left: Left | None) -> None:
    if entry.draft is None:
        return
    draft = drafts.get(db, entry.draft)
    if draft.state is State.UNKNOWN:
        notices.say(
            db, f"unknown:{draft.number}", f"Is it live? {draft.number} · {draft.title}", level="bad",
            draft=draft.number, text=draft.reason, now=op.now(), times=1,
            remedy="Look at the account, then say on the card which it is: `autopotter posted "
            f"{draft.number}` or `autopotter unpublished {draft.number}` do the same.",
        )  # fmt: skip
    elif draft.state is State.FAILED and entry.data.get("failed"):
        cause = digest(draft.reason)
        notices.say(
            db, f"failed:{cause}", _failed_title(_failed(db, cause)), level="bad", draft=draft.number,
            text=draft.reason, now=op.now(),
            remedy=f"Retry on the card, or `autopotter retry {draft.number}`, tries it again.",
        )  # fmt: skip


def _failed(db: Database, cause: str) -> list[Draft]:
    found = [draft for draft in drafts.listed(db, states=[State.FAILED]) if digest(draft.reason) == cause]
    return sorted(found, key=lambda draft: draft.number)


def _failed_title(found: list[Draft]) -> str:
    if len(found) == 1:
        return f"Failed: {found[0].number} · {found[0].title}"
    return f"Failed: drafts {numbers([draft.number for draft in found])}"


def _end_what_is_over(db: Database, op: Operator) -> None:
    """What failed and was retried, what was unclear and is cleared up."""
    for notice in notices.standing(db, "failed:"):
        found = _failed(db, notice.key.partition(":")[2])
        if not found:
            notices.end(db, notice.key, now=op.now())
        elif _failed_title(found) != notice.title:
            notices.retitle(db, notice.key, _failed_title(found))
    for notice in notices.standing(db, "unknown:"):
        if notice.draft is not None and drafts.get(db, notice.draft).state is not State.UNKNOWN:
            notices.end(db, notice.key, now=op.now())


def _paused(db: Database, op: Operator, entry: Entry, left: Left | None) -> None:
    notices.say(
        db, "paused", "Posting is paused", text=f"By {named(entry.voter, messages.names(db))}.", now=op.now(),
        remedy="Nothing goes out until somebody says `autopotter schedule resume`.", times=1,
    )  # fmt: skip


def _resumed(db: Database, op: Operator, entry: Entry, left: Left | None) -> None:
    notices.end(db, "paused", now=op.now())


def _note(db: Database, op: Operator, entry: Entry, left: Left | None) -> None:
    """Of the operator's many notes, what concerns no draft: slots that were missed, rows that were lost."""
    if entry.draft is not None or not entry.text:
        return
    text = entry.text[:1].upper() + entry.text[1:]
    missed = str(entry.data.get("missed", ""))
    if missed:
        remedy = _MISSED.get(missed, "")
        notices.say(db, f"missed:{missed}", "A slot was missed", text=text, remedy=remedy, now=op.now())
    else:
        notices.say(db, f"note:{digest(entry.text)}", "A note", text=text, now=op.now())


_SAYINGS: dict[Kind, Callable[[Database, Operator, Entry, Left | None], None]] = {
    Kind.POSTED: _posted,
    Kind.POSTED_BY_HAND: _posted,
    Kind.UNDO: _undone,
    Kind.STATE: _state,
    Kind.PAUSE: _paused,
    Kind.RESUME: _resumed,
    Kind.NOTE: _note,
}


def numbers(found: list[int]) -> str:
    """ "3, 4 and 7"; many are cut short."""
    words = [str(number) for number in found[:NAMED]]
    if len(found) > NAMED:
        return f"{', '.join(words)} and {len(found) - NAMED} more"
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def digest(text: str) -> str:
    """Of a cause, without the numbers that differ from time to time."""
    plain = "".join("#" if char.isdigit() else char for char in text)
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16]
