"""What the operator says by itself: once, counted up when it comes again, ended when it is over."""

from __future__ import annotations

import dataclasses
import time
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.operator import Operator, SurfaceState
from bot.reconcilers import publish_outcomes as outcomes
from bot.reconcilers.announce import Announce
from services.errors import (
    CreditUsedUp,
    Held,
    Misconfigured,
    OperatorError,
    QuotaUsedUp,
    Refused,
    Unavailable,
)
from services.model.vote import Choice
from services.planner.assistant.prices import Price
from services.planner.assistant.purse import Purse
from services.ports import Publisher, Quota
from services.store import decisions, drafts, facts, journal, messages, notices
from services.store.journal import Kind
from tests.doubles.room import Room
from tests.reconcilers.helpers import drive, make_draft, post_now, vote


@pytest.fixture
async def room(op: Operator, room: Room) -> Room:
    op.engine.add(Announce(op, settle=0.0))
    await drive(op, "announce", "cards")
    return room


async def test_a_post_is_told_once(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    link = "https://www.instagram.com/reel/abc/"
    await op.store.do(decisions.posted_by_hand, number, link, voter="desk", now=op.now())
    for _ in range(2):
        await drive(op, "announce", "cards")
    (told,) = room.titled("Posted")
    assert told.now.title.startswith("Posted by hand: 1")
    assert link in told.now.text


async def test_a_pause_is_told_and_that_it_is_over(op: Operator, room: Room) -> None:
    await op.store.do(journal.add, Kind.PAUSE, voter="desk", now=op.now())
    await drive(op, "announce", "cards")
    await op.store.do(journal.add, Kind.RESUME, voter="desk", now=op.now())
    await drive(op, "announce", "cards")
    (told,) = room.titled("Posting is paused")
    assert [said.tone for said in told.said] == ["plain", "done"]


async def test_the_end_of_something_is_told_however_much_was_said_since(op: Operator, room: Room) -> None:
    await op.store.do(journal.add, Kind.PAUSE, voter="desk", now=op.now())
    await drive(op, "announce", "cards")
    for at in range(notices.MOST + 1):
        await op.store.do(notices.say, f"note:{at}", f"Note {at}", now=op.now())
    await drive(op, "cards")
    await op.store.do(journal.add, Kind.RESUME, voter="desk", now=op.now())
    await drive(op, "announce", "cards")
    (told,) = room.titled("Posting is paused")
    assert told.now.tone == "done"


async def test_what_keeps_failing_is_one_message_that_counts_up(op: Operator, room: Room) -> None:
    failing = Failing()
    op.engine.add(failing)
    for failures in range(5, 8):
        failing.until = failures
        await _until(op, failing)
        await drive(op, "announce", "cards")
    (told,) = room.titled("Something keeps failing")
    assert told.now.title == "Something keeps failing (7 times)"
    assert "The kiln is cold." in told.now.text
    failing.until = 0
    await _until(op, failing)
    await drive(op, "announce", "cards")
    assert told.now.tone == "done"


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (QuotaUsedUp("The service takes 50 posts in 24 hours, and 50 went out."), "A limit is reached"),
        (CreditUsedUp("No credits are left."), "A limit is reached"),
        (Misconfigured("The key was refused."), "Something has to be set right"),
        (Held("Instagram cannot be reached."), ""),  # it may pass by itself
    ],
)
async def test_what_does_not_pass_by_itself_is_told_at_once(
    op: Operator, room: Room, error: OperatorError, title: str
) -> None:
    failing = Failing(error)
    failing.until = 1
    op.engine.add(failing)
    await _until(op, failing)
    await drive(op, "announce", "cards")
    assert [told.now.title for told in room.posted.values()] == ([title] if title else [])


async def test_the_journals_past_is_not_told_when_notices_begin(op: Operator) -> None:
    number = await make_draft(op)
    await op.store.do(decisions.posted_by_hand, number, "", voter="desk", now=op.now())
    await drive(op, "announce")
    assert await op.store.do(notices.standing, "posted:") == []
    assert await op.store.do(facts.get, "announced") == await op.store.do(journal.latest)
    assert await Announce(op, settle=0.0).due() == {}


