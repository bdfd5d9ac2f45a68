"""Reactions below open cards: read back at each connection and every few minutes, and taken away where they
do not count.

Keys: "discord read 123", "discord remove". What was missed while the operator was away becomes votes by the
same door as what it is told (services/store/reactions.py).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from bot.chat.port import Chat, Gone
from bot.chat.reacting import say
from bot.operator import Operator
from services.errors import Misconfigured, Refused
from services.log import get_logger
from services.store import messages, reactions

log = get_logger(__name__)

AGAIN_SECONDS = 300.0  # events are lost now and then, also while connected
EACH_SECONDS = 3.0  # but with many open cards each has its turn later: a chat counts requests
SETTLE_SECONDS = 0.5  # what is read is quicker than what is told: who told before it was read comes first
READ, REMOVE = "read", "remove"


class Reactions:
    name = "reactions"
    limit = 4  # of each chat

    def __init__(self, op: Operator) -> None:
        self._op = op
        # (chat, message) → at which connection it was read last, and when (monotonic). A surface that was
        # started again is another chat, which counts its connections from the beginning.
        self._read: dict[tuple[str, str], tuple[Chat, int, float]] = {}

    def lane(self, key: str) -> str:
        name, what, *_ = key.split(" ", 2)
        return f"{name} {what}"

    async def due(self) -> Mapping[str, float]:
        due: dict[str, float] = {}
        for chat in list(self._op.chats.values()):
            if await self._op.store.do(reactions.to_remove, chat.name):
                due[f"{chat.name} {REMOVE}"] = 0.0
            cards = await self._op.store.do(messages.open_cards, chat.name, chat.channel)
            again = max(AGAIN_SECONDS, EACH_SECONDS * len(cards))
            for message in cards:
                due[f"{chat.name} {READ} {message}"] = self._rest(chat, message, again)
        return due

    async def step(self, key: str) -> None:
        name, what, *message = key.split(" ", 2)
        chat = self._op.chats.get(name)
        if chat is None:
            return
        if what == REMOVE:
            await self._remove(chat)
        else:
            await self._read_back(chat, message[0])

    def _rest(self, chat: Chat, message: str, again: float) -> float:
        known = self._read.get((chat.name, message))
        if known is None or known[0] is not chat or known[1] != chat.epoch:
            return 0.0
        return max(0.0, known[2] + again - time.monotonic())

    async def _read_back(self, chat: Chat, message: str) -> None:
        op, epoch, since = self._op, chat.epoch, self._op.now()
        try:
            standing = await chat.standing(message)
        except Gone:
            await op.store.do(messages.lost, chat.name, message)
            return
        if not standing.seeded and not standing.reactions:
            # Its own are gone as well: all were cleared at once, or it never got to put them there.
            await op.store.do(reactions.cleared, chat.name, message, now=op.now())
        else:
            if await op.store.do(reactions.differs, chat.name, message, standing.reactions):
                await asyncio.sleep(SETTLE_SECONDS)
            found = await op.store.do(
                reactions.read_back, chat.name, message, standing.reactions, since=since, target=op.target,
                now=op.now(),
            )  # fmt: skip
            for reaction, outcome in found:
                await say(chat, reaction.voter, outcome)
        if not standing.seeded:
            await chat.seed(message)
        self._read[chat.name, message] = (chat, epoch, time.monotonic())

    async def _remove(self, chat: Chat) -> None:
        """Noted before: what is told of these removals is no withdrawal (votes, rule 4)."""
        op = self._op
        for message, voter, emoji in await op.store.do(reactions.to_remove, chat.name):
            could = True
            try:
                await chat.unreact(message, voter, emoji)
            except Gone:
                await op.store.do(messages.lost, chat.name, message)
                continue
            except (Misconfigured, Refused) as error:  # it may not; the reaction decides nothing all the same
                log.info("a reaction could not be taken away: %s", error)
                could = False
            await op.store.do(
                reactions.taken_away, chat.name, [(message, voter, emoji)], could=could, now=op.now()
            )
