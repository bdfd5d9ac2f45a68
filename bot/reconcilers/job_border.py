"""The border of a job: it begins, and whatever breaks inside ends it with a sentence for people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.operator import Operator
from bot.reply import for_error
from services.errors import OperatorError
from services.log import get_logger
from services.store import jobs

log = get_logger(__name__)


@asynccontextmanager
async def job_border(op: Operator, job: int) -> AsyncIterator[None]:
    """The job is running inside; who gets to the end of it finishes the job, or leaves it open."""
    await op.store.do(jobs.start, job, now=op.now())
    try:
        yield
    except OperatorError as error:
        log.warning("job %s: %s", job, error)
        await op.store.do(jobs.finish, job, now=op.now(), error=str(error))
    except Exception as error:  # a defect would meet every further attempt, too
        reply = for_error(error)
        await op.store.do(jobs.finish, job, now=op.now(), error=f"{reply.text} {reply.remedy}")
