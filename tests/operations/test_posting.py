"""Posting by operations: without an operator they drive their own draft and nothing else."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from bot.operator import Operator
from bot.reconcilers.posted_file import post_of
from services.model.draft import State
from services.store import drafts, guards
from tests.doubles.publisher import ShakyPublisher
from tests.operations.asking import ask, replies
from tests.reconcilers.helpers import make_draft, post_now, state, vote


def line(op: Operator) -> ShakyPublisher:
    assert isinstance(op.services.publisher, ShakyPublisher)
    return op.services.publisher


async def test_post_acknowledges_then_says_where_it_is(op: Operator) -> None:
    number = await make_draft(op)
    first, *_, last = await replies(op, "post", number=number)
    assert first.data == {"number": number, "state": "approved"}
    assert (last.ok, last.data["status"], last.data["permalink"][:7]) == (True, "Posted", "file://")
    again = await ask(op, "post", number=number)
    assert (again.ok, again.text) == (False, "Draft 1 is posted already.")


async def test_post_drives_its_own_draft_only(op: Operator) -> None:
    mine, other = await make_draft(op), await make_draft(op, "SV02 turns")
    await vote(op, other)
    later = op.now() + timedelta(days=1)
    op.clock = lambda: later  # the other one is due, too, but nobody asked for it
    assert (await ask(op, "post", number=mine)).ok
    assert (await state(op, other), line(op).effects) == (State.APPROVED, 1)


async def test_an_unclear_answer_is_cleared_up_by_the_same_command(op: Operator) -> None:
    number = await make_draft(op)
    line(op).plan = ["lost"]
    assert (await ask(op, "post", number=number)).data["status"] == "Posted"
    assert line(op).effects == 1


async def test_a_publish_that_a_crash_left_is_finished_by_asking_again(op: Operator) -> None:
    number = await make_draft(op)
    await post_now(op, number)
    draft = await op.store.do(drafts.get, number)
    guard = await op.store.do(
        guards.add_publication, number, 1, fingerprint="f", publisher="outbox",
        container=await line(op).prepare(await post_of(op, draft)), now=op.now(),
    )  # fmt: skip
    await op.store.do(guards.set_publication, guard, state="intent", acts=1)
    await op.store.do(drafts.move, number, State.APPROVED, State.PUBLISHING, now=op.now())
    await line(op).publish(guard.container)  # it took effect, and the command died
    other = await make_draft(op, "SV02 turns")
    held = await ask(op, "post", number=other)
    assert (held.ok, "draft 1 is still being published" in held.text) == (False, True)
    assert (await ask(op, "post", number=number)).data["status"] == "Posted"
    assert (await ask(op, "post", number=other)).data["status"] == "Posted"
    assert line(op).effects == 2


async def test_a_pause_and_the_cap_are_told(op: Operator) -> None:
    number = await make_draft(op)
    await ask(op, "schedule", action="pause")
    paused = await ask(op, "post", number=number)
    assert (paused.ok, paused.text) == (False, "Posting is paused.")
    await ask(op, "schedule", action="resume")
    op.options = dataclasses.replace(op.options, posts_per_day=1)
    assert (await ask(op, "post", number=number)).ok
    second = await make_draft(op, "SV02 turns")
    held = await ask(op, "post", number=second)
    assert (held.ok, "POSTS_PER_DAY is 1" in held.text) == (False, True)


async def test_refused_by_the_service_then_retried(op: Operator) -> None:
    number = await make_draft(op)
    line(op).plan = ["refused"]
    failed = await ask(op, "post", number=number)
    assert (failed.ok, failed.data["state"], "retry 1" in failed.remedy) == (False, "failed", True)
    assert (await ask(op, "retry", number=number)).data["state"] == "approved"
    assert (await ask(op, "post", number=number)).data["state"] == "posted"


async def test_what_nobody_can_see_is_asked_and_answered(op: Operator) -> None:
    for live in (True, False):
        number = await make_draft(op, f"live {live}")
        line(op).plan, line(op).blind = ["before"], True
        unclear = await ask(op, "post", number=number)
        assert (unclear.ok, unclear.data["state"]) == (False, "unknown")
        noted = await ask(op, "approve", number=number)
        assert noted.text.startswith(f"Noted; your vote counts if draft {number} is not live.")
        line(op).blind = False
        if live:
            said = await ask(op, "posted", number=number, permalink="https://example.org/p/1")
            assert (said.data["state"], said.data["posted_by_hand"]) == ("posted", False)
        else:
            assert (await ask(op, "unpublished", number=number)).data["state"] == "approved"
            assert (await ask(op, "post", number=number)).data["state"] == "posted"
    assert line(op).effects == 1


async def test_posted_by_hand_and_taken_back(op: Operator) -> None:
    number = await make_draft(op)
    odd = await ask(op, "posted", number=number, permalink="javascript:alert(1)")
    assert (odd.ok, "https://" in odd.text) == (False, True)
    assert (await ask(op, "posted", number=number)).data["posted_by_hand"] is True
    assert (await ask(op, "undo", number=number)).data["state"] == "draft"
    wrong = await ask(op, "unpublished", number=number)
    assert (wrong.ok, "not unknown" in wrong.text) == (False, True)


async def test_retry_renders_a_failed_draft_here_and_now(op: Operator) -> None:
    from tests.reconcilers.helpers import proposal

    op.services.renderer.ends = ["refused", "done"]  # type: ignore[attr-defined]
    number = await op.store.do(drafts.file, proposal(), job=None, sample=False, now=op.now())

    async def failed() -> bool:
        return await state(op, number) is State.FAILED

    await op.engine.drive(failed, only={"render": None})
    answer = await ask(op, "retry", number=number)
    assert (answer.ok, answer.data["state"]) == (True, "draft")
    assert not (await ask(op, "retry", number=number)).ok


async def test_schedule_shows_what_happens_when(op: Operator) -> None:
    number = await make_draft(op)
    await ask(op, "approve", number=number)
    shown = await ask(op, "schedule")
    assert [row["number"] for row in shown.data["queue"]] == [number]
    assert 0 < shown.data["queue"][0]["due_in"] <= 120
    assert (shown.data["paused"], shown.data["posts_per_day"]) == (None, 25)
    op.options = dataclasses.replace(op.options, autopost_cron="0 18 * * *")
    slots = await ask(op, "schedule")
    assert len(slots.data["lines"][1]["next"]) == 3
    assert slots.data["queue"][0]["due_in"] is None
    assert not (await ask(op, "schedule", action="stop")).ok
