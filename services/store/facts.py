"""Single remembered facts by name: is posting paused, did the first run happen, and the like."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlite_utils import Database

PAUSED = "paused"  # {"by", "at"} or absent
FIRST_RUN = "first_run"  # the id of the generation that ran by itself


def get(db: Database, name: str) -> Any:
    row = db.execute("SELECT value FROM facts WHERE name = ?", [name]).fetchone()
    return json.loads(row[0]) if row else None


def put(db: Database, name: str, value: Any) -> None:
    db.table("facts").upsert({"name": name, "value": json.dumps(value)}, pk="name")


def forget(db: Database, name: str) -> None:
    db.execute("DELETE FROM facts WHERE name = ?", [name])


def claim_slot(db: Database, operation: str, slot: datetime, *, now: datetime, result: str = "") -> bool:
    """Take a cron slot for good; False when it was taken before, also before a crash."""
    cursor = db.execute(
        "INSERT OR IGNORE INTO slots (operation, slot, result, at) VALUES (?, ?, ?, ?)",
        [operation, slot.isoformat(), result, now.isoformat()],
    )
    return int(cursor.rowcount) == 1
