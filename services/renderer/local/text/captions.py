"""Captions as people hand them over: SRT, WebVTT and ASS read into cues of words (pure).

Times are seconds. WebVTT may time words by stamps inside a cue, ASS by karaoke marks; where nothing times
the words, a cue's time is divided among them by their length.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from services.errors import Refused
from services.renderer.local.text.scripts import clean

_MOST_CUES = 2_000
_MOST_WORDS = 150  # of one cue
_MOST_LETTERS = 60  # of one word: more is no word
_TIME = re.compile(r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?")
_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]{1,10}:)?//\S+\s*", re.IGNORECASE)
_STAMP = re.compile(r"<((?:\d{1,3}:)?\d{1,2}:\d{1,2}[.,]\d{1,3})>")
_TAG = re.compile(r"<[^<>\n]{0,200}>")
_KARAOKE = re.compile(r"\\k[fo]?\s?(\d{1,5})", re.IGNORECASE)
_TOGETHER = 0.04  # seconds: cues that begin this close together are one
_PAUSES = {",": 2, ";": 3, ":": 3, ".": 5, "!": 5, "?": 5, "…": 5}  # letters a speaker rests after a word


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Cue:
    """``timed``: whether the times of its words were given (otherwise they are divided by length)."""

    start: float
    end: float
    words: tuple[Word, ...]
    timed: bool


@dataclass(frozen=True, slots=True)
class Captions:
    """Cues in order that never overlap, and sentences on what was left out of them."""

    cues: tuple[Cue, ...]
    notes: tuple[str, ...] = ()


def is_address(text: str) -> bool:
    """Whether captions are only named by an address; nothing is ever fetched from there."""
    return _ADDRESS.fullmatch(text[:2_000]) is not None


def parse_captions(text: str) -> Captions:
    """Refused when ``text`` is neither SRT nor WebVTT nor ASS."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if re.search(r"^Dialogue:", text, re.MULTILINE):
        found = list(_ass(text))
    elif "-->" in text:
        found = list(_srt(text))
    else:
        raise Refused("the captions are neither SRT nor WebVTT nor ASS.")
    return _ordered(found)


def speech(text: str, start: float, end: float) -> tuple[Cue, ...]:
    """Spoken ``text`` as a cue: the time is divided among its words by their length, with pauses after
    punctuation. Empty when there is nothing to say."""
    words = clean(text).split()
    if not words or end <= start:
        return ()
    return (Cue(start, end, divided(words, start, end), timed=True),)


def divided(words: Iterable[str], start: float, end: float) -> tuple[Word, ...]:
    """Each word's share of the time from ``start`` to ``end``, by its length and the pause after it."""
    listed = list(words)
    weights = [len(word) + 2 + _PAUSES.get(word[-1:], 0) for word in listed]
    total, before = sum(weights) or 1, 0
    found = []
    for word, weight in zip(listed, weights, strict=True):
        begins = start + (end - start) * before / total
        before += weight
        found.append(Word(word, begins, start + (end - start) * before / total))
    return tuple(found)


def _seconds(text: str) -> float | None:
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, parts = match.groups()
    return (
        int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int((parts or "0").ljust(3, "0")) / 1000
    )


