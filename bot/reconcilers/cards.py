"""Chats show the store: each card, progress and notice is posted once, and edited when it changed.

Key: "discord draft:7". The row is committed before a message is sent; after an unclear answer it is looked
for by its mark before it is sent again, so that nothing is shown twice. What changes faster than a chat
takes is drawn once, as it is in the end.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.chat import cards, wanted
from bot.chat.port import Chat, Gone
from bot.chat.wanted import Wanted
from bot.operator import Operator
from services.errors import Unavailable
from services.log import get_logger
from services.store import Store, drafts, facts, messages, reactions, touched

log = get_logger(__name__)

GAP_SECONDS = 2.0  # between two edits of one message
# Where more than CROWD cards of a chat are not as they should be, one that still changes waits until it was
# still for so many gaps: chats take about one edit a second, and one that is out of date at once is wasted.
CROWD, STILL, LONGEST = 5, 1.5, 10.0
PIECE = 50  # cards compared at once: whoever decides meanwhile is not kept waiting for all of them
CLOCKS_DIFFER = timedelta(minutes=2)  # between a chat's clock and ours, when a message is looked for


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was compared with a chat: everything that all cards depend on, all of this store that was touched
    until ``latest``; the drafts whose cards are not as they should be, and those not looked at yet; the
    keys of messages that are not there at all."""

    same: tuple[Store, str, str, bool]
    latest: int
    unshown: frozenset[int]
    unread: frozenset[int]
    unposted: frozenset[str]


class Cards:
    name = "cards"
    limit = 2  # of each lane; the chats' own limits are their surfaces' business

    def __init__(self, op: Operator, gap: float = GAP_SECONDS) -> None:
        """``gap``: seconds between two edits of one message."""
        self._op, self._gap = op, gap
        self._seen: dict[str, _Seen] = {}
        self._stepped: dict[str, set[int]] = {}  # chat → drafts a step was about since the last look
        self._edited: dict[str, float] = {}  # key → when it was last sent, monotonic
        # (chat, draft) → since when its card is not as it should be, and when the draft changed last
        self._changing: dict[tuple[str, int], tuple[float, float]] = {}

    def lane(self, key: str) -> str:
        """A slow chat keeps no other waiting, and edits, of which a chat takes one a second, no post."""
        name, _, inner = key.partition(" ")
        seen = self._seen.get(name)
        return f"{name} {'post' if seen is not None and inner in seen.unposted else 'edit'}"

    async def due(self) -> Mapping[str, float]:
        """Those sent last come last: a card that changes all the time waits for the others."""
        found = [
            (chat.name, key) for chat in list(self._op.chats.values()) for key in await self._unshown(chat)
        ]
        crowds = Counter(chat for chat, _ in found)
        now = time.monotonic()
        due: dict[str, tuple[float, float]] = {}
        for chat, inner in found:
            key = f"{chat} {inner}"
            sent = self._edited.get(key, -math.inf)
            still = self._still(chat, inner) if crowds[chat] > CROWD else -math.inf
            due[key] = sent, max(0.0, sent + self._gap - now, still - now)
        return {key: due[key][1] for key in sorted(due, key=lambda key: due[key][0])}

    def _still(self, chat: str, inner: str) -> float:
        """When a card that changes may be sent all the same; one that is not there yet at once."""
        number = cards.number_of(inner)
        known = self._changing.get((chat, number)) if number is not None else None
        if known is None or inner in self._seen[chat].unposted:
            return -math.inf
        since, last = known
        return min(last + STILL * self._gap, since + LONGEST * self._gap)

    async def step(self, key: str) -> None:
        name, _, inner = key.partition(" ")
        chat = self._op.chats.get(name)
        if chat is None:
            return
        try:
            each = await self._op.store.do(self._one, chat, inner)
            if each is None:
                return
            self._edited[key] = time.monotonic()
            if each.new or each.row.channel != chat.channel:
                await self._post(chat, each)
            else:
                await self._edit(chat, each)
        finally:
            if (number := cards.number_of(inner)) is not None:
                self._stepped.setdefault(name, set()).add(number)

    async def _post(self, chat: Chat, each: Wanted) -> None:
        op, message, now = self._op, each.message, self._op.now()
        since = await op.store.do(
            messages.intend, chat.name, message.key, channel=chat.channel, draft=each.draft, now=now
        )
        id_ = await self._found(chat, each, since) if since is not None else None
        if id_ is None:
            id_ = await chat.post(message, since or now)
        if since is None:
            await op.store.do(self._record, chat, id_, each)
        else:  # it may say what was known at an earlier try: it is edited next
            await op.store.do(messages.record, chat.name, message.key, id_, shown="", pictures="")
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

    async def _unshown(self, chat: Chat) -> list[str]:
        """The keys of all that is not shown as it should be."""
        stepped = self._stepped.pop(chat.name, set())
        while True:
            others = await self._op.store.do(self._look, chat, stepped)
            seen = self._seen[chat.name]
            if not seen.unread:
                return [*map(cards.key_of, sorted(seen.unshown)), *others]
            stepped = set()

    def _look(self, db: Database, chat: Chat, stepped: set[int]) -> list[str]:
        """Compare some cards; answers the keys of what else is not shown as it should be.

        Only drafts touched since the last look can have changed, and those a step was about. At first, and
        when what all cards depend on is another, all are compared, a piece at a time.
        """
        seen = self._seen.get(chat.name)
        began = wanted.began(db, chat.name, self._op.now())
        latest, lately = touched.since(db, seen.latest if seen else 0)
        paused = facts.get(db, facts.PAUSED) is not None
        same = (self._op.store, self._op.target, chat.channel, paused)
        if seen is None or seen.same != same:
            everything = frozenset(draft.number for draft in drafts.standings(db))
            seen = _Seen(same, latest, frozenset(), everything, frozenset())
        now = lately | messages.unsent(db, chat.name) | stepped
        now.update(sorted(seen.unread - now, reverse=True)[:PIECE])
        found = wanted.unshown(db, self._op, chat, began, now)
        keys = {each.message.key: cards.number_of(each.message.key) for each in found}
        unshown = (seen.unshown - now).union(number for number in keys.values() if number is not None)
        self._note_changes(chat.name, lately, unshown)
        unposted = {key for key in seen.unposted if cards.number_of(key) in unshown - now}
        unposted |= {each.message.key for each in found if each.new}
        self._seen[chat.name] = _Seen(same, latest, unshown, seen.unread - now, frozenset(unposted))
        return [key for key, number in keys.items() if number is None]

    def _note_changes(self, chat: str, lately: Collection[int], unshown: Collection[int]) -> None:
        at = time.monotonic()
        for number in [number for name, number in self._changing if name == chat and number not in unshown]:
            del self._changing[chat, number]
        for number in unshown:
            since, last = self._changing.get((chat, number), (at, -math.inf))
            self._changing[chat, number] = since, at if number in lately else last

    def _one(self, db: Database, chat: Chat, key: str) -> Wanted | None:
        return wanted.one(db, self._op, chat, wanted.began(db, chat.name, self._op.now()), key)
