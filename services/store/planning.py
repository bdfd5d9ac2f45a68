"""What planning with a paid service leaves behind: conversations by run, uploaded files, and what was used.

Times are stored in UTC in one width, so that text sorts as time does. Costs are US dollars.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class Conversation:
    """``run`` is the run it serves (KEPT: it goes on for ever), ``configuration`` a hash of what we sent."""

    run: str
    id: str
    configuration: str
    model: str
    at: datetime


KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Usage:
    """One call. ``input`` counts all input tokens, ``cached`` those of them read from a cache, ``output``
    includes ``reasoning``. ``cost`` None: no price is known. ``estimated``: the answer never came."""

    run: str
    purpose: str
    model: str
    input: int
    cached: int
    output: int
    reasoning: int
    cost: float | None
    at: datetime
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """The sum of some calls. ``cost`` is that of the calls with a known price."""

    calls: int
    input: int
    cached: int
    output: int
    cost: float
    unpriced: int
    estimated: int


def add_usage(db: Database, usage: Usage) -> None:
    db.execute(
        "INSERT INTO usage (run, purpose, model, input, cached, output, reasoning, cost, estimated, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            usage.run,
            usage.purpose,
            usage.model,
            usage.input,
            usage.cached,
            usage.output,
            usage.reasoning,
            usage.cost,
            usage.estimated,
            _text(usage.at),
        ],
    )


def spent(db: Database, *, since: datetime | None = None, run: str = "") -> Spent:
    """The sum of all calls since then, of one run if it is named."""
    where, values = ["1"], list[str]()
    if since is not None:
        where.append("at >= ?")
        values.append(_text(since))
    if run:
        where.append("run = ?")
        values.append(run)
    row = db.execute(
        "SELECT count(*), total(input), total(cached), total(output), total(cost), "  # noqa: S608 - our words
        f"count(*) - count(cost), total(estimated) FROM usage WHERE {' AND '.join(where)}",
        values,
    ).fetchone()
    calls, read, cached, written, cost, unpriced, estimated = row
    return Spent(calls, int(read), int(cached), int(written), float(cost), unpriced, int(estimated))


def conversation(db: Database, run: str) -> Conversation | None:
    return _conversation(db, "WHERE run = ?", [run])


def latest_conversation(db: Database) -> Conversation | None:
    return _conversation(db, "ORDER BY at DESC", [])


def keep_conversation(db: Database, found: Conversation) -> None:
    db.execute(
        "INSERT OR REPLACE INTO conversations (run, id, configuration, model, at) VALUES (?, ?, ?, ?, ?)",
        [found.run, found.id, found.configuration, found.model, _text(found.at)],
    )


def forget_conversation(db: Database, run: str) -> None:
    db.execute("DELETE FROM conversations WHERE run = ?", [run])


def forget_conversations(db: Database) -> int:
    """Forget all; the number forgotten."""
    return int(db.execute("DELETE FROM conversations").rowcount)


def uploaded(db: Database, digests: Collection[str], *, now: datetime) -> dict[str, str]:
    """Content digest → the service's file id, of those that have not expired."""
    marks = ",".join("?" * len(digests))
    rows = db.execute(
        f"SELECT digest, id FROM uploads WHERE digest IN ({marks}) AND expires > ?",  # noqa: S608
        [*digests, _text(now)],
    )
    return dict(rows.fetchall())


def add_upload(db: Database, digest: str, file_id: str, *, expires: datetime) -> None:
    db.execute(
        "INSERT OR REPLACE INTO uploads (digest, id, expires) VALUES (?, ?, ?)",
        [digest, file_id, _text(expires)],
    )


def forget_uploads(db: Database) -> None:
    db.execute("DELETE FROM uploads")


def _conversation(db: Database, rest: str, values: list[str]) -> Conversation | None:
    query = f"SELECT run, id, configuration, model, at FROM conversations {rest} LIMIT 1"  # noqa: S608
    row = db.execute(query, values).fetchone()
    if row is None:
        return None
    name, found, configuration, model, at = row
    return Conversation(name, found, configuration, model, datetime.fromisoformat(at))


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
