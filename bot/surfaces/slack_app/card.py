"""A message of the operator as Slack draws it: blocks, within Slack's limits.

https://docs.slack.dev/reference/block-kit/blocks: header 150, section 3000, ten fields of 2000, 25 buttons
of 75; all blocks together about 13,000 characters, which Slack's reference does not say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.chat.buttons import button_id
from bot.chat.port import Field, Message
from bot.reply import Action
from bot.surfaces.slack_app.text import fitted, line, link, markup, plain, section

HEADER, SECTION, FIELD, ROWS, BUTTONS, LABEL, NAME = 150, 3000, 900, 5, 25, 75, 60
WHOLE = 12_000
FOOT, ALT, ADDRESS, MOST_FIELDS, SHORTEST = 300, 200, 2000, 15, 30  # our own, so that all of it fits
FALLBACK = 1000  # of the text that notifications and screen readers get
EVENT = "autopotter_message"  # the kind of metadata below our messages
MARK_SEPARATOR = " · "

_TONES = {"plain": "🔵", "waiting": "🟡", "good": "🟢", "bad": "🔴", "done": "⚪"}


@dataclass(frozen=True, slots=True)
class Attached:
    """The id of the uploaded picture that is shown, and why a file is missing, "" if none is."""

    image: str = ""
    note: str = ""


def blocks(message: Message, attached: Attached | None = None) -> list[dict[str, Any]]:
    attached, room, cell, rows = attached or Attached(), SECTION, FIELD, MOST_FIELDS
    while True:
        drawn = _blocks(message, attached, room, cell, rows)
        over = len(json.dumps(drawn, separators=(",", ":"), ensure_ascii=False)) - WHOLE
        if over <= 0 or not rows:
            return drawn
        if room:  # the text gives way first, as "Details" shows all of it
            room = max(0, room - over - 1)
        elif cell > SHORTEST:
            cell //= 2
        else:
            rows -= 1


def _blocks(message: Message, attached: Attached, room: int, cell: int, rows: int) -> list[dict[str, Any]]:
    title = f"{_TONES.get(message.tone, _TONES['plain'])} {message.title}"
    drawn: list[dict[str, Any]] = [{"type": "header", "text": line(title, HEADER)}]
    drawn += _way(message.link, "Open it")
    if message.text and room:
        drawn.append(section(plain(message.text, room)))
    fields = [*message.fields[: MOST_FIELDS - 1], *([Field("Files", attached.note)] if attached.note else [])]
    drawn += _table(fields[:rows], cell)
    drawn += _way(message.video_link, "The video")
    if attached.image:
        about = line(message.title, ALT)["text"]
        drawn.append({"type": "image", "slack_file": {"id": attached.image}, "alt_text": about})
    if message.foot:
        drawn.append({"type": "context", "elements": [line(message.foot, FOOT)]})
    if message.actions:
        drawn.append({"type": "actions", "elements": _buttons(message)})
    return drawn


def _way(url: str, words: str) -> list[dict[str, Any]]:
    """A link of its own; none for an address that no block takes."""
    text = link(url, words)
    return [section(markup(text))] if url and len(text) <= ADDRESS else []


def _table(fields: list[Field], most: int) -> list[dict[str, Any]]:
    """Names on the left, in the operator's own bold; values, which may come from outside, on the right."""
    drawn = []
    for start in range(0, len(fields), ROWS):
        cells: list[dict[str, Any]] = []
        for field in fields[start : start + ROWS]:
            cells += [markup(f"*{fitted(field.name, NAME)}*"), plain(field.text, most)]
        drawn.append({"type": "section", "fields": cells})
    return drawn


def _buttons(message: Message) -> list[dict[str, Any]]:
    return [_button(action, message.shows) for action in message.actions[:BUTTONS]]


def _button(action: Action, shows: str) -> dict[str, Any]:
    drawn = {
        "type": "button",
        "text": line(action.label, LABEL),
        "action_id": button_id(action, shows),
    }
    return drawn | ({"style": action.style} if action.style in ("primary", "danger") else {})


def fallback(message: Message) -> str:
    """For notifications and screen readers: what it is, and where it stands."""
    status = message.fields[0].text if message.fields else message.text
    return fitted(" – ".join(filter(None, (message.title, " ".join(status.split())))), FALLBACK) or "…"


def metadata(message: Message, attached: Attached) -> dict[str, Any]:
    """What the message carries along unseen: its mark, which file its picture is, which one is missing."""
    return {"event_type": EVENT, "event_payload": {"mark": message.mark, **asdict(attached)}}


def marked(found: Mapping[str, Any], mark: str) -> bool:
    """Whether a message carries this mark: unseen, or at its foot, should Slack not tell the unseen."""
    if _payload(found).get("mark") == mark:
        return True
    feet = [
        str(element.get("text") or "")
        for block in found.get("blocks") or ()
        if block.get("type") == "context"
        for element in block.get("elements") or ()
    ]
    return any(foot.rpartition(MARK_SEPARATOR)[2] == mark for foot in feet)  # before it stand names


def attached_to(found: Mapping[str, Any]) -> Attached:
    """What a message says of its files."""
    payload = _payload(found)
    return Attached(str(payload.get("image") or ""), str(payload.get("note") or ""))


def _payload(found: Mapping[str, Any]) -> Mapping[str, Any]:
    told = found.get("metadata") or {}
    payload = told.get("event_payload")
    return payload if told.get("event_type") == EVENT and isinstance(payload, dict) else {}


def unsigned(message: Message) -> Message:
    """The same for a reply: without its mark, by which find() would take it for the card, and buttons."""
    return replace(message, foot="", actions=(), seeded=False)
