"""Discord's rate limits: a bucket for each operation and major parameter, one for everything, and the ban.

Figures Discord does not publish are the double's; a test sets others:
``limits.each["create_message"] = (5, 5.0)``.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.doubles.http_double import Answer

_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token")
_UNLIMITED = frozenset({"create_interaction_response"})
_OF_INTERACTIONS = ("webhook", "interaction_response")
_SHARED = {"delete_my_message_reaction": "add_my_message_reaction"}
_SHARED |= {"delete_user_message_reaction": "add_my_message_reaction"}
# What an address gets that has been refused too often; there is no JSON in it.
BANNED = Answer(429, b"error code: 1015", {"Content-Type": "text/plain", "Retry-After": "600"})
EACH: dict[str, tuple[int, float]] = {
    "create_message": (5, 5.0),
    "update_message": (5, 5.0),
    "delete_message": (5, 1.0),
    "add_my_message_reaction": (1, 0.25),
    "create_thread_from_message": (50, 300.0),
    "execute_webhook": (5, 2.0),
    "bulk_set_guild_application_commands": (2, 20.0),
}


@dataclass
class _Bucket:
    most: int
    window: float
    ends: float = 0.0
    used: int = 0


class Limits:
    def __init__(self, now: Callable[[], float]) -> None:
        self.each = dict(EACH)
        self.other = (50, 1.0)
        self.all = (50, 1.0)  # of everything but interactions
        self.invalid_most = 10_000  # answers 401, 403 and 429 within 10 minutes; then the address is banned
        self.hits: list[str] = []  # operations that were answered 429
        self._now = now
        self._buckets: dict[str, _Bucket] = {}
        self._all = _Bucket(*self.all)
        self._invalid: deque[float] = deque()

    def off(self) -> None:
        """No limit is reached any more."""
        self.each = dict.fromkeys(self.each, (1_000_000, 1.0))
        self.other = self.all = (1_000_000, 1.0)

    def taken(self, name: str, variables: dict[str, str]) -> tuple[Answer | None, dict[str, str]]:
        """The refusal, if there is one, and the headers of the answer."""
        if self.banned:
            return BANNED, {}
        now = self._now()
        if not any(part in name for part in _OF_INTERACTIONS):
            self._renewed(self._all, self.all, now)
            if self._all.used >= self._all.most:
                return self._refused(name, self._all.ends - now, "global"), {}
            self._all.used += 1
        if name in _UNLIMITED:
            return None, {}
        shared = _SHARED.get(name, name)
        most_window = self.each.get(shared, self.other)
        key = "/".join([shared, *(variables.get(one, "") for one in _MAJOR)])
        bucket = self._buckets.setdefault(key, _Bucket(*most_window))
        self._renewed(bucket, most_window, now)
        if bucket.used >= bucket.most:
            headers = self._headers(shared, bucket, now)
            return self._refused(name, bucket.ends - now, "user", headers), {}
        bucket.used += 1
        return None, self._headers(shared, bucket, now)

    def answered(self, status: int) -> None:
        if status in (401, 403, 429):
            self._invalid.append(self._now())

    @property
    def invalid(self) -> int:
        """Answers 401, 403 and 429 within 10 minutes."""
        while self._invalid and self._invalid[0] <= self._now() - 600:
            self._invalid.popleft()
        return len(self._invalid)

    @property
    def banned(self) -> bool:
        return self.invalid >= self.invalid_most

    def _renewed(self, bucket: _Bucket, most_window: tuple[int, float], now: float) -> None:
        bucket.most, bucket.window = most_window
        if now >= bucket.ends:
            bucket.ends, bucket.used = now + bucket.window, 0

    def _headers(self, name: str, bucket: _Bucket, now: float) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(bucket.most),
            "X-RateLimit-Remaining": str(max(bucket.most - bucket.used, 0)),
            "X-RateLimit-Reset": f"{bucket.ends:.3f}",
            "X-RateLimit-Reset-After": f"{max(math.ceil((bucket.ends - now) * 1000), 1) / 1000:.3f}",
            "X-RateLimit-Bucket": hashlib.md5(name.encode()).hexdigest(),
        }

    def _refused(self, name: str, wait: float, scope: str, headers: dict[str, str] | None = None) -> Answer:
        self.hits.append(name)
        return limited(max(wait, 0.001), scope, headers)


def limited(seconds: float, scope: str = "user", headers: dict[str, str] | None = None) -> Answer:
    """A 429 as Discord gives it. ``scope``: user, shared or global."""
    wide = scope == "global"
    body: dict[str, Any] = {"message": "You are being rate limited.", "retry_after": round(seconds, 3)}
    told = {
        "Retry-After": str(int(seconds) + 1),
        "X-RateLimit-Scope": scope,
        "Content-Type": "application/json",
    }
    told |= {"X-RateLimit-Global": "true"} if wide else {}
    text = json.dumps(body | {"global": wide, "code": 0})
    return Answer(429, text.encode(), {**(headers or {}), **told})
