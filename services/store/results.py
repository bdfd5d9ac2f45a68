"""How posted drafts did, read once at each age: what evidence is made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from services.evidence import Result
from services.model.draft import State
from services.model.proposal import Labels

AGES = {"24h": timedelta(hours=24), "7d": timedelta(days=7)}
LATE = timedelta(hours=12)  # a reading that much after its age says something else than one in time


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reading that is to be made at ``at``; ``media_id`` and ``permalink`` find the post, "" if unknown."""

    draft: int
    age: str
    at: datetime
    media_id: str
    permalink: str


def wanted(db: Database) -> list[Wanted]:
    """The readings that posted drafts still lack, the earliest first."""
    rows = db.query(
        "SELECT d.number, d.posted_at, d.permalink, (SELECT media_id FROM publications p WHERE p.draft ="
        " d.number AND p.media_id <> '' ORDER BY p.finished_at DESC LIMIT 1) AS media_id,"
        " (SELECT group_concat(age) FROM results r WHERE r.draft = d.number) AS ages"
        " FROM drafts d WHERE d.state = ? AND d.posted_at IS NOT NULL",
        [str(State.POSTED)],
    )
    found = []
    for row in rows:
        known = set((row["ages"] or "").split(","))
        posted = datetime.fromisoformat(row["posted_at"])
        for age, after in AGES.items():
            if age not in known and (row["media_id"] or row["permalink"]):
                media_id, link = row["media_id"] or "", row["permalink"]
                found.append(Wanted(row["number"], age, posted + after, media_id, link))
    return sorted(found, key=lambda w: (w.at, w.draft))


def keep(db: Database, reading: Wanted, data: dict[str, Any], *, now: datetime) -> None:
    """Store a reading once; {} when the post was not found in time."""
    db.execute(
        "INSERT OR IGNORE INTO results (draft, age, media_id, data, late, at) VALUES (?, ?, ?, ?, ?, ?)",
        [
            reading.draft, reading.age, reading.media_id, json.dumps(data), now - reading.at > LATE,
            now.isoformat(),
        ],
    )  # fmt: skip


def of_draft(db: Database, number: int) -> dict[str, dict[str, Any]]:
    """Readings by age."""
    rows = db.query("SELECT age, data FROM results WHERE draft = ?", [number])
    return {row["age"]: json.loads(row["data"]) for row in rows}


def read_since(db: Database, moment: datetime) -> list[tuple[int, str, dict[str, Any]]]:
    """(draft, age, reading) of the readings made since then, in the order they were made."""
    rows = db.execute("SELECT draft, age, data FROM results WHERE at >= ? ORDER BY at", [moment.isoformat()])
    return [(int(draft), str(age), json.loads(data)) for draft, age, data in rows.fetchall()]


def results(db: Database) -> list[Result]:
    """One for each posted draft whose engagement is known: at seven days, else at one."""
    rows = db.query(
        "SELECT s.draft, s.age, s.data, r.labels FROM results s JOIN drafts d ON d.number = s.draft"
        " JOIN revisions r ON r.draft = d.number AND r.revision = d.revision ORDER BY s.draft, s.age"
    )
    found: dict[int, Result] = {}
    for row in rows:  # "24h" before "7d": the later one replaces it
        rate = json.loads(row["data"]).get("engagement_rate")
        if isinstance(rate, int | float):
            found[row["draft"]] = Result(Labels.model_validate_json(row["labels"]), float(rate))
    return list(found.values())
