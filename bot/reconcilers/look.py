"""Looks at what new media shows, as a job people see; more urgent work goes first. Key: job id, or "new".

A job is made when a scan changed the catalogue and files wait to be looked at, also at the start: what an
earlier process did not get to is looked at then.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from sqlite_utils import Database

from bot.operator import Operator
from bot.reconcilers.job_border import job_border
from bot.reconcilers.progress import JobProgress
from services.bucket.look import LookReport
from services.store import guards, jobs

NEW = "new"
KIND = "look"
POLL_SECONDS = 1.0  # how often it is seen whether more urgent work has ended
PATIENCE_SECONDS = 60.0  # after so long it looks at one file all the same: videos may be made all day


class Look:
    name = "look"
    limit = 1

    def __init__(self, op: Operator, poll: float = POLL_SECONDS) -> None:
        self._op, self._poll = op, poll
        self._seen = -1  # changes of the catalogue that were dealt with
        self._quiet_at = 0.0  # monotonic; until when nothing urgent needs to be looked for

    async def due(self) -> Mapping[str, float]:
        if job := await self._op.store.do(_open_job):
            return {str(job): 0.0}
        return {NEW: 0.0} if self._seen != self._op.services.inventory.changes else {}

    async def step(self, key: str) -> None:
        op = self._op
        if key == NEW:
            changes = op.services.inventory.changes
            if await op.services.looker.waiting():
                await op.store.do(jobs.queue, KIND, {}, by="operator", now=op.now())
            self._seen = changes
            return
        job = int(key)
        async with job_border(op, job):
            async with JobProgress(op.store, job) as progress:
                report = await self._look(progress)
            await op.store.do(jobs.finish, job, now=op.now(), message=_words(report))

    async def _look(self, progress: JobProgress) -> LookReport:
        last = (0, 0)

        def told(done: int, total: int) -> None:
            nonlocal last
            last = done, total
            progress("looking", done, total)

        async def urgent_first() -> None:
            if not self._op.live:  # a command that was asked to look does nothing else
                return
            began = time.monotonic()
            while time.monotonic() - began < PATIENCE_SECONDS and await self._busy():
                progress("waiting for videos that are being made", *last)
                await asyncio.sleep(self._poll)

        return await self._op.services.looker.look(told, before_each=urgent_first)

    async def _busy(self) -> bool:
        """Whether videos are being planned or rendered; asked of the store once a second at most."""
        if time.monotonic() < self._quiet_at:
            return False
        if await self._op.store.do(_urgent):
            return True
        self._quiet_at = time.monotonic() + self._poll
        return False


def _open_job(db: Database) -> int | None:
    found = jobs.listed(db, kinds=[KIND], open_only=True)
    return found[-1].id if found else None


def _urgent(db: Database) -> bool:
    others = jobs.listed(db, open_only=True)
    return bool(guards.open_render_keys(db)) or any(
        job.state == "running" and job.kind in ("generate", "collect", "revise") for job in others
    )


def _words(report: LookReport) -> str:
    text = f"{report.looked} file{'' if report.looked == 1 else 's'} looked at"
    if report.known:
        text += f", {report.known} of them known under another name"
    if report.unreadable:
        text += f", {report.unreadable} could not be decoded"
    if report.left:
        text += f"; {report.left} could not be opened"
    return text
