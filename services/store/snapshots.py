"""How the account stood each time it was read: trends come from here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

KEPT = 1000  # snapshots of each source


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``data`` is {followers_count, media: {id: [likes, comments]}}, None where unknown."""

    at: datetime
    source: str
    data: dict[str, Any]


def add(db: Database, snapshot: Snapshot) -> None:
    """Store one; a second one of the same microsecond replaces the first."""
    db.execute(
        "INSERT OR REPLACE INTO snapshots (at, source, data) VALUES (?, ?, ?)",
        [_text(snapshot.at), snapshot.source, json.dumps(snapshot.data)],
    )
    db.execute(
        "DELETE FROM snapshots WHERE source = ? AND at NOT IN "
        "(SELECT at FROM snapshots WHERE source = ? ORDER BY at DESC LIMIT ?)",
        [snapshot.source, snapshot.source, KEPT],
    )


def newest(db: Database, source: str, limit: int = KEPT) -> list[Snapshot]:
    """The newest ``limit`` of a source, oldest first."""
    rows = db.execute(
        "SELECT at, source, data FROM snapshots WHERE source = ? ORDER BY at DESC LIMIT ?", [source, limit]
    ).fetchall()
    return [Snapshot(datetime.fromisoformat(at), name, json.loads(data)) for at, name, data in reversed(rows)]


def first(db: Database, source: str) -> datetime | None:
    """When the source was read for the first time (of those kept)."""
    row = db.execute("SELECT min(at) FROM snapshots WHERE source = ?", [source]).fetchone()
    return datetime.fromisoformat(row[0]) if row[0] else None


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
