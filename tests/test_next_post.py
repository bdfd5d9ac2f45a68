"""What autopost does inside a process: whose turn it is, what holds it, and what it never leaves behind."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from bot.next_post import post_next
from bot.operator import Operator
from bot.reply import Reply
from bot.views import due_in
from services.model.draft import State
from services.model.vote import Choice
from services.store import drafts
from tests.doubles.publisher import ShakyPublisher
from tests.operations.asking import ask
from tests.reconcilers.helpers import make_draft, state, states, vote


def line(op: Operator) -> ShakyPublisher:
    assert isinstance(op.services.publisher, ShakyPublisher)
    return op.services.publisher


async def approved(op: Operator, count: int = 2) -> list[int]:
    numbers = [await make_draft(op, f"Piece {n}") for n in range(count)]
    for number in numbers:
        await vote(op, number)
    return numbers


async def last(op: Operator, seconds: float = 30.0, begun: int | None = None) -> tuple[str, int | None]:
    reply = [reply async for reply in post_next(op, seconds, begun)][-1]
    assert op.taken == set()
    assert not op.turn.locked()
    return reply.data["result"], reply.data["number"]


async def test_a_time_of_its_own_is_kept_until_it_is_past(op: Operator) -> None:
    first, second = await approved(op)
    await ask(op, "post", number=second, at="in 2 hours")
    assert await last(op) == ("posted", first)
    assert await last(op) == ("nothing", None)
    later = op.now() + timedelta(hours=3)  # no operator ran then
    op.clock = lambda: later
    assert await last(op) == ("posted", second)


async def test_what_holds_the_account_is_told(op: Operator) -> None:
    await approved(op)
    op.options = dataclasses.replace(op.options, posts_per_day=1)
    assert (await last(op))[0] == "posted"
    reply = [reply async for reply in post_next(op, 30)][-1]
    assert ("POSTS_PER_DAY is 1" in reply.text, reply.ok) == (True, False)
    await ask(op, "schedule", action="pause")
    reply = [reply async for reply in post_next(op, 30)][-1]
    assert "paused" in reply.text


async def test_a_sheet_that_cannot_be_read_or_written_is_told_beside_the_post(op: Operator) -> None:
    """What somebody wrote there was not heard, and cron's mail is where this is read."""
    (number,) = await approved(op, 1)
    (op.options.data_dir / "drafts.csv").write_text("no, sheet\n1,2\n", "utf-8")
    reply = [reply async for reply in post_next(op, 30)][-1]
    assert (reply.data["result"], reply.data["number"]) == ("posted", number)
    assert "The sheet has none of the operator's columns." in reply.text


async def test_one_taken_back_at_the_last_moment_is_followed_by_the_next(op: Operator) -> None:
    first, second = await approved(op)
    prepare = line(op).prepare

    async def prepare_and_deny(post: object) -> str:
        line(op).prepare = prepare  # type: ignore[method-assign]
        container = await prepare(post)  # type: ignore[arg-type]
        await vote(op, second, Choice.DENY, "ann")
        return container

    line(op).prepare = prepare_and_deny  # type: ignore[method-assign]
    assert await last(op) == ("posted", first)
    assert await states(op, [first, second]) == [State.POSTED, State.DENIED]


async def test_a_posting_time_set_meanwhile_counts(op: Operator) -> None:
    (number,) = await approved(op, 1)
    prepare = line(op).prepare

    async def prepare_and_put_off(post: object) -> str:
        await ask(op, "post", number=number, at="tomorrow 18:00")
        return await prepare(post)  # type: ignore[arg-type]

    op.live = True  # so that the question above drives nothing
    line(op).prepare = prepare_and_put_off  # type: ignore[method-assign]
    running = asyncio.create_task(op.engine.run())
    assert (await last(op, 3.0))[0] == "nothing"
    running.cancel()
    assert (await state(op, number), line(op).effects) == (State.APPROVED, 0)


async def leave_under_way(op: Operator, number: int, plan: str) -> None:
    """A publish that an earlier run began, and did not live to see the end of."""
    line(op).plan = [plan]
    publish, publishing = line(op).publish, op.engine._works["publish"].reconciler

    async def and_stop(container: str) -> object:
        try:
            return await publish(container)
        finally:
            publishing.limit = 0  # nobody goes on before the next run does
            raise asyncio.CancelledError

    line(op).publish = and_stop  # type: ignore[assignment, method-assign]
    await op.store.do(drafts.put, number, post_now=1)

    async def begun() -> bool:
        return bool(line(op).calls) and not op.engine.running()

    await op.engine.drive(begun, only={"publish": {str(number)}})
    line(op).publish, publishing.limit = publish, 1  # type: ignore[method-assign]


@pytest.mark.parametrize("plan", ["crash", "before"])
async def test_a_publish_under_way_is_finished_and_counts(op: Operator, plan: str) -> None:
    first, second = await approved(op)
    await leave_under_way(op, first, plan)
    assert await state(op, first) is State.PUBLISHING
    assert await last(op) == ("posted", first)
    assert await states(op, [first, second]) == [State.POSTED, State.APPROVED]
    assert line(op).effects == 1


async def test_an_earlier_publish_that_is_unclear_is_not_followed_by_another(op: Operator) -> None:
    first, second = await approved(op)
    line(op).blind = True
    line(op).plan = ["before"]
    assert await last(op) == ("unknown", second)
    assert await state(op, first) is State.APPROVED


async def test_its_own_failure_is_an_error_with_the_reason(op: Operator) -> None:
    first, second = await approved(op)
    line(op).plan = ["refused"]
    reply = [reply async for reply in post_next(op, 30)][-1]
    assert (reply.ok, reply.data["result"], reply.data["number"]) == (False, "failed", second)
    assert "does not take it" in reply.text
    assert await state(op, first) is State.APPROVED


async def test_when_the_time_is_over_nothing_stays_claimed(op: Operator) -> None:
    (number,) = await approved(op, 1)

    async def never(post: object) -> str:
        await asyncio.Event().wait()
        raise AssertionError

    line(op).prepare = never  # type: ignore[method-assign]
    assert (await last(op, 0.5))[0] == "nothing"
    draft = await op.store.do(drafts.get, number)
    assert (draft.state, draft.post_now, draft.post_at) == (State.APPROVED, False, None)
    assert (due_in(op, draft) or 0) > 0


async def test_what_a_dead_operator_had_posted_for_us_is_ours(op: Operator) -> None:
    first, second = await approved(op)
    assert await last(op) == ("posted", second)
    assert await last(op, begun=second) == ("posted", second)
    assert await state(op, first) is State.APPROVED


async def test_whoever_stops_listening_stops_it(op: Operator) -> None:
    op.live = True
    replies = post_next(op, 60)
    assert await anext(replies) == Reply()
    await replies.aclose()
    assert not op.turn.locked()
