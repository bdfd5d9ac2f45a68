"""The rows that guard the two calls that must not happen twice: a render that costs, and a publish.

A row is committed before its call. Renders: intent → running → done | failed | gone | cancelled; only
"failed" is the movie's fault and counts, until a person's retry makes it "forgiven".
Publications: prepared → intent → published | unknown | refused | abandoned.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class RenderGuard:
    draft: int
    revision: int
    attempt: int
    key: str
    handle: str | None
    state: str
    progress: float
    message: str
    intent_at: datetime


@dataclass(frozen=True, slots=True)
class PublicationGuard:
    """``acts`` counts how often publish() was called on this container."""

    draft: int
    revision: int
    attempt: int
    fingerprint: str
    publisher: str
    container: str
    state: str
    acts: int
    message: str
    prepared_at: datetime
    intent_at: datetime | None


def open_render(db: Database, draft: int, revision: int, renderer: str = "") -> RenderGuard | None:
    """The render of this revision that was begun and has not ended, if any; by ``renderer`` if named."""
    rows = db.query(
        "SELECT * FROM renders WHERE draft = ? AND revision = ? AND state IN ('intent', 'running')"
        " AND (? IN ('', renderer) OR renderer = '') ORDER BY attempt DESC LIMIT 1",
        [draft, revision, renderer],
    )
    for row in rows:
        return _render(row)
    return None


def open_render_keys(db: Database) -> frozenset[str]:
    """The keys and handles of all renders that were begun and have not ended."""
    rows = db.execute("SELECT key, handle FROM renders WHERE state IN ('intent', 'running')").fetchall()
    return frozenset(str(name) for row in rows for name in row if name)


def renders_to_stop(db: Database) -> list[int]:
    """Drafts that were denied before their video was there, while a render of them is still open."""
    rows = db.execute(
        "SELECT DISTINCT d.number FROM renders o"
        " JOIN drafts d ON d.number = o.draft AND d.revision = o.revision"
        " JOIN revisions r ON r.draft = d.number AND r.revision = d.revision"
        " WHERE o.state IN ('intent', 'running') AND d.state = 'denied' AND r.rendered IS NULL"
        " ORDER BY d.number DESC"
    )
    return [int(number) for (number,) in rows.fetchall()]


def rendering_of(db: Database, renderer: str, states: Sequence[str]) -> list[int]:
    """Drafts in one of these states, of whose present revision ``renderer`` has a render that is open."""
    rows = db.execute(
        "SELECT DISTINCT d.number FROM renders o"
        " JOIN drafts d ON d.number = o.draft AND d.revision = o.revision"
        " WHERE o.state IN ('intent', 'running') AND o.renderer = ?"
        " AND d.state IN (SELECT value FROM json_each(?))",
        [renderer, json.dumps([str(state) for state in states])],
    )
    return [int(number) for (number,) in rows.fetchall()]


def left_over(db: Database, in_use: Sequence[str], final: str) -> list[tuple[int, str]]:
    """Draft and key of open renders that nobody waits for: of renderers not in use any more, and finals of
    a draft that was revised since, is posted or has failed."""
    rows = db.execute(
        "SELECT o.draft, o.key FROM renders o JOIN drafts d ON d.number = o.draft"
        " WHERE o.state IN ('intent', 'running') AND o.renderer <> ''"
        " AND (o.renderer NOT IN (SELECT value FROM json_each(?)) OR (o.renderer = ?"
        "      AND (o.revision <> d.revision OR d.state IN ('posted', 'failed'))))",
        [json.dumps(list(in_use)), final],
    )
    return [(int(draft), str(key)) for draft, key in rows.fetchall()]


def failures(db: Database, draft: int, revision: int, renderer: str = "") -> int:
    """How many attempts (of ``renderer``) failed by their own fault, since the last retry by a person."""
    where = "draft = ? AND revision = ? AND state = 'failed' AND ? IN ('', renderer)"
    return int(db.table("renders").count_where(where, [draft, revision, renderer]))


def forgive(db: Database, draft: int, revision: int) -> None:
    """A person wants another try: what failed before counts no more."""
    db.execute(
        "UPDATE renders SET state = 'forgiven' WHERE draft = ? AND revision = ? AND state = 'failed'",
        [draft, revision],
    )


def intend_render(
    db: Database, draft: int, tag: str, revision: int, *, now: datetime, renderer: str = ""
) -> RenderGuard:
    """Commit the intent of one more attempt; its key is in what the renderer is given."""
    attempt = 1 + int(
        db.execute(
            "SELECT coalesce(max(attempt), 0) FROM renders WHERE draft = ? AND revision = ?",
            [draft, revision],
        ).fetchone()[0]
    )
    key = f"{tag}-{revision}-{attempt}"
    db.table("renders").insert(
        {
            "draft": draft,
            "revision": revision,
            "attempt": attempt,
            "key": key,
            "state": "intent",
            "intent_at": now.isoformat(),
            "renderer": renderer,
        }
    )
    return _render(next(iter(db.query("SELECT * FROM renders WHERE key = ?", [key]))))


def bought_render(db: Database, draft: int, revision: int, renderer: str) -> RenderGuard | None:
    """A render of this revision that was paid for and left alone when it was not wanted any more."""
    rows = db.query(
        "SELECT * FROM renders WHERE draft = ? AND revision = ? AND renderer = ? AND state = 'cancelled'"
        " AND handle IS NOT NULL ORDER BY attempt DESC LIMIT 1",
        [draft, revision, renderer],
    )
    for row in rows:
        return _render(row)
    return None


def set_render(db: Database, key: str, /, **columns: Any) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)
    db.execute(f"UPDATE renders SET {names} WHERE key = ?", [*columns.values(), key])  # noqa: S608


def publication(db: Database, draft: int) -> PublicationGuard | None:
    """The newest publication of a draft, of any revision, that was not given up."""
    rows = db.query(
        "SELECT * FROM publications WHERE draft = ? AND state NOT IN ('abandoned', 'refused')"
        " ORDER BY revision DESC, attempt DESC LIMIT 1",
        [draft],
    )
    for row in rows:
        return _publication(row)
    return None


def add_publication(
    db: Database,
    draft: int,
    revision: int,
    *,
    fingerprint: str,
    publisher: str,
    container: str,
    now: datetime,
) -> PublicationGuard:
    """Commit a container made for a draft. It is invisible until it is published."""
    attempt = 1 + int(
        db.execute(
            "SELECT coalesce(max(attempt), 0) FROM publications WHERE draft = ? AND revision = ?",
            [draft, revision],
        ).fetchone()[0]
    )
    db.table("publications").insert(
        {
            "draft": draft,
            "revision": revision,
            "attempt": attempt,
            "fingerprint": fingerprint,
            "publisher": publisher,
            "container": container,
            "state": "prepared",
            "prepared_at": now.isoformat(),
        }
    )
    guard = publication(db, draft)
    assert guard is not None
    return guard


def set_publication(db: Database, guard: PublicationGuard, /, **columns: Any) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)
    db.execute(
        f"UPDATE publications SET {names} WHERE draft = ? AND revision = ? AND attempt = ?",  # noqa: S608
        [*columns.values(), guard.draft, guard.revision, guard.attempt],
    )


def posted_since(db: Database, since: datetime) -> int:
    """How many posts went out by us since then: the rolling day of POSTS_PER_DAY."""
    row = db.execute(
        "SELECT count(*) FROM publications WHERE state = 'published' AND finished_at > ?", [since.isoformat()]
    ).fetchone()
    return int(row[0])


def posted_in_last_day(db: Database, now: datetime) -> int:
    return posted_since(db, now - timedelta(hours=24))


def oldest_post_since(db: Database, since: datetime) -> datetime | None:
    row = db.execute(
        "SELECT min(finished_at) FROM publications WHERE state = 'published' AND finished_at > ?",
        [since.isoformat()],
    ).fetchone()
    return datetime.fromisoformat(row[0]) if row[0] else None


def _render(row: dict[str, Any]) -> RenderGuard:
    return RenderGuard(
        draft=row["draft"],
        revision=row["revision"],
        attempt=row["attempt"],
        key=row["key"],
        handle=row["handle"],
        state=row["state"],
        progress=row["progress"],
        message=row["message"],
        intent_at=datetime.fromisoformat(row["intent_at"]),
    )


def _publication(row: dict[str, Any]) -> PublicationGuard:
    return PublicationGuard(
        draft=row["draft"],
        revision=row["revision"],
        attempt=row["attempt"],
        fingerprint=row["fingerprint"],
        publisher=row["publisher"],
        container=row["container"],
        state=row["state"],
        acts=row["acts"],
        message=row["message"],
        prepared_at=datetime.fromisoformat(row["prepared_at"]),
        intent_at=datetime.fromisoformat(row["intent_at"]) if row["intent_at"] else None,
    )
