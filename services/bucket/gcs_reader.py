"""A stored file read piece by piece, as if it lay here: headers of media cost kilobytes, not the file."""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

BLOCK = 64 << 10  # bytes
HEAD_BLOCKS = 2  # what decoders ask for first
KEPT_BLOCKS = 96  # 6 MB
MOST_AHEAD = 64  # blocks that are fetched at once when a file is read in order


class RangedReader(io.RawIOBase):
    """``fetch(start, end)`` brings bytes; a read answers all that was asked for, as of a file.

    Whatever ``fetch`` raises goes to the reader. One thread at a time.
    """

    def __init__(self, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self._size, self._fetch = size, fetch
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._next, self._ahead = -1, 1  # where reading in order would go on, and how far it fetches

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("a position before the file")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        count = max(0, min(len(view), self._size - self._position))
        done = 0
        while done < count:
            block, offset = divmod(self._position + done, BLOCK)
            data = self._block(block, (self._position + count - 1) // BLOCK)
            piece = data[offset : offset + count - done]
            view[done : done + len(piece)] = piece
            done += len(piece)
        self._position += done
        return done

    def prefetch(self) -> None:
        """Head and tail, where media keep their facts."""
        last = max(0, (self._size - 1) // BLOCK)
        if last + 1 <= 2 * HEAD_BLOCKS:
            self._load(0, last)
            return
        self._load(0, HEAD_BLOCKS - 1)
        self._load(last - 1, last)

    def _block(self, number: int, wanted: int) -> bytes:
        """One block, fetched together with those up to ``wanted`` and, read in order, with more."""
        if number not in self._blocks:
            self._ahead = min(2 * self._ahead, MOST_AHEAD) if number == self._next else 1
            last = min(max(wanted, number + self._ahead - 1), number + MOST_AHEAD - 1)
            self._load(number, min(last, (self._size - 1) // BLOCK))
        self._blocks.move_to_end(number)
        return self._blocks[number]

    def _load(self, first: int, last: int) -> None:
        if self._size == 0:
            return
        while last > first and last in self._blocks:
            last -= 1
        data = self._fetch(first * BLOCK, min((last + 1) * BLOCK, self._size))
        self._next = last + 1
        for index in range(first, last + 1):
            self._blocks[index] = data[(index - first) * BLOCK : (index - first + 1) * BLOCK]
        while len(self._blocks) > max(KEPT_BLOCKS, last - first + 1):
            self._blocks.popitem(last=False)
