"""What the operator has to say by itself. One cause is one row, which counts up while it comes again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

MOST = 50  # the newest; older ones are in the chats' own history

_COLUMNS = "number, key, level, draft, title, text, remedy, times, first, last, over"


@dataclass(frozen=True, slots=True)
class Notice:
    """``level`` is good, bad or info; ``times`` how often it came; ``over`` when its cause ended."""

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
    db.execute(
        "INSERT INTO notices (key, level, draft, title, text, remedy, times, first, last)"
        " VALUES (:key, :level, :draft, :title, :text, :remedy, coalesce(:times, 1), :now, :now)"
        " ON CONFLICT (key) DO UPDATE SET level = :level, title = :title, text = :text, remedy = :remedy,"
        " times = coalesce(:times, times + 1), last = :now, over = NULL",
        {
            "key": key, "level": level, "draft": draft, "title": title, "text": text, "remedy": remedy,
            "times": times, "now": now.isoformat(),
        },
    )  # fmt: skip


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
    """Notices last said after ``moment``, oldest first, at most MOST."""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM notices WHERE last >= ? ORDER BY number DESC LIMIT ?",  # noqa: S608
        [moment.isoformat(), MOST],
    ).fetchall()
    return [_notice(row) for row in reversed(found)]


def _notice(row: tuple[Any, ...]) -> Notice:
    named = dict(zip(_COLUMNS.split(", "), row, strict=True))
    for name in ("first", "last", "over"):
        named[name] = datetime.fromisoformat(named[name]) if named[name] else None
    return Notice(**named)
