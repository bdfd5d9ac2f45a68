"""The account's token is prolonged in time, also while nothing is collected or posted, and its end is told.

Key: "account". Collecting and publishing look themselves; this is for the weeks in which neither happens.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from sqlite_utils import Database

from bot.operator import Operator
from bot.reconcilers.holding import LOGIN
from services.errors import Misconfigured
from services.ports import TokenStanding
from services.store import notices

HOURS = 6.0  # between two looks; a token is prolonged days before its end
SOON_DAYS = 5.0  # it should have been prolonged by then: a person has to look
WARNED_DAYS = 14.0  # the same for one of which it is known that it cannot be prolonged

KEY = f"{LOGIN}account"

_RENEW = "`autopotter setup` on the operator's computer makes a new one."


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
        op, token = self._op, self._op.services.token
        if token is None:
            return
        self._next = time.monotonic() + HOURS * 3600  # first: a dead one is told once, not in a loop
        try:
            await token.check_refresh_access_token()
        except Misconfigured as error:
            await op.store.do(_say, op, "Nothing can be posted: the account's token is dead", str(error))
            raise
        standing = await token.standing()
        title = _ending(standing)
        if title:
            why = str(standing.unprolonged or "It was not prolonged, though that is tried every few hours.")
            await op.store.do(_say, op, title, why, _RENEW)
        else:
            await op.store.do(_end, op)


def _ending(standing: TokenStanding) -> str:
    """What to say of its end; "" while there is time."""
    left = standing.days
    if left is None or left > (WARNED_DAYS if standing.unprolonged else SOON_DAYS):
        return ""
    days = max(0, round(left))
    when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
    return f"The account's token ends {when}"


def _say(db: Database, op: Operator, title: str, text: str, remedy: str = "") -> None:
    """Once a day, in a message of its own: one that changes further up is not read."""
    now, zone = op.now(), op.options.timezone
    known = notices.get(db, KEY)
    if (
        known is not None
        and (known.over, known.title) == (None, title)
        and known.last.astimezone(zone).date() == now.astimezone(zone).date()
    ):
        return
    notices.close(db, KEY, now=now)
    notices.say(db, KEY, title, level="bad", text=text, remedy=remedy, now=now, times=1)


def _end(db: Database, op: Operator) -> None:
    notices.end(db, KEY, now=op.now())
