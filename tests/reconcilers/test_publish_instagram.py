"""Publishing to Instagram through everything that goes wrong: one effect, the state, the sentence."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from bot.operator import Operator
from bot.reconcilers.publish import Publish
from services.model.draft import State
from services.store import decisions
from tests.doubles.graph_client import Side, side
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_server import Fault
from tests.reconcilers.helpers import make_draft, post_now, vote
from tests.reconcilers.instagram import CAPTION, Turning, posted, publishes, rehearsed, trouble, until, use

pytestmark = pytest.mark.parametrize("first_backoff", [0.05])


async def test_a_reel_is_posted_once_with_its_caption(op: Operator, we: Side) -> None:
    draft = await posted(op, we)
    assert draft.state is State.POSTED
    [medium] = we.server.state.media
    assert (medium.caption, draft.permalink) == (CAPTION, medium.permalink)
    [created] = we.server.asked("create")
    assert created.params["media_type"] == "REELS"
    assert created.params["share_to_feed"] == "true"
    uploaded = we.server.state.takes_uploads
    assert (created.params.get("upload_type") == "resumable") is uploaded
    assert ("video_url" in created.params) is not uploaded
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
