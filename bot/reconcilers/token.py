"""The account's token is prolonged in time, also while nothing is collected or posted.

Key: "account". Collecting and publishing look themselves; this is for the weeks in which neither happens.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from bot.operator import Operator

HOURS = 6.0  # between two looks; a token is prolonged days before its end


class Token:
    name = "token"
    limit = 1

    def __init__(self, op: Operator) -> None:
        self._op = op
        self._next = time.monotonic()

    async def due(self) -> Mapping[str, float]:
        if self._op.services.token is None:
            return {}
        return {"account": max(0.0, self._next - time.monotonic())}

    async def step(self, key: str) -> None:
        token = self._op.services.token
        if token is not None:
            self._next = time.monotonic() + HOURS * 3600  # first: a dead one is told once, not in a loop
            await token.check_refresh_access_token()
