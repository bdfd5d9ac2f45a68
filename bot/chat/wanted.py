"""What a chat should show: the messages by key, made from the store. A reconciler makes it so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from bot.chat import cards, notices, progress
from bot.chat.port import Chat, Message
from bot.operator import Operator
from bot.views import views_of
from services.model.draft import State
from services.store import drafts, facts, messages
from services.store.messages import DELETED, Shown

_DECIDED = (State.POSTED, State.DENIED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message that is not shown as it should be, with the row of what is; of a draft also what it shows."""

    message: Message
    row: Shown
    draft: int | None = None
    fingerprint: str = ""
    revision: int = 0

    @property
    def new(self) -> bool:
        return not self.row.message


def began(db: Database, chat: str, now: datetime) -> datetime:
    """When this chat was connected for the first time: what was over before is not told there."""
    name = f"chat {chat} began"
    known = facts.get(db, name)
    if known is None:
        known = now.isoformat()
        facts.put(db, name, known)
    return datetime.fromisoformat(known)


def unshown(
    db: Database, op: Operator, chat: Chat, since: datetime, numbers: Collection[int]
) -> list[Wanted]:
    """What has to be posted or edited, oldest first: the cards of these drafts, and everything else."""
    found = [*_cards(db, op, chat, numbers), *_others(db, op, chat, since)]
    return [each for each in found if _differs(each, chat)]


def one(db: Database, op: Operator, chat: Chat, since: datetime, key: str) -> Wanted | None:
    """The message of one key, if it is not shown as it should be."""
    number = cards.number_of(key)
    found = _others(db, op, chat, since) if number is None else _cards(db, op, chat, {number})
    return next((each for each in found if each.message.key == key and _differs(each, chat)), None)


def _others(db: Database, op: Operator, chat: Chat, since: datetime) -> list[Wanted]:
    found = [*progress.messages_of(db, op, since), *notices.messages_of(db, op, since)]
    return [Wanted(message, messages.get(db, chat.name, message.key), draft) for message, draft in found]


def _differs(wanted: Wanted, chat: Chat) -> bool:
    row = wanted.row
    if row.message == DELETED:
        return False
    if not row.message or row.channel != chat.channel:
        return True
    return (row.shown, row.fingerprint) != (wanted.message.digest(), wanted.fingerprint)


def _cards(db: Database, op: Operator, chat: Chat, numbers: Collection[int]) -> list[Wanted]:
    rows = {number: messages.get(db, chat.name, cards.key_of(number)) for number in sorted(numbers)}
    # What was decided before it had a card needs none; nor does one whose card somebody deleted since.
    found = [
        draft
        for draft in (drafts.get(db, number) for number in rows)
        if draft.state not in _DECIDED or rows[draft.number].message
    ]
    paused = facts.get(db, facts.PAUSED) is not None
    names = messages.names(db) if found else {}
    wanted = []
    for draft, view in zip(found, views_of(db, found, op), strict=True):
        fingerprint = drafts.print_of(db, draft, op.target)
        message = cards.card(view, op, names, paused=paused, fingerprint=fingerprint)
        wanted.append(Wanted(message, rows[draft.number], draft.number, fingerprint, draft.revision))
    return wanted
