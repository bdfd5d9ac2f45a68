"""Chats show the store: each card, progress and notice is posted once, and edited when it changed.

Key: "discord draft:7". The row is committed before a message is sent; after an unclear answer it is looked
for by its mark before it is sent again, so that nothing is shown twice. What changes faster than a chat
takes is drawn once, as it is in the end.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.chat import wanted
from bot.chat.port import Chat, Gone
from bot.chat.wanted import Wanted
from bot.operator import Operator
from services.errors import Unavailable
from services.log import get_logger
from services.store import Store, facts, messages, reactions, touched

log = get_logger(__name__)

GAP_SECONDS = 2.0  # between two edits of one message
CLOCKS_DIFFER = timedelta(minutes=2)  # between a chat's clock and ours, when a message is looked for


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was compared with a chat: everything that all cards depend on, all of this store that was touched
    until ``latest``, and the drafts of that whose cards were not as they should be."""

    same: tuple[Store, str, str, bool]
    latest: int
    unshown: frozenset[int]


class Cards:
    name = "cards"
    limit = 4  # messages under way at once; the chats' own limits are their surfaces' business

    def __init__(self, op: Operator, gap: float = GAP_SECONDS) -> None:
        """``gap``: seconds between two edits of one message."""
        self._op, self._gap = op, gap
        self._seen: dict[str, _Seen] = {}
        self._edited: dict[str, float] = {}  # key → when it was last sent, monotonic

    async def due(self) -> Mapping[str, float]:
        due: dict[str, float] = {}
        for chat in list(self._op.chats.values()):
            for each in await self._op.store.do(self._unshown, chat):
                key = f"{chat.name} {each.message.key}"
                rest = self._edited.get(key, -math.inf) + self._gap - time.monotonic()
                due[key] = max(0.0, rest)
        return due

    async def step(self, key: str) -> None:
        name, _, inner = key.partition(" ")
        chat = self._op.chats.get(name)
        if chat is None:
            return
        each = await self._op.store.do(self._one, chat, inner)
        if each is None:
            return
        self._edited[key] = time.monotonic()
        if each.new or each.row.channel != chat.channel:
            await self._post(chat, each)
        else:
            await self._edit(chat, each)

    async def _post(self, chat: Chat, each: Wanted) -> None:
        op, message, now = self._op, each.message, self._op.now()
        since = await op.store.do(
            messages.intend, chat.name, message.key, channel=chat.channel, draft=each.draft, now=now
        )
        id_ = await self._found(chat, each, since) if since is not None else None
        if id_ is None:
            id_ = await chat.post(message, since or now)
        await op.store.do(self._record, chat, id_, each)
        if message.seeded:
            await chat.seed(id_)

    async def _found(self, chat: Chat, each: Wanted, since: datetime) -> str | None:
        """The message, if an earlier post arrived after all. Until that is certain nothing is posted."""
        rest = (since + timedelta(seconds=chat.settle) - self._op.now()).total_seconds()
        if 0 < rest <= chat.settle:
            raise Unavailable("It is not certain yet whether a message arrived.", retry_after=rest)
        return await chat.find(each.message, since - CLOCKS_DIFFER)

    async def _edit(self, chat: Chat, each: Wanted) -> None:
        row, message = each.row, each.message
        try:
            await chat.edit(row.message, message, files=row.pictures != message.pictures)
        except Gone:
            await self._op.store.do(messages.lost, chat.name, row.message)
            return
        await self._op.store.do(self._record, chat, row.message, each)

    def _record(self, db: Database, chat: Chat, id_: str, each: Wanted) -> None:
        message, row = each.message, each.row
        messages.record(
            db, chat.name, message.key, id_, shown=message.digest(), pictures=message.pictures,
            fingerprint=each.fingerprint, revision=each.revision,
        )  # fmt: skip
        if each.draft is not None and row.message == id_:
            if row.revision != each.revision:
                reactions.drop_old(db, chat.name, id_, now=self._op.now())
            reactions.drop_stale(db, chat.name, id_, each.fingerprint, now=self._op.now())

    def _unshown(self, db: Database, chat: Chat) -> list[Wanted]:
        """Only drafts touched since the last look can have changed, but for the first time."""
        store, target = self._op.store, self._op.target
        seen = self._seen.get(chat.name)
        began = wanted.began(db, chat.name, self._op.now())
        latest, lately = touched.since(db, seen.latest if seen else 0)
        same = (store, target, chat.channel, facts.get(db, facts.PAUSED) is not None)
        numbers = None
        if seen is not None and seen.same == same:
            numbers = seen.unshown | lately | messages.unsent(db, chat.name)
        found = wanted.unshown(db, self._op, chat, began, numbers)
        unshown = frozenset(each.draft for each in found if each.draft is not None)
        self._seen[chat.name] = _Seen(same, latest, unshown)
        return found

    def _one(self, db: Database, chat: Chat, key: str) -> Wanted | None:
        return wanted.one(db, self._op, chat, wanted.began(db, chat.name, self._op.now()), key)
