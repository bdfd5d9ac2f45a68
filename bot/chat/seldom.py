"""The same thing is not told to the same person again and again."""

from __future__ import annotations

import time

_KEPT = 1000  # (person, cause) pairs that are remembered


class Seldom:
    def __init__(self) -> None:
        self._told: dict[tuple[str, str], float] = {}  # → when (monotonic), oldest first

    def due(self, person: str, cause: str, seconds: float) -> bool:
        """Whether this person was not told this within so many seconds; from now on they were."""
        now = time.monotonic()
        last = self._told.get((person, cause))
        if last is not None and now - last < seconds:
            return False
        self._told.pop((person, cause), None)
        self._told[person, cause] = now
        while len(self._told) > _KEPT:
            del self._told[next(iter(self._told))]
        return True
