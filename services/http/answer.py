"""One answer of a service, whole, and what its status means where the service's own table says nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from services.errors import Misconfigured, OperatorError, Refused, Unavailable

# Statuses after which the same request may succeed (RFC 9110, RFC 6585).
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
LONGEST_WAIT = 24 * 3600.0  # the longest window in which any of these services counts


@dataclass(frozen=True, slots=True)
class Answer:
    """``service`` is its name in sentences; ``headers`` have lower-case names; ``body`` is unpacked."""

    service: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> float | None:
        """Seconds the service asks to wait; None if it names none."""
        return parse_retry_after(self.headers.get("retry-after", ""))

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Unavailable if it is anything else: who acted then does not know."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise Unavailable(
                f"{self.service} answered something that cannot be read (status {self.status}).",
                remedy="It is tried again later.",
            )
        return value

    def trouble(self) -> OperatorError:
        """The error that a bad status alone stands for; adapters look into their own tables first."""
        if self.status in (401, 403):
            return Misconfigured(
                f"{self.service} does not accept the key, or the key may not do this (status {self.status}).",
                remedy="Check the key and its permissions.",
            )
        if self.status in BUSY or self.status >= 500:
            busy = self.status == 429
            what = "is asked too often for now" if busy else f"is out of order (status {self.status})"
            return Unavailable(
                f"{self.service} {what}.", remedy="It is tried again later.", retry_after=self.retry_after
            )
        if 300 <= self.status < 400:
            return Unavailable(
                f"{self.service} sends the request elsewhere, which is not followed: the key would go along.",
                remedy="Check the address in the settings.",
            )
        return Refused(f"{self.service} refused the request (status {self.status}).")


def parse_retry_after(text: str) -> float | None:
    """Seconds in a Retry-After header, a number or a date; None if there is none or it makes no sense."""
    text = text.strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
            seconds = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
        except (ValueError, OverflowError):
            return None
    return min(max(0.0, seconds), LONGEST_WAIT) if math.isfinite(seconds) else None
