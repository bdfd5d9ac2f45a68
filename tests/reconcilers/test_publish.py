"""From an approval to exactly one post, whatever breaks on the way."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from bot import engine as engine_module
from bot.operator import Operator, draft_folder
from services.model.draft import State
from services.model.vote import Choice
from services.publisher.outbox import Outbox
from services.store import decisions, drafts, facts, guards
from tests.doubles.publisher import ShakyPublisher
from tests.reconcilers.helpers import drive, make_draft, post_now, state, vote


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "FIRST_BACKOFF", 0.01)


def line(op: Operator) -> ShakyPublisher:
    publisher = op.services.publisher
    assert isinstance(publisher, ShakyPublisher)
    return publisher


async def until_settled(op: Operator, number: int) -> State:
    async def settled() -> bool:
        return await state(op, number) in (State.POSTED, State.UNKNOWN, State.FAILED)

    await op.engine.drive(settled, only={"publish": None})
    return await state(op, number)


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
    await op.store.do(
        decisions.edit_caption, number, many, voter="desk", target=op.target, now=op.now()
    )
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
