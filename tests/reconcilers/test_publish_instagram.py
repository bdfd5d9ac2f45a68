"""Publishing to Instagram through everything that goes wrong: one effect, the state, the sentence."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.operator import Operator
from bot.reconcilers.publish import Publish
from services.account.instagram import InstagramAccount
from services.model.draft import Draft, State
from services.model.vote import Choice
from services.publisher.instagram import InstagramPublisher
from services.publisher.preflight import Preflight
from services.store import decisions, drafts
from tests.doubles.graph_client import Clock, Side, side
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_server import Fault
from tests.reconcilers.helpers import make_draft, post_now, state, vote

SETTLE = 0.4
CAPTION = "Layer by layer. #ceramics"


@pytest.fixture
def first_backoff() -> float:
    return 0.05


class Turning(Clock):
    """The real time, moved."""

    moved = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved


@pytest.fixture(params=["facebook", "instagram"])
async def we(request: pytest.FixtureRequest, tmp_path: Path, op: Operator) -> AsyncIterator[Side]:
    """The double, and an operator that posts to it."""
    async with side(request.param, tmp_path, Turning()) as made:
        use(op, made)
        yield made
        assert made.server.problems == []
        assert made.server.state.repeats == [], "never asked twice for one container that may be live"


def use(op: Operator, we: Side, **more: Any) -> InstagramPublisher:
    publisher = InstagramPublisher(
        we.graph,
        Preflight(we.folder / "reels"),
        settle=SETTLE,
        blinks=(0.01, 0.01),
        first_look=0.05,
        clock=we.clock,
        **more,
    )
    account = InstagramAccount(we.graph, we.keeper, op.store, clock=we.clock)
    op.services = dataclasses.replace(op.services, publisher=publisher, account=account, token=we.keeper)
    return publisher


async def until(op: Operator, number: int, *wanted: State, failures: int = 12) -> Draft:
    """Drive the publisher until the draft is there, or it failed so often in a row."""

    async def reached() -> bool:
        stuck = any(int(str(trouble["failures"])) >= failures for trouble in op.engine.troubles())
        return stuck or await state(op, number) in wanted

    async with asyncio.timeout(60):
        await op.engine.drive(reached, only={"publish": None})
    return await op.store.do(drafts.get, number)


async def posted(op: Operator, we: Side, *, effects: int = 1) -> Draft:
    number = await make_draft(op)
    await post_now(op, number)
    draft = await until(op, number, State.POSTED, State.FAILED, State.UNKNOWN)
    assert len(we.server.state.effects) == effects
    return draft


def trouble(op: Operator) -> str:
    (found,) = op.engine.troubles()
    return str(found["message"])


def publishes(we: Side) -> int:
    return len(we.server.asked("publish"))


async def test_a_reel_is_posted_once_with_its_caption(op: Operator, we: Side) -> None:
    draft = await posted(op, we)
    assert draft.state is State.POSTED
    [medium] = we.server.state.media
    assert (medium.caption, draft.permalink) == (CAPTION, medium.permalink)
    [created] = we.server.asked("create")
    assert created.params["media_type"] == "REELS"
    assert created.params["share_to_feed"] == "true"
    assert created.params["upload_type"] == "resumable"
    assert publishes(we) == 1
    operations = [call.operation for call in we.server.calls]
    assert operations.index("limit") < operations.index("publish"), "the limit is read before each publish"


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (Fault(drop="after"), 1),  # the answer is lost after the effect
        (Fault(drop="before"), 2),  # the line breaks before it
        (Fault(late=0.2), 1),  # it happens after the line broke
        (Fault(cut=True), 1),  # a truncated answer
        (Fault(text="<html>busy</html>"), 1),  # malformed
        (Fault(text='{"success": true}'), 1),  # without the post's id
        (Fault(status=429, headers={"Retry-After": "1"}), 2),
        (Fault(status=503), 2),
        (Fault(status=403, text="no"), 2),  # something in between answered, not Instagram
        (Fault(error=GraphError(-1, "server error", 2207001), after=True), 1),
        (Fault(error=GraphError(-1, "server error", 2207001)), 2),
        (Fault(error=GraphError(2, "Service temporarily unavailable", transient=True)), 2),
        (Fault(error=GraphError(1, "An unknown error occurred"), after=True), 1),
        (Fault(error=GraphError(4, "Action is blocked", 2207051), after=True), 1),  # refused although live
        (Fault(error=GraphError(24, "unknown", 2207008), after=True), 1),
        (Fault(error=GraphError(7777, "nobody wrote this down"), after=True), 1),
    ],
    ids=str,
)
async def test_an_unclear_answer_makes_one_post(op: Operator, we: Side, fault: Fault, asked: int) -> None:
    we.server.fail("publish", fault)
    draft = await posted(op, we)
    assert draft.state is State.POSTED
    assert draft.permalink == we.server.state.media[0].permalink
    assert publishes(we) == asked


async def test_a_burst_of_server_errors_everywhere_is_sat_out(op: Operator, we: Side) -> None:
    burst = [Fault(status=500)] * 4
    for operation in ("create", "status", "publish", "limit", "upload"):
        we.server.fail(operation, *(burst if operation in ("status", "limit") else burst[:2]))
    draft = await posted(op, we)
    assert draft.state is State.POSTED
    assert publishes(we) == 3


async def test_settling_too_briefly_is_caught_by_the_double(op: Operator, tmp_path: Path) -> None:
    """Proof that the double can tell."""
    async with side("facebook", tmp_path, Turning()) as we:
        use(op, we).settle = 0.0
        we.server.fail("publish", Fault(late=1.0))
        number = await make_draft(op)
        await post_now(op, number)
        await until(op, number, State.POSTED, State.FAILED, State.UNKNOWN, failures=2)
        assert we.server.state.repeats != []


async def test_a_spam_block_without_effect_rests_and_is_not_asked_again(op: Operator, we: Side) -> None:
    we.server.fail("publish", Fault(error=GraphError(4, "Action is blocked", 2207051)))
    number = await make_draft(op)
    await post_now(op, number)
    draft = await until(op, number, State.POSTED, State.FAILED, failures=2)
    assert (draft.state, publishes(we), we.server.state.effects) == (State.APPROVED, 1, [])
    assert "Posting rests" in trouble(op)


@pytest.mark.parametrize(
    ("broken", "state_", "words"),
    [
        ("Error: Unsupported video format. 2207026", State.FAILED, "does not take the format"),
        ("Error: something nobody wrote down", State.FAILED, "could not process the video"),
        ("Error: Media download has failed. 2207003", State.POSTED, ""),
        ("Error: unknown upload error 2207053", State.POSTED, ""),
    ],
)
async def test_a_container_in_error(op: Operator, we: Side, broken: str, state_: State, words: str) -> None:
    we.server.state.broken = broken
    draft = await posted(op, we, effects=int(state_ is State.POSTED))
    assert draft.state is state_
    assert words in draft.reason


async def test_containers_that_fail_again_and_again_are_the_drafts_end(op: Operator, we: Side) -> None:
    we.server.fail("create", *[Fault(error=GraphError(9004, "cannot be fetched", 2207052))] * 3)
    draft = await posted(op, we, effects=0)
    assert draft.state is State.FAILED
    assert "could not fetch the video" in draft.reason
    assert len(we.server.asked("create")) == 3


async def test_a_stuck_container_is_given_up_for_a_new_one_at_most_twice(op: Operator, we: Side) -> None:
    use(op, we, stuck=0.2)
    we.server.state.stuck = True
    draft = await posted(op, we, effects=0)
    assert draft.state is State.FAILED
    assert "did not finish processing" in draft.reason
    assert len(we.server.state.containers) == 3


async def test_an_expired_container_is_replaced(op: Operator, we: Side) -> None:
    op.options = dataclasses.replace(op.options, dry_run=True, post_delay=timedelta(hours=2))
    number = await make_draft(op)
    await vote(op, number)
    await rehearsed(op, we)
    assert isinstance(we.clock, Turning)
    we.clock.moved = timedelta(hours=25)
    await post_now(op, number)
    draft = await until(op, number, State.POSTED, State.FAILED)
    assert draft.state is State.POSTED
    assert (len(we.server.state.containers), len(we.server.state.effects)) == (2, 1)


async def test_a_container_hidden_for_a_moment_is_looked_at_again(op: Operator, we: Side) -> None:
    hidden = Fault(error=GraphError(100, "Unsupported get request.", 33))
    we.server.fail("status", hidden, hidden)
    we.server.fail("publish", Fault(drop="after"))
    draft = await posted(op, we)
    assert draft.state is State.POSTED


async def test_a_hidden_container_whose_post_is_found_is_posted(op: Operator, we: Side) -> None:
    number = await published_into_the_dark(op, we, Fault(drop="after"))
    draft = await until(op, number, State.POSTED, State.UNKNOWN, State.FAILED)
    assert draft.state is State.POSTED
    assert draft.permalink == we.server.state.media[0].permalink
    assert len(we.server.state.effects) == 1


async def test_a_hidden_container_without_a_post_is_asked_of_a_person(op: Operator, we: Side) -> None:
    number = await published_into_the_dark(op, we, Fault(drop="before"))
    draft = await until(op, number, State.POSTED, State.UNKNOWN, State.FAILED)
    assert draft.state is State.UNKNOWN
    assert "does not show the container" in draft.reason
    assert (we.server.state.effects, publishes(we)) == ([], 1)
    we.server.faults.clear()
    await op.store.do(decisions.not_live, number, voter="desk", target=op.target, now=op.now())
    await post_now(op, number)
    assert (await until(op, number, State.POSTED)).state is State.POSTED
    assert len(we.server.state.effects) == 1


async def test_what_was_unknown_and_turns_up_is_posted_by_itself(op: Operator, we: Side) -> None:
    number = await published_into_the_dark(op, we, Fault(late=2.0))
    assert (await until(op, number, State.POSTED, State.UNKNOWN)).state is State.UNKNOWN
    await we.server.landed()
    op.engine.add(Publish(op))  # the next look, or the next start
    draft = await until(op, number, State.POSTED)
    assert draft.permalink == we.server.state.media[0].permalink
    assert (len(we.server.state.effects), publishes(we)) == (1, 1)


async def published_into_the_dark(op: Operator, we: Side, fault: Fault) -> int:
    """A publish goes wrong, and from then on containers are not shown."""
    number = await make_draft(op)
    await post_now(op, number)
    we.server.fail("publish", fault)

    async def tried() -> bool:
        return publishes(we) > 0

    async with asyncio.timeout(30):
        await op.engine.drive(tried, only={"publish": None})
    we.server.fail("status", *[Fault(error=GraphError(100, "Unsupported get request.", 33))] * 50)
    return number


async def test_a_post_that_is_not_the_only_match_is_posted_without_a_link(op: Operator, we: Side) -> None:
    we.server.fail("publish", Fault(drop="after"))
    we.server.state.add_medium(CAPTION, days=-1 / 24)  # somebody posts the same words meanwhile
    number = await make_draft(op)
    await post_now(op, number)
    draft = await until(op, number, State.POSTED, State.UNKNOWN)
    assert (draft.state, draft.permalink) == (State.POSTED, "")
    assert len(we.server.state.effects) == 1


async def test_a_link_that_cannot_be_read_fails_nothing(op: Operator, we: Side) -> None:
    we.server.fail("medium", *[Fault(error=GraphError(100, "Unsupported get request.", 33))] * 4)
    draft = await posted(op, we)
    assert (draft.state, draft.permalink, publishes(we)) == (State.POSTED, "", 1)


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


async def rehearsed(op: Operator, we: Side) -> None:
    """Drive until nothing of the publisher is due now."""

    async def done() -> bool:
        return len(we.server.asked("status")) >= 2 and await op.engine.idle({"publish": None})

    async with asyncio.timeout(30):
        await op.engine.drive(done, only={"publish": None})


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
