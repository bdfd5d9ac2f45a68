"""Has a vision model describe footage that a person asked to have described. Key: job id."""

from __future__ import annotations

from collections.abc import Mapping

from bot.operator import Operator
from bot.reconcilers.job_border import job_border
from bot.reconcilers.progress import JobProgress
from services.store import jobs

KIND = "describe"


class Describe:
    name = "describe"
    limit = 1

    def __init__(self, op: Operator) -> None:
        self._op = op

    async def due(self) -> Mapping[str, float]:
        found = await self._op.store.do(jobs.listed, kinds=[KIND], open_only=True)
        return {str(job.id): 0.0 for job in found}

    async def step(self, key: str) -> None:
        op = self._op
        job = await op.store.do(jobs.get, int(key))
        async with job_border(op, job.id):
            async with JobProgress(op.store, job.id) as progress:
                report = await op.services.describing.describe(
                    int(job.params["limit"]), lambda done, total: progress("describing", done, total)
                )
            words = f"{report.described} file{'' if report.described == 1 else 's'} described"
            if report.refused:
                words += f", {report.refused} refused"
            stopped = f"{words}. {report.stopped}" if report.stopped else ""
            await op.store.do(jobs.finish, job.id, now=op.now(), error=stopped, message=words)
