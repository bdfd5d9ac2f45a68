"""Long work as rows: what was asked, how far it is, how it ended. Every surface follows the same row."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from services.errors import Refused

OPEN = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Job:
    """``state`` is queued, running, done or failed; ``done`` of ``total`` steps of ``stage``."""

    id: int
    kind: str
    params: dict[str, Any]
    state: str
    stage: str
    done: float
    total: float
    message: str
    result: dict[str, Any]
    error: str
    by: str
    created: datetime
    started: datetime | None
    finished: datetime | None

    @property
    def open(self) -> bool:
        return self.state in OPEN


def queue(db: Database, kind: str, params: dict[str, Any], *, by: str, now: datetime) -> int:
    db.execute(
        "INSERT INTO jobs (kind, params, state, by, created) VALUES (?, ?, 'queued', ?, ?)",
        [kind, json.dumps(params), by, now.isoformat()],
    )
    return int(db.execute("SELECT last_insert_rowid()").fetchone()[0])


def queue_generation(
    db: Database, count: int, *, by: str, now: datetime, intent: str = "", seed: int = 0
) -> int:
    """Order ``count`` videos. Without a ``seed`` chance picks one, kept so that the run can be repeated."""
    params = {
        "count": count,
        "intent": intent,
        "seed": seed or random.randrange(1, 2**31),  # noqa: S311 - variety, not secrecy
    }
    return queue(db, "generate", params, by=by, now=now)


def get(db: Database, job: int) -> Job:
    for row in db.query("SELECT * FROM jobs WHERE id = ?", [job]):
        return _job(row)
    raise Refused(f"There is no job {job}.", remedy="`autopotter jobs` lists them.")


def listed(db: Database, *, kinds: Sequence[str] = (), open_only: bool = False, limit: int = 50) -> list[Job]:
    """Jobs, newest first."""
    where, values = ["1"], list[Any]()
    if kinds:
        where.append(f"kind IN ({', '.join('?' * len(kinds))})")
        values += kinds
    if open_only:
        where.append("state IN ('queued', 'running')")
    query = f"SELECT * FROM jobs WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?"  # noqa: S608
    return [_job(row) for row in db.query(query, [*values, limit])]


def lately(db: Database, ended: int) -> list[Job]:
    """All that are open, and the last ``ended`` that are over, oldest first."""
    query = (
        "SELECT * FROM jobs WHERE finished IS NULL OR id IN (SELECT id FROM jobs"
        " WHERE finished IS NOT NULL ORDER BY finished DESC, id DESC LIMIT ?) ORDER BY id"
    )
    return [_job(row) for row in db.query(query, [ended])]


def start(db: Database, job: int, *, now: datetime) -> None:
    db.execute(
        "UPDATE jobs SET state = 'running', started = coalesce(started, ?) WHERE id = ? AND state = 'queued'",
        [now.isoformat(), job],
    )


def progress(
    db: Database, job: int, stage: str, done: float = 0, total: float = 0, message: str = ""
) -> None:
    db.execute(
        "UPDATE jobs SET stage = ?, done = ?, total = ?, message = ? WHERE id = ? AND state = 'running'",
        [stage, done, total, message, job],
    )


def note(db: Database, job: int, /, **result: Any) -> None:
    """Add to what the job will answer; it stays open."""
    known = get(db, job).result
    db.execute("UPDATE jobs SET result = ? WHERE id = ?", [json.dumps(known | result), job])


def finish(db: Database, job: int, *, now: datetime, error: str = "", message: str = "") -> None:
    db.execute(
        "UPDATE jobs SET state = ?, error = ?, message = ?, finished = ?"
        " WHERE id = ? AND state IN ('queued', 'running')",
        ["failed" if error else "done", error, message, now.isoformat(), job],
    )


def _job(row: dict[str, Any]) -> Job:
    times = {
        name: datetime.fromisoformat(row[name]) if row[name] else None for name in ("started", "finished")
    }
    return Job(
        **{
            **row,
            **times,
            "params": json.loads(row["params"]),
            "result": json.loads(row["result"]),
            "created": datetime.fromisoformat(row["created"]),
        }
    )
