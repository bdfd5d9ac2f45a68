"""docs/limits.md says what the adapters work with."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import bot
import services
from bot import docs
from bot.limits_page import all_limits
from bot.twins import CHATS, REMOTE
from services.limits import size, span
from services.renderer.json2video import limits as json2video

HOLE = "\x00"


def test_the_page_is_what_would_be_written() -> None:
    text = docs.LIMITS.read_text(encoding="utf-8")
    assert docs.fill(text, docs.LIMITS_PARTS) == text, "run python -m bot.docs"


def test_every_remote_twin_tells_its_limits() -> None:
    told = [twin for limits in all_limits() for twin in limits.twins]
    assert sorted(told) == sorted(f"{twin.service} {twin.name}" for twin in (*REMOTE, *CHATS))
    for limits in all_limits():
        assert limits.limits
        assert limits.waits
        assert limits.repeats.endswith(".")


def test_the_page_follows_the_constants() -> None:
    [found] = [limits for limits in all_limits() if "renderer json2video" in limits.twins]
    assert dict(found.waits)["An answer"] == span(json2video.ANSWER_SECONDS)
    assert f"kept {json2video.KEPT_DAYS} days" in docs.LIMITS.read_text(encoding="utf-8")


def quotes() -> list[str]:
    """What the page says a person is told."""
    return sorted(
        {quote for of in all_limits() for limit in of.limits for quote in re.findall("“([^”]+)”", limit.sees)}
    )


@pytest.fixture(scope="module")
def said() -> list[list[str]]:
    """The words of every text in the code besides the limits themselves; HOLE where a value is put in."""
    texts = []
    for path in [file for folder in (services, bot) for file in Path(folder.__path__[0]).rglob("*.py")]:
        if not path.name.endswith("limits.py"):
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            texts += [_text(node) for node in nodes if isinstance(node, ast.JoinedStr | ast.Constant)]
    return [text.split() for text in texts if " " in text]


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return HOLE


def _agreeing(words: list[str], quoted: list[str]) -> int:
    """How many words of what is quoted the beginning of a text says itself; -99 or less if it says others.

    A word with a hole stands for one to four.
    """
    if not quoted:
        return 0
    if not words:
        return -99
    if HOLE in words[0]:
        return max(_agreeing(words[1:], quoted[count:]) for count in range(1, 5))
    same = words[0].rstrip(".:,") == quoted[0].rstrip(".:,")
    return 1 + _agreeing(words[1:], quoted[1:]) if same else -99


@pytest.mark.parametrize("quote", quotes())
def test_what_you_are_said_to_see_is_what_is_said(quote: str, said: list[list[str]]) -> None:
    wanted = quote.split()
    best = max(_agreeing(words[start:], wanted) for words in said for start in range(len(words)))
    assert best > len(wanted) / 2


def test_a_sentence_that_nobody_says_is_found(said: list[list[str]]) -> None:
    words = ["Google", "Sheets", "answered", "something", "that", "nobody", "wrote"]
    assert max(_agreeing(text[start:], words) for text in said for start in range(len(text))) <= 3


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
