"""A remote service as the client knows it: where it is, and what may be expected of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from services.http.answer import BUSY, Answer

CONNECT_SECONDS = 10.0
DOWNLOAD_SECONDS = 1800.0  # for one try of a whole file


class Again(Enum):
    """When a request may be repeated by itself."""

    SAFE = "safe"  # it changes nothing, or a second time changes nothing more: whenever it may help
    UNSENT = "unsent"  # only when the first attempt certainly did not reach the service
    NEVER = "never"  # the caller has recorded that it acts once


def is_busy(answer: Answer) -> bool:
    return answer.status in BUSY


@dataclass(frozen=True, slots=True)
class Service:
    """``name`` is used in sentences. ``domains``: where its answers may lead besides ``base_url``.

    ``timeout``: seconds for one whole answer. ``concurrency``: requests at once to one host. ``attempts``:
    how often a request that may be repeated is made. ``patience``: the longest pause in seconds the service
    may ask for that is waited out here; for longer ones the caller is told (``retry_after``). ``max_bytes``:
    of one answer in memory. ``passing``: whether an answer says that the same request may succeed soon.
    """

    name: str
    base_url: str
    domains: tuple[str, ...] = ()
    timeout: float = 30.0
    concurrency: int = 4
    attempts: int = 4
    patience: float = 60.0
    max_bytes: int = 8 * 1024**2
    passing: Callable[[Answer], bool] = is_busy
