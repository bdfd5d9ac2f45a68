"""How much of what Instagram allows is used up, as its headers tell, and how slowly to go then.

Source: developers.facebook.com/docs/graph-api/overview/rate-limiting (September 2026). ``X-App-Usage`` counts
the app, ``X-Business-Use-Case-Usage`` the account, both in percent; the second also names the minutes until
access comes back. They come only after enough calls, and the second wins where both apply.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.errors import Held

SLOW_AT, PAUSE_AT = 80.0, 95.0  # percent
LONGEST_STEP = 15.0  # seconds between two calls just below the pause
PAUSE = 300.0  # seconds when no minutes are named: the windows roll, so one call then tells how it stands
LONGEST_PAUSE = 24 * 3600.0
_MEASURES = ("call_count", "total_cputime", "total_time")
_FIRST_STEP = 1.0


class Pace:
    """Shared by all that ask about one account. ``monotonic`` answers seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until = 0.0
        self.percent = 0.0

    def note(self, headers: Mapping[str, str]) -> None:
        """``headers`` with lower-case names; without any of usage nothing changes."""
        found = [*_app(headers.get("x-app-usage", "")), *_account(headers)]
        if not found:
            return
        self.percent = max(percent for percent, _ in found)
        minutes = max(minutes for _, minutes in found)
        if minutes > 0:
            self.pause(minutes * 60)
        elif self.percent >= PAUSE_AT:
            self.pause(PAUSE)

    def pause(self, seconds: float) -> None:
        self._until = max(self._until, self._monotonic() + min(seconds, LONGEST_PAUSE))

    def step(self) -> float:
        """Seconds to wait before the next call; Held while everything rests."""
        rest = self._until - self._monotonic()
        if rest > 0:
            minutes = math.ceil(rest / 60)
            raise Held(
                f"Instagram was asked so much that it is left alone for {minutes} min.",
                remedy="It goes on by itself.",
                retry_after=rest,
            )
        if self.percent < SLOW_AT:
            return 0.0
        nearness = min(1.0, (self.percent - SLOW_AT) / (PAUSE_AT - SLOW_AT))
        return _FIRST_STEP + nearness * (LONGEST_STEP - _FIRST_STEP)


def _app(text: str) -> Iterable[tuple[float, float]]:
    usage = _object(text)
    if usage:
        yield _percent(usage), 0.0


def _account(headers: Mapping[str, str]) -> Iterable[tuple[float, float]]:
    """Percent and minutes of each entry; the header lists accounts and kinds of use."""
    for entries in _object(headers.get("x-business-use-case-usage", "")).values():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("type", "instagram") == "instagram":
                yield _percent(entry), _number(entry.get("estimated_time_to_regain_access"))


def _percent(usage: Mapping[str, Any]) -> float:
    return max(_number(usage.get(name)) for name in _MEASURES)


def _number(value: object) -> float:
    usable = isinstance(value, int | float) and math.isfinite(value)
    return max(0.0, float(value)) if usable else 0.0  # type: ignore[arg-type]


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
