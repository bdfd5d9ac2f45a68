"""What the operator says by itself: once, counted up when it comes again, ended when it is over."""

from __future__ import annotations

import pytest

from bot.operator import Operator
from bot.reconcilers.announce import Announce
from bot.reconcilers.cards import Cards
from services.errors import Unavailable
from services.store import decisions, facts, journal, notices
from services.store.journal import Kind
from tests.doubles.room import Room
from tests.reconcilers.helpers import drive, make_draft


@pytest.fixture
async def room(op: Operator) -> Room:
    room = Room()
    op.chats[room.name] = room
    op.engine.add(Cards(op, gap=0.0))
    await drive(op, "announce", "cards")
    return room


async def test_a_post_is_told_once(op: Operator, room: Room) -> None:
    number = await make_draft(op)
    link = "https://www.instagram.com/reel/abc/"
    await op.store.do(decisions.posted_by_hand, number, link, voter="desk", now=op.now())
    for _ in range(2):
        await drive(op, "announce", "cards")
    (told,) = [p for p in room.posted.values() if p.now.key.startswith("notice:posted")]
    assert told.now.title.startswith("Posted by hand: 1")
    assert link in told.now.text


async def test_a_pause_is_told_and_that_it_is_over(op: Operator, room: Room) -> None:
    await op.store.do(journal.add, Kind.PAUSE, voter="desk", now=op.now())
    await drive(op, "announce", "cards")
    await op.store.do(journal.add, Kind.RESUME, voter="desk", now=op.now())
    await drive(op, "announce", "cards")
    (told,) = room.of("notice:paused")
    assert [said.tone for said in told.said] == ["plain", "done"]


async def test_what_keeps_failing_is_one_message_that_counts_up(op: Operator, room: Room) -> None:
    failing = Failing()
    op.engine.add(failing)
    for failures in range(3, 6):
        failing.until = failures
        await _until(op, failing)
        await drive(op, "announce", "cards")
    (told,) = [p for p in room.posted.values() if p.now.key.startswith("notice:trouble")]
    assert told.now.title == "Something keeps failing (5 times)"
    assert "The kiln is cold." in told.now.text
    failing.until = 0
    await _until(op, failing)
    await drive(op, "announce", "cards")
    assert told.now.tone == "done"


async def test_the_journals_past_is_not_told_when_notices_begin(op: Operator) -> None:
    number = await make_draft(op)
    await op.store.do(decisions.posted_by_hand, number, "", voter="desk", now=op.now())
    await drive(op, "announce")
    assert await op.store.do(notices.standing, "posted:") == []
    assert await op.store.do(facts.get, "announced") == await op.store.do(journal.latest)
    assert await Announce(op).due() == {}


class Failing:
    """Fails in two places for one cause, ``until`` so often; 0: works again."""

    name, limit = "kiln", 2

    def __init__(self) -> None:
        self.until = 0
        self.failed = {"a": 0, "b": 0}

    async def due(self) -> dict[str, float]:
        if self.until == 0:
            return {}
        return {key: 0.0 if failed < self.until else 60.0 for key, failed in self.failed.items()}

    async def step(self, key: str) -> None:
        self.failed[key] += 1
        raise Unavailable("The kiln is cold.")


async def _until(op: Operator, failing: Failing) -> None:
    async def done() -> bool:
        await failing.due()
        troubles = [t for t in op.engine.troubles() if t["reconciler"] == "kiln"]
        if failing.until == 0:
            return not troubles
        return len(troubles) == 2 and all(t["failures"] == failing.until for t in troubles)

    await op.engine.drive(done, only={"kiln": None})
