"""Text from outside as Discord shows it: no markup, no mention, nothing invisible, within its limits.

Lengths are counted in UTF-16 units, which is never less than what Discord counts.
"""

from __future__ import annotations

import re

from bot.chat.invisible import visible
from bot.chat.shortening import shortened

# An address that ends at a space. Of any other Discord would take the escaping backslash behind it as a part.
_URL = re.compile(r"https?://[\w.~:/?#@!$&'()*+,;=%-]+(?=\s|\Z)")
_MARKUP = re.compile(r"([\\*_~`|<\[\]])")
_AT_LINE_START = re.compile(r"^(\s*)([#>+-])", re.MULTILINE)
_ORDERED = re.compile(r"^(\s*\d{1,9})([.)])", re.MULTILINE)
EMPTY = "–"


def length(text: str) -> int:
    """In UTF-16 units."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)


def escaped(text: str) -> str:
    """``text`` so that Discord shows it as it is. Addresses stay whole: they are shown as links."""
    parts, end = [], 0
    text = visible(text)
    for found in _URL.finditer(text):
        parts += [_plain(text[end : found.start()]), found.group()]
        end = found.end()
    return "".join([*parts, _plain(text[end:])])


def fitted(text: str, most: int) -> str:
    """``escaped(text)`` within ``most`` units: the beginning of ``text`` and "…" where it is longer."""
    return escaped(shortened(visible(text).strip(), most, lambda part: length(escaped(part))))


def plain(text: str, most: int) -> str:
    """For places that draw no markup: labels, titles of forms, choices. One line within ``most`` units."""
    return shortened(" ".join(visible(text).split()), most, length)


def _plain(text: str) -> str:
    text = _MARKUP.sub(r"\\\1", text).replace("://", "\\://")
    text = _AT_LINE_START.sub(r"\1\\\2", text)
    return _ORDERED.sub(r"\1\\\2", text)
