"""Words that may be shown: names made harmless, numbers and dates as people say them.

File and folder names come from outside. What leaves this module carries no control character, no
template braces, no markup, no mention, no hashtag and no address.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

_ADDRESS = re.compile(r"(?i)\b(?:https?|ftp|www)\b[:.]?\S*|\S+://\S*")
_LEFT_OUT = str.maketrans(dict.fromkeys('{}<>@#\\|`$^*~"[]', " "))
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def harmless(text: str, limit: int = 40) -> str:
    """``text`` as one short line of letters, digits and plain punctuation; "" if nothing is left."""
    text = unicodedata.normalize("NFC", text[:1000])
    text = "".join(c if _printable(c) else " " for c in text)
    text = _ADDRESS.sub(" ", text).translate(_LEFT_OUT)
    text = " ".join(text.split()).strip(" -_.,:;'")
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[limit // 2 :] else cut).rstrip() + "…"


def _printable(char: str) -> bool:
    # Letters, marks, digits, punctuation, plain spaces; symbols and emoji have no glyph in the titles' font.
    return unicodedata.category(char)[0] in "LMNP" or char == " "


def numbered(number: int) -> str:
    """ "three", "17"."""
    return _NUMBERS[number] if 0 <= number < len(_NUMBERS) else str(number)


def counted(number: int, noun: str, plural: str = "") -> str:
    """ "one photo", "three photos", "17 clips"."""
    return f"{numbered(number)} {noun if number == 1 else plural or noun + 's'}"


def seconds(value: float) -> str:
    """Whole seconds as words for a sentence: "eight seconds"."""
    whole = max(1, round(value))
    return counted(whole, "second")


def day(value: date) -> str:
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def listed(words: Sequence[str], most: int = 4) -> str:
    """ "RV01, RV02 and RV06"; more than ``most`` are counted."""
    if len(words) > most:
        return f"{', '.join(words[: most - 1])} and {counted(len(words) - most + 1, 'other')}"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def singular(noun: str) -> str:
    """ "ripple vases" → "ripple vase", for the plain plurals that people name series with."""
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("ches", "shes", "sses", "xes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us")) else noun


def with_article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}" if noun else ""


def first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def shortened(text: str, limit: int) -> str:
    """``text`` within ``limit`` characters, cut at a word."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,:;") + "…"


def reading_time(text: str) -> float:
    """Seconds that a short text must stand on a screen to be read."""
    return 0.45 + 0.18 * max(1, len(text.split()))
