"""Drafts for tests of the store, and the moment they are written at."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlite_utils import Database

from services.model.draft import Rendered, State
from services.model.proposal import Proposal
from services.store import drafts

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
RENDERED = Rendered("v.mp4", "p.mp4", "c.jpg", "s.jpg", 9.0, 10, "0" * 64, "local")
PROPOSAL = Proposal(
    title="RV06 grows",
    strategy="Shows the process.",
    description="One take.",
    caption="first caption",
    resources=(),
    movie={"scenes": []},
)


def propose(db: Database) -> int:
    return drafts.file(db, PROPOSAL, job=None, sample=False, now=NOW)


def render(db: Database, number: int) -> None:
    drafts.move(db, number, State.PROPOSED, State.RENDERING, now=NOW)
    drafts.set_rendered(db, number, 1, RENDERED, {})
    drafts.move(db, number, State.RENDERING, State.DRAFT, now=NOW)
