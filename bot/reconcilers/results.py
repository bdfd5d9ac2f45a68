"""How posted drafts did after a day and after a week, read from the account and kept. One key.

A post that the account does not show is looked for again each hour, and given up two days later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from bot.operator import Operator
from services.log import get_logger
from services.store import results

log = get_logger(__name__)

KEY = "results"
POSTS = 100  # of the account that are looked through
AGAIN_SECONDS = 3600.0
GIVEN_UP = timedelta(days=2)
_KEPT = ("like_count", "comments_count", "engagement_rate", "insights")


class Results:
    name = "results"
    limit = 1

    def __init__(self, op: Operator, clock: Callable[[], float] = time.monotonic) -> None:
        self._op, self._clock = op, clock
        self._asked = clock() - AGAIN_SECONDS

    async def due(self) -> Mapping[str, float]:
        lacking = await self._op.store.do(results.wanted)
        if not lacking:
            return {}
        wait = (lacking[0].at - self._op.now()).total_seconds()
        return {KEY: max(0.0, wait, self._asked + AGAIN_SECONDS - self._clock())}

    async def step(self, key: str) -> None:
        op, now = self._op, self._op.now()
        lacking = [reading for reading in await op.store.do(results.wanted) if reading.at <= now]
        if not lacking:
            return
        self._asked = self._clock()
        media = await op.services.account.get_recent_media(POSTS)
        by_id = {str(entry["id"]): entry for entry in media}
        by_link = {str(entry["permalink"]): entry for entry in media if entry.get("permalink")}
        for reading in lacking:
            entry = by_id.get(reading.media_id) or by_link.get(reading.permalink)
            if entry is not None:
                await op.store.do(results.keep, reading, _kept(entry), now=now)
            elif now - reading.at > GIVEN_UP:
                log.info("draft %s: the account does not show its post after %s", reading.draft, reading.age)
                await op.store.do(results.keep, reading, {}, now=now)


def _kept(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry.get(name) for name in _KEPT}
