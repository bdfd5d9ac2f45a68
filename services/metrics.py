"""How often things were done, how often they failed, and how long they took. In memory only."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

WINDOW = 512  # the newest durations kept per name, so that percentiles speak of now


class Metric(TypedDict):
    """One name's numbers. Seconds; None while nothing has finished. ``max`` is over all time."""

    count: int
    failures: int
    retries: int
    p50: float | None
    p95: float | None
    max: float | None


@dataclass
class _Series:
    count: int = 0
    failures: int = 0
    retries: int = 0
    longest: float | None = None
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))


_lock = threading.Lock()
_series: dict[str, _Series] = {}


def record(name: str, seconds: float, *, failed: bool = False) -> None:
    """One finished call of ``name``."""
    with _lock:
        series = _series.setdefault(name, _Series())
        series.count += 1
        series.failures += failed
        series.recent.append(seconds)
        series.longest = seconds if series.longest is None else max(series.longest, seconds)


def retry(name: str) -> None:
    """One more attempt at ``name`` after a failure."""
    with _lock:
        _series.setdefault(name, _Series()).retries += 1


def snapshot() -> dict[str, Metric]:
    """All names in alphabetical order; percentiles over the newest 512 calls of each."""
    with _lock:
        return {name: _metric(series) for name, series in sorted(_series.items())}


def reset() -> None:
    with _lock:
        _series.clear()


def _metric(series: _Series) -> Metric:
    ordered = sorted(series.recent)
    return Metric(
        count=series.count,
        failures=series.failures,
        retries=series.retries,
        p50=_percentile(ordered, 50),
        p95=_percentile(ordered, 95),
        max=_rounded(series.longest),
    )


def _percentile(ordered: Sequence[float], percent: int) -> float | None:
    """Nearest rank: a duration that really happened."""
    if not ordered:
        return None
    return _rounded(ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)])


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
