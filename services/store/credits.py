"""What paid renders cost, in the service's credits: taken before the call, corrected when it is known.

A row is committed before its call and so counts also when the answer was lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Spent:
    """Credits of a day and of a month; ``open``: some of them are estimates of renders under way."""

    day: int
    month: int
    open: bool


def spent(db: Database, *, day: datetime, month: datetime) -> Spent:
    """Since these two moments."""
    query = "SELECT 1 FROM credits WHERE settled = 0 AND at >= ? LIMIT 1"
    is_open = db.execute(query, [_utc(month)]).fetchone() is not None
    return Spent(since(db, day), since(db, month), is_open)


def take(db: Database, key: str, credits: int, *, now: datetime) -> None:
    """The render named ``key`` is about to be bought for about so many."""
    db.execute(
        "INSERT INTO credits (key, credits, at) VALUES (?, ?, ?)"
        " ON CONFLICT(key) DO UPDATE SET credits = excluded.credits, at = excluded.at",
        [key, credits, _utc(now)],
    )


def know(db: Database, key: str, handle: str) -> None:
    """The handle under which the service knows it."""
    db.execute("UPDATE credits SET handle = ? WHERE key = ?", [handle, key])


def give_back(db: Database, key: str) -> None:
    """It was certainly not bought."""
    db.execute("DELETE FROM credits WHERE key = ?", [key])


def taken(db: Database, handle: str) -> int | None:
    """What was taken for the render with this handle; None if that is not known."""
    row = db.execute("SELECT credits FROM credits WHERE handle = ?", [handle]).fetchone()
    return int(row[0]) if row else None


def of_revision(db: Database, draft: int, revision: int) -> int:
    """What all renders of a revision cost, as far as that is known; 0 for nothing."""
    query = (
        "SELECT coalesce(sum(c.credits), 0) FROM credits c JOIN renders r ON r.key = c.key"
        " WHERE r.draft = ? AND r.revision = ?"
    )
    return int(db.execute(query, [draft, revision]).fetchone()[0])


def taken_at(db: Database, handle: str) -> datetime | None:
    row = db.execute("SELECT at FROM credits WHERE handle = ?", [handle]).fetchone()
    return datetime.fromisoformat(row[0]) if row else None


def settle(db: Database, handle: str, credits: int) -> bool:
    """It cost so many; whether that is news."""
    cursor = db.execute(
        "UPDATE credits SET credits = ?, settled = 1 WHERE handle = ? AND settled = 0", [credits, handle]
    )
    return int(cursor.rowcount) > 0


def since(db: Database, moment: datetime) -> int:
    """Credits used since then, as far as they are known by now."""
    query = "SELECT coalesce(sum(credits), 0) FROM credits WHERE at >= ?"
    return int(db.execute(query, [_utc(moment)]).fetchone()[0])


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