def _srt(text: str) -> Iterator[Cue | None]:
    """Cues of SRT and WebVTT; None for one whose times make no sense."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if "-->" not in lines[at]:
            at += 1
            continue
        begins, _, ends = lines[at].partition("-->")
        start, end = _seconds(begins), _seconds(ends.split()[0] if ends.split() else "")
        at += 1
        body = []
        while at < len(lines) and lines[at].strip() and "-->" not in lines[at]:
            body.append(lines[at])
            at += 1
        if at < len(lines) and "-->" in lines[at] and body and body[-1].strip().isdigit():
            body.pop()  # the number of the next cue, where the empty line before it is missing
        if start is None or end is None or end <= start:
            yield None
            continue
        yield from _stamped("\n".join(body), start, end)


def _stamped(body: str, start: float, end: float) -> Iterator[Cue]:
    """One cue, with the stamps of WebVTT where it has some."""
    parts = _STAMP.split(body)
    pieces = [(start, parts[0])]
    for stamp, words in zip(parts[1::2], parts[2::2], strict=True):
        pieces.append((min(end, max(pieces[-1][0], _seconds(stamp) or start)), words))
    yield from _cue(pieces, start, end, timed=len(pieces) > 1)


def _ass(text: str) -> Iterator[Cue | None]:
    names = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
    for line in text.split("\n"):
        kind, _, rest = line.partition(":")
        if kind.strip() == "Format" and "Text" in rest:
            names = [name.strip().lower() for name in rest.split(",")][:30]
        if kind.strip() != "Dialogue":
            continue
        fields = dict(zip(names, rest.split(",", max(0, len(names) - 1)), strict=False))
        start, end = _seconds(fields.get("start", "")), _seconds(fields.get("end", ""))
        if start is None or end is None or end <= start:
            yield None
            continue
        yield from _sung(fields.get("text", ""), start, end)


def _sung(body: str, start: float, end: float) -> Iterator[Cue]:
    """One line of ASS: marks in braces; karaoke marks give hundredths of a second to what follows."""
    pieces: list[tuple[float, str]] = []
    cursor = start
    for mark, words in re.findall(r"(?:\{([^{}]{0,2000})\})?([^{]*)", body):
        lasts = sum(int(value) for value in _KARAOKE.findall(mark)) / 100
        pieces.append((min(end, cursor), re.sub(r"\\[Nnh]", " ", words)))
        cursor += lasts
    yield from _cue(pieces, start, end, timed=_KARAOKE.search(body) is not None)


def _cue(pieces: list[tuple[float, str]], start: float, end: float, *, timed: bool) -> Iterator[Cue]:
    """A cue of pieces of text and when each begins; a word may be made of several (sung syllables)."""
    words: list[Word] = []
    open_word = False
    for (begins, raw), (ends, _) in zip(pieces, [*pieces[1:], (end, "")], strict=True):
        text = clean(html.unescape(_TAG.sub("", raw)))
        listed = text.split()
        if open_word and words and listed and not text[:1].isspace():
            words[-1] = Word(words[-1].text + listed.pop(0), words[-1].start, ends)
        words += divided(listed, begins, ends)
        open_word = bool(text) and not text[-1:].isspace()
    if not timed:
        words = list(divided([word.text for word in words], start, end))
    if words:
        yield Cue(start, end, tuple(words), timed)


def _ordered(found: list[Cue | None]) -> Captions:
    notes = []
    unread = sum(1 for cue in found if cue is None)
    if unread:
        notes.append(f"{unread} of its captions have times that cannot be read; left out.")
    cues = sorted((cue for cue in found if cue is not None), key=lambda cue: cue.start)
    if len(cues) > _MOST_CUES:
        notes.append(f"only the first {_MOST_CUES} of its {len(cues)} captions are shown.")
    kept: list[Cue] = []
    crossed = False
    for cue in cues[:_MOST_CUES]:
        if kept and cue.start - kept[-1].start < _TOGETHER:
            if len(kept[-1].words) <= _MOST_WORDS:
                kept[-1] = _joined(kept[-1], cue)
            continue
        if kept and cue.start < kept[-1].end:
            kept[-1], crossed = _ended(kept[-1], cue.start), True
        kept.append(cue)
    if crossed:
        notes.append("captions that overlap are shown one after the other.")
    if any(
        len(cue.words) > _MOST_WORDS or any(len(w.text) > _MOST_LETTERS for w in cue.words) for cue in kept
    ):
        notes.append(f"captions are cut after {_MOST_WORDS} words, and words after {_MOST_LETTERS} letters.")
    return Captions(tuple(_bounded(cue) for cue in kept), tuple(notes))


def _joined(cue: Cue, other: Cue) -> Cue:
    """Two cues that begin together become one, the second's words after the first's."""
    start, end = cue.start, max(cue.end, other.end)
    texts = [word.text for word in (*cue.words, *other.words)][: _MOST_WORDS + 1]
    return Cue(start, end, divided(texts, start, end), timed=False)


def _ended(cue: Cue, end: float) -> Cue:
    if not cue.timed:
        return Cue(cue.start, end, divided([word.text for word in cue.words], cue.start, end), timed=False)
    words = tuple(replace(word, end=min(end, word.end)) for word in cue.words if word.start < end)
    return Cue(cue.start, end, words, timed=True)


def _bounded(cue: Cue) -> Cue:
    words = (replace(word, text=word.text[:_MOST_LETTERS]) for word in cue.words[:_MOST_WORDS])
    return replace(cue, words=tuple(words))
