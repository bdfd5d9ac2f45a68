"""Names of files as sqlite can hold them.

Names can be any bytes. Those that are no valid UTF-8 hold lone surrogates in Python, which sqlite cannot
store: they are escaped on the way in and restored on the way out.
"""

from __future__ import annotations

import re

# U+FFFE is no character (Unicode 23.7), so that hardly a name holds it; one that does is escaped as well.
_TO_ESCAPE = re.compile("[\ud800-\udfff\ufffe]")
_ESCAPED = re.compile("\ufffe([0-9a-f]{4})")


def escape(text: str) -> str:
    return _TO_ESCAPE.sub(lambda match: f"\ufffe{ord(match[0]):04x}", text)


def restore(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def like(text: str) -> str:
    """A LIKE pattern (ESCAPE '\\') for names that hold ``text``; % and _ mean themselves."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", escape(text)) + "%"
