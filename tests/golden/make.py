"""Makes the golden operator.db of the schema this code has, and beside it what reading it must say.

    python -m tests.golden.make

Run it once, with the code that is about to be released, and commit both files; a golden file is never made
again later (docs/decisions.md, "Golden databases"). A file that is there is not replaced.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from services.model.draft import Rendered, State
from services.model.proposal import Labels, Proposal, Resource
from services.model.vote import Choice
from services.store import Store, decisions, drafts, facts, guards, jobs, journal, rows, snapshots
from services.store.journal import Kind
from services.store.migrations import migrations

HERE = Path(__file__).parent
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
TARGET = "outbox"


def expected(db: Database) -> dict[str, Any]:
    """What every later version must still read out of the database."""
    return {
        "drafts": [
            {
                "number": draft.number,
                "tag": draft.tag,
                "state": str(draft.state),
                "revision": draft.revision,
                "title": draft.title,
                "caption": draft.caption,
                "movie": draft.movie,
                "assets": list(draft.assets),
                "duration": draft.rendered.duration if draft.rendered else None,
                "reason": draft.reason,
                "decided_by": draft.decided_by,
                "permalink": draft.permalink,
                "posted_by_hand": draft.posted_by_hand,
                "notes": list(draft.notes),
                "votes": [str(vote.choice) for vote in journal.votes(db, draft.number)],
            }
            for draft in drafts.listed(db)
        ],
        "jobs": [[job.kind, job.state] for job in jobs.listed(db)],
        "journal": len(journal.entries(db, limit=1000)),
        "publications": [list(row) for row in db.execute("SELECT draft, state, permalink FROM publications")],
        "paused": facts.get(db, facts.PAUSED),
    }


def fill(db: Database) -> None:
    """One draft in each state that lasts, with what a few days of work leave in every table."""
    clock = _Clock()
    job = jobs.queue_generation(db, 9, by="first run", now=clock(), seed=7)
    ends = (_draft, _denied, _approved, _posted, _by_hand, _unknown, _failed, _proposed, _denied_unseen)
    for index, end in enumerate(ends, start=1):
        number = drafts.file(db, _proposal(index), job=job, sample=True, now=clock())
        end(db, number, clock)
    jobs.note(db, job, drafts=list(range(1, len(ends) + 1)))
    jobs.finish(db, job, now=clock(), message="9 drafts ready")
    for number in (1, 2, 4):
        rows.record(db, number, 1, f"shown {number}")
    snapshots.add(db, snapshots.Snapshot(clock(), "sample", {"followers_count": 1200, "media": {}}))
    facts.put(db, facts.FIRST_RUN, job)
    facts.put(db, facts.PAUSED, {"by": "desk", "at": clock().isoformat()})
    facts.claim_slot(db, "autopost", datetime(2026, 1, 6, 18, 0), now=clock(), result="draft 4")  # noqa: DTZ001
    journal.add(db, Kind.PAUSE, voter="desk", now=clock())


class _Clock:
    """A minute later each time it is asked."""

    def __init__(self) -> None:
        self._now = START

    def __call__(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now


def _proposal(index: int) -> Proposal:
    asset = f"m{index:09d}"
    return Proposal(
        title=f"RV{index:02d} grows",
        strategy="Shows the process.",
        description="One take, from the first layer to the last.",
        caption=f"Layer by layer, pot {index} 🏺. #ceramics",
        resources=(Resource(asset=asset, role="lead", start=0.0, end=4.0, why="the longest"),),
        labels=Labels(intent="show_the_process", format="single long timelapse"),
        movie={"resolution": "instagram-story", "scenes": [{"elements": [{"type": "video", "src": asset}]}]},
        seed=index,
    )


def _draft(db: Database, number: int, clock: _Clock) -> None:
    _proposed(db, number, clock)
    draft = drafts.get(db, number)
    guard = guards.intend_render(db, number, draft.tag, 1, now=clock())
    drafts.move(db, number, State.PROPOSED, State.RENDERING, now=clock())
    guards.set_render(db, guard.key, state="done", handle=guard.key, progress=1.0)
    rendered = Rendered(
        video="video.mp4", preview="preview.mp4", cover="cover.jpg", storyboard="storyboard.jpg",
        duration=4.0 + number, size=1_000_000 + number, sha256=f"{number:064d}", renderer="local",
        approximations=("a shadow is softer",), cpu_seconds=9.5, wall_seconds=5.0,
    )  # fmt: skip
    drafts.set_rendered(db, number, 1, rendered, {draft.assets[0]: "0" * 64})
    drafts.move(db, number, State.RENDERING, State.DRAFT, now=clock())


def _proposed(db: Database, number: int, clock: _Clock) -> None:
    journal.add(db, Kind.NOTE, draft=number, revision=1, voter="operator", now=clock(), text="proposed")


def _vote(db: Database, number: int, choice: Choice, clock: _Clock, reason: str = "") -> None:
    decisions.vote(db, number, choice, voter="desk", target=TARGET, now=clock(), reason=reason)


def _denied(db: Database, number: int, clock: _Clock) -> None:
    _draft(db, number, clock)
    _vote(db, number, Choice.DENY, clock, "too slow")


def _denied_unseen(db: Database, number: int, clock: _Clock) -> None:
    _vote(db, number, Choice.DENY, clock, "not again")


def _approved(db: Database, number: int, clock: _Clock) -> None:
    _draft(db, number, clock)
    decisions.edit_caption(
        db, number, "A better caption. #ceramics", voter="desk", target=TARGET, now=clock()
    )
    _vote(db, number, Choice.APPROVE, clock)


def _publishing(db: Database, number: int, clock: _Clock) -> guards.PublicationGuard:
    _approved(db, number, clock)
    print_ = drafts.print_of(db, drafts.get(db, number), TARGET)
    guard = guards.add_publication(
        db, number, 1, fingerprint=print_, publisher="outbox", container=f"{number:016x}", now=clock()
    )
    guards.set_publication(db, guard, state="intent", acts=1, intent_at=clock().isoformat())
    drafts.move(db, number, State.APPROVED, State.PUBLISHING, now=clock())
    return guard


def _posted(db: Database, number: int, clock: _Clock) -> None:
    guard, at, link = _publishing(db, number, clock), clock(), "file:///outbox/0004-rv04-grows"
    guards.set_publication(db, guard, state="published", finished_at=at.isoformat(), permalink=link)
    drafts.move(
        db, number, State.PUBLISHING, State.POSTED, now=at, permalink=link, posted_at=at.isoformat()
    )
    journal.add(db, Kind.POSTED, draft=number, revision=1, voter="operator", now=at, text=link)


def _by_hand(db: Database, number: int, clock: _Clock) -> None:
    _draft(db, number, clock)
    decisions.posted_by_hand(db, number, "https://example.org/reel/5", voter="desk", now=clock())


def _unknown(db: Database, number: int, clock: _Clock) -> None:
    guards.set_publication(db, _publishing(db, number, clock), state="unknown")
    reason = "It is not clear whether it is live."
    drafts.move(db, number, State.PUBLISHING, State.UNKNOWN, now=clock(), reason=reason)


def _failed(db: Database, number: int, clock: _Clock) -> None:
    _proposed(db, number, clock)
    drafts.move(db, number, State.PROPOSED, State.RENDERING, now=clock())
    drafts.move(db, number, State.RENDERING, State.FAILED, now=clock(), reason="The clip is broken.")


async def make() -> Path:
    newest = migrations._migrations[-1].name.partition("_")[0]
    target = HERE / f"operator-{newest}.db"
    if target.exists():
        sys.exit(f"{target.name} is there: what was released once is not made again.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "operator.db"
        store = await Store.open(path)
        await store.do(fill)
        told = await store.do(expected)
        await store.close()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA page_size=512")  # small: it is committed
            connection.execute("VACUUM INTO ?", [str(target)])
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    target.with_suffix(".json").write_text(text, encoding="utf-8")
    return target


if __name__ == "__main__":
    print(asyncio.run(make()))
