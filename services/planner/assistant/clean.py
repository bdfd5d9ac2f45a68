"""Words a model wrote, made fit to be checked, stored and shown: what is checked is what is posted."""

from __future__ import annotations

import unicodedata

from services.planner.check_element import ADDRESS, MENTION

_JOINER = "\u200d"  # holds emoji together
# Signs that look like those of an address or a mention, and are read as such.
_LOOKALIKES = str.maketrans(
    {"＠": "@", "﹫": "@", "．": ".", "。": ".", "｡": ".", "：": ":", "／": "/", "⁄": "/"}
)


def tidy(text: str, limit: int, *, lines: bool = False) -> str:
    """``text`` without invisible and direction characters, within ``limit``; one line unless ``lines``."""
    given = unicodedata.normalize("NFC", text[: 4 * limit]).translate(_LOOKALIKES)
    kept = "".join(c for c in given if c in ("\n", _JOINER) or unicodedata.category(c)[0] != "C" or c == "\t")
    rows = [" ".join(row.split()) for row in kept.splitlines()]
    joined = "\n".join(rows).strip() if lines else " ".join(row for row in rows if row)
    while "\n\n\n" in joined:
        joined = joined.replace("\n\n\n", "\n\n")
    return joined if len(joined) <= limit else joined[: limit - 1].rstrip() + "…"


def inert(text: str, limit: int, *, lines: bool = False) -> str:
    """The same for words that are shown but never posted: addresses, mentions and braces are taken out."""
    kept = tidy(text, limit, lines=lines).replace("{{", "(").replace("}}", ")")
    rows = []
    for row in kept.split("\n"):
        words = (word for word in row.split(" ") if not (ADDRESS.search(word) or MENTION.search(word)))
        rows.append(" ".join(words))
    return "\n".join(rows)
