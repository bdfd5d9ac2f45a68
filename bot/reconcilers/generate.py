"""A generation from order to drafts: collect, brief, propose, check, file. Renders follow by themselves.

The job's row says how far it is. The drafts are filed in one transaction with the job's note, so a crash
before it repeats the planning, and a crash after it only waits for the renders.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from bot.briefing import gather_brief
from bot.operator import Operator
from bot.reconcilers.job_border import job_border
from bot.reconcilers.planned import cost_notes, planned, try_to_write_movies, write_movies
from bot.reconcilers.progress import JobProgress
from bot.retention import ensure_room
from services.errors import OperatorError, Refused
from services.log import get_logger
from services.model.draft import State
from services.model.proposal import Proposal
from services.store import drafts, jobs
from services.store.jobs import Job

log = get_logger(__name__)

_WORKING = (State.PROPOSED, State.RENDERING)


class Generate:
    """Key: job id."""

    name = "generate"
    limit = 1

    def __init__(self, op: Operator) -> None:
        self._op = op

    async def due(self) -> Mapping[str, float]:
        return dict.fromkeys(await self._op.store.do(_due), 0.0)

    async def step(self, key: str) -> None:
        job = await self._op.store.do(jobs.get, int(key))
        if "drafts" in job.result and await self._replaced(job):
            return  # what takes the place of a failed one is rendered first
        if "drafts" in job.result:
            await write_movies(self._op, job.result["drafts"])  # of which some may have met a full disk
            await self._op.store.do(_finish, job.id, self._op.now())
            return
        async with job_border(self._op, job.id):
            await self._make(job)

    async def _make(self, job: Job) -> None:
        services = self._op.services
        await asyncio.to_thread(ensure_room, self._op)
        async with JobProgress(self._op.store, job.id) as progress:
            progress("collecting")
            collected = await services.collector.collect(on_progress=progress)
            progress("planning", 0, job.params["count"])
            brief = await gather_brief(
                self._op,
                int(job.params["count"]),
                intent=str(job.params.get("intent", "")),
                seed=int(job.params["seed"]),
                run=str(job.id),
            )
            tell = partial(progress, "planning", 0, job.params["count"])
            answer = await planned(self._op, brief, tell)
            accepted = list(answer.proposals)
            progress("planning", len(accepted), job.params["count"])
        missing = [str(source["error"]) for source in collected["sources"].values() if source["error"]]
        cost = await cost_notes(self._op, brief.run)
        notes = [*missing, *brief.notes, *answer.notes, *cost]
        if not accepted:
            raise Refused("No video could be proposed. " + " ".join(dict.fromkeys(notes)))
        numbers = await self._op.store.do(
            _file, job.id, accepted, notes, services.bucket.sample, self._op.now()
        )
        await try_to_write_movies(self._op, numbers)

    async def _replaced(self, job: Job) -> bool:
        """Plan others for those whose render failed, once each; False if there is nothing to replace."""
        op = self._op
        failed = await op.store.do(_unreplaced, job)
        if not failed:
            return False
        began = op.now()
        notes: list[str] = []
        made: list[Proposal] = []
        try:
            await asyncio.to_thread(ensure_room, op)
            seed = int(job.params["seed"]) + 1 + failed[0]
            brief = await gather_brief(
                op, len(failed), intent=str(job.params.get("intent", "")), seed=seed, run=str(job.id)
            )
            answer = await planned(op, brief)
            made, notes = list(answer.proposals), [*answer.notes, *await cost_notes(op, brief.run, began)]
        except OperatorError as error:  # what was made is still worth showing
            log.warning("generation %s: no other for drafts %s: %s", job.id, failed, error)
            notes = [str(error)]
        sample = op.services.bucket.sample
        numbers = await op.store.do(_file_others, job, failed, made, notes, sample, op.now())
        await try_to_write_movies(op, numbers)
        return bool(numbers)


def _unreplaced(db: Database, job: Job) -> list[int]:
    """Drafts of the job whose first video could not be made, and which nothing has replaced yet."""
    done = {int(number) for number in job.result.get("replaced", [])}
    made = drafts.listed(db, job=job.id, states=(State.FAILED,))
    failed = [draft.number for draft in made if draft.rendered is None and draft.number not in done]
    # As many again as were ordered, and no more: something else than the movies may be wrong.
    room = max(0, int(job.params["count"]) - len(done))
    return sorted(failed)[:room]


def _file_others(
    db: Database, job: Job, failed: list[int], proposals: list[Proposal], notes: list[str], sample: bool,
    now: datetime,
) -> list[int]:  # fmt: skip
    numbers = [drafts.file(db, proposal, job=job.id, sample=sample, now=now) for proposal in proposals]
    words = [
        f"Draft {other} takes the place of draft {number}, which could not be rendered."
        for number, other in zip(failed, numbers, strict=False)
    ]
    known = [str(note) for note in job.result.get("notes", [])]
    jobs.note(
        db, job.id, drafts=[*job.result["drafts"], *numbers],
        replaced=[*job.result.get("replaced", []), *failed],
        notes=list(dict.fromkeys([*known, *words, *notes])),
    )  # fmt: skip
    return numbers


def _due(db: Database) -> list[str]:
    """Jobs with no drafts yet, and jobs whose drafts are all made."""
    due = []
    for job in reversed(jobs.listed(db, kinds=["generate"], open_only=True)):
        made = "drafts" in job.result
        if not made or not any(d.state in _WORKING for d in drafts.standings(db, job=job.id)):
            due.append(str(job.id))
    return due


def _file(
    db: Database, job: int, proposals: list[Proposal], notes: list[str], sample: bool, now: datetime
) -> list[int]:
    numbers = [drafts.file(db, proposal, job=job, sample=sample, now=now) for proposal in proposals]
    jobs.note(db, job, drafts=numbers, notes=list(dict.fromkeys(notes)))
    jobs.progress(db, job, "rendering", 0, len(numbers))
    return numbers


def _finish(db: Database, job: int, now: datetime) -> None:
    """Every draft has its video, failed, or was denied before it had one."""
    made = drafts.listed(db, job=job)
    ready = sum(draft.rendered is not None for draft in made)
    failed = [draft for draft in made if draft.state is State.FAILED and draft.rendered is None]
    if failed and not ready:
        error = f"None of {len(made)} videos could be rendered. {failed[0].reason}"
        jobs.finish(db, job, now=now, error=error)
        return
    drafts_ready = f"{ready} draft{'' if ready == 1 else 's'} ready"
    message = drafts_ready if ready == len(made) else f"{ready} of {len(made)} drafts ready"
    jobs.finish(db, job, now=now, message=message)
