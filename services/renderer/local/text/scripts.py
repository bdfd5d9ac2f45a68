"""What writing systems ask of typesetting (pure): clean text, clusters, and the order of directions.

The order of directions is the Unicode Bidirectional Algorithm (UAX #9) for lines without explicit marks:
those are taken out, because text from outside could turn itself around with them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_MARKS = re.compile("[\u00ad\u0000-\u0008\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e"
                    "\u2060-\u206f\ufeff\ufff0-\uffff\U000e0000\U000e0001\ud800-\udfff]")  # fmt: skip
_STACKED = 6  # combining marks on one letter that are drawn; more is vandalism
_JOINED = re.compile(  # scripts whose letters change or join with their neighbours: never cut apart
    "[\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufeff\u0900-\u0dff\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u1800-\u18af]"
)
_ALONE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")  # a line may break here
_CLOSING = "、。，．！？；：）」』】〉》・ー々〕］｝"  # not at the start of a line


def clean(text: str) -> str:
    """``text`` without what cannot be seen or would turn the order of others; lines end in "\\n" only."""
    text = re.sub(r"\r\n?|\u0085|\u2029|\x0b|\x0c", "\n", text.replace("\u2028", "\n"))
    text = _MARKS.sub("", unicodedata.normalize("NFC", text.replace("\t", " ")))
    return "".join(cluster[: _STACKED + 1] if _is_piled(cluster) else cluster for cluster in clusters(text))


def _is_piled(cluster: str) -> bool:
    return len(cluster) > _STACKED + 1 and "\u200d" not in cluster and cluster[0] != "\U0001f3f4"


def clusters(text: str) -> list[str]:
    """What a reader takes for one letter or sign: marks, joiners, skin tones and flags stay together."""
    found: list[str] = []
    for character in text:
        if found and _continues(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _continues(cluster: str, character: str) -> bool:
    code = ord(character)
    if cluster[-1] in "\n ":
        return False
    if cluster[-1] == "\u200d":
        return unicodedata.category(character) in ("So", "Lo", "Sm", "Lm", "Ll", "Lu", "Po")
    if (
        character in "\u200d\u200c\ufe0e\ufe0f\u20e3"
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
    ):
        return True
    if 0x1F1E6 <= code <= 0x1F1FF:  # two make a flag
        return len(cluster) == 1 and 0x1F1E6 <= ord(cluster) <= 0x1F1FF
    return unicodedata.category(character) in ("Mn", "Me", "Mc")


def is_joined(text: str) -> bool:
    """Whether letters of ``text`` belong to a script that must not be cut into letters."""
    return _JOINED.search(text) is not None


def breaks(word: str) -> list[str]:
    """The pieces a line may break between: East Asian text has no spaces."""
    if not _ALONE.search(word):
        return [word]
    found: list[str] = []
    for cluster in clusters(word):
        alone = _ALONE.match(cluster) and cluster not in _CLOSING
        glued = found and cluster in _CLOSING
        if found and not glued and (alone or _ALONE.match(found[-1][-1])):
            found.append(cluster)
        elif found:
            found[-1] += cluster
        else:
            found.append(cluster)
    return found


def levels(parts: Sequence[str]) -> list[int]:
    """The embedding level of each cluster of one line: even from left to right, odd from right to left."""
    kinds = [_kind(part) for part in parts]
    base = next((1 if kind in "RA" else 0 for kind in kinds if kind in "LRA"), 0)
    if base == 0 and not set(kinds) & {"R", "A"}:
        return [0] * len(kinds)
    _weak(kinds, "R" if base else "L")
    _neutral(kinds, "R" if base else "L")
    found = []
    for kind in kinds:
        if base == 0:
            found.append({"R": 1, "E": 2}.get(kind, 0))
        else:
            found.append(1 if kind == "R" else 2)
    return found


def _kind(part: str) -> str:
    """L, R, A (Arabic letter), E (European number), a (Arabic number), + (sign), , (separator), N."""
    name = unicodedata.bidirectional(part[0])
    return {"L": "L", "R": "R", "AL": "A", "EN": "E", "AN": "a", "ES": "+", "ET": "+", "CS": ","}.get(
        name, "N"
    )


def _weak(kinds: list[str], edge: str) -> None:
    """Rules W2 to W7: numbers after Arabic letters, signs beside numbers, numbers in Latin text."""
    strong = edge
    for at, kind in enumerate(kinds):
        if kind in "LRA":
            strong = kind
        elif kind == "E" and strong == "A":
            kinds[at] = "a"
    for at in range(1, len(kinds) - 1):
        same = kinds[at - 1] == kinds[at + 1] and kinds[at - 1] in "Ea"
        if kinds[at] == "," and same:
            kinds[at] = kinds[at - 1]
    for order in (range(1, len(kinds)), range(len(kinds) - 2, -1, -1)):
        for at in order:
            beside = at - 1 if order.step == 1 else at + 1
            if kinds[at] == "+" and kinds[beside] == "E":
                kinds[at] = "E"
    strong = edge
    for at, kind in enumerate(kinds):
        if kind in "LRA":
            strong, kinds[at] = kind, "R" if kind == "A" else kind
        elif kind in "+,":
            kinds[at] = "N"
        elif kind == "a":
            kinds[at] = "E"
        elif kind == "E" and strong == "L":
            kinds[at] = "L"


def _neutral(kinds: list[str], edge: str) -> None:
    """Rules N1 and N2: what has no direction takes that of both neighbours, or of the line."""
    at = 0
    while at < len(kinds):
        if kinds[at] != "N":
            at += 1
            continue
        end = at
        while end < len(kinds) and kinds[end] == "N":
            end += 1
        before = edge if at == 0 else ("R" if kinds[at - 1] == "E" else kinds[at - 1])
        after = edge if end == len(kinds) else ("R" if kinds[end] == "E" else kinds[end])
        kinds[at:end] = [before if before == after else edge] * (end - at)
        at = end


def visual_order(found: Sequence[int]) -> list[int]:
    """Indexes of a line's runs from left to right, by their levels (rule L2)."""
    order = list(range(len(found)))
    for level in range(max(found, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and found[order[end]] >= level:
                end += 1
            if end > start:
                order[start:end] = order[start:end][::-1]
            start = max(end, start + 1)
    return order
