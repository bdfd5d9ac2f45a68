"""What a remote service allows and how long is waited for it, as data: docs/limits.md is made of it.

An adapter has one ``LIMITS: ServiceLimits`` in a module of its own choice, written with the constants it
works with, so that the page cannot say anything else than the code does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """``what`` is limited to how much, how that is ``noticed``, and what a person then ``sees``."""

    what: str
    allowed: str
    noticed: str
    sees: str


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """``twins`` are those it holds for, as "renderer json2video". ``waits`` maps what is waited for to how
    long. ``repeats`` says in sentences what is tried again, and what never is. ``source``: where the service
    says so itself."""

    service: str
    twins: tuple[str, ...]
    limits: tuple[Limit, ...]
    waits: tuple[tuple[str, str], ...]
    repeats: str
    source: str


def span(seconds: float) -> str:
    """ "30 s", "5 min", "2 h", "7 days"."""
    for size, unit in ((86_400, "day"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or seconds == size:
            count = f"{seconds / size:g}"
            return f"{count} {unit}{'s' if unit == 'day' and count != '1' else ''}"
    return f"{seconds:g} s"


def size(count: int) -> str:
    """ "8 MB", "1 GB"; units are powers of 1024."""
    for power, unit in ((30, "GB"), (20, "MB"), (10, "KB")):
        if count >= 1 << power:
            return f"{count / (1 << power):g} {unit}"
    return f"{count} bytes"
