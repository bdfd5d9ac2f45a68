"""What time does to the operator: old work, clocks set back, laptops that sleep, summer and winter."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot import slots, views
from bot.next_post import post_next
from bot.operator import Operator
from bot.schedule_lines import last_run
from services.model.draft import State
from services.ports import Publication
from services.store import drafts, facts, guards, jobs, journal
from tests.doubles.publisher import ShakyPublisher
from tests.operations.asking import ask
from tests.reconcilers.helpers import drive, make_draft, post_now, proposal, state, states, vote

NOON = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)  # 12:00 in Berlin, a Friday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Clock = Callable[[datetime], None]


@pytest.fixture
def clock(op: Operator) -> Clock:
    """Set the operator's clock, and that of the service it posts to."""

    def put(now: datetime) -> None:
        op.clock = lambda: now
        line(op).outbox._clock = lambda: now

    put(NOON)
    op.started = NOON - 30 * DAY
    return put


def line(op: Operator) -> ShakyPublisher:
    assert isinstance(op.services.publisher, ShakyPublisher)
    return op.services.publisher


def with_slots(op: Operator, cron: str = "0 18 * * *", **more: object) -> None:
    op.options = dataclasses.replace(op.options, autopost_cron=cron, **more)  # type: ignore[arg-type]


async def notes(op: Operator) -> list[str]:
    return [e.text for e in await op.store.do(journal.entries) if e.voter == "schedule"]


# ---- Work that is older than a day ----


async def test_a_generation_ordered_days_ago_is_made_and_ends(op: Operator, clock: Clock) -> None:
    job = await op.store.do(jobs.queue_generation, 1, by="desk", now=NOON, seed=7)
    clock(NOON + 3 * DAY)
    await drive(op)
    done = await op.store.do(jobs.get, job)
    assert (done.state, done.finished) == ("done", NOON + 3 * DAY)
    assert len(await op.store.do(drafts.listed, job=job)) == 1


async def test_a_render_left_days_ago_is_made_once_more(op: Operator, clock: Clock) -> None:
    number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=NOON)
    await op.store.do(drafts.move, number, State.PROPOSED, State.RENDERING, now=NOON)
    draft = await op.store.do(drafts.get, number)
    await op.store.do(guards.intend_render, number, draft.tag, 1, now=NOON)  # and the operator died
    clock(NOON + 3 * DAY)
    await drive(op, "render")
    assert await state(op, number) is State.DRAFT
    assert len(op.services.renderer.submitted) == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize("happened", [True, False])
async def test_a_publish_left_for_more_than_a_day_is_cleared_up(
    op: Operator, clock: Clock, happened: bool
) -> None:
    """Its container has expired by then: it went out, or it never will."""
    number = await make_draft(op)
    line(op).plan = ["crash" if happened else "before"]
    publish, died = line(op).publish, []

    async def and_die(container: str) -> Publication:
        died.append(container)
        try:
            return await publish(container)
        finally:
            op.engine._works["publish"].reconciler.limit = 0  # type: ignore[misc]

    line(op).publish = and_die  # type: ignore[method-assign]
    await post_now(op, number)

    async def dead() -> bool:
        return bool(died) and not op.engine.running()

    await op.engine.drive(dead, only={"publish": None})
    assert await state(op, number) is State.PUBLISHING
    clock(NOON + 30 * HOUR)
    op.engine._works["publish"].reconciler.limit = 1  # type: ignore[misc]
    op.engine._works["publish"].troubles.clear()
    line(op).publish = publish  # type: ignore[method-assign]
    await drive(op, "publish")
    draft = await op.store.do(drafts.get, number)
    if happened:
        assert (draft.state, draft.posted_at, line(op).effects) == (State.POSTED, NOON, 1)
        return
    assert (draft.state, "24 hours" in draft.reason, line(op).effects) == (State.FAILED, True, 0)
    assert (await ask(op, "retry", number=number)).ok
    await post_now(op, number)
    await drive(op, "publish")
    assert (await state(op, number), line(op).effects) == (State.POSTED, 1)


async def test_an_approval_from_last_week_is_posted_once_when_the_operator_starts(
    op: Operator, clock: Clock
) -> None:
    number = await make_draft(op)
    await vote(op, number)
    clock(NOON + 7 * DAY)
    await drive(op, "publish")
    await drive(op, "publish")
    assert (await state(op, number), line(op).effects) == (State.POSTED, 1)


# ---- Clocks that are set back ----


async def test_the_latest_approved_is_by_the_journal_when_the_clock_jumps_back(
    op: Operator, clock: Clock
) -> None:
    first, second = await make_draft(op), await make_draft(op, "SV02 turns")
    await vote(op, first)
    clock(NOON - HOUR)
    await vote(op, second)  # later, though its clock says earlier
    with_slots(op)
    queue = (await ask(op, "schedule")).data["queue"]
    assert [row["number"] for row in queue] == [second, first]
    told = [entry.draft for entry in await op.store.do(journal.entries)]
    assert told[:2] == [second, first]
    replies = [reply async for reply in post_next(op, 30)]
    assert (replies[-1].data["result"], replies[-1].data["number"]) == ("posted", second)
    assert await states(op, [first, second]) == [State.APPROVED, State.POSTED]


async def test_a_later_denial_wins_whatever_the_clock_says(op: Operator, clock: Clock) -> None:
    number = await make_draft(op)
    await ask(op, "approve", number=number)
    clock(NOON - 5 * HOUR)
    denied = await ask(op, "deny", number=number, reason="too dark")
    assert denied.data["state"] == "denied"
    clock(NOON - 9 * HOUR)
    assert (await ask(op, "undo", number=number)).data["state"] == "draft"


