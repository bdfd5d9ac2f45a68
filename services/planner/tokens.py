"""How many tokens a text costs, estimated: exact vocabularies would be downloaded at run time.

The rule, for the byte-pair vocabularies of current models: a word of up to eight ASCII letters is one token,
each four further letters are one more; up to three digits are one; other letters cost two of three
characters; a mark between letters or digits is half a token (it mostly goes with the word after it), other
marks one for each two; a line's end is one. English prose comes out some percent above the real count, tables
of file names about a third above it: an estimate errs to the safe side of a budget.
"""

from __future__ import annotations

import math
import re

_PARTS = re.compile(r"([A-Za-z]+)|(\d+)|([^\W\d_A-Za-z]+)|(\n+)|( +)|([^\w\s]|_)+")


def estimate_tokens(text: str) -> int:
    """At least 0; deterministic, linear in the length of ``text``."""
    total = 0.0
    for match in _PARTS.finditer(text):
        letters, digits, other, ends, spaces, _ = match.groups()
        length = match.end() - match.start()
        if letters:
            total += 1 + max(0, math.ceil((length - 8) / 4))
        elif digits:
            total += math.ceil(length / 3)
        elif other:
            total += length * 2 / 3
        elif ends:
            total += 1
        elif spaces:
            total += length > 1
        else:
            inside = (
                match.start() > 0 and text[match.start() - 1].isalnum() and text[match.end() :][:1].isalnum()
            )
            total += 0.5 if length == 1 and inside else math.ceil(length / 2)
    return math.ceil(total)
