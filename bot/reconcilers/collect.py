"""A collection that a person asked for: analytics and inventory into collected_data. Key: job id."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlite_utils import Database

from bot.operator import Operator
from bot.reconcilers.job_border import job_border
from bot.reconcilers.progress import JobProgress
from services.store import jobs


class Collect:
    name = "collect"
    limit = 1

    def __init__(self, op: Operator) -> None:
        self._op = op

    async def due(self) -> Mapping[str, float]:
        found = await self._op.store.do(jobs.listed, kinds=["collect"], open_only=True)
        return {str(job.id): 0.0 for job in found}

    async def step(self, key: str) -> None:
        store, job = self._op.store, int(key)
        async with job_border(self._op, job):
            async with JobProgress(store, job) as progress:
                summary = await self._op.services.collector.collect(on_progress=progress)
            await store.do(_finish, job, summary, self._op.now())


def _finish(db: Database, job: int, summary: dict[str, object], now: datetime) -> None:
    jobs.note(db, job, summary=summary)
    failed = "" if summary["overall_success"] else _reasons(summary)
    jobs.finish(db, job, now=now, error=failed, message="collected")


def _reasons(summary: dict[str, object]) -> str:
    sources = summary["sources"]
    assert isinstance(sources, dict)
    return " ".join(str(source["error"]) for source in sources.values() if source.get("error"))
