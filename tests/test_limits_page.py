"""docs/limits.md says what the adapters work with."""

from __future__ import annotations

import pytest

from bot import docs
from bot.limits_page import all_limits
from bot.twins import REMOTE
from services.limits import size, span
from services.renderer.json2video import limits as json2video


def test_the_page_is_what_would_be_written() -> None:
    text = docs.LIMITS.read_text(encoding="utf-8")
    assert docs.fill(text, docs.LIMITS_PARTS) == text, "run python -m bot.docs"


def test_every_remote_twin_tells_its_limits() -> None:
    told = [twin for limits in all_limits() for twin in limits.twins]
    assert sorted(told) == sorted(f"{twin.service} {twin.name}" for twin in REMOTE)
    for limits in all_limits():
        assert limits.limits
        assert limits.waits
        assert limits.repeats.endswith(".")


def test_the_page_follows_the_constants() -> None:
    [found] = [limits for limits in all_limits() if "renderer json2video" in limits.twins]
    assert dict(found.waits)["one answer"] == span(json2video.ANSWER_SECONDS)
    assert f"kept {json2video.KEPT_DAYS} days" in docs.LIMITS.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.5, "0.5 s"),
        (30, "30 s"),
        (60, "1 min"),
        (90, "90 s"),
        (300, "5 min"),
        (3600, "1 h"),
        (604800, "7 days"),
    ],
)
def test_spans(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(("count", "words"), [(100, "100 bytes"), (8 << 20, "8 MB"), (1 << 30, "1 GB")])
def test_sizes(count: int, words: str) -> None:
    assert size(count) == words
