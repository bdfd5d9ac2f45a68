"""The journal: every vote, edit, note and change of a draft, in the order of its sequence numbers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from services.model.draft import Draft, Standing
from services.model.vote import Choice, Vote

OPERATOR = "operator"  # the voter of entries about what the operator did by itself


class Kind(StrEnum):
    """What an entry records. The four choices of a vote keep their own names."""

    APPROVE = Choice.APPROVE
    DENY = Choice.DENY
    WITHDRAW = Choice.WITHDRAW
    HOLD = Choice.HOLD
    EDIT = "edit"  # data: before, after
    UNDO = "undo"  # data: undoes
    STATE = "state"  # data: failed, if it says so
    POST_NOW = "post_now"
    POST_AT = "post_at"  # data: at, the moment in UTC
    POSTED = "posted"
    POSTED_BY_HAND = "posted_by_hand"
    NOT_LIVE = "not_live"
    RETRY = "retry"
    REVISE = "revise"  # data: before, the revision it was made from
    PAUSE = "pause"
    RESUME = "resume"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Entry:
    sequence: int
    draft: int | None
    revision: int | None
    kind: Kind
    voter: str
    text: str
    fingerprint: str
    data: dict[str, Any]
    at: datetime


def add(
    db: Database,
    kind: Kind,
    *,
    voter: str,
    now: datetime,
    draft: int | None = None,
    revision: int | None = None,
    text: str = "",
    fingerprint: str = "",
    **data: Any,
) -> int:
    """Append an entry; answers its sequence number."""
    db.execute(
        "INSERT INTO journal (draft, revision, kind, voter, text, fingerprint, data, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [draft, revision, kind, voter, text, fingerprint, json.dumps(data), now.isoformat()],
    )
    return int(db.execute("SELECT last_insert_rowid()").fetchone()[0])


def about(
    db: Database,
    draft: Draft | Standing,
    kind: Kind,
    *,
    now: datetime,
    voter: str = OPERATOR,
    text: str = "",
    fingerprint: str = "",
    **data: Any,
) -> int:
    """An entry about the draft's present revision; by the operator itself, if no voter is named."""
    number, revision = draft.number, draft.revision
    return add(
        db, kind, voter=voter, now=now, draft=number, revision=revision, text=text,
        fingerprint=fingerprint, **data,
    )  # fmt: skip


def entries(db: Database, *, draft: int | None = None, limit: int = 200) -> list[Entry]:
    """The newest entries first, of one draft or of all."""
    where = "draft = ?" if draft is not None else "1"
    values = [draft] if draft is not None else []
    query = f"SELECT * FROM journal WHERE {where} ORDER BY sequence DESC LIMIT ?"  # noqa: S608
    return [_entry(row) for row in db.query(query, [*values, limit])]


def latest(db: Database) -> int:
    """The sequence of the newest entry, 0 without any."""
    return int(db.execute("SELECT coalesce(max(sequence), 0) FROM journal").fetchone()[0])


def after(db: Database, sequence: int) -> list[Entry]:
    """The entries newer than this, oldest first."""
    return [
        _entry(row)
        for row in db.query("SELECT * FROM journal WHERE sequence > ? ORDER BY sequence", [sequence])
    ]


def votes(db: Database, draft: int) -> list[Vote]:
    """The votes on a draft, oldest first."""
    rows = db.query(
        "SELECT * FROM journal WHERE draft = ? AND kind IN ('approve', 'deny', 'withdraw', 'hold')"
        " ORDER BY sequence",
        [draft],
    )
    return [
        Vote(
            sequence=row["sequence"],
            voter=row["voter"],
            choice=Choice(row["kind"]),
            revision=row["revision"],
            fingerprint=row["fingerprint"],
            at=datetime.fromisoformat(row["at"]),
            reason=row["text"],
        )
        for row in rows
    ]


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        sequence=row["sequence"],
        draft=row["draft"],
        revision=row["revision"],
        kind=Kind(row["kind"]),
        voter=row["voter"],
        text=row["text"],
        fingerprint=row["fingerprint"],
        data=json.loads(row["data"]),
        at=datetime.fromisoformat(row["at"]),
    )
