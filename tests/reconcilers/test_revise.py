"""A wish becomes the next revision of the same number; the old one is kept, and old votes end."""

from __future__ import annotations

from typing import Any

from bot.operator import Operator, draft_folder
from services.model.draft import State
from services.model.vote import Choice
from services.store import drafts, jobs, journal
from services.store.journal import Kind
from tests.reconcilers.helpers import state, vote
from tests.reconcilers.test_generate import ended, made, order


async def generated(op: Operator) -> int:
    job = await order(op, 1)
    await ended(op, job)
    (number,) = await made(op, job)
    return number


async def revised(op: Operator, number: int, wish: str) -> Any:
    draft = await op.store.do(drafts.get, number)
    params = {"draft": number, "wish": wish, "seed": 3, "run": str(draft.job or "")}
    job = await op.store.do(jobs.queue, "revise", params, by="desk", now=op.now())

    async def over() -> bool:
        return not (await op.store.do(jobs.get, job)).open

    await op.engine.drive(over, only={"revise": {str(job)}, "render": None})
    return await op.store.do(jobs.get, job)


async def test_the_next_revision_replaces_what_is_shown_and_ends_old_votes(op: Operator) -> None:
    number = await generated(op)
    old = await op.store.do(drafts.get, number)
    await vote(op, number, Choice.APPROVE)
    job = await revised(op, number, "other caption, no text")
    assert (job.state, job.error) == ("done", "")
    new = await op.store.do(drafts.get, number)
    assert (new.number, new.tag, new.revision, new.state) == (number, old.tag, 2, State.DRAFT)
    assert new.caption != old.caption
    assert new.rendered is not None
    assert (draft_folder(op.drafts_dir, number, new.tag, 2) / "movie.json").is_file()
    kept = await op.store.do(lambda db: db.table("revisions").get((number, 1)))
    assert kept["caption"] == old.caption
    entries = await op.store.do(journal.entries, draft=number)
    asked = next(entry for entry in entries if entry.kind is Kind.REVISE)
    assert (asked.voter, asked.text, asked.revision) == ("desk", "other caption, no text", 2)


async def test_a_revision_that_cannot_be_rendered_leaves_the_old_one_without_its_votes(op: Operator) -> None:
    number = await generated(op)
    await vote(op, number, Choice.APPROVE)
    op.services.renderer.ends = ["failed", "failed"]  # type: ignore[attr-defined]
    job = await revised(op, number, "shorter")
    assert job.state == "failed"
    draft = await op.store.do(drafts.get, number)
    assert (draft.revision, draft.state) == (1, State.DRAFT)
    assert "Revision 2 could not be made" in draft.reason
    again = await revised(op, number, "shorter")
    assert again.state == "done"
    assert (await op.store.do(drafts.get, number)).revision == 3


async def test_a_wish_nobody_understands_changes_nothing(op: Operator) -> None:
    number = await generated(op)
    job = await revised(op, number, "make it pop")
    assert job.state == "failed"
    assert "“make it pop”" in job.error
    assert (await op.store.do(drafts.get, number)).revision == 1
    assert await state(op, number) is State.DRAFT
