"""Order new videos."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from bot.operations.driving import follow, show_in_sheet
from bot.operations.registry import About, Requester, operation
from bot.operator import Operator
from bot.reply import Reply
from bot.views import draft_cards, job_view
from services.store import drafts, jobs

MOST = 10


@operation(long=True, media=True)
async def generate(
    op: Operator,
    by: Requester,
    count: Annotated[int, About("how many videos; DRAFTS_PER_RUN if not given", 1, MOST)] = 0,
    intent: Annotated[str, About("only this intent of the brand", completes="intent", option=True)] = "",
    seed: Annotated[
        int, About("repeats an offline run on the same media and history", 1, 2**31 - 1, option=True)
    ] = 0,
) -> AsyncGenerator[Reply]:
    """Propose and render new, different videos.

    Collects analytics and media first, then proposes, checks and renders. Each accepted proposal appears at
    once as a card; it becomes a draft when its video is ready.
    """
    wanted = count or op.options.drafts_per_run
    job = await op.store.do(
        jobs.queue_generation, wanted, by=by.voter, now=op.now(), intent=intent, seed=seed
    )
    many = "video" if wanted == 1 else "videos"
    yield Reply(f"Generation {job} has begun: {wanted} {many}.", data={"job": job})
    async with aclosing(follow(op, job)) as replies:
        async for reply in replies:
            yield reply
    unshown = await show_in_sheet(op)
    ended = await op.store.do(jobs.get, job)
    made = (await op.store.do(drafts.listed, job=job))[::-1]
    data = job_view(ended) | {"drafts": [draft.number for draft in made]}
    notes = [str(note) for note in ended.result.get("notes", [])]
    if ended.state == "failed":
        yield Reply(ended.error, ok=False, data=data)
        return
    yield Reply(
        " ".join([f"Generation {job}: {ended.message}.", *notes, unshown]).strip(),
        data=data,
        cards=await draft_cards(op, made),
    )
