"""`post NUMBER --at …`: a posting time of the draft's own."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from bot import slots
from bot.operator import Operator
from services.model.draft import State
from services.model.vote import Choice
from services.store import drafts, facts
from tests.doubles.publisher import ShakyPublisher
from tests.operations.asking import ask
from tests.reconcilers.helpers import drive, make_draft, post_now, state, vote

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # 12:00 in Berlin, a Friday
SIX = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)  # the next day, 18:00 in Berlin


@pytest.fixture(autouse=True)
def _clock(op: Operator) -> None:
    at(op, NOON)


def at(op: Operator, now: datetime) -> None:
    op.clock = lambda: now


def line(op: Operator) -> ShakyPublisher:
    assert isinstance(op.services.publisher, ShakyPublisher)
    return op.services.publisher


async def set_time(op: Operator, number: int, text: str = "tomorrow 18:00"):  # type: ignore[no-untyped-def]
    return await ask(op, "post", number=number, at=text)


async def test_it_approves_and_posts_then_and_not_before(op: Operator) -> None:
    number = await make_draft(op)
    answer = await set_time(op, number)
    assert (answer.ok, answer.data["state"], answer.data["posts"]) == (True, "approved", "tomorrow 18:00")
    assert "tomorrow 18:00 (Europe/Berlin)" in answer.text
    assert (answer.data["decided_by"], answer.data["post_at"]) == ("console", SIX.isoformat())
    at(op, SIX - timedelta(seconds=1))
    await drive(op, "publish")
    assert (await state(op, number), line(op).effects) == (State.APPROVED, 0)
    at(op, SIX)
    await drive(op, "publish")
    assert (await state(op, number), line(op).effects) == (State.POSTED, 1)


async def test_an_empty_time_posts_nothing(op: Operator) -> None:
    """`post 7 --at "$WHEN"` in a script whose WHEN is not set: now is not what was meant."""
    number = await make_draft(op)
    for text in ("", " "):
        answer = await set_time(op, number, text)
        assert (answer.ok, await state(op, number), line(op).effects) == (False, State.DRAFT, 0)
        assert "tomorrow 18:00" in answer.remedy


async def test_it_is_shown_in_the_schedule_and_in_the_journal(op: Operator) -> None:
    number = await make_draft(op)
    await set_time(op, number)
    shown = await ask(op, "schedule")
    assert (shown.data["queue"][0]["posts"], shown.table[0]["posted"]) == ("tomorrow 18:00",) * 2
    told = (await ask(op, "show", number=number)).data["journal"][0]["what"]
    assert told == "set the posting time: Sat 21 Nov 2026 18:00 (Europe/Berlin)"


async def test_undo_takes_it_back_and_posts_nothing(op: Operator) -> None:
    number = await make_draft(op)
    await vote(op, number, voter="ann")
    await set_time(op, number)
    answer = await ask(op, "undo", number=number)
    assert (answer.ok, "the posting time" in answer.text) == (True, True)
    draft = await op.store.do(drafts.get, number)
    assert (draft.state, draft.post_at) == (State.DRAFT, None)
    await vote(op, number)
    assert (await op.store.do(drafts.get, number)).post_at is None, "what was taken back stays so"


@pytest.mark.parametrize("text", ["banana", "today 11:00", "tomorrow", "24/12 18:00"])
async def test_nonsense_and_the_past_change_nothing(op: Operator, text: str) -> None:
    number = await make_draft(op)
    refused = await set_time(op, number, text)
    assert (refused.ok, bool(refused.remedy), await state(op, number)) == (False, True, State.DRAFT)


async def test_it_is_no_candidate_for_a_slot(op: Operator) -> None:
    number = await make_draft(op)
    op.options = dataclasses.replace(op.options, autopost_cron="0 * * * *")
    await set_time(op, number)
    op.started = NOON - timedelta(days=1)
    assert await slots.serve(op, "autopost") == "no approved draft"
    at(op, SIX)
    await drive(op, "publish")
    assert await state(op, number) is State.POSTED


async def test_the_last_wish_counts(op: Operator) -> None:
    first, second = await make_draft(op), await make_draft(op, "SV02 turns")
    await set_time(op, first)
    await set_time(op, first, "in 2 hours")
    assert (await op.store.do(drafts.get, first)).post_at == NOON + timedelta(hours=2)
    await set_time(op, second)
    await post_now(op, second)
    await set_time(op, second)
    await drive(op, "publish")
    assert line(op).effects == 0
    assert (await ask(op, "post", number=second)).ok
    assert (await op.store.do(drafts.get, second)).post_at is None


async def test_a_caption_corrected_after_it_is_not_posted_sooner(op: Operator) -> None:
    number = await make_draft(op)
    await set_time(op, number)
    await ask(op, "edit", number=number, caption="Without the slip.")
    assert await state(op, number) is State.DRAFT
    answer = await ask(op, "approve", number=number)
    assert (answer.data["posts"], "tomorrow 18:00" in answer.text) == ("tomorrow 18:00", True)
    await ask(op, "undo", number=number)  # the time goes with the approval
    assert (await op.store.do(drafts.get, number)).post_at is None


async def test_a_denial_taken_back_leaves_the_time(op: Operator) -> None:
    number = await make_draft(op)
    await set_time(op, number)
    await vote(op, number, Choice.DENY, "ann")
    assert (await op.store.do(drafts.get, number)).post_at is None
    await vote(op, number, Choice.WITHDRAW, "ann")
    assert (await op.store.do(drafts.get, number)).post_at == SIX
    await vote(op, number, Choice.DENY, "ann")
    at(op, SIX + timedelta(hours=1))
    await vote(op, number, Choice.WITHDRAW, "ann")
    await drive(op, "publish")
    assert (await state(op, number), line(op).effects) == (State.APPROVED, 0), "there is time to undo it"
    at(op, SIX + timedelta(hours=2))
    await drive(op, "publish")
    assert await state(op, number) is State.POSTED


async def test_a_failure_retried_after_its_time_is_posted_after_the_delay(op: Operator) -> None:
    number = await make_draft(op)
    op.options = dataclasses.replace(op.options, autopost_cron="0 3 1 1 *")
    line(op).plan = ["refused"]
    await set_time(op, number)
    at(op, SIX)
    await drive(op, "publish")
    assert await state(op, number) is State.FAILED
    await ask(op, "retry", number=number)
    await drive(op, "publish")
    assert await state(op, number) is State.APPROVED
    at(op, SIX + op.options.post_delay)
    await drive(op, "publish")
    assert await state(op, number) is State.POSTED


async def test_a_pause_holds_it_and_is_told(op: Operator) -> None:
    number = await make_draft(op)
    await op.store.do(facts.put, facts.PAUSED, {"by": "desk"})
    assert "paused" in (await set_time(op, number)).text
    at(op, SIX)
    await drive(op, "publish")
    assert await state(op, number) is State.APPROVED
    await op.store.do(facts.forget, facts.PAUSED)
    await drive(op, "publish")
    assert await state(op, number) is State.POSTED


async def test_what_is_out_takes_no_time(op: Operator) -> None:
    number = await make_draft(op)
    assert (await ask(op, "post", number=number)).ok
    refused = await set_time(op, number)
    assert (refused.ok, refused.text) == (False, "Draft 1 is posted already.")


async def test_it_is_kept_over_the_hour_that_autumn_repeats(op: Operator) -> None:
    at(op, datetime(2026, 10, 24, 10, 0, tzinfo=UTC))
    number = await make_draft(op)
    assert (await set_time(op, number, "tomorrow 02:30")).data["posts"] == "tomorrow 02:30"
    for minutes, posted in ((29, State.APPROVED), (30, State.POSTED)):
        at(op, datetime(2026, 10, 25, 0, minutes, tzinfo=UTC))
        await drive(op, "publish")
        assert await state(op, number) is posted
