"""From an order to drafts: one filing whatever breaks, and a job that always ends with the truth."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from typing import Any

import pytest

from bot.operator import Operator, draft_folder
from bot.reconcilers.generate import Generate
from bot.reconcilers.progress import JobProgress
from services.errors import Unavailable
from services.model.brief import Brief
from services.model.draft import State
from services.model.vote import Choice
from services.ports import PlannerAnswer
from services.store import Store, drafts, jobs
from services.store.jobs import Job
from tests.doubles.renderer import QuickRenderer
from tests.reconcilers.helpers import drive, state, states, vote


async def order(op: Operator, count: int = 2) -> int:
    return await op.store.do(jobs.queue_generation, count, by="desk", now=op.now(), seed=7)


async def job(op: Operator, number: int) -> Job:
    return await op.store.do(jobs.get, number)


async def made(op: Operator, number: int) -> list[int]:
    return [draft.number for draft in await op.store.do(drafts.listed, job=number)][::-1]


async def ended(op: Operator, number: int) -> Job:
    async def over() -> bool:
        return not (await job(op, number)).open

    await op.engine.drive(over, only={"generate": {str(number)}, "render": None})
    return await job(op, number)


class Planning:
    """A planner that does what a test says, around the real one."""

    name = "offline"

    def __init__(self, real: Any, *, error: BaseException | None = None) -> None:
        self.real, self.error, self.asked = real, error, 0

    async def ping(self) -> str:
        return "ready"

    async def propose(self, brief: Brief, tell: Any = None) -> PlannerAnswer:
        self.asked += 1
        if self.error is not None:
            raise self.error
        answer: PlannerAnswer = await self.real.propose(brief)
        return answer


def plan_with(op: Operator, error: BaseException | None = None) -> Planning:
    planning = Planning(op.services.planner, error=error)
    op.services = dataclasses.replace(op.services, planner=planning)
    return planning


async def test_an_order_becomes_drafts_with_their_movies(op: Operator) -> None:
    number = await order(op)
    done = await ended(op, number)
    assert (done.state, done.error, done.message) == ("done", "", "2 drafts ready")
    found = await made(op, number)
    assert await states(op, found) == [State.DRAFT, State.DRAFT]
    for one in found:
        draft = await op.store.do(drafts.get, one)
        assert (draft_folder(op.drafts_dir, one, draft.tag, 1) / "movie.json").is_file()
    assert list((op.options.data_dir / "collected_data").glob("gcs_inventory_*.json"))


async def test_a_crash_between_planning_and_filing_plans_again_and_files_once(op: Operator) -> None:
    planning = plan_with(op, asyncio.CancelledError())  # the operator dies while the planner works
    number = await order(op)
    with pytest.raises(asyncio.CancelledError):
        await Generate(op).step(str(number))
    assert await made(op, number) == []
    assert (await job(op, number)).open
    planning.error = None
    assert (await ended(op, number)).state == "done"
    assert len(await made(op, number)) == 2


async def test_a_crash_after_filing_only_waits_for_the_renders(op: Operator) -> None:
    planning = plan_with(op)
    number = await order(op)
    await Generate(op).step(str(number))  # and the operator dies before anything is rendered
    first = await made(op, number)
    assert (await ended(op, number)).state == "done"
    assert (await made(op, number), planning.asked) == (first, 1)


@pytest.mark.parametrize(
    ("error", "said"), [(Unavailable("The planner sleeps."), "sleeps"), (KeyError("x"), "incident")]
)
async def test_a_planner_that_breaks_ends_the_job_with_a_sentence(
    op: Operator, error: Exception, said: str
) -> None:
    plan_with(op, error)
    done = await ended(op, await order(op))
    assert done.state == "failed"
    assert said in done.error
    assert "KeyError" not in done.error


async def test_all_denied_before_they_were_rendered(op: Operator) -> None:
    number = await order(op)
    await Generate(op).step(str(number))
    for one in await made(op, number):
        await vote(op, one, Choice.DENY)
    done = await ended(op, number)
    assert (done.state, done.message) == ("done", "0 of 2 drafts ready")


async def test_denied_and_taken_back_in_the_middle_of_its_render(op: Operator) -> None:
    renderer = op.services.renderer
    assert isinstance(renderer, QuickRenderer)
    collect = renderer.collect
    number = await order(op, 1)
    await Generate(op).step(str(number))
    (one,) = await made(op, number)

    async def denied_meanwhile(handle: str) -> Any:
        from services.store import decisions

        await vote(op, one, Choice.DENY)
        await op.store.do(decisions.undo, one, voter="desk", target=op.target, now=op.now())
        return await collect(handle)

    renderer.collect = denied_meanwhile  # type: ignore[method-assign]
    assert (await ended(op, number)).message == "1 draft ready"
    assert await state(op, one) is State.DRAFT
    assert len(renderer.submitted) == 1


async def test_an_unknown_intent_is_refused_by_name(op: Operator) -> None:
    number = await op.store.do(jobs.queue_generation, 1, by="desk", now=op.now(), intent="nonsense")
    done = await ended(op, number)
    assert (done.state, "nonsense" in done.error) == ("failed", True)


async def test_two_orders_are_worked_off_one_after_the_other(op: Operator) -> None:
    first, second = await order(op, 1), await order(op, 1)
    await drive(op, "generate", "render")
    assert [(await job(op, n)).state for n in (first, second)] == ["done", "done"]
    assert len(await op.store.do(drafts.listed)) == 2


async def test_progress_never_overtakes_the_end(op: Operator) -> None:
    number = await order(op)
    await op.store.do(jobs.start, number, now=op.now())
    async with JobProgress(op.store, number) as progress:
        progress("planning", 1, 2)
        progress("planning", 2, 2)
    await op.store.do(jobs.progress, number, "rendering", 0, 2)
    late = threading.Thread(target=progress, args=("planning", 1, 2))
    late.start()
    late.join()
    await asyncio.sleep(0)
    await op.store.do(jobs.get, number)
    known = await job(op, number)
    assert (known.stage, known.done) == ("rendering", 0)


async def test_a_change_is_told_though_nobody_waits_for_it_any_more(op: Operator) -> None:
    store: Store = op.store
    change = store.next_change()
    begun, go = threading.Event(), threading.Event()

    def slow(db: object) -> None:
        begun.set()
        go.wait(5)
        jobs.queue(db, "collect", {}, by="desk", now=op.now())  # type: ignore[arg-type]

    waiting = asyncio.create_task(store.do(slow))
    await asyncio.to_thread(begun.wait, 5)
    waiting.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(5):
        await change.wait()
