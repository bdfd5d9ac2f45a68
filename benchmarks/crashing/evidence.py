"""What is true at the end: the store's word, the double's counts and the people's notes, compared."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.crashing.people import People


def compare(data: Path, people: People, counts: dict[str, Any]) -> tuple[dict[str, int], list[str]]:
    """The figures, and a sentence for everything that is wrong.

    double: effects beyond a draft's first, and publish requests for what was published or on its way.
    lost: accepted votes, saved words, drafts and generations that operator.db does not know.
    untrue: drafts whose state, approval or row says something else than what happened, or what an autopost
    said; publishes begun while posting was paused.
    """
    with closing(sqlite3.connect(data / "operator.db")) as db:
        db.row_factory = sqlite3.Row
        lost = _lost(db, people)
        double = _double(counts)
        untrue = _untrue(db, people, counts) + _unsaid(db, people, counts)
        drafts = int(db.execute("SELECT count(*) FROM drafts").fetchone()[0])
    figures = {
        "drafts": drafts,
        "effects": len(counts["effects"]),
        "double": len(double),
        "lost": len(lost),
        "untrue": len(untrue),
        "votes": people.accepted.total() + len(people.saved),
        "requests": len(counts["requests"]),
        "autoposts": len(people.posted),
        "pauses": len(people.pauses),
    }
    return figures, [*double, *lost, *untrue]


def _double(counts: dict[str, Any]) -> list[str]:
    effects = Counter(effect["number"] for effect in counts["effects"])
    found = [f"draft {number} was published again" for number, n in effects.items() for _ in range(n - 1)]
    repeats = [r for r in counts["requests"] if r["outcome"] == "repeat"]
    return found + [f"draft {r['number']}: publish was sent though it had happened" for r in repeats]


def _lost(db: sqlite3.Connection, people: People) -> list[str]:
    entries = db.execute("SELECT draft, kind, voter, text, data FROM journal").fetchall()
    known = Counter((entry["draft"], entry["kind"], entry["voter"]) for entry in entries)
    texts = {(entry["draft"], entry["text"]) for entry in entries}
    texts |= {(e["draft"], json.loads(e["data"]).get("after")) for e in entries if e["kind"] == "edit"}
    found = [
        f"{kind} of draft {number} by {voter}: {known[number, kind, voter]} of {times} in the journal"
        for (number, kind, voter), times in people.accepted.items()
        for _ in range(times - known[number, kind, voter])
    ]
    found += [f"draft {number}: {text!r} is not in the journal" for number, text in people.texts - texts]
    heard = {e["draft"] for e in entries if e["voter"] == "sheet" or "the sheet said" in e["text"]}
    found += [
        f"draft {number}: {word} in the sheet was not heard"
        for number, word in people.saved.items()
        if number not in heard
    ]
    drafts = {row[0] for row in db.execute("SELECT number FROM drafts")}
    jobs = {row[0] for row in db.execute("SELECT id FROM jobs")}
    found += [f"draft {number} is gone" for number in people.drafts - drafts]
    found += [f"generation {job} is gone" for job in people.jobs - jobs]
    return found


def _untrue(db: sqlite3.Connection, people: People, counts: dict[str, Any]) -> list[str]:
    states = dict(db.execute("SELECT number, state FROM drafts").fetchall())
    out = {effect["number"] for effect in counts["effects"]}
    found = [
        f"draft {number} is {state}, but was {'' if number in out else 'not '}published"
        for number, state in states.items()
        if (state == "posted") != (number in out)
    ]
    approved = set(db.execute("SELECT draft, fingerprint FROM journal WHERE kind = 'approve'"))
    approved = {(row["draft"], row["fingerprint"]) for row in approved}
    found += [
        f"draft {effect['number']} was published without an approval of what was published"
        for effect in counts["effects"]
        if (effect["number"], effect["fingerprint"]) not in approved
    ]
    words = {"draft": "Draft", "denied": "Denied", "posted": "Posted", "approved": "Approved"}
    shown = _statuses(people)
    for (number,) in db.execute("SELECT draft FROM revisions WHERE rendered NOT NULL"):
        if states[number] in words and shown.get(number) != [words[states[number]]]:
            found.append(f"the sheet says {shown.get(number)} of draft {number}, which is {states[number]}")
    return found


def _unsaid(db: sqlite3.Connection, people: People, counts: dict[str, Any]) -> list[str]:
    out = {effect["number"] for effect in counts["effects"]}
    found = [f"autopost said it had posted draft {number}" for number in people.posted - out]
    for number, at in db.execute("SELECT draft, intent_at FROM publications WHERE intent_at NOT NULL"):
        begun = datetime.fromisoformat(at)
        found += [
            f"the publish of draft {number} was begun while posting was paused"
            for paused, resumed in people.pauses
            if paused < begun < resumed
        ]
    return found


def _statuses(people: People) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in people.papers.rows():
        found.setdefault(int(row["Video number"]), []).append(row["Status"])
    return found
