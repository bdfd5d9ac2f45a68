"""Text from outside inside a prompt: one bounded line in quotes, so that it passes for nothing else."""

from __future__ import annotations

import json
import unicodedata


def quoted(text: object, limit: int = 120) -> str:
    """``text`` as one JSON string of at most ``limit`` characters: no line ends, no invisible characters."""
    return json.dumps(plain(text, limit), ensure_ascii=False)


def plain(text: object, limit: int = 120) -> str:
    """The same without quotes: for values that are written as JSON anyway."""
    given = unicodedata.normalize("NFC", str(text if text is not None else "")[: 4 * limit])
    # Cc, Cf, Cs, Co: control, invisible and direction characters, halves of characters, private ones.
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in given)
    kept = " ".join(kept.split())
    return kept if len(kept) <= limit else kept[: limit - 1].rstrip() + "…"


def lines_of(text: str, limit: int = 400) -> list[str]:
    """A document's lines, each harmless in itself; empty ones are left out."""
    kept = (plain(line, limit) for line in text.splitlines())
    return [line for line in kept if line]
