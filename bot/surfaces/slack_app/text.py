"""Text from outside as Slack shows it: no markup, no mention, no link, nothing invisible, within its limits.

Whatever comes from outside stands in plain_text objects, which Slack shows as they are. Where only mrkdwn is
taken, & < > are escaped, as Slack's reference asks; ``verbatim`` keeps it from finding mentions and links.
https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bot.chat.invisible import visible
from bot.chat.shortening import shortened

EMPTY = "–"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escaped(text: str) -> str:
    return visible(text).translate(_ENTITIES)


def fitted(text: str, most: int) -> str:
    """``escaped(text)`` within ``most`` characters: the beginning of ``text`` and "…" where it is longer."""
    return escaped(shortened(visible(text), most, lambda part: len(escaped(part))))


def plain(text: str, most: int) -> dict[str, Any]:
    """An object that shows ``text`` as it is, shortened to ``most`` characters; never empty."""
    return {"type": "plain_text", "text": shortened(visible(text), most).strip() or EMPTY, "emoji": False}


def line(text: str, most: int) -> dict[str, Any]:
    """The same in one line, for labels and titles."""
    return plain(" ".join(visible(text).split()), most)


def markup(text: str) -> dict[str, Any]:
    """An object of the operator's own markup."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def link(url: str, words: str) -> str:
    """A link, as markup."""
    return f"<{address(url)}|{escaped(words)}>"


def address(url: str) -> str:
    """``url`` without characters that would end it in Slack's markup."""
    return quote(url, safe="/:?&=#%+,;@!$'()*~[]-._")


def section(text: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": text, **more}
