"""A generation from order to drafts: collect, brief, propose, check, file. Renders follow by themselves.

The job's row says how far it is. The drafts are filed in one transaction with the job's note, so a crash
before it repeats the planning, and a crash after it only waits for the renders.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from bot.operator import Operator, draft_folder
from bot.reconcilers.progress import JobProgress
from bot.reply import for_error
from bot.retention import ensure_room
from services.brand import read_brand
from services.errors import OperatorError, Refused
from services.files import write_json
from services.log import get_logger
from services.model.asset import Asset
from services.model.brief import Brief
from services.model.draft import State
from services.model.proposal import Proposal
from services.planner.check import check
from services.ports import RenderRequest
from services.store import drafts, jobs
from services.store.jobs import Job

log = get_logger(__name__)

PAST_DRAFTS = 60  # how many earlier drafts planning must differ from
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
            brief = await self._brief(job)
            answer = await services.planner.propose(brief)
            accepted, notes = await self._check(answer.proposals, brief.assets)
            progress("planning", len(accepted), job.params["count"])
        missing = [str(source["error"]) for source in collected["sources"].values() if source["error"]]
        notes = [*missing, *brief.notes, *answer.notes, *notes]
        if not accepted:
            raise Refused("No video could be proposed. " + " ".join(dict.fromkeys(notes)))
        numbers = await self._op.store.do(
            _file, job.id, accepted, notes, services.bucket.sample, self._op.now()
        )
        try:
            await self._write_movies(numbers)
        except OperatorError as error:  # the drafts are filed: this is written when they are finished
            log.warning("generation %s: %s", job.id, error)

    async def _brief(self, job: Job) -> Brief:
        services, options = self._op.services, self._op.options
        brand = await asyncio.to_thread(read_brand, options.brand_dir)
        latest = await services.collector.latest()
        intent = str(job.params.get("intent", ""))
        known = [item.name for item in brand.intents]
        if intent and intent not in known:
            raise Refused(f"The brand has no intent {intent!r}.", remedy=f"It has: {', '.join(known)}.")
        return Brief(
            brand=brand,
            assets=await services.inventory.assets(),
            analytics=latest.analytics,
            past=await self._op.store.do(drafts.past, PAST_DRAFTS),
            count=int(job.params["count"]),
            intent=intent,
            seed=int(job.params["seed"]),
            notes=(*brand.notes, *latest.notes),
        )

    async def _check(
        self, proposals: Sequence[Proposal], assets: Sequence[Asset]
    ) -> tuple[list[Proposal], list[str]]:
        """The proposals that can be made as they are, and the reasons against the others."""
        by_id = {asset.id: asset for asset in assets}
        accepted, notes = list[Proposal](), list[str]()
        for proposal in proposals:
            reasons = check(proposal, by_id)
            if not reasons:
                used = {r.asset: by_id[r.asset].file.key for r in proposal.resources}
                try:
                    await self._op.services.renderer.check(RenderRequest("check", proposal.movie, used))
                except Refused as error:
                    reasons = [error.message]
            if reasons:
                notes.append(f"“{proposal.title}” was not accepted: {' '.join(reasons)}")
            else:
                accepted.append(proposal)
        return accepted, notes

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
