"""Post one approved draft in a bounded time: what `autopotter autopost` does, here or in a running operator.

A draft is taken in memory only (Operator.taken): whatever ends this, nothing stays claimed. A publish that
was begun is a matter of the store; it is finished by whoever comes next, never begun again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from enum import StrEnum

from sqlite_utils import Database

from bot.operations.driving import POLL_SECONDS, carry, show_in_sheet
from bot.operator import Operator
from bot.reply import Reply
from services.log import get_logger
from services.model.draft import State
from services.store import drafts, facts, guards

log = get_logger(__name__)


class Result(StrEnum):
    """``result`` of a reply's data. Every one but TAKEN is the last."""

    TAKEN = "taken"  # ``number`` is being posted
    POSTED = "posted"
    NOTHING = "nothing"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    UNKNOWN = "unknown"  # nobody knows yet whether it is out


async def post_next(op: Operator, seconds: float, begun: int | None = None) -> AsyncGenerator[Reply]:
    """Finish the publish that is under way, or post the approved draft whose turn it is.

    ``begun`` is the draft a call before this one had taken. A running operator waits for something to post
    until the seconds are over; otherwise it is looked for once, after the sheet was read.
    """
    end = time.monotonic() + seconds
    unread = await _sheet(op, end)
    while True:
        taken, reply = begun, None
        try:
            async with asyncio.timeout(_rest(end)):
                await op.turn.acquire()
        except TimeoutError:
            break
        try:
            under_way = await op.store.do(_under_way)
            taken = begun or under_way or _first(await op.store.do(_candidates, op))
            if taken is not None:
                yield _answer(Result.TAKEN, f"Draft {taken} is being posted.", taken)
                reply = await _post(op, taken, end)
        finally:
            op.turn.release()
        begun = None
        mine = taken != under_way  # that an earlier publish failed is no reason not to post another draft
        if reply is not None and (mine or reply.data["result"] != Result.FAILED):
            unshown = await _sheet(op, end)
            yield replace(reply, text=f"{reply.text} {unshown}".strip())
            return
        if time.monotonic() >= end or (not op.live and taken is None):
            break
        yield Reply()  # whoever asked may be gone: then this ends here
        await _change(op, end)
    yield await look(op, unread)


async def _post(op: Operator, number: int, end: float) -> Reply | None:
    """Until it is out, or the time is over. None: it was taken back, or what holds the account holds it."""

    async def decided() -> bool:
        return await op.store.do(_decided, op, number)

    op.taken.add(number)
    op.engine.wake()
    try:
        async with asyncio.timeout(_rest(end)):
            await carry(op, decided, {"finalise": {str(number)}, "publish": {str(number)}})
    except TimeoutError:
        log.info("draft %s: the time of autopost is over", number)
    finally:
        op.taken.discard(number)  # before looking: from here on no publish of it begins by this
    return await _outcome(op, number)


async def _outcome(op: Operator, number: int) -> Reply | None:
    draft = await op.store.do(drafts.get, number)
    match draft.state:
        case State.POSTED:
            where = f": {draft.permalink}" if draft.permalink else "."
            text = f"Draft {number} is posted{where}"
            return _answer(Result.POSTED, text, number, permalink=draft.permalink)
        case State.PUBLISHING:
            return _in_progress(number)
        case State.FINALISING:
            why = _trouble(op, number)
            return _answer(
                Result.IN_PROGRESS, f"The final video of draft {number} is being made. {why}".strip(), number
            )
        case State.FAILED:
            remedy = f"`autopotter retry {number}` tries again."
            text = f"Draft {number} was not posted: {draft.reason}"
            return _answer(Result.FAILED, text, number, remedy=remedy)
        case State.UNKNOWN:
            remedy = f"Look at the account, then `autopotter posted {number}` or `… unpublished {number}`."
            return _answer(Result.UNKNOWN, f"Draft {number}: {draft.reason}", number, remedy=remedy)
        case State.APPROVED if trouble := _trouble(op, number):
            return _answer(Result.FAILED, f"Draft {number} is not posted yet: {trouble}", number)
        case _:
            return None


def _under_way(db: Database) -> int | None:
    return _first([draft.number for draft in drafts.standings(db, states=[State.PUBLISHING])])


def _candidates(db: Database, op: Operator) -> list[int]:
    """The approved drafts without a later time of their own, in their order (AUTOPOST_ORDER)."""
    if _held(db, op):
        return []
    found = [
        draft
        for draft in drafts.standings(db, states=[State.APPROVED, State.FINALISING])
        if draft.post_at is None or draft.post_at <= op.now()
    ]
    found.sort(key=lambda draft: draft.decided_sequence or 0, reverse=op.options.autopost_order == "latest")
    return [draft.number for draft in found]


def _decided(db: Database, op: Operator, number: int) -> bool:
    """Whether it is neither being posted nor to be posted any more."""
    publishing = drafts.get(db, number).state is State.PUBLISHING
    return not publishing and number not in _candidates(db, op)


def _first(numbers: list[int]) -> int | None:
    return numbers[0] if numbers else None


def _held(db: Database, op: Operator) -> str:
    """What holds the account, so that nothing is posted now; "" if nothing."""
    if facts.get(db, facts.PAUSED) is not None:
        return "posting is paused; `autopotter schedule resume` goes on"
    used = guards.posted_in_last_day(db, op.now())
    if used >= op.options.posts_per_day:
        return f"{used} posts went out in the last 24 h, and POSTS_PER_DAY is {op.options.posts_per_day}"
    return ""


async def look(op: Operator, unread: str = "") -> Reply:
    """Nothing, and why, unless a publish is under way; nothing is done. ``unread`` is what was in the way."""
    number = await op.store.do(_under_way)
    if number is not None:
        return _in_progress(number)
    why = await op.store.do(_held, op) or "no approved draft waits for its turn"
    return _answer(Result.NOTHING, f"Nothing was posted: {why}. {unread}".strip())


async def _sheet(op: Operator, end: float) -> str:
    """Take what people wrote, and show what is, where no operator does so by itself. Why not, or ""."""
    try:
        async with asyncio.timeout(_rest(end)):
            return await show_in_sheet(op)
    except TimeoutError:
        return "There was no time to read the sheet."


async def _change(op: Operator, end: float) -> None:
    change = op.store.next_change()
    try:
        async with asyncio.timeout(min(POLL_SECONDS, _rest(end))):
            await change.wait()
    except TimeoutError:
        return


def _trouble(op: Operator, number: int) -> str:
    for trouble in op.engine.troubles():
        if trouble["reconciler"] in ("publish", "finalise") and trouble["key"] == str(number):
            return str(trouble["message"])
    return ""


def _in_progress(number: int) -> Reply:
    text = f"Draft {number} is still being posted: the operator, or the next autopost, sees it through."
    return _answer(Result.IN_PROGRESS, text, number)


def _answer(
    result: Result, text: str, number: int | None = None, *, permalink: str = "", remedy: str = ""
) -> Reply:
    data = {"result": str(result), "number": number, "permalink": permalink, "message": text}
    ok = result in (Result.TAKEN, Result.POSTED)
    return Reply(text, data=data, ok=ok, remedy=remedy)


def _rest(end: float) -> float:
    return max(0.0, end - time.monotonic())
