"""A wish to the next revision of a draft: brief, plan, check, file. The render follows by itself.

Key: job id. The revision is filed in one transaction with the job's note, so a crash before it repeats the
planning, and a crash after it only waits for the render. The old revision stays as it is until then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from bot.briefing import gather_brief
from bot.operator import Operator
from bot.reconcilers.job_border import job_border
from bot.reconcilers.planned import cost_notes, planned, try_to_write_movies, write_movies
from bot.reconcilers.progress import JobProgress
from bot.retention import ensure_room
from services.errors import Refused
from services.model.draft import State
from services.model.proposal import Proposal
from services.store import drafts, jobs, revisions
from services.store.jobs import Job

_WORKING = (State.PROPOSED, State.RENDERING)


class Revise:
    name = "revise"
    limit = 1

    def __init__(self, op: Operator) -> None:
        self._op = op

    async def due(self) -> Mapping[str, float]:
        return dict.fromkeys(await self._op.store.do(_due), 0.0)

    async def step(self, key: str) -> None:
        job = await self._op.store.do(jobs.get, int(key))
        if "revision" in job.result:
            await write_movies(self._op, [int(job.params["draft"])])
            await self._op.store.do(_finish, job, self._op.now())
            return
        async with job_border(self._op, job.id):
            await self._make(job)

    async def _make(self, job: Job) -> None:
        op = self._op
        await asyncio.to_thread(ensure_room, op)
        began = op.now()
        number, wish = int(job.params["draft"]), str(job.params["wish"])
        draft = await op.store.do(drafts.get, number)
        revisions.ensure_revisable(draft)
        run = str(job.params["run"])
        async with JobProgress(op.store, job.id) as progress:
            progress("planning", 0, 1)
            brief = await gather_brief(op, 1, seed=int(job.params["seed"]), run=run, without=number)
            brief = replace(brief, revises=drafts.past_of(draft), wish=wish)
            tell = partial(progress, "planning", 0, 1)
            answer = await planned(op, brief, tell)
        notes = [*brief.notes, *answer.notes, *await cost_notes(op, run, began)]
        if not answer.proposals:
            raise Refused(f"Draft {number} was not revised. {' '.join(dict.fromkeys(notes))}".strip())
        made = answer.proposals[0]
        await op.store.do(_file, job, draft.revision, made, notes, op.now())
        await try_to_write_movies(op, [number])


def _due(db: Database) -> list[str]:
    due = []
    for job in reversed(jobs.listed(db, kinds=["revise"], open_only=True)):
        made = "revision" in job.result
        if not made or drafts.get(db, int(job.params["draft"])).state not in _WORKING:
            due.append(str(job.id))
    return due


def _file(db: Database, job: Job, revision: int, proposal: Proposal, notes: list[str], now: datetime) -> None:
    number = int(job.params["draft"])
    wish, by = str(job.params["wish"]), job.by
    if not revisions.begin(db, number, revision, proposal, job=job.id, wish=wish, voter=by, now=now):
        raise Refused(f"Draft {number} was decided about meanwhile, so it was not revised.")
    jobs.note(
        db,
        job.id,
        drafts=[number],
        revision=drafts.get(db, number).revision,
        notes=list(dict.fromkeys(notes)),
    )
    jobs.progress(db, job.id, "rendering", 0, 1)


def _finish(db: Database, job: Job, now: datetime) -> None:
    draft = drafts.get(db, int(job.params["draft"]))
    wanted = int(job.result["revision"])
    if draft.revision != wanted or draft.rendered is None:
        jobs.finish(db, job.id, now=now, error=draft.reason or f"Draft {draft.number} was not rendered.")
        return
    jobs.finish(db, job.id, now=now, message=f"revision {wanted} of draft {draft.number} is ready")
