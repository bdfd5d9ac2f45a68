"""Single remembered facts by name: is posting paused, did the first run happen, and the like."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from sqlite_utils import Database

PAUSED = "paused"  # {"by", "at"} or absent
OWN_NAME = "own_name"  # by which this operator's renders are told from others' on one account
BUDGET_SPENT = "budget_spent"  # {"text", "until", "of"}: why the planner is not asked, how long, of how much
FIRST_RUN = "first_run"  # the id of the generation that ran by itself


def get(db: Database, name: str) -> Any:
    row = db.execute("SELECT value FROM facts WHERE name = ?", [name]).fetchone()
    return json.loads(row[0]) if row else None


def put(db: Database, name: str, value: Any) -> None:
    db.table("facts").upsert({"name": name, "value": json.dumps(value)}, pk="name")


def forget(db: Database, name: str) -> None:
    db.execute("DELETE FROM facts WHERE name = ?", [name])


def own_name(db: Database) -> str:
    """The name of this operator among those who may use the same paid account; made once."""
    name = get(db, OWN_NAME)
    if name is None:
        name = secrets.token_hex(8)
        put(db, OWN_NAME, name)
    return str(name)


def slot_is_taken(db: Database, operation: str, slot: datetime) -> bool:
    query = "SELECT 1 FROM slots WHERE operation = ? AND slot = ?"
    return db.execute(query, [operation, slot.isoformat()]).fetchone() is not None


def claim_slot(db: Database, operation: str, slot: datetime, *, now: datetime, result: str = "") -> bool:
    """Take a cron slot for good; False when it was taken before, also before a crash."""
    cursor = db.execute(
        "INSERT OR IGNORE INTO slots (operation, slot, result, at) VALUES (?, ?, ?, ?)",
        [operation, slot.isoformat(), result, now.isoformat()],
    )
    return int(cursor.rowcount) == 1
