"""A refusal in Slack's form, a fault that is ordered, and what the double writes down of each call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class SlackError(Exception):
    """``messages`` are the details Slack gives for blocks and arguments, as "must be … [json-pointer:/…]"."""

    def __init__(self, error: str, *, messages: Sequence[str] = (), **more: Any) -> None:
        super().__init__(error)
        self.error, self.messages, self.more = error, list(messages), more

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            told["errors"] = self.messages
            told["response_metadata"] = {"messages": [f"[ERROR] {line}" for line in self.messages]}
        return told


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    ``error`` is answered as {"ok": false}; ``status`` with ``text`` and ``headers`` is answered instead of
    anything. ``drop`` closes the line "before" the effect or "after" it (the answer is lost). ``seconds``
    pass before the answer. ``after``: the effect comes all the same. ``malformed``: the answer is cut in its
    middle. ``late``: the line closes at once, and the effect comes so many seconds later.
    """

    error: str = ""
    status: int = 0
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: str = ""
    seconds: float = 0.0
    after: bool = False
    malformed: bool = False
    late: float | None = None

    @classmethod
    def limited(cls, seconds: int) -> Fault:
        """HTTP 429, and when to come again."""
        text = '{"ok": false, "error": "ratelimited"}'
        return cls(status=429, text=text, headers={"Retry-After": str(seconds)})

    @classmethod
    def unavailable(cls, times: int = 1) -> list[Fault]:
        """So many answers in a row of a gateway without a service behind it."""
        return [cls(status=503, text="<html>upstream connect error</html>")] * times


@dataclass(frozen=True)
class Call:
    """One request, as it was answered: ``error`` is Slack's, "" when it was done."""

    method: str
    args: Mapping[str, Any]
    status: int
    error: str
    at: float  # seconds of the double's clock
