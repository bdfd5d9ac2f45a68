"""What the operator says by itself, as messages: posted, failed, a token that ends, a pause, the digest."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from bot.chat.port import Message
from bot.operator import Operator, draft_folder
from services.model.draft import Draft
from services.store import drafts, facts, notices
from services.store.notices import Notice

POSTED = "posted:"  # what keys of posts begin with

SENT = 9 * 1024**2  # bytes of a video that every chat takes as it is; of a larger one the preview is sent

_TONES = {"good": "good", "bad": "bad", "info": "plain"}
_WEB = ("https://", "http://")


def key_of(notice: Notice) -> str:
    return f"notice:{notice.number}"


def messages_of(db: Database, op: Operator, since: datetime) -> list[tuple[Message, int | None]]:
    """The messages of notices last said after ``since``, oldest first, and the draft each is about."""
    own = facts.own_name(db)
    return [(message(db, op, notice, own), notice.draft) for notice in notices.since(db, since)]


def message(db: Database, op: Operator, notice: Notice, own: str) -> Message:
    """One notice's. A cause that came again says how often, in the same message."""
    counted = f" ({notice.times} times)" if notice.times > 1 else ""
    over = "It came again: see the newer message." if notice.level == notices.AGAIN else "It is over."
    mark = f"note {notice.number}.{own[:6]}"
    draft = drafts.get(db, notice.draft) if notice.key.startswith(POSTED) and notice.draft else None
    image, video = _files(op, draft) if draft else (None, None)
    return Message(
        key=key_of(notice),
        mark=mark,
        title=f"{notice.title}{counted}",
        text="\n".join(
            filter(None, (notice.text, "" if notice.over else notice.remedy, over if notice.over else ""))
        ),
        tone="done" if notice.over else _TONES[notice.level],
        foot=mark,
        link=draft.permalink if draft and draft.permalink.startswith(_WEB) else "",
        image=image,
        video=video,
        pictures=f"posted {notice.draft}" if image else "",  # what was sent stays, whatever is cleared
    )


def _files(op: Operator, draft: Draft) -> tuple[Path | None, Path | None]:
    """The cover of a post; the video, too, where no link leads to it: it is in a folder on this computer."""
    rendered = draft.rendered
    if rendered is None:
        return None, None
    folder = draft_folder(op.drafts_dir, draft.number, draft.tag, draft.revision)
    if draft.permalink.startswith(_WEB):
        return folder / rendered.cover, None
    return folder / rendered.cover, folder / (rendered.video if rendered.size <= SENT else rendered.preview)
