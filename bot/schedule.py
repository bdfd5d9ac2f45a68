"""The clock: APScheduler looks every few seconds; bot/slots.py says which slot has come, and serves it once.

Its own cron trigger is not left to fire: in the hour that autumn repeats it computes the same times for
ever, and holds the whole process with it.
"""

from __future__ import annotations

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot import slots
from bot.operator import Operator
from services.log import get_logger

log = get_logger(__name__)

LOOK_SECONDS = 15  # a slot is served so much late at most; one that was slept over is found the same way


class Schedule:
    """Starts and stops with the operator, inside its running loop."""

    def __init__(self, op: Operator) -> None:
        self._op = op
        self._scheduler = AsyncIOScheduler(
            timezone=op.options.timezone,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    async def start(self) -> None:
        """Make up a slot that was just missed, then watch the clock."""
        options = self._op.options
        for name in slots.NAMES:
            if slots.line_of(options, name):
                await slots.serve(self._op, name)
                look = IntervalTrigger(seconds=LOOK_SECONDS)
                self._scheduler.add_job(slots.serve, look, args=(self._op, name), id=name)
        self._scheduler.add_listener(_failed, EVENT_JOB_ERROR)
        self._scheduler.start()

    async def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _failed(event: JobExecutionEvent) -> None:
    log.error("the schedule's %s failed", event.job_id, exc_info=event.exception)
