"""A generation from order to drafts: collect, brief, propose, check, file. Renders follow by themselves.

The job's row says how far it is. The drafts are filed in one transaction with the job's note, so a crash
before it repeats the planning, and a crash after it only waits for the renders.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlite_utils import Database

from bot.briefing import gather_brief
from bot.operator import Operator, draft_folder
from bot.reconcilers.progress import JobProgress
from bot.reply import for_error
from bot.retention import ensure_room
from services.errors import OperatorError, Refused
from services.files import write_json
from services.log import get_logger
from services.model.asset import Asset
from services.model.draft import State
from services.model.proposal import Proposal
from services.planner.assistant.purse import spent_words
from services.planner.rounds import DryPlan, plan_rounds
from services.ports import RenderRequest
from services.store import drafts, jobs, planning
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
        if "drafts" in job.result:
            await self._write_movies(job.result["drafts"])  # of which some may have met a full disk
            await self._op.store.do(_finish, job.id, self._op.now())
            return
        await self._op.store.do(jobs.start, job.id, now=self._op.now())
        try:
            await self._make(job)
        except OperatorError as error:
            log.warning("generation %s: %s", job.id, error)
            await self._op.store.do(jobs.finish, job.id, now=self._op.now(), error=str(error))
        except Exception as error:  # the job's border: a defect would meet every further attempt, too
            reply = for_error(error)
            await self._op.store.do(
                jobs.finish, job.id, now=self._op.now(), error=f"{reply.text} {reply.remedy}"
            )

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
            answer = await plan_rounds(
                brief,
                services.planner,
                services.filler,
                self._dry_plan(brief.assets),
                tell,
                window=self._op.options.variety_window,
            )
            accepted = list(answer.proposals)
            progress("planning", len(accepted), job.params["count"])
        missing = [str(source["error"]) for source in collected["sources"].values() if source["error"]]
        spent = spent_words(await self._op.store.do(planning.spent, run=brief.run))
        cost = [f"Planning took {spent}."] if spent else []
        notes = [*missing, *brief.notes, *answer.notes, *cost]
        if not accepted:
            raise Refused("No video could be proposed. " + " ".join(dict.fromkeys(notes)))
        numbers = await self._op.store.do(
            _file, job.id, accepted, notes, services.bucket.sample, self._op.now()
        )
        try:
            await self._write_movies(numbers)
        except OperatorError as error:  # the drafts are filed: this is written when they are finished
            log.warning("generation %s: %s", job.id, error)

    def _dry_plan(self, assets: Sequence[Asset]) -> DryPlan:
        """What the renderer says against a proposal, without rendering it."""
        keys = {asset.id: asset.file.key for asset in assets}

        async def reasons(proposal: Proposal) -> list[str]:
            used = {r.asset: keys[r.asset] for r in proposal.resources}
            try:
                await self._op.services.renderer.check(RenderRequest("check", proposal.movie, used))
            except Refused as error:
                return [error.message]
            return []

        return reasons

    async def _write_movies(self, numbers: Sequence[int]) -> None:
        """The movie beside each draft, as `autopotter render` takes it."""
        for number in numbers:
            draft = await self._op.store.do(drafts.get, number)
            path = draft_folder(self._op.drafts_dir, number, draft.tag, draft.revision) / "movie.json"
            if not await asyncio.to_thread(path.exists):
                await asyncio.to_thread(write_json, path, draft.movie)


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
