"""What holds Instagram's account, a dry run, and secrets: drafts wait, nothing is lost, nothing is told."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.operator import Operator
from services.model.draft import State
from services.model.vote import Choice
from services.store import guards
from tests.doubles.graph_client import Side
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_server import Fault
from tests.reconcilers.helpers import make_draft, post_now, state, vote
from tests.reconcilers.instagram import posted, publishes, rehearsed, trouble, until, use

pytestmark = pytest.mark.parametrize("first_backoff", [0.05])


@pytest.mark.parametrize(("subcode", "words"), [(463, "expired"), (460, "password"), (0, "revoked or wrong")])
async def test_a_dead_token_leaves_the_draft_approved_and_is_asked_once(
    op: Operator, we: Side, subcode: int, words: str
) -> None:
    number = await make_draft(op)
    we.server.state.tokens[we.token].dead = subcode
    await post_now(op, number)
    draft = await until(op, number, State.POSTED, State.FAILED, failures=4)
    assert draft.state is State.APPROVED
    assert words in trouble(op)
    assert "autopotter setup" in trouble(op)
    assert len(we.server.calls) == 1


async def test_a_token_that_dies_at_the_publish_itself(op: Operator, we: Side) -> None:
    we.server.fail("publish", Fault(error=GraphError(190, "Session has expired", 463)))
    number = await make_draft(op)
    await post_now(op, number)
    draft = await until(op, number, State.POSTED, State.FAILED, failures=3)
    assert (draft.state, publishes(we), we.server.state.effects) == (State.APPROVED, 1, [])
    fresh = we.server.state.issue()
    we.keeper = we.keeper_of(fresh)
    we.graph.keeper = we.keeper
    use(op, we)
    assert (await until(op, number, State.POSTED)).state is State.POSTED
    assert len(we.server.state.effects) == 1
    assert len(we.server.state.containers) == 1, "through the same container"


async def test_a_missing_permission_holds_the_account_and_fails_nothing(op: Operator, we: Side) -> None:
    kept = tuple(s for s in we.server.state.tokens[we.token].scopes if not s.endswith("content_publish"))
    we.server.state.tokens[we.token].scopes = kept
    number = await make_draft(op)
    await post_now(op, number)
    draft = await until(op, number, State.POSTED, State.FAILED, failures=2)
    assert draft.state is State.APPROVED
    assert "lacks a permission" in trouble(op)


async def test_a_used_up_quota_holds_the_account(op: Operator, we: Side) -> None:
    we.server.state.quota_total = 0
    number = await make_draft(op)
    await post_now(op, number)
    draft = await until(op, number, State.POSTED, State.FAILED, failures=2)
    assert (draft.state, publishes(we)) == (State.APPROVED, 0)
    assert "0 posts in 24 hours" in trouble(op)
    we.server.state.quota_total = 50
    assert (await until(op, number, State.POSTED)).state is State.POSTED
    assert (len(we.server.state.effects), len(we.server.state.containers)) == (1, 1)


async def test_a_quota_that_ends_between_the_look_and_the_publish(op: Operator, we: Side) -> None:
    we.server.fail("publish", Fault(error=GraphError(9, "maximum number of posts", 2207042)))
    number = await make_draft(op)
    await post_now(op, number)
    draft = await until(op, number, State.POSTED, State.FAILED, failures=1)
    assert (draft.state, we.server.state.effects) == (State.APPROVED, [])
    assert "as much as Instagram allows" in trouble(op)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (GraphError(36004, "The caption is too long", 2207010), "caption is too long"),
        (GraphError(352, "unsupported", 2207026), "does not take the format"),
        (GraphError(506, "Duplicate status message"), "already there"),
    ],
)
async def test_what_instagram_will_never_take_fails_with_the_reason(
    op: Operator, we: Side, error: GraphError, words: str
) -> None:
    we.server.fail("publish", Fault(error=error))
    draft = await posted(op, we, effects=0)
    assert draft.state is State.FAILED
    assert words in draft.reason
    assert publishes(we) == 1


async def test_a_dry_run_brings_the_container_to_finished_and_no_further(op: Operator, we: Side) -> None:
    op.options = dataclasses.replace(op.options, dry_run=True, post_delay=timedelta(hours=2))
    number = await make_draft(op)
    await vote(op, number)
    await rehearsed(op, we)
    assert await state(op, number) is State.APPROVED
    assert (publishes(we), len(we.server.state.containers)) == (0, 1)
    await post_now(op, number)
    assert (await until(op, number, State.POSTED)).state is State.POSTED
    assert (publishes(we), len(we.server.state.containers)) == (1, 1), "the rehearsed container is used"


async def test_a_dry_run_shows_what_is_wrong_hours_before(op: Operator, we: Side) -> None:
    op.options = dataclasses.replace(op.options, dry_run=True, post_delay=timedelta(hours=2))
    we.server.state.broken = "Error: Unsupported video format. 2207026"
    number = await make_draft(op)
    await vote(op, number)
    draft = await until(op, number, State.FAILED)
    assert "does not take the format" in draft.reason
    assert publishes(we) == 0


@pytest.mark.parametrize(("cron", "containers"), [("0 * * * *", 1), ("0 0 1 1 *", 0)])
async def test_what_the_next_slot_takes_is_brought_hours_before_and_the_others_wait(
    op: Operator, we: Side, cron: str, containers: int
) -> None:
    op.options = dataclasses.replace(op.options, dry_run=True, autopost_cron=cron)
    op.clock = lambda: datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
    first, latest = await make_draft(op), await make_draft(op, "SV02 dries")
    for number in (first, latest):
        await vote(op, number)
    if containers:
        await rehearsed(op, we)
        guard = await op.store.do(guards.publication, latest)
        assert guard is not None
    assert await op.engine.idle({"publish": None})
    assert (publishes(we), len(we.server.state.containers)) == (0, containers)
    assert [await state(op, number) for number in (first, latest)] == [State.APPROVED] * 2
    assert await op.store.do(guards.publication, first) is None


async def test_a_slots_video_that_is_wrong_fails_hours_before(op: Operator, we: Side) -> None:
    op.options = dataclasses.replace(op.options, dry_run=True, autopost_cron="0 * * * *")
    we.server.state.broken = "Error: Unsupported video format. 2207026"
    number = await make_draft(op)
    await vote(op, number)
    draft = await until(op, number, State.FAILED)
    assert "does not take the format" in draft.reason
    assert publishes(we) == 0


async def test_what_is_taken_back_after_a_dry_run_is_not_posted(op: Operator, we: Side) -> None:
    op.options = dataclasses.replace(op.options, dry_run=True, post_delay=timedelta(hours=2))
    number = await make_draft(op)
    await vote(op, number)
    await rehearsed(op, we)
    await vote(op, number, Choice.DENY)
    assert await op.engine.idle({"publish": None})
    assert (await state(op, number), publishes(we)) == (State.DENIED, 0)


async def test_a_crash_after_the_effect_is_found_by_looking(op: Operator, we: Side) -> None:
    number = await make_draft(op)
    await post_now(op, number)

    async def live() -> bool:
        return bool(we.server.state.effects)

    we.server.fail("medium", Fault(drop="before"), Fault(drop="before"), Fault(drop="before"))
    async with asyncio.timeout(30):
        await op.engine.drive(live, only={"publish": None})  # ends in the middle of the step: a crash
    use(op, we)
    draft = await until(op, number, State.POSTED, State.UNKNOWN)
    assert (draft.state, len(we.server.state.effects), publishes(we)) == (State.POSTED, 1, 1)


async def test_no_secret_is_in_the_store_or_the_log(
    op: Operator, we: Side, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    we.server.fail("publish", Fault(error=GraphError(190, "Session has expired", 463)))
    number = await make_draft(op)
    await post_now(op, number)
    await until(op, number, State.POSTED, failures=2)
    database = (op.options.data_dir / "operator.db").read_bytes().decode("latin-1")
    for secret in (we.token, we.server.state.app_secret):
        assert secret not in database
        assert secret not in caplog.text
        assert secret not in str(op.engine.troubles())
