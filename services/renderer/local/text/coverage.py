"""Which characters a font file has, read from its "cmap" table (OpenType specification, cmap).

Drawing a character and comparing it with the mark for a missing one would be slower, and wrong for fonts
that draw nothing there.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

from services.errors import Misconfigured

_UNICODE = {(3, 10): 0, (0, 6): 1, (0, 4): 2, (3, 1): 3, (0, 3): 4, (0, 2): 5, (0, 1): 6, (0, 0): 7}


class Coverage:
    """The code points a font has, as ranges: `"é" in coverage`."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        kept = sorted(ranges)
        self._starts = [first for first, _ in kept]
        self._ends = [last for _, last in kept]

    def __contains__(self, character: str) -> bool:
        code = ord(character)
        at = bisect_right(self._starts, code) - 1
        return at >= 0 and code <= self._ends[at]


@lru_cache(maxsize=64)
def coverage_of(path: Path) -> Coverage:
    """Misconfigured when the file is no OpenType font; of a collection, its first font counts."""
    try:
        data = path.read_bytes()
        return Coverage(_ranges(data))
    except (OSError, struct.error, IndexError, ValueError):
        raise Misconfigured(f"The font file {path.name} cannot be read.", remedy="Install again.") from None


def _ranges(data: bytes) -> list[tuple[int, int]]:
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    tables = struct.unpack_from(">H", data, start + 4)[0]
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
        if tag == b"cmap":
            return _best(data, offset)
    raise ValueError("no cmap table")


def _best(data: bytes, cmap: int) -> list[tuple[int, int]]:
    count = struct.unpack_from(">H", data, cmap + 2)[0]
    found = []
    for number in range(count):
        platform, encoding, offset = struct.unpack_from(">HHI", data, cmap + 4 + 8 * number)
        rank = _UNICODE.get((platform, encoding))
        if rank is not None:
            found.append((rank, cmap + offset))
    for _, at in sorted(found):
        kind = struct.unpack_from(">H", data, at)[0]
        if kind == 12:
            return _groups(data, at)
        if kind == 4:
            return _pieces(data, at)
    raise ValueError("no table for Unicode")


def _groups(data: bytes, at: int) -> list[tuple[int, int]]:
    """Format 12: ranges of any code points."""
    count = struct.unpack_from(">I", data, at + 12)[0]
    return [struct.unpack_from(">II", data, at + 16 + 12 * number) for number in range(count)]


def _pieces(data: bytes, at: int) -> list[tuple[int, int]]:
    """Format 4: ranges of 16-bit code points; some of a range may point to the missing glyph."""
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    values = struct.Struct(f">{count}H")
    ends = values.unpack_from(data, at + 14)
    starts = values.unpack_from(data, at + 16 + 2 * count)
    deltas = values.unpack_from(data, at + 16 + 4 * count)
    offsets_at = at + 16 + 6 * count
    offsets = values.unpack_from(data, offsets_at)
    found: list[tuple[int, int]] = []
    for number, (first, last) in enumerate(zip(starts, ends, strict=True)):
        if offsets[number] == 0:
            missing = (-deltas[number]) & 0xFFFF  # the code whose glyph would be number 0
            found += _without(first, min(last, 0xFFFE), missing)
            continue
        for code in range(first, min(last, 0xFFFE) + 1):
            place = offsets_at + 2 * number + offsets[number] + 2 * (code - first)
            if struct.unpack_from(">H", data, place)[0]:
                found.append((code, code))
    return found


def _without(first: int, last: int, missing: int) -> list[tuple[int, int]]:
    if not first <= missing <= last:
        return [(first, last)] if first <= last else []
    return [(a, b) for a, b in ((first, missing - 1), (missing + 1, last)) if a <= b]
