"""Cron slots: each once, whatever the clock, the season or a restart does."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot import slots
from bot.operator import Operator
from bot.schedule import Schedule
from bot.schedule_lines import last_run, next_runs
from services.model.draft import State
from services.store import decisions, drafts, facts, jobs
from tests.reconcilers.helpers import make_draft, vote

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def set_line(op: Operator, name: str, line: str, grace: timedelta = HOUR, order: str = "latest") -> None:
    op.options = dataclasses.replace(
        op.options, **{f"{name}_cron": line}, slot_grace=grace, autopost_order=order
    )


def at(op: Operator, *moment: int, started: datetime | None = None) -> None:
    """Set the operator's clock to a time in UTC; by default it was started long before."""
    now = datetime(*moment, tzinfo=UTC)  # type: ignore[misc]
    op.clock = lambda: now
    op.started = started or now - timedelta(days=9)


async def served(op: Operator, begin: datetime, end: datetime, name: str = "generate") -> list[datetime]:
    """Look every five minutes, as the schedule does more often; the times at which something was done."""
    found, now = [], begin
    while now < end:
        op.clock = lambda now=now: now  # type: ignore[misc]
        if await slots.serve(op, name):
            found.append(now)
            for job in await op.store.do(jobs.listed, open_only=True):
                await op.store.do(jobs.finish, job.id, now=now)
        now += timedelta(minutes=5)
    return found


@pytest.mark.parametrize(
    ("line", "day", "times"),
    [
        ("30 2 * * *", (2026, 10, 25), ["02:30+02:00"]),  # autumn: 02:30 comes twice, its slot once
        ("30 2 * * *", (2026, 3, 29), ["03:30+02:00"]),  # spring: 02:30 is missing, its slot is not
        ("30 2 * * *", (2026, 6, 1), ["02:30+02:00"]),
        ("0,30 1-3 * * *", (2026, 10, 25),
         ["01:00+02:00", "01:30+02:00", "02:00+02:00", "02:30+02:00", "03:00+01:00", "03:30+01:00"]),
        ("0,30 1-3 * * *", (2026, 3, 29), ["01:00+01:00", "01:30+01:00", "03:00+02:00", "03:30+02:00"]),
    ],
)  # fmt: skip
async def test_each_slot_of_a_day_is_served_once(
    op: Operator, line: str, day: tuple[int, int, int], times: list[str]
) -> None:
    set_line(op, "generate", line, grace=timedelta(minutes=30))
    op.started = datetime(2026, 1, 1, tzinfo=UTC)
    begin = datetime(*day, tzinfo=BERLIN).astimezone(UTC)
    found = await served(op, begin, begin + timedelta(hours=8))
    local = [moment.astimezone(BERLIN).isoformat() for moment in found]
    assert [text[11:16] + text[-6:] for text in local] == times


@pytest.mark.timeout(20)
def test_the_hour_that_autumn_repeats_is_walked_through() -> None:
    now = datetime(2026, 10, 25, 1, 40, tzinfo=UTC)  # 02:40, the second time
    found = last_run("*/30 * * * *", BERLIN, now, HOUR)
    assert found is not None
    assert found.astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    runs = next_runs("*/30 * * * *", BERLIN, now - 2 * HOUR, 6)
    assert [run.astimezone(UTC) for run in runs] == [
        now - 2 * HOUR + timedelta(minutes=20 + 30 * step) for step in range(6)
    ]


@pytest.mark.timeout(20)
def test_a_long_grace_is_not_walked_minute_by_minute() -> None:
    now = datetime(2026, 6, 1, 12, 0, 5, tzinfo=UTC)
    found = last_run("* * * * *", BERLIN, now, timedelta(days=365))
    assert found == datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    yearly = last_run("0 9 2 1 *", BERLIN, now, timedelta(days=365))
    assert yearly == datetime(2026, 1, 2, 9, 0, tzinfo=BERLIN)


