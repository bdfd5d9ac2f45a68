"""The clock: APScheduler fires when a cron line comes up; bot/slots.py decides, once, what a slot does."""

from __future__ import annotations

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot import slots
from bot.operator import Operator
from bot.schedule_lines import cron_trigger
from services.log import get_logger

log = get_logger(__name__)

LOOK_MINUTES = 5  # a slot missed while the machine slept is found by looking, not by firing late


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
        for name, line in (("generate", options.generate_cron), ("autopost", options.autopost_cron)):
            if line:
                await slots.serve(self._op, name)
                trigger = cron_trigger(line, options.timezone)
                self._scheduler.add_job(slots.serve, trigger, args=(self._op, name), id=name)
                look = IntervalTrigger(minutes=LOOK_MINUTES)
                self._scheduler.add_job(slots.serve, look, args=(self._op, name), id=f"look-{name}")
        self._scheduler.add_listener(_failed, EVENT_JOB_ERROR)
        self._scheduler.start()

    async def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)


def _failed(event: JobExecutionEvent) -> None:
    log.error("the schedule's %s failed", event.job_id, exc_info=event.exception)
