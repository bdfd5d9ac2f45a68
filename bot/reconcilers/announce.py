"""What the operator says by itself becomes notices: read from the journal, and from what keeps failing.

Keys: "journal", "troubles". How far the journal was read is kept with the notices it made, in one
transaction: nothing is said twice or left out, whatever crashes. Chats show notices (bot/chat/notices.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from sqlite_utils import Database

from bot.chat.cards import named
from bot.operator import Operator
from services.model.draft import State
from services.store import drafts, facts, journal, messages, notices
from services.store.journal import Entry, Kind

ANNOUNCED = "announced"  # fact: the sequence of the last journal entry that was read for notices
PERSISTENT = 3  # failures in a row after which a trouble is told
OWN = ("cards", "reactions", "announce")  # what fails to say something is not said by the same way


class Announce:
    name = "announce"
    limit = 1

    def __init__(self, op: Operator) -> None:
        self._op = op

    async def due(self) -> Mapping[str, float]:
        due = {}
        if await self._op.store.do(_unread):
            due["journal"] = 0.0
        if await self._op.store.do(_changed, self._troubles()):
            due["troubles"] = 0.0
        return due

    async def step(self, key: str) -> None:
        if key == "journal":
            await self._op.store.do(_read, self._op)
        else:
            await self._op.store.do(_tell, self._troubles(), self._op)

    def _troubles(self) -> dict[str, tuple[str, int]]:
        """Notice key → the sentence and how often it came; several keys that fail for one cause are one."""
        found: dict[str, tuple[str, int]] = {}
        for trouble in self._op.engine.troubles():
            name, failures = str(trouble["reconciler"]), int(str(trouble["failures"]))
            if name in OWN or failures < PERSISTENT:
                continue
            sentence = str(trouble["message"])
            key = f"trouble:{_digest(sentence)}"
            found[key] = (sentence, max(failures, found.get(key, ("", 0))[1]))
        return found


def _unread(db: Database) -> bool:
    return bool(journal.latest(db) != facts.get(db, ANNOUNCED))


def _read(db: Database, op: Operator) -> None:
    """Say what is worth it of the entries since the last time; at the very first there is nothing to say."""
    latest, read = journal.latest(db), facts.get(db, ANNOUNCED)
    if read is not None:
        for entry in journal.after(db, int(read)):
            say = _SAYINGS.get(entry.kind)
            if say is not None:
                say(db, op, entry)
    facts.put(db, ANNOUNCED, latest)


def _posted(db: Database, op: Operator, entry: Entry) -> None:
    if entry.draft is None:
        return
    draft = drafts.get(db, entry.draft)
    if draft.state is not State.POSTED:
        return
    hand = " by hand" if draft.posted_by_hand else ""
    notices.say(
        db, f"posted:{draft.number}:{entry.sequence}", f"Posted{hand}: {draft.number} · {draft.title}",
        level="good", draft=draft.number, text=draft.permalink, now=op.now(),
    )  # fmt: skip
    notices.end(db, f"unknown:{draft.number}", now=op.now())


def _state(db: Database, op: Operator, entry: Entry) -> None:
    if entry.draft is None:
        return
    draft = drafts.get(db, entry.draft)
    if draft.state is State.UNKNOWN:
        notices.say(
            db, f"unknown:{draft.number}", f"Is it live? {draft.number} · {draft.title}", level="bad",
            draft=draft.number, text=draft.reason, now=op.now(), times=1,
            remedy="Look at the account, then say on the card which it is.",
        )  # fmt: skip
    elif draft.state is State.FAILED:
        same = [d for d in drafts.listed(db, states=[State.FAILED]) if d.reason == draft.reason]
        numbers = sorted(d.number for d in same)
        title = (
            f"Failed: {draft.number} · {draft.title}"
            if len(numbers) == 1
            else f"Failed: drafts {', '.join(map(str, numbers))}"
        )
        notices.say(
            db, f"failed:{_digest(draft.reason)}", title, level="bad", draft=draft.number, text=draft.reason,
            remedy="The card's Retry tries it again.", now=op.now(), times=len(numbers),
        )  # fmt: skip


def _paused(db: Database, op: Operator, entry: Entry) -> None:
    notices.say(
        db, "paused", "Posting is paused", text=f"By {named(entry.voter, messages.names(db))}.", now=op.now(),
        remedy="`autopotter schedule resume` goes on.", times=1,
    )  # fmt: skip


def _resumed(db: Database, op: Operator, entry: Entry) -> None:
    notices.end(db, "paused", now=op.now())


def _note(db: Database, op: Operator, entry: Entry) -> None:
    """Of the operator's many notes, what concerns no draft: slots that were missed, rows that were lost."""
    if entry.draft is None and entry.text:
        text = entry.text[:1].upper() + entry.text[1:]
        notices.say(db, f"note:{_digest(entry.text)}", "A note", text=text, now=op.now())


_SAYINGS: dict[Kind, Callable[[Database, Operator, Entry], None]] = {
    Kind.POSTED: _posted,
    Kind.POSTED_BY_HAND: _posted,
    Kind.STATE: _state,
    Kind.PAUSE: _paused,
    Kind.RESUME: _resumed,
    Kind.NOTE: _note,
}


def _changed(db: Database, troubles: Mapping[str, tuple[str, int]]) -> bool:
    """Whether a trouble is new, came more often, or is over."""
    standing = {notice.key: notice.times for notice in notices.standing(db, "trouble:")}
    return standing != {key: times for key, (_, times) in troubles.items()}


def _tell(db: Database, troubles: Mapping[str, tuple[str, int]], op: Operator) -> None:
    for notice in notices.standing(db, "trouble:"):
        if notice.key not in troubles:
            notices.end(db, notice.key, now=op.now())
    known = {notice.key: notice.times for notice in notices.standing(db, "trouble:")}
    for key, (sentence, times) in troubles.items():
        if known.get(key) != times:
            notices.say(
                db, key, "Something keeps failing", level="bad", text=sentence, now=op.now(), times=times
            )


def _digest(text: str) -> str:
    """Of the cause, without the numbers that differ from time to time."""
    plain = "".join("#" if char.isdigit() else char for char in text)
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16]
