"""What the operator has to say by itself. One cause is one row, which counts up while it comes again.

A cause that is over, or rested for a day, begins a new row when it comes again: a message of last month that
changes is seen by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

MOST = 30  # those with the latest news; others are in the chats' own history

RESTED = timedelta(days=1)  # after so long without a word the same cause is news again
AGAIN = "again"  # the level of a row whose cause came again in a newer one

_COLUMNS = "number, key, level, draft, title, text, remedy, times, first, last, over"


@dataclass(frozen=True, slots=True)
class Notice:
    """``level`` is good, bad, info or AGAIN; ``times`` how often it came; ``over`` when its cause ended."""

    number: int
    key: str
    level: str
    draft: int | None
    title: str
    text: str
    remedy: str
    times: int
    first: datetime
    last: datetime
    over: datetime | None


def say(
    db: Database,
    key: str,
    title: str,
    *,
    now: datetime,
    level: str = "info",
    draft: int | None = None,
    text: str = "",
    remedy: str = "",
    times: int | None = None,
) -> None:
    """Say it under ``key``: a new notice, or the same once more; ``times`` sets the count instead."""
    _close_rested(db, key, now)
    db.execute(
        "INSERT INTO notices (key, level, draft, title, text, remedy, times, first, last)"
        " VALUES (:key, :level, :draft, :title, :text, :remedy, coalesce(:times, 1), :now, :now)"
        " ON CONFLICT (key) DO UPDATE SET level = :level, title = :title, text = :text, remedy = :remedy,"
        " times = coalesce(:times, times + 1), last = :now",
        {
            "key": key, "level": level, "draft": draft, "title": title, "text": text, "remedy": remedy,
            "times": times, "now": now.isoformat(),
        },
    )  # fmt: skip


def _close_rested(db: Database, key: str, now: datetime) -> None:
    before = get(db, key)
    if before is not None and (before.over is not None or now - before.last >= RESTED):
        close(db, key, now=now)


def close(db: Database, key: str, *, now: datetime) -> None:
    """What is said next under ``key`` is a new row; this one keeps its number, and so its message."""
    db.execute(
        "UPDATE notices SET key = key || ' #' || number, over = coalesce(over, ?2),"
        " level = CASE WHEN over IS NULL THEN ?1 ELSE level END WHERE key = ?3",
        [AGAIN, now.isoformat(), key],
    )


def retitle(db: Database, key: str, title: str) -> None:
    """What it is about has changed; that is no new word."""
    db.execute("UPDATE notices SET title = ? WHERE key = ?", [title, key])


def end(db: Database, key: str, *, now: datetime) -> None:
    """Its cause is over; said once."""
    db.execute("UPDATE notices SET over = ? WHERE key = ? AND over IS NULL", [now.isoformat(), key])


def get(db: Database, key: str) -> Notice | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM notices WHERE key = ?", [key]).fetchone()  # noqa: S608
    return _notice(row) if row else None


def standing(db: Database, kind: str) -> list[Notice]:
    """Notices whose key begins with ``kind`` and whose cause is not over."""
    query = f"SELECT {_COLUMNS} FROM notices WHERE over IS NULL AND substr(key, 1, ?) = ?"  # noqa: S608
    return [_notice(row) for row in db.execute(query, [len(kind), kind]).fetchall()]


def since(db: Database, moment: datetime) -> list[Notice]:
    """Notices last said after ``moment``, oldest first: those said or ended last, at most MOST."""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM notices WHERE last >= ?"  # noqa: S608
        " ORDER BY max(last, coalesce(over, last)) DESC, number DESC LIMIT ?",
        [moment.isoformat(), MOST],
    ).fetchall()
    return sorted(map(_notice, found), key=lambda notice: notice.number)


def _notice(row: tuple[Any, ...]) -> Notice:
    named = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in ("first", "last", "over"):
        named[name] = datetime.fromisoformat(named[name]) if named[name] else None
    return Notice(**named)