async def test_an_approval_waits_its_delay_though_the_clock_was_set_back(
    op: Operator, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = 0.0
    monkeypatch.setattr(views.time, "monotonic", lambda: passed)
    number = await make_draft(op)
    await vote(op, number)
    delay = op.options.post_delay.total_seconds()

    async def wait() -> float | None:
        return views.due_in(op, await op.store.do(drafts.get, number))

    assert await wait() == delay
    clock(NOON - HOUR)
    assert await wait() == delay, "not an hour more"
    passed = delay - 1
    assert await wait() == 1
    passed = delay
    assert await wait() == 0


async def test_a_clock_set_back_posts_no_slot_and_no_draft_again(op: Operator, clock: Clock) -> None:
    numbers = [await make_draft(op), await make_draft(op, "SV02 turns")]
    for number in numbers:
        await vote(op, number)
    with_slots(op)
    for now in (NOON + 6 * HOUR, NOON + 5 * HOUR, NOON + 6 * HOUR):
        clock(now)
        await slots.serve(op, "autopost")
        await drive(op, "publish")
    assert await states(op, numbers) == [State.APPROVED, State.POSTED]
    assert line(op).effects == 1


async def test_the_daily_cap_is_kept_when_the_clock_is_set_back(op: Operator, clock: Clock) -> None:
    op.options = dataclasses.replace(op.options, posts_per_day=1)
    first, second = await make_draft(op), await make_draft(op, "SV02 turns")
    await post_now(op, first)
    await drive(op, "publish")
    clock(NOON - HOUR)
    await post_now(op, second)
    await drive(op, "publish")
    assert await states(op, [first, second]) == [State.POSTED, State.APPROVED]


# ---- A laptop asleep over slots ----


async def test_many_slots_slept_over_are_one_and_said_once(op: Operator, clock: Clock) -> None:
    numbers = [await make_draft(op, f"Piece {n}") for n in range(3)]
    for number in numbers:
        await vote(op, number)
    with_slots(op, "*/10 * * * *")
    clock(NOON + timedelta(seconds=5))
    assert await slots.serve(op, "autopost")
    await drive(op, "publish")
    clock(NOON + 8 * HOUR + timedelta(minutes=4))
    for _ in range(3):
        await slots.serve(op, "autopost")
    await drive(op, "publish")
    assert await states(op, numbers) == [State.APPROVED, State.POSTED, State.POSTED]
    assert await notes(op) == ["its slot is made up for 4 min late", "its slot has come"]


async def test_a_slot_slept_over_for_too_long_is_told_once_and_not_made_up(
    op: Operator, clock: Clock
) -> None:
    number = await make_draft(op)
    await vote(op, number)
    with_slots(op)
    await op.store.do(facts.put, "autopost_cron", "0 18 * * *")  # watched before
    clock(NOON + 3 * DAY)
    for _ in range(3):
        assert await slots.serve(op, "autopost") == ""
    assert await notes(op) == [
        "the slot of Sun 7 Jun 18:00 passed while no operator was awake: nothing was posted"
    ]
    await drive(op, "publish")
    assert await state(op, number) is State.APPROVED
    clock(NOON + 3 * DAY + 6 * HOUR)
    assert await slots.serve(op, "autopost") == f"draft {number}"


async def test_a_missed_slot_with_nothing_to_post_or_of_a_new_line_is_no_news(
    op: Operator, clock: Clock
) -> None:
    with_slots(op)
    await op.store.do(facts.put, "autopost_cron", "0 18 * * *")
    assert await slots.serve(op, "autopost") == ""
    await vote(op, await make_draft(op))
    with_slots(op, "0 9 * * *")  # changed, and the operator started, at noon
    op.started = NOON
    assert await slots.serve(op, "autopost") == ""
    with_slots(op, "50 11 * * *")
    assert await slots.serve(op, "autopost") == "", "ten minutes ago it was not set yet"
    assert await notes(op) == []


# ---- Summer and winter ----


@pytest.mark.parametrize(
    ("day", "posted"),
    [
        ((2026, 10, 24, 22), ["2026-10-25T02:30:00+02:00"]),
        ((2026, 3, 28, 23), ["2026-03-29T03:30:00+02:00"]),
    ],
)
async def test_a_posting_slot_in_the_hour_that_changes(
    op: Operator, clock: Clock, day: tuple[int, int, int, int], posted: list[str]
) -> None:
    begin = datetime(*day, tzinfo=UTC)
    clock(begin - DAY)
    op.started = begin - DAY
    for n in range(2):
        await vote(op, await make_draft(op, f"Piece {n}"))
    with_slots(op, "30 2 * * *")
    for quarter in range(6 * 4):
        clock(begin + quarter * timedelta(minutes=15))
        await slots.serve(op, "autopost")
        await drive(op, "publish")
    found = [d.posted_at for d in await op.store.do(drafts.listed, states=[State.POSTED])]
    assert [at.astimezone(op.options.timezone).isoformat() for at in found if at] == posted


def test_a_week_is_searched_for_missed_slots_quickly(op: Operator) -> None:
    now = datetime(2026, 10, 25, 12, 0, tzinfo=UTC)
    assert last_run("0 9 2 1 *", op.options.timezone, now, slots.LOOK_BACK) is None
    found = last_run("0 18 * * fri", op.options.timezone, now, slots.LOOK_BACK)
    assert found == datetime(2026, 10, 23, 16, 0, tzinfo=UTC)
