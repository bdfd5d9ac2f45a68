"""Text made to fit a chat's limits."""

from __future__ import annotations

from collections.abc import Callable

_NEAR = 40  # characters back from the limit that a space or a line's end is looked for


def shortened(text: str, most: int, length: Callable[[str], int] = len) -> str:
    """``text`` if its ``length`` is at most ``most``; else its beginning and "…", cut between words where
    there is a space near."""
    if length(text) <= most:
        return text
    low, high = 0, min(len(text), most)
    while low < high:  # the longest beginning that fits with the mark
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(text[:middle]) + 1 <= most else (low, middle - 1)
    begin = text[:low]
    space = max(begin.rfind(" "), begin.rfind("\n"))
    if space > 0 and low - space <= _NEAR:
        begin = begin[:space]
    return begin.rstrip() + "…" if most else ""
