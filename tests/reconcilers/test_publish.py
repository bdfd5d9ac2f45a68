"""From an approval to exactly one post, whatever breaks on the way."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from datetime import timedelta
from pathlib import Path

import pytest

from bot.operator import Operator, draft_folder
from services.errors import Refused
from services.model.draft import State
from services.model.vote import Choice
from services.ports import ContainerStatus, Publication
from services.publisher.outbox import Outbox
from services.store import decisions, drafts, facts, guards
from tests.doubles.publisher import ShakyPublisher
from tests.reconcilers.helpers import drive, make_draft, post_now, state, vote


def line(op: Operator) -> ShakyPublisher:
    publisher = op.services.publisher
    assert isinstance(publisher, ShakyPublisher)
    return publisher


async def until(op: Operator, number: int, *wanted: State) -> State:
    async def reached() -> bool:
        return await state(op, number) in wanted

    await op.engine.drive(reached, only={"publish": None})
    return await state(op, number)


async def until_settled(op: Operator, number: int) -> State:
    return await until(op, number, State.POSTED, State.UNKNOWN, State.FAILED)


async def test_post_now_posts_once_and_says_where(op: Operator) -> None:
    number = await make_draft(op)
    await post_now(op, number)
    assert await until_settled(op, number) is State.POSTED
    draft = await op.store.do(drafts.get, number)
    assert draft.permalink.startswith("file://")
    assert line(op).effects == 1
    await drive(op, "publish")
    assert line(op).effects == 1


async def test_an_approval_waits_for_its_delay_and_can_be_taken_back(op: Operator) -> None:
    number = await make_draft(op)
    await vote(op, number)
    await drive(op, "publish")
    assert await state(op, number) is State.APPROVED
    await op.store.do(decisions.undo, number, voter="desk", target=op.target, now=op.now())
    later = op.now() + op.options.post_delay + timedelta(seconds=1)
    op.clock = lambda: later
    await drive(op, "publish")
    assert (await state(op, number), line(op).calls) == (State.DRAFT, [])
    await vote(op, number)
    much_later = later + op.options.post_delay + timedelta(seconds=1)
    op.clock = lambda: much_later
    assert await until_settled(op, number) is State.POSTED


@pytest.mark.parametrize("plan", [["lost"], ["before"], ["late"], ["before", "lost"], ["before", "late"]])
async def test_an_unclear_answer_never_becomes_a_second_post(op: Operator, plan: list[str]) -> None:
    number = await make_draft(op)
    line(op).plan = list(plan)
    await post_now(op, number)
    assert await until_settled(op, number) is State.POSTED
    assert line(op).effects == 1
    assert len(set(line(op).calls)) == 1, "one container for all attempts"


async def test_a_crash_after_the_effect_is_found_by_looking(op: Operator) -> None:
    number = await make_draft(op)
    line(op).plan = ["crash"]
    await post_now(op, number)
    assert await until_settled(op, number) is State.POSTED
    assert (line(op).effects, len(line(op).calls)) == (1, 1)


async def test_what_cannot_be_looked_at_is_asked_of_a_person(op: Operator) -> None:
    number = await make_draft(op)
    line(op).plan, line(op).blind = ["lost"], True
    await post_now(op, number)
    assert await until_settled(op, number) is State.UNKNOWN
    # The person is mistaken: it is live. Looking again finds it, and nothing is posted twice.
    line(op).blind = False
    await op.store.do(decisions.not_live, number, voter="desk", target=op.target, now=op.now())
    await op.store.do(drafts.put, number, post_now=1)
    assert await until_settled(op, number) is State.POSTED
    assert (line(op).effects, len(line(op).calls)) == (1, 1)


async def test_a_refusal_fails_with_the_reason_and_can_be_retried(op: Operator) -> None:
    number = await make_draft(op)
    line(op).plan = ["refused"]
    await post_now(op, number)
    assert await until_settled(op, number) is State.FAILED
    draft = await op.store.do(drafts.get, number)
    assert ("does not take it" in draft.reason, draft.word) == (True, "Approved")
    await op.store.do(decisions.retry, number, voter="desk", target=op.target, now=op.now())
    await post_now(op, number)
    assert await until_settled(op, number) is State.POSTED
    assert line(op).effects == 1


async def test_a_caption_nobody_would_take_never_reaches_the_service(op: Operator) -> None:
    number = await make_draft(op)
    many = " ".join(f"#tag{n}" for n in range(9))
    await op.store.do(decisions.edit_caption, number, many, voter="desk", target=op.target, now=op.now())
    await post_now(op, number)
    assert await until_settled(op, number) is State.FAILED
    assert "hashtags" in (await op.store.do(drafts.get, number)).reason
    assert line(op).prepared == []


async def test_only_the_reviewed_file_is_posted(op: Operator) -> None:
    number = await make_draft(op)
    draft = await op.store.do(drafts.get, number)
    video = draft_folder(op.drafts_dir, number, draft.tag, 1) / "video.mp4"
    video.write_bytes(video.read_bytes() + b"\0")
    await post_now(op, number)
    assert await until_settled(op, number) is State.FAILED
    assert "not the one that was reviewed" in (await op.store.do(drafts.get, number)).reason
    assert line(op).effects == 0


async def test_a_pause_holds_everything_and_is_released(op: Operator) -> None:
    number = await make_draft(op)
    await op.store.do(facts.put, facts.PAUSED, {"by": "desk"})
    await post_now(op, number)
    await drive(op, "publish")
    assert await state(op, number) is State.APPROVED
    await op.store.do(facts.forget, facts.PAUSED)
    assert await until_settled(op, number) is State.POSTED


async def test_the_daily_cap_holds_the_account(op: Operator) -> None:
    op.options = dataclasses.replace(op.options, posts_per_day=1)
    first, second = await make_draft(op), await make_draft(op, "SV02 turns")
    await post_now(op, first)
    assert await until_settled(op, first) is State.POSTED
    await post_now(op, second)
    await drive(op, "publish")
    assert await state(op, second) is State.APPROVED
    tomorrow = op.now() + timedelta(hours=25)
    op.clock = lambda: tomorrow
    assert await until_settled(op, second) is State.POSTED


async def test_sample_media_never_reaches_a_real_account(op: Operator) -> None:
    number = await make_draft(op)
    await op.store.do(drafts.put, number, sample=1)
    line(op).name = "instagram"
    await post_now(op, number)
    assert await until_settled(op, number) is State.FAILED
    assert "sample media" in (await op.store.do(drafts.get, number)).reason


async def test_a_denial_at_the_last_moment_wins(op: Operator) -> None:
    number = await make_draft(op)
    prepare = line(op).prepare

    async def prepare_slowly(post: object) -> str:
        container = await prepare(post)  # type: ignore[arg-type]
        await vote(op, number, Choice.DENY, "ann")
        return container

    line(op).prepare = prepare_slowly  # type: ignore[method-assign]
    await post_now(op, number)
    await drive(op, "publish")
    assert (await state(op, number), line(op).calls) == (State.DENIED, [])


async def test_an_old_container_is_given_up_only_if_it_was_never_used(op: Operator, tmp_path: Path) -> None:
    number = await make_draft(op)
    prepare = line(op).prepare

    async def and_edit(post: object) -> str:
        container = await prepare(post)  # type: ignore[arg-type]
        line(op).prepare = prepare  # type: ignore[method-assign]
        await op.store.do(
            decisions.edit_caption, number, "edited", voter="ann", target=op.target, now=op.now()
        )
        return container

    line(op).prepare = and_edit  # type: ignore[method-assign]
    await post_now(op, number)
    await drive(op, "publish")
    assert await state(op, number) is State.DRAFT
    await post_now(op, number)
    assert await until_settled(op, number) is State.POSTED
    first, second = line(op).prepared
    assert first != second
    guard = await op.store.do(guards.publication, number)
    assert guard is not None
    assert guard.container == second
    (posted,) = [p for p in (op.options.data_dir / "outbox").iterdir() if not p.name.startswith(".")]
    assert (posted / "caption.txt").read_text() == "edited"
    assert isinstance(line(op).outbox, Outbox)


async def test_votes_made_while_it_was_unclear_decide_once_it_is_proven_unpublished(op: Operator) -> None:
    number = await make_draft(op)
    publish = line(op).publish

    async def break_and_deny(container: str) -> object:
        await vote(op, number, Choice.DENY, "ann")
        return await publish(container)

    line(op).plan = ["before"]
    line(op).publish = break_and_deny  # type: ignore[assignment, method-assign]
    await post_now(op, number)
    await until(op, number, State.DENIED, State.POSTED)
    assert (await state(op, number), line(op).effects) == (State.DENIED, 0)


async def test_a_caption_changed_after_an_unclear_publish_is_never_posted_as_it_was(op: Operator) -> None:
    number = await make_draft(op)
    line(op).plan, line(op).blind = ["before"], True
    await post_now(op, number)
    assert await until_settled(op, number) is State.UNKNOWN
    line(op).blind = False
    await op.store.do(decisions.not_live, number, voter="desk", target=op.target, now=op.now())
    await op.store.do(
        decisions.edit_caption, number, "second thoughts", voter="ann", target=op.target, now=op.now()
    )
    await post_now(op, number)
    assert await until_settled(op, number) is State.FAILED
    assert "a retry posts it as it is now" in (await op.store.do(drafts.get, number)).reason
    assert line(op).effects == 0
    await op.store.do(decisions.retry, number, voter="desk", target=op.target, now=op.now())
    await post_now(op, number)
    assert await until_settled(op, number) is State.POSTED
    (posted,) = [p for p in (op.options.data_dir / "outbox").iterdir() if not p.name.startswith(".")]
    assert (posted / "caption.txt").read_text() == "second thoughts"


async def test_settling_counts_from_when_the_call_was_given_up_whatever_the_clock_says(op: Operator) -> None:
    number = await make_draft(op)
    line(op).settle = 0.3
    line(op).plan = ["before"]
    looked: list[float] = []
    gave_up: list[float] = []
    look, publish = line(op).look, line(op).publish

    async def look_at(container: str) -> ContainerStatus:
        looked.append(time.monotonic())
        return await look(container)

    async def publish_late(container: str) -> Publication:
        tomorrow = op.now() + timedelta(hours=3)
        op.clock = lambda: tomorrow  # the call took long, and the clock jumped meanwhile
        gave_up.append(time.monotonic())
        return await publish(container)

    line(op).look, line(op).publish = look_at, publish_late  # type: ignore[method-assign]
    await post_now(op, number)
    assert await until_settled(op, number) is State.POSTED
    assert next(at for at in looked if at > gave_up[0]) - gave_up[0] >= 0.3


async def test_one_publish_at_a_time_also_while_one_is_unclear(op: Operator) -> None:
    first, second = await make_draft(op), await make_draft(op, "SV02 turns")
    line(op).plan = ["before"]
    await post_now(op, first)
    await post_now(op, second)
    assert await until_settled(op, second) is State.POSTED
    assert await state(op, first) is State.POSTED
    containers = [line(op).calls[0], line(op).calls[1]]
    assert containers[0] == containers[1], "the first was cleared up before the second began"


async def test_a_pause_at_the_last_moment_holds(op: Operator) -> None:
    number = await make_draft(op)
    prepare = line(op).prepare

    async def prepare_and_pause(post: object) -> str:
        await op.store.do(facts.put, facts.PAUSED, {"by": "ann"})
        return await prepare(post)  # type: ignore[arg-type]

    line(op).prepare = prepare_and_pause  # type: ignore[method-assign]
    await post_now(op, number)
    await drive(op, "publish")
    assert (await state(op, number), line(op).calls) == (State.APPROVED, [])


async def test_a_pause_holds_what_is_proven_unpublished(op: Operator) -> None:
    number = await make_draft(op)
    line(op).plan = ["before"]
    publish = line(op).publish

    async def pause_and_publish(container: str) -> Publication:
        await op.store.do(facts.put, facts.PAUSED, {"by": "ann"})
        return await publish(container)

    line(op).publish = pause_and_publish  # type: ignore[method-assign]
    await post_now(op, number)

    async def looked_at() -> bool:
        return bool(line(op).calls) and await state(op, number) is not State.PUBLISHING

    await op.engine.drive(looked_at, only={"publish": None})
    await drive(op, "publish")
    assert (await state(op, number), len(line(op).calls)) == (State.APPROVED, 1)
    line(op).publish = publish  # type: ignore[method-assign]
    await op.store.do(facts.forget, facts.PAUSED)
    assert await until_settled(op, number) is State.POSTED
    assert (len(set(line(op).calls)), line(op).effects) == (1, 1), "the container that was looked at goes on"


async def test_an_approval_for_another_publisher_is_none(op: Operator) -> None:
    number = await make_draft(op)
    await post_now(op, number)
    line(op).name = "elsewhere"  # the settings changed between two starts
    await drive(op, "publish")
    assert (await state(op, number), line(op).effects) == (State.DRAFT, 0)


async def test_a_refused_preparation_fails_the_draft(op: Operator) -> None:
    number = await make_draft(op)

    async def refuse(post: object) -> str:
        raise Refused("The service has no room for this.")

    line(op).prepare = refuse  # type: ignore[method-assign]
    await post_now(op, number)
    assert await until_settled(op, number) is State.FAILED
    assert "no room" in (await op.store.do(drafts.get, number)).reason


async def test_a_service_that_never_publishes_fails_and_a_retry_uses_the_same_container(op: Operator) -> None:
    number = await make_draft(op)
    line(op).plan = ["before"] * 3
    await post_now(op, number)
    assert await until_settled(op, number) is State.FAILED
    assert len(line(op).calls) == 3
    await op.store.do(decisions.retry, number, voter="desk", target=op.target, now=op.now())
    await post_now(op, number)
    assert await until_settled(op, number) is State.POSTED
    assert (line(op).effects, len(line(op).prepared)) == (1, 1)


async def test_the_operators_own_deaths_do_not_use_attempts_up(op: Operator) -> None:
    number = await make_draft(op)
    await post_now(op, number)
    publish = line(op).publish
    deaths = 0

    async def die(container: str) -> Publication:
        nonlocal deaths
        deaths += 1
        if deaths <= 5:
            raise asyncio.CancelledError
        return await publish(container)

    line(op).publish = die  # type: ignore[method-assign]
    assert await until_settled(op, number) is State.POSTED
    assert (deaths, line(op).effects) == (6, 1)


async def test_an_undone_edit_leaves_time_to_take_the_approval_back(op: Operator) -> None:
    number = await make_draft(op)
    await vote(op, number)
    await op.store.do(decisions.edit_caption, number, "b", voter="ann", target=op.target, now=op.now())
    later = op.now() + timedelta(hours=1)
    op.clock = lambda: later
    draft, _ = await op.store.do(decisions.undo, number, voter="ann", target=op.target, now=op.now())
    assert draft.state is State.APPROVED
    await drive(op, "publish")
    assert (await state(op, number), line(op).effects) == (State.APPROVED, 0)
