"""Keeps calls below a limit per minute, so that the service need not refuse any."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

# https://developers.google.com/workspace/sheets/api/limits: 60 reads and 60 writes a minute for each user and
# project. A command beside the operator is the same user: a few are left to it.
PER_MINUTE = 55
WINDOW_SECONDS = 60.0


class Pace:
    """Reads and writes are counted apart. One thread at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recent: dict[bool, deque[float]] = {True: deque(), False: deque()}

    def wait(self, *, reading: bool) -> float:
        """0.0: it may go now, and is counted. Else the seconds after which to ask again."""
        now, recent = self._clock(), self._recent[reading]
        while recent and recent[0] <= now - WINDOW_SECONDS:
            recent.popleft()
        if len(recent) >= PER_MINUTE:
            return recent[0] + WINDOW_SECONDS - now
        recent.append(now)
        return 0.0
