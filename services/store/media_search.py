"""What a person types to find media, as conditions on a joined asset.

Each word must be found: in the file's folder or name, among the words of what it shows ("blue", "bright",
"sharp", "moving" …), or in its description. "120 bpm" is music near that tempo, "duplicate" what looks like
another file. The whole text in a name finds it, too, whatever its words mean.
"""

from __future__ import annotations

import re
from typing import Any

from services.model.footage import TEMPO_NEAR
from services.store.footage import DUPLICATE
from services.store.names import escape, like

MOST_WORDS = 12
_TEMPO = re.compile(r"(?<![\w.])(\d{2,3}(?:\.\d)?)\s*bpm\b", re.IGNORECASE)
_DUPLICATES = frozenset({"duplicate", "duplicates", "dup", "dups"})
_SAME = {"gray": "grey", "violet": "purple", "cyan": "teal", "turquoise": "teal", "light": "bright"}
_NAME = "key LIKE ? ESCAPE '\\'"


def conditions_of(text: str) -> tuple[list[str], list[Any]]:
    """SQL conditions that must all hold, and their values; none for an empty text."""
    text = text.strip()
    if not text:
        return [], []
    parts, values = list[str](), list[Any]()
    for match in _TEMPO.finditer(text):
        tempo = float(match[1])
        parts.append(f"(tempo BETWEEN ? AND ? OR {_NAME})")
        values += [tempo - TEMPO_NEAR, tempo + TEMPO_NEAR, like(match[0])]
    for word in _TEMPO.sub(" ", text).split()[:MOST_WORDS]:
        condition, found = _word(word)
        parts.append(condition)
        values += found
    return [f"(({' AND '.join(parts)}) OR {_NAME})"], [*values, like(text)]


def _word(word: str) -> tuple[str, list[Any]]:
    """One word of the text: the condition and its values."""
    plain = escape(word.casefold().strip(",.;:"))
    if plain in _DUPLICATES:
        return f"({DUPLICATE} OR {_NAME})", [like(word)]
    shown = f" {_SAME.get(plain, plain)} "
    # instr() knows no wildcards: what is typed stays a word.
    told = "instr(tags, ?) > 0 OR instr(lower(sentence), ?) > 0"
    return f"({_NAME} OR instr(words, ?) > 0 OR {told})", [like(word), shown, f'"{plain}"', plain]