async def test_a_late_slot_is_made_up_within_the_grace_only(op: Operator) -> None:
    set_line(op, "generate", "0 9 * * *")
    at(op, 2026, 6, 1, 8, 30)  # 10:30 in Berlin: an hour and a half late
    assert await slots.serve(op, "generate") == ""
    at(op, 2026, 6, 2, 7, 50)
    assert "generation" in await slots.serve(op, "generate")
    assert await slots.serve(op, "generate") == ""


async def test_without_any_grace_a_slot_on_time_still_counts(op: Operator) -> None:
    set_line(op, "generate", "0 9 * * *", grace=timedelta(0))
    at(op, 2026, 6, 1, 7, 0, 10)
    assert "generation" in await slots.serve(op, "generate")
    at(op, 2026, 6, 2, 7, 5)
    assert await slots.serve(op, "generate") == ""


async def test_the_first_start_takes_a_past_slot_without_acting(op: Operator) -> None:
    set_line(op, "generate", "0 9 * * *")
    started = datetime(2026, 6, 1, 7, 20, tzinfo=UTC)
    at(op, 2026, 6, 1, 7, 20, started=started)
    assert await slots.serve(op, "generate") == ""
    assert await op.store.do(jobs.listed) == []
    at(op, 2026, 6, 2, 7, 0, 5, started=started)
    assert "generation" in await slots.serve(op, "generate")


async def test_a_clock_set_back_serves_nothing_again(op: Operator) -> None:
    set_line(op, "generate", "0 9 * * *")
    at(op, 2026, 6, 1, 7, 0, 5)
    assert await slots.serve(op, "generate")
    at(op, 2026, 6, 1, 6, 5)
    assert await slots.serve(op, "generate") == ""
    at(op, 2026, 6, 1, 7, 0, 5)
    assert await slots.serve(op, "generate") == ""


async def test_a_slot_during_a_generation_orders_no_second_one(op: Operator) -> None:
    set_line(op, "generate", "0 * * * *")
    at(op, 2026, 6, 1, 7, 0, 5)
    await slots.serve(op, "generate")
    at(op, 2026, 6, 1, 8, 0, 5)
    assert "under way" in await slots.serve(op, "generate")
    assert len(await op.store.do(jobs.listed)) == 1


@pytest.mark.parametrize(("order", "chosen"), [("latest", 0), ("oldest", 1)])
async def test_a_posting_slot_takes_one_draft(op: Operator, order: str, chosen: int) -> None:
    numbers = [await make_draft(op), await make_draft(op, "SV02 turns")]
    await vote(op, numbers[1])
    await vote(op, numbers[0])  # the last to be approved, though it is the older draft
    set_line(op, "autopost", "0 18 * * *", order=order)
    at(op, 2026, 6, 1, 16, 0, 5)
    assert await slots.serve(op, "autopost") == f"draft {numbers[chosen]}"
    taken = [d.number for d in await op.store.do(drafts.listed) if d.post_now]
    assert taken == [numbers[chosen]]


async def test_a_posting_slot_with_nothing_to_post_or_a_pause(op: Operator) -> None:
    number = await make_draft(op)
    set_line(op, "autopost", "0 * * * *")
    at(op, 2026, 6, 1, 16, 0, 5)
    assert await slots.serve(op, "autopost") == "no approved draft"
    await vote(op, number)
    await op.store.do(facts.put, facts.PAUSED, {"by": "desk"})
    at(op, 2026, 6, 1, 17, 0, 5)
    assert await slots.serve(op, "autopost") == "posting is paused"
    await op.store.do(facts.forget, facts.PAUSED)
    at(op, 2026, 6, 1, 18, 0, 5)
    assert await slots.serve(op, "autopost") == f"draft {number}"
    # Taken back before it went out: the slot is used up, and the draft waits for the next approval.
    draft, _ = await op.store.do(decisions.undo, number, voter="desk", target=op.target, now=op.now())
    assert (draft.state, draft.post_now) == (State.DRAFT, False)


async def test_the_schedule_starts_and_stops(op: Operator) -> None:
    set_line(op, "generate", "0 9 * * *")
    schedule = Schedule(op)
    await schedule.start()
    await schedule.stop()
