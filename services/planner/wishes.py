"""The small vocabulary in which a draft's revision can be wished for without a language model.

    shorter, longer, faster, slower, other music, no music, no text, other opening, another format,
    other caption, other footage

Several may be combined ("shorter, other music"). What is not in it is said to be not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

VOCABULARY = {
    "shorter": r"short(er)?|too long|trim(med)?",
    "longer": r"long(er)?|too short",
    "faster": r"fast(er)?|quick(er)?|too slow|more pace",
    "slower": r"slow(er)?|calm(er)?|too fast|too quick|too hectic",
    "no music": r"(no|without( any)?) (music|sound)|silent|mute",
    "other music": r"(other|another|different|new|change( the)?) (music|track|song|sound)",
    "no text": r"(no|without( any)?) (text|texts|words|titles?|labels?)",
    "other opening": r"(other|another|different|new|change( the)?) (opening|start|first (shot|picture))",
    "another format": r"(other|another|different|new|change( the)?) (format|form|kind|idea)",
    "other caption": r"(other|another|different|new|change( the)?) (caption|description|words below)",
    "other footage": r"(other|another|different|new) (footage|files|photos?|clips?|pictures?|pieces?|pots?)",
}
_PARTS = re.compile(
    r"[,;.!\n+&]|\band\b|\bbut\b|\bwith\b(?=\s+(?:other|another|no|a different)\b)", re.IGNORECASE
)
_FILLERS = re.compile(
    r"\b(please|make|it|a|an|the|bit|little|much|more|should|be|is|use|take|can|you|we|have|want|"
    r"i|would|like|this|that|video)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """``known`` are keys of VOCABULARY; ``unknown`` the parts that were not understood."""

    known: frozenset[str]
    unknown: tuple[str, ...]


def understood(text: str) -> Wishes:
    """What a wish asks for. "and" and commas part it; of opposites the one said last counts."""
    known: dict[str, None] = {}
    unknown = []
    for part in _PARTS.split(text[:1000]):
        words = " ".join(part.split())
        bare = " ".join(_FILLERS.sub(" ", words).split())
        found = next(
            (
                name
                for name, pattern in VOCABULARY.items()
                if any(re.fullmatch(pattern, form, re.IGNORECASE) for form in (words, bare))
            ),
            "",
        )
        if found:
            known.pop(found, None)
            known[found] = None
        elif bare:
            unknown.append(words)
    for one, other in (("shorter", "longer"), ("faster", "slower"), ("no music", "other music")):
        if one in known and other in known:
            known.pop(min(one, other, key=list(known).index))
    return Wishes(frozenset(known), tuple(unknown))


def not_understood(wishes: Wishes) -> str:
    """A sentence on what is left undone; "" if nothing is."""
    if not wishes.unknown:
        return ""
    parts = ", ".join(f"“{part[:60]}”" for part in wishes.unknown[:4])
    return f"Not understood without a language model: {parts}. It knows: {', '.join(VOCABULARY)}."
