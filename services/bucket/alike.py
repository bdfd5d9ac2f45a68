"""Which photos and clips look nearly the same: families by their marks (see picture.mark).

Two photos are alike when the hashes of their shapes and their colours are near; two clips when they last
equally long and their first, middle and last frames are alike, which survives another size or encoder.
Comparing all pairs of 10,000 takes about a second, as arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.model.footage import MARK

Bits = NDArray[np.uint64]

SHAPES = 8  # bits of 64 by which pHash may differ
STEPS = 10  # bits of 64 by which dHash may differ
COLOURS = 10.0  # mean difference of the 4 × 4 colours, of 255
LOOSE = 2.0  # a clip's later frames may differ so much more: key frames fall elsewhere
_LENGTHS = 0.04  # share by which clips that are alike may differ in length, or 0.3 s
_BLOCK = 1024


class Marked(Protocol):
    """A content as the store keeps it; ``seconds`` is 0 for photos."""

    @property
    def content(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def marks(self) -> bytes: ...


def families(contents: Sequence[Marked]) -> dict[str, str]:
    """Each content → the name of its family: the smallest of its contents, so that order changes nothing."""
    found = {one.content: one.content for one in contents}
    for kind in sorted({one.kind for one in contents}):
        mine = sorted((one for one in contents if one.kind == kind), key=lambda one: one.content)
        usable = [one for one in mine if len(one.marks) and len(one.marks) % MARK == 0]
        for first, second in _pairs(usable):
            a, b = _root(found, usable[first].content), _root(found, usable[second].content)
            found[max(a, b)] = min(a, b)
    return {content: _root(found, content) for content in found}


def _root(parents: dict[str, str], content: str) -> str:
    while parents[content] != content:
        parents[content] = parents[parents[content]]
        content = parents[content]
    return content


def _pairs(contents: Sequence[Marked]) -> Iterator[tuple[int, int]]:
    """Places of two that are alike, each pair once."""
    if not contents:
        return
    first = np.frombuffer(b"".join(one.marks[:MARK] for one in contents), np.uint8).reshape(-1, MARK)
    shapes, steps = (_bits(first, start) for start in (0, 8))
    for start in range(0, len(contents), _BLOCK):
        block = slice(start, start + _BLOCK)
        near = np.bitwise_count(shapes[block, None] ^ shapes[None]) <= SHAPES
        near &= np.bitwise_count(steps[block, None] ^ steps[None]) <= STEPS
        for row, column in zip(*np.nonzero(near), strict=True):
            if start + row < column and _alike(contents[start + int(row)], contents[int(column)]):
                yield start + int(row), int(column)


def _bits(marks: NDArray[np.uint8], start: int) -> Bits:
    return np.ascontiguousarray(marks[:, start : start + 8]).view(np.uint64).ravel()


def _alike(one: Marked, other: Marked) -> bool:
    """Those whose first hashes are near, looked at closely."""
    if abs(one.seconds - other.seconds) > max(0.3, _LENGTHS * max(one.seconds, other.seconds)):
        return False
    if len(one.marks) != len(other.marks):
        return False
    frames = len(one.marks) // MARK
    for frame in range(frames):
        a, b = (np.frombuffer(m.marks, np.uint8)[frame * MARK : (frame + 1) * MARK] for m in (one, other))
        looser = LOOSE if frame else 1.0
        if np.abs(a[16:].astype(float) - b[16:]).mean() > COLOURS * looser:
            return False
        if np.unpackbits(a[:8] ^ b[:8]).sum() > SHAPES * looser:
            return False
    return True
