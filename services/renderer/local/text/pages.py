"""Cues → pages (pure): which words stand together on the screen, in which lines, from when to when."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.renderer.local.text.captions import Cue, Word

# Styles that show single words at their time: they need times of words, given or divided.
WORD_STYLES = frozenset({"classic-progressive", "classic-one-word", "boxed-word"})
_MOST_LINES = 3  # of captions that stay as a whole
_HELD = 0.35  # seconds: a word stays marked through a pause this short


@dataclass(frozen=True, slots=True)
class Page:
    """``marked``: whether each word is marked at its time."""

    lines: tuple[tuple[Word, ...], ...]
    start: float
    end: float
    marked: bool


def pages_of(cue: Cue, style: str, longest: int) -> Iterator[Page]:
    """Lines of at most ``longest`` words. With times of words there is one line at a time; without, the
    whole cue stays for its whole time, in as many lines as it needs."""
    if not cue.words:
        return
    by_words = cue.timed or style in WORD_STYLES
    if style == "classic-one-word":
        longest = 1
    lines = list(_lines(cue.words, longest))
    many = 1 if by_words else math.ceil(len(lines) / math.ceil(len(lines) / _MOST_LINES))
    groups = [lines[at : at + many] for at in range(0, len(lines), many)]
    starts = [cue.start] + [group[0][0].start for group in groups[1:]]
    for group, start, end in zip(groups, starts, [*starts[1:], cue.end], strict=True):
        if end > start:
            yield Page(tuple(group), start, end, by_words)


def until(words: Sequence[Word], at: int, end: float) -> float:
    """When the mark of word ``at`` goes: with the next word, or when it has been said."""
    said = words[at].end
    following = words[at + 1].start if at + 1 < len(words) else end
    return following if following - said <= _HELD else said


def replaced(cue: Cue, changes: Mapping[str, str]) -> Cue:
    """Words (and groups of words) that are ``changes``' keys become its values; case does not matter."""
    wanted = {
        tuple(_bare(part) for part in key.split()): value for key, value in changes.items() if key.split()
    }
    if not wanted:
        return cue
    longest = max(len(key) for key in wanted)
    bare = [_bare(word.text) for word in cue.words]
    found: list[Word] = []
    at = 0
    while at < len(bare):
        for count in range(min(longest, len(bare) - at), 0, -1):
            value = wanted.get(tuple(bare[at : at + count]))
            if value is not None:
                first, last = cue.words[at], cue.words[at + count - 1]
                before = first.text[: len(first.text) - len(first.text.lstrip(_SIGNS))]
                after = last.text[len(last.text.rstrip(_SIGNS)) :]
                if value.strip():
                    found.append(Word(f"{before}{value.strip()}{after}", first.start, last.end))
                at += count
                break
        else:
            found.append(cue.words[at])
            at += 1
    return Cue(cue.start, cue.end, tuple(found), cue.timed)


_SIGNS = ".,;:!?…\"'()[]«»“”‘’„-–—"


def _bare(text: str) -> str:
    return text.strip(_SIGNS).casefold()


def _lines(words: Sequence[Word], longest: int) -> Iterator[tuple[Word, ...]]:
    """A new line after the end of a sentence; long sentences in lines of about the same number of words."""
    sentence: list[Word] = []
    for at, word in enumerate(words):
        sentence.append(word)
        if at + 1 == len(words) or re.search(r"[.!?…。！？][\"'”’)]*$", word.text):
            count = math.ceil(len(sentence) / longest)
            for line in range(count):
                first, last = (len(sentence) * n // count for n in (line, line + 1))
                yield tuple(sentence[first:last])
            sentence = []
