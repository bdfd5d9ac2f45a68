"""The outer structure of an MP4 or MOV file: which boxes stand where. Reads headers only, trusts no size.

Source: ISO/IEC 14496-12 §4.2 (a box is a 32-bit size, four letters, and a 64-bit size if the first is 1;
0 means to the end) and §8.6.6 (edit lists: moov/trak/edts/elst).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_MAX_BOXES = 10_000  # in one level; a hostile file could hold millions of empty ones
_PATH_TO_EDITS = (b"moov", b"trak", b"edts", b"elst")


class TornFile(ValueError):
    """The boxes do not fit the file: it is cut off, or no MP4 at all."""


@dataclass(frozen=True, slots=True)
class Structure:
    movie_first: bool  # moov stands before mdat, so that playing may begin before all is loaded
    edit_lists: int


def structure_of(file: BinaryIO) -> Structure:
    """Walk the boxes of a seekable file from its start. TornFile if they are not whole."""
    size = file.seek(0, os.SEEK_END)
    top: list[bytes] = []
    edits = 0
    for kind, start, end in _boxes(file, 0, size):
        top.append(kind)
        if kind == b"moov":
            edits += _edit_lists(file, start, end, depth=1)
    if b"moov" not in top or b"mdat" not in top:
        raise TornFile("it has no index or no pictures")
    return Structure(movie_first=top.index(b"moov") < top.index(b"mdat"), edit_lists=edits)


def _edit_lists(file: BinaryIO, start: int, end: int, *, depth: int) -> int:
    wanted = _PATH_TO_EDITS[depth]
    found = [(s, e) for kind, s, e in _boxes(file, start, end) if kind == wanted]
    if depth == len(_PATH_TO_EDITS) - 1:
        return len(found)
    return sum(_edit_lists(file, s, e, depth=depth + 1) for s, e in found)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the content of each box between two offsets."""
    for _ in range(_MAX_BOXES):
        if start == end:
            return
        file.seek(start)
        header = file.read(16)
        if len(header) < 8 or start + 8 > end:
            raise TornFile("it ends inside a box")
        size, kind = struct.unpack(">I4s", header[:8])
        head = 8
        if size == 1 and len(header) == 16:
            size, head = struct.unpack(">Q", header[8:])[0], 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            raise TornFile("a box is larger than the file")
        yield kind, start + head, start + size
        start += size
    raise TornFile("it has too many boxes")
