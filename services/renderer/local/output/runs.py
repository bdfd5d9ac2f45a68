"""Sharing out segments among workers: each gets a run of neighbours, and who is done takes from others' ends.

Neighbours share open sources (a decoded photo, a clip at its place), so runs cost less than single segments.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence


class Runs:
    """Numbers of segments, taken by several threads. ``lengths`` are their frames (0: nothing to do)."""

    def __init__(self, lengths: Sequence[int], workers: int) -> None:
        self._lengths = lengths
        self._lock = threading.Lock()
        self._shares: list[deque[int]] = [deque() for _ in range(workers)]
        total, before = sum(lengths), 0
        for number, length in enumerate(lengths):
            if length:
                middle = before + length / 2
                self._shares[min(workers - 1, int(middle * workers / total))].append(number)
            before += length

    def take(self, worker: int) -> int | None:
        """The next one for ``worker``; None when nothing is left for anybody."""
        with self._lock:
            own = self._shares[worker]
            if own:
                return own.popleft()
            richest = max(self._shares, key=self._weight)
            return richest.pop() if richest else None

    def stop(self) -> None:
        """Nothing more is given out."""
        with self._lock:
            for share in self._shares:
                share.clear()

    def _weight(self, share: deque[int]) -> int:
        return sum(self._lengths[number] for number in share)
