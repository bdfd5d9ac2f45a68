"""A draft's further revisions: begun when one is planned, taken back when its video cannot be made."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from services.errors import Refused
from services.model.draft import Draft, State
from services.model.proposal import Proposal
from services.store import drafts, journal
from services.store.journal import OPERATOR, Kind

REVISABLE = (State.DRAFT, State.DENIED, State.APPROVED, State.FAILED)


def ensure_revisable(draft: Draft) -> None:
    """Refused with a sentence in states in which the video is being made or is out."""
    if draft.state not in REVISABLE:
        raise Refused(f"Draft {draft.number} is {draft.state}: it cannot be revised now.")


def begin(
    db: Database,
    number: int,
    revision: int,
    proposal: Proposal,
    *,
    job: int,
    wish: str,
    voter: str,
    now: datetime,
) -> bool:
    """The next revision of a draft that still stands at ``revision``; it is rendered next.

    Every earlier vote ends here: nobody approved what is made now. False when the draft went on meanwhile.
    """
    draft = drafts.get(db, number)
    if draft.revision != revision or draft.state not in REVISABLE:
        return False
    new = _last(db, number) + 1
    drafts.add_revision(db, number, new, proposal)
    journal.about(db, draft, Kind.HOLD, voter=voter, now=now)
    drafts.move(
        db, number, draft.state, State.RENDERING, now=now, revision=new, job=job, reason="", decided_by="",
        decided_at=None, decided_sequence=None, post_now=0, post_at=None, cleared=None,
    )  # fmt: skip
    journal.add(
        db, Kind.REVISE, voter=voter, now=now, draft=number, revision=new, text=wish, before=draft.revision
    )
    return True


def take_back(db: Database, draft: Draft, why: str, *, now: datetime) -> bool:
    """The revision before, as a draft, when the present one has no video. False if there is none.

    Its old votes ended when the revision began, and do not return.
    """
    before = max(
        (
            int(row["revision"])
            for row in db.query(
                "SELECT revision FROM revisions WHERE draft = ? AND revision < ? AND rendered IS NOT NULL",
                [draft.number, draft.revision],
            )
        ),
        default=None,
    )
    if before is None:
        return False
    note = f"Revision {draft.revision} could not be made: {why}"
    if not drafts.move(db, draft.number, State.RENDERING, State.DRAFT, now=now, revision=before, reason=note):
        return False
    journal.add(
        db, Kind.NOTE, voter=OPERATOR, now=now, draft=draft.number, revision=before,
        text=f"{note} Revision {before} is the draft again.",
    )  # fmt: skip
    return True


def _last(db: Database, number: int) -> int:
    return int(db.execute("SELECT max(revision) FROM revisions WHERE draft = ?", [number]).fetchone()[0])