async def test_a_post_in_the_outbox_comes_with_its_cover_and_the_video_itself(
    op: Operator, room: Room
) -> None:
    number = await make_draft(op)
    await post_now(op, number)
    await drive(op, "publish", "announce", "cards")
    told = room.titled("Posted: 1")[0].now
    assert told.image is not None
    assert told.image.is_file()
    assert told.video is not None
    assert told.video.is_file()
    assert told.link == ""
    assert "It lies in the outbox as 1-" in told.text
    assert "24 of 25 posts are left for these 24 hours." in told.text


async def test_of_a_video_too_large_for_a_chat_the_preview_is_sent(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    draft = await op.store.do(drafts.get, number)
    assert draft.rendered is not None
    large = dataclasses.replace(draft.rendered, size=40 * 1024**2)
    await op.store.do(drafts.set_rendered, number, 1, large, {})
    await op.store.do(decisions.posted_by_hand, number, "", voter="desk", now=op.now())
    await drive(op, "announce", "cards")
    video = room.titled("Posted by hand")[0].now.video
    assert video is not None
    assert video.name == draft.rendered.preview


async def test_a_post_with_a_link_carries_it_and_no_video(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    link = "https://www.instagram.com/reel/abc/"
    await op.store.do(decisions.posted_by_hand, number, link, voter="room:ann", now=op.now())
    await op.store.do(messages.name_people, [("room:ann", "Ann")])
    await drive(op, "announce", "cards")
    told = room.titled("Posted by hand")[0].now
    assert (told.link, told.video) == (link, None)
    assert told.image is not None
    assert "By Ann." in told.text
    await op.store.do(decisions.undo, number, voter="desk", target=op.target, now=op.now())
    await drive(op, "announce", "cards")
    assert room.titled("Posted by hand")[0].now.tone == "done"


async def test_the_services_own_quota_is_told_where_it_leaves_less(op: Operator, room: Room) -> None:
    publisher = op.services.publisher
    op.services = dataclasses.replace(op.services, publisher=Counting(publisher, Quota(49, 50)))
    await post_now(op, await make_draft(op))
    await drive(op, "publish", "announce", "cards")
    assert "1 of 50 posts are left" in room.titled("Posted")[0].now.text


async def test_failures_of_one_cause_are_one_message_until_nothing_fails_so(op: Operator, room: Room) -> None:
    numbers = [await make_draft(op, title) for title in ("One", "Two")]
    for number in numbers:
        await fail(op, number, f"Draft {number} has 3 faults.")
        await drive(op, "announce", "cards")
    (told,) = room.titled("Failed")
    assert told.now.title == "Failed: drafts 1 and 2 (2 times)"
    assert "Draft 2 has 3 faults." in told.now.text
    assert "`autopotter retry 2`" in told.now.text
    await op.store.do(decisions.retry, 1, voter="desk", target=op.target, now=op.now())
    await drive(op, "announce", "cards")
    assert told.now.title == "Failed: 2 · Two (2 times)"
    await op.store.do(decisions.retry, 2, voter="desk", target=op.target, now=op.now())
    await drive(op, "announce", "cards")
    assert told.now.tone == "done"
    assert "It is over." in told.now.text


async def test_what_comes_again_after_it_was_over_is_a_new_message(op: Operator, room: Room) -> None:
    for kind in (Kind.PAUSE, Kind.RESUME, Kind.PAUSE):
        await op.store.do(journal.add, kind, voter="desk", now=op.now())
        await drive(op, "announce", "cards")
    assert [told.now.tone for told in room.titled("Posting is paused")] == ["done", "plain"]


async def test_a_slot_that_is_missed_again_a_week_later_is_a_new_message(op: Operator, room: Room) -> None:
    began = op.now()
    for day in (0, 0, 7):
        op.clock = lambda day=day: began + timedelta(days=day)  # type: ignore[misc]
        text = f"the slot of day {day} passed"
        await op.store.do(
            lambda db, text=text: journal.add(
                db, Kind.NOTE, voter="schedule", now=op.now(), text=text, missed="generate"
            )
        )
        await drive(op, "announce", "cards")
    old, new = room.titled("A slot was missed")
    assert old.now.title.endswith("(2 times)")
    assert "see the newer message" in old.now.text
    assert "`autopotter generate`" in new.now.text


async def test_posts_per_day_is_told_while_it_holds_a_draft(op: Operator, room: Room) -> None:
    op.options = dataclasses.replace(op.options, posts_per_day=1, timezone=ZoneInfo("Europe/Berlin"))
    for title in ("One", "Two"):
        await post_now(op, await make_draft(op, title))
        await drive(op, "publish", "announce", "cards")
    (told,) = room.titled("A limit is reached")
    assert "1 post went out in the last 24 hours, as many as POSTS_PER_DAY allows." in told.now.text
    assert "Draft 2 waits until" in told.now.text
    await vote(op, 2, Choice.DENY)
    await drive(op, "announce", "cards")
    assert told.now.tone == "done"


async def test_the_planners_budget_is_told_until_the_day_is_over(op: Operator, room: Room) -> None:
    now = op.now()
    purse = Purse(op.store, budget=0.01, prices={"m": Price(1, 0, 1)}, zone=UTC, clock=lambda: now)
    with pytest.raises(Refused):
        await purse.allow("m", 100_000)
    await drive(op, "announce", "cards")
    (told,) = room.titled("A limit is reached")
    assert "$0.01" in told.now.text
    op.clock = lambda: now + timedelta(days=1)
    await drive(op, "announce", "cards")
    assert told.now.tone == "done"


async def test_a_restart_does_not_say_that_a_trouble_is_over(op: Operator) -> None:
    await op.store.do(notices.say, "trouble:x", "Something keeps failing", now=op.now(), times=9)
    fresh = Announce(op)
    assert fresh._settled_at > time.monotonic()
    await fresh.step("holding")
    assert await op.store.do(notices.standing, "trouble:") != []
    await Announce(op, settle=0.0).step("holding")
    assert await op.store.do(notices.standing, "trouble:") == []


async def test_a_chat_that_is_down_for_good_is_told_in_the_others(op: Operator, room: Room) -> None:
    op.surfaces["attic"] = SurfaceState("The attic refused the token.", ends=True)
    await drive(op, "announce", "cards")
    (told,) = room.titled("Attic is down")
    assert "refused the token" in told.now.text


async def fail(op: Operator, number: int, reason: str) -> None:
    """As a publish that was refused before anything was sent."""
    await vote(op, number)
    draft = await op.store.do(drafts.get, number)
    await op.store.do(outcomes.fail, draft, reason, op.now())


class Counting:
    """A publisher whose service counts posts: everything else is the one behind it."""

    def __init__(self, behind: Publisher, quota: Quota) -> None:
        self._behind, self._quota = behind, quota

    def __getattr__(self, name: str) -> object:
        return getattr(self._behind, name)

    async def quota(self) -> Quota:
        return self._quota


class Failing:
    """Fails in two places for one cause, ``until`` so often; 0: works again."""

    name, limit = "kiln", 2

    def __init__(self, error: OperatorError | None = None) -> None:
        self.until = 0
        self.error = error or Unavailable("The kiln is cold.")
        self.failed = {"a": 0, "b": 0}

    async def due(self) -> dict[str, float]:
        if self.until == 0:
            return {}
        return {key: 0.0 if failed < self.until else 60.0 for key, failed in self.failed.items()}

    async def step(self, key: str) -> None:
        self.failed[key] += 1
        raise self.error


async def _until(op: Operator, failing: Failing) -> None:
    async def done() -> bool:
        await failing.due()
        troubles = [t for t in op.engine.troubles() if t["reconciler"] == "kiln"]
        if failing.until == 0:
            return not troubles
        return len(troubles) == 2 and all(t["failures"] == failing.until for t in troubles)

    await op.engine.drive(done, only={"kiln": None})
