"""A chat's double as the crowd and the evidence use it: one face for Discord and Slack."""

from __future__ import annotations

import contextlib
import random
import re
from collections import Counter
from typing import Any, Protocol

_STATUS = re.compile(r"\b(Approved|Denied) by ([^.\n]+)\.|(Draft): waits for")
CHANCE = 0.08  # of a request to a shaky channel to go wrong
_TITLE = re.compile(r"(?:\S )?(\d+) · ")
Shown = tuple[str, str]  # the sheet's word, and who decided as people read it ("" for a Draft)


def status_of(text: str) -> Shown:
    """What a card says; ("", "") while it says none of these."""
    found = _STATUS.search(text)
    if found is None:
        return ("", "")
    return ("Draft", "") if found[3] else (found[1], found[2])


class Channel(Protocol):
    """One channel with people in it, who are numbered. Drafts' cards are known by the drafts' numbers."""

    name: str
    voters: list[str]  # as the journal calls the people
    names: list[str]  # as cards call them
    faults: int

    def running(self) -> contextlib.AbstractAsyncContextManager[Any]: ...
    def settings(self) -> dict[str, str]: ...
    def limit(self, on: bool) -> None: ...
    def hearing(self) -> bool:
        """Whether the operator is connected, so that it is told what happens."""
        ...

    def cards(self) -> dict[int, Any]:
        """Draft → the one card of it that has its ✅ and ❌. AssertionError for two cards of one draft."""
        ...

    def status(self, number: int) -> tuple[int, Shown]:
        """How often the card was edited, and what it says."""
        ...

    async def react(self, person: int, number: int, emoji: str, *, put: bool) -> None: ...
    def standing(self, person: int, number: int) -> set[str]: ...
    async def approve(self, person: int, number: int) -> bool | None:
        """Press the button: whether it was accepted; None where there is none or nobody answered."""
        ...

    def read_since(self, mark: int) -> dict[int, float]:
        """Draft → when its reactions were read the last time since then (time.time())."""
        ...

    def shake(self, rolls: random.Random) -> None:
        """From now on some requests go wrong; ``faults`` counts them."""
        ...

    def mark(self) -> int: ...
    def requests(self, mark: int = 0) -> Counter[str]: ...
    def refused(self, mark: int = 0) -> int: ...


def numbered(title: str) -> int | None:
    """The draft whose card has this title, which a chat may put a sign before."""
    found = _TITLE.match(title)
    return int(found[1]) if found else None
