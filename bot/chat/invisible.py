"""Characters from outside that show nothing, or turn about what stands beside them."""

from __future__ import annotations

import re

# What moves other text about or takes no room at all; joiners stay, as emoji and some scripts need them.
# Of the control characters only tab and line feed are shown as anything.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)


def visible(text: str) -> str:
    """Without characters that show nothing or turn the reading direction of what follows."""
    return _INVISIBLE.sub("", text.encode("utf-8", "replace").decode("utf-8"))
