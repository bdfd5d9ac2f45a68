"""How often Slack lets each method be called: by the minute and the app, messages by the second and channel.

Tiers: https://docs.slack.dev/apis/web-api/rate-limits. Slack does not publish its bursts; here a method may
be called as often at once as its tier allows in a minute, and five messages may come at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.doubles.slack_methods import METHODS

TIERS = {1: 1.0, 2: 20.0, 3: 50.0, 4: 100.0}  # calls per minute
MESSAGES = 60.0  # per minute and channel
BURST = 5.0  # messages at once
WORKSPACE = 300.0  # messages per minute in all channels ("several hundred")


@dataclass
class _Bucket:
    left: float
    at: float


@dataclass
class Rates:
    """``enforced`` False lets everything through. ``per_minute`` and ``burst`` may be set for a method."""

    clock: Callable[[], float]
    enforced: bool = True
    per_minute: dict[str, float] = field(default_factory=dict)
    burst: dict[str, float] = field(default_factory=dict)
    refused: int = 0
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def wait(self, method: str, channel: str) -> int:
        """Whole seconds until the call would be let through; 0 takes one of those that are left."""
        if not self.enforced:
            return 0
        rules = self._rules(method, channel)
        waits = [self._wait(key, rate, burst) for key, rate, burst in rules]
        if max(waits, default=0.0) > 0:
            self.refused += 1
            return max(1, math.ceil(max(waits)))
        for key, _, _ in rules:
            self._buckets[key].left -= 1
        return 0

    def _rules(self, method: str, channel: str) -> list[tuple[str, float, float]]:
        if method == "chat.postMessage":
            rate = self.per_minute.get(method, MESSAGES)
            return [
                (f"{method} {channel}", rate, self.burst.get(method, BURST)),
                (method, WORKSPACE, WORKSPACE),
            ]
        tier = METHODS[method].tier if method in METHODS else 0
        limit = self.per_minute.get(method, TIERS.get(tier, 0.0))
        return [(method, limit, self.burst.get(method, max(limit, 1.0)))] if limit else []

    def _wait(self, key: str, rate: float, burst: float) -> float:
        now = self.clock()
        bucket = self._buckets.setdefault(key, _Bucket(burst, now))
        bucket.left = min(burst, bucket.left + max(0.0, now - bucket.at) * rate / 60)
        bucket.at = now
        return 0.0 if bucket.left >= 1 - 1e-9 else (1 - bucket.left) * 60 / rate
