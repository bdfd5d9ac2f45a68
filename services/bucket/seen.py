"""Which keys a scan has met: 8 bytes for each, so that 100,000 files stay below a megabyte."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable

import numpy as np


class Seen:
    """Add all, then ask. Two keys with one hash (once in billions of scans) merely keep a row longer."""

    def __init__(self) -> None:
        self._hashes = array("Q")
        self._sorted = True

    def add(self, keys: Iterable[str]) -> None:
        self._hashes.extend(map(_hash, keys))
        self._sorted = False

    def __contains__(self, key: str) -> bool:
        if not self._sorted:
            np.frombuffer(self._hashes, dtype=np.uint64).sort()
            self._sorted = True
        value = _hash(key)
        place = bisect_left(self._hashes, value)
        return place < len(self._hashes) and self._hashes[place] == value

    def __len__(self) -> int:
        return len(self._hashes)


def _hash(key: str) -> int:
    data = key.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")
