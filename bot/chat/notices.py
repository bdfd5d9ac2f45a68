"""What the operator says by itself, as messages: posted, failed, a token that ends, a pause, the digest."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from bot.chat.port import Message
from bot.operator import Operator
from services.store import facts, notices
from services.store.notices import Notice

_TONES = {"good": "good", "bad": "bad", "info": "plain"}


def key_of(notice: Notice) -> str:
    return f"notice:{notice.key}"


def messages_of(db: Database, op: Operator, since: datetime) -> list[tuple[Message, int | None]]:
    """The messages of notices last said after ``since``, oldest first, and the draft each is about."""
    own = facts.own_name(db)
    return [(message(notice, own), notice.draft) for notice in notices.since(db, since)]


def message(notice: Notice, own: str) -> Message:
    """One notice's. A cause that came again says how often, in the same message."""
    counted = f" ({notice.times} times)" if notice.times > 1 else ""
    over = "It is over." if notice.over else ""
    mark = f"note {notice.number}.{own[:6]}"
    return Message(
        key=key_of(notice),
        mark=mark,
        title=f"{notice.title}{counted}",
        text="\n".join(filter(None, (notice.text, "" if notice.over else notice.remedy, over))),
        tone="done" if notice.over else _TONES[notice.level],
        foot=mark,
    )
