"""Have a draft made anew by a wish."""

from __future__ import annotations

import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from bot.operations.common import DraftNumber
from bot.operations.driving import follow, show_in_sheet
from bot.operations.registry import About, Requester, operation
from bot.operator import Operator
from bot.reply import Reply
from bot.views import draft_cards
from services.store import drafts, jobs, revisions


@operation(decides=True, long=True, media=True)
async def revise(
    op: Operator,
    by: Requester,
    number: DraftNumber,
    wish: Annotated[str, About("what should change: “shorter, other music”", multiline=True)],
) -> AsyncGenerator[Reply]:
    """Make a draft anew by a wish: the next revision of the same number; the old one is kept.

    Votes on the old one no longer count. Without a language model the wish is made of these, parted by
    commas: shorter, longer, faster, slower, other music, no music, no text, other opening, another format,
    other caption, other footage.
    """
    draft = await op.store.do(drafts.get, number)
    revisions.ensure_revisable(draft)
    words = " ".join(wish.split())[:1000]
    if not words:
        yield Reply("Say what should change.", ok=False, remedy=f'`autopotter revise {number} "shorter"`')
        return
    seed = random.randrange(1, 2**31)  # noqa: S311 - variety, not secrecy
    params = {"draft": number, "wish": words, "seed": seed, "run": str(draft.job or "")}
    job = await op.store.do(jobs.queue, "revise", params, by=by.voter, now=op.now())
    yield Reply(f"Draft {number} is being revised: {words}", data={"job": job, "number": number})
    async with aclosing(follow(op, job)) as replies:
        async for reply in replies:
            yield reply
    unshown = await show_in_sheet(op)
    ended = await op.store.do(jobs.get, job)
    cards = await draft_cards(op, [await op.store.do(drafts.get, number)])
    notes = [str(note) for note in ended.result.get("notes", [])]
    text = ended.error or f"{ended.message[:1].upper()}{ended.message[1:]}."
    yield Reply(
        " ".join([text, *notes, unshown]).strip(), ok=ended.state != "failed", data=cards[0].data, cards=cards
    )
