"""What the operator says by itself becomes notices: read from the journal, and from what holds it up.

Keys: "journal", "holding". How far the journal was read is kept with the notices it made, in one transaction:
nothing is said twice or left out, whatever crashes. Chats show notices (bot/chat/notices.py).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from bot.operator import Operator
from bot.reconcilers import holding, sayings
from bot.reconcilers.sayings import Left
from services.errors import OperatorError
from services.log import get_logger

log = get_logger(__name__)

SETTLE_SECONDS = 120.0  # after the start: what failed before has failed again by then, or works
ASK_SECONDS = 10.0  # for what is left of a quota; a post is told without it, too


class Announce:
    name = "announce"
    limit = 1

    def __init__(self, op: Operator, settle: float = SETTLE_SECONDS) -> None:
        """``settle``: seconds for which what an earlier process could not do is not said to be over."""
        self._op = op
        self._settled_at = time.monotonic() + settle

    async def due(self) -> Mapping[str, float]:
        due = {}
        if await self._op.store.do(sayings.unread):
            due["journal"] = 0.0
        troubles, rest = self._op.engine.troubles(), self._settled_at - time.monotonic()
        if await self._op.store.do(holding.changed, self._op, troubles, rest <= 0):
            due["holding"] = 0.0
        elif rest > 0:
            due["holding"] = rest
        return due

    async def step(self, key: str) -> None:
        op = self._op
        if key == "journal":
            left = await self._left() if await op.store.do(sayings.posts_unread) else None
            await op.store.do(sayings.read, op, left)
        else:
            settled = time.monotonic() >= self._settled_at
            await op.store.do(holding.tell, op, op.engine.troubles(), settled)

    async def _left(self) -> Left | None:
        """What the service still takes today, where it knows that and says so."""
        try:
            async with asyncio.timeout(ASK_SECONDS):
                quota = await self._op.services.publisher.quota()
        except (OperatorError, TimeoutError) as error:
            log.info("what is left of the quota could not be asked: %s", error)
            return None
        return None if quota.total is None else Left(max(0, quota.total - quota.used), quota.total)
