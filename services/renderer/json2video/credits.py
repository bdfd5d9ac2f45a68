"""What a render will cost in credits, what it did, and how many a day and a month may cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo

from sqlite_utils import Database

from services.errors import CreditUsedUp
from services.movie import Movie, lay_out
from services.movie.elements import Image, Voice
from services.movie.timeline import speech_seconds
from services.ports import Cap
from services.renderer.json2video.limits import (
    ASSUMED_SECONDS,
    CREDITS_PER_IMAGE,
    CREDITS_PER_MINUTE_ELEVENLABS,
    CREDITS_PER_SECOND,
    CREDITS_PER_SECOND_LARGE,
    FULL_HD_PIXELS,
)
from services.renderer.json2video.outgoing import elements_of
from services.store import Store, credits

_SOON = 60.0  # seconds after which a cap is asked again


def estimate(movie: Movie, lengths: Mapping[str, float | None]) -> int:
    """Credits, rounded up; ``lengths`` maps what the movie names to seconds, as far as they are known."""
    known = {name: seconds for name, seconds in lengths.items() if seconds}
    filled = {**dict.fromkeys(movie.files, ASSUMED_SECONDS), **known}
    cost = lay_out(movie, filled).seconds * _rate(movie.width, movie.height)
    for element in elements_of(movie):
        if isinstance(element, Image) and element.prompt and not element.src:
            cost += CREDITS_PER_IMAGE.get(element.model, 0)
        if isinstance(element, Voice) and element.model != "azure":
            cost += speech_seconds(element.text) / 60 * CREDITS_PER_MINUTE_ELEVENLABS
    return math.ceil(cost)


def cost_of(seconds: float, width: int, height: int) -> int:
    """Credits for a finished video, without what was generated for it."""
    return math.ceil(seconds * _rate(width, height))


def _rate(width: int, height: int) -> int:
    return CREDITS_PER_SECOND if width * height <= FULL_HD_PIXELS else CREDITS_PER_SECOND_LARGE


class Ledger:
    """``daily`` and ``monthly`` caps in credits, by the calendar of ``zone`` (0: none)."""

    def __init__(
        self, store: Store, *, daily: int, monthly: int, zone: tzinfo, clock: Callable[[], datetime]
    ) -> None:
        self._store, self._zone, self._clock = store, zone, clock
        self._daily, self._monthly = daily, monthly

    async def take(self, key: str, amount: int) -> None:
        """Write down what is about to be bought; CreditUsedUp if a cap forbids it."""
        await self._store.do(self._take, key, amount)

    def _take(self, db: Database, key: str, amount: int) -> None:
        """In one transaction, so that two renders cannot both take what is enough for one."""
        day, month = self._begins()
        found = credits.spent(db, day=day, month=month)
        next_month = (month + timedelta(days=32)).replace(day=1)
        for when, spent, cap, name, until in (
            ("Today", found.day, self._daily, "DAILY", day + timedelta(days=1)),
            ("This month", found.month, self._monthly, "MONTHLY", next_month),
        ):
            if cap and spent + amount > cap:
                # What was reckoned for a render under way may turn out to be less, or nothing.
                wait = 0.0 if found.open else (until - self._clock()).total_seconds()
                raise CreditUsedUp(
                    f"{when} {spent} of {cap} credits for JSON2Video are used, and this render needs about "
                    f"{amount}: it was not bought.",
                    remedy=f"It can be had later; or raise JSON2VIDEO_{name}_CREDITS.",
                    retry_after=max(_SOON, wait),
                )
        credits.take(db, key, amount, now=self._clock())

    async def know(self, key: str, handle: str) -> None:
        await self._store.do(credits.know, key, handle)

    async def give_back(self, key: str) -> None:
        """It was certainly not bought."""
        await self._store.do(credits.give_back, key)

    async def settle(self, handle: str, amount: int) -> None:
        """It cost so many; only the first word counts."""
        await self._store.do(credits.settle, handle, amount)

    async def taken(self, handle: str) -> int | None:
        return await self._store.do(credits.taken, handle)

    async def age(self, handle: str) -> float | None:
        """Seconds since it was taken from the caps; None if it is not known."""
        at = await self._store.do(credits.taken_at, handle)
        return (self._clock() - at).total_seconds() if at else None

    def caps(self) -> tuple[Cap, ...]:
        """Those that are set."""
        day, month = self._begins()
        both = (Cap("today", self._daily, day), Cap("this month", self._monthly, month))
        return tuple(cap for cap in both if cap.of)

    async def told(self) -> str:
        """What was used, in words: "6 of 20 today, 6 this month"; "" if nothing was."""
        day, month = self._begins()
        spent = await self._store.do(credits.spent, day=day, month=month)
        used = (("today", spent.day, self._daily), ("this month", spent.month, self._monthly))
        if not spent.month:
            return ""
        return ", ".join(f"{count:,}{f' of {cap:,}' if cap else ''} {span}" for span, count, cap in used)

    def _begins(self) -> tuple[datetime, datetime]:
        day = self._clock().astimezone(self._zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return day, day.replace(day=1)
