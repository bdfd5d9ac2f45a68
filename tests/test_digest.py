"""The digest: what people want to know in the morning, once for each slot."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from bot import slots
from bot.operator import Operator
from services.model.vote import Choice
from services.store import decisions, facts, notices, results
from services.store.results import Wanted
from tests.operations.asking import ask
from tests.reconcilers.helpers import drive, make_draft, post_now, vote

EIGHT = datetime(2026, 6, 5, 6, 0, 20, tzinfo=UTC)  # 08:00 in Berlin, a Friday


def told(db: Database) -> list[str]:
    return [
        text for (text,) in db.execute("SELECT text FROM notices WHERE key LIKE 'digest:%' ORDER BY number")
    ]


def at(op: Operator, moment: datetime) -> None:
    op.clock = lambda: moment


async def test_it_says_what_a_person_wants_to_know(op: Operator) -> None:
    titles = ("Posted", "Waits", "Approved", "By slot", "Own time", "Denied")
    numbers = [await make_draft(op, title) for title in titles]
    await post_now(op, numbers[0])
    await drive(op, "publish")
    await vote(op, numbers[2])
    await vote(op, numbers[3], voter="ann")
    await ask(op, "post", number=numbers[4], at="in 100 hours")
    await vote(op, numbers[5], Choice.DENY)
    reading = Wanted(numbers[0], "24h", op.now(), "m", "")
    await op.store.do(
        results.keep, reading, {"engagement_rate": 0.052, "insights": {"views": 1204}}, now=op.now()
    )
    op.options = dataclasses.replace(op.options, autopost_cron="0 18 * * *", autopost_order="oldest")
    answer = await ask(op, "digest")
    text = answer.text
    assert f"• {numbers[0]} · Posted – file://" in text
    assert f"• {numbers[0]} · Posted – after a day: 1,204 views, 5.2% engagement" in text
    assert f"Waits for a decision (1):\n• {numbers[1]} · Waits" in text
    queue = [(row["title"], row["when"]) for row in answer.data["approved"]]
    assert [title for title, _ in queue] == ["Approved", "By slot", "Own time"]
    assert queue[0][1].endswith("18:00")
    assert queue[1][1].endswith("18:00")
    assert queue[0][1] != queue[1][1]
    assert "Denied" not in text
    assert "Free disk: " in text
    await ask(op, "schedule", action="pause")
    assert "when posting goes on" in (await ask(op, "digest")).text


async def test_an_empty_day_says_so(op: Operator) -> None:
    text = (await ask(op, "digest")).text
    assert "Nothing was posted since" in text
    assert "Nothing waits for a decision." in text


async def test_each_slot_is_told_once_and_looks_back_to_the_one_before(op: Operator) -> None:
    op.options = dataclasses.replace(op.options, digest_cron="0 8 * * *")
    op.started = EIGHT - timedelta(days=30)
    at(op, EIGHT)
    assert await slots.serve(op, "digest") == "the digest"
    at(op, EIGHT + timedelta(minutes=30))
    assert await slots.serve(op, "digest") == ""
    assert await op.store.do(facts.get, "digest_told") == EIGHT.isoformat()
    number = await make_draft(op)
    await op.store.do(decisions.posted_by_hand, number, "https://example.com/p/1", voter="desk", now=op.now())
    at(op, EIGHT + timedelta(days=3))
    assert await slots.serve(op, "digest") == "the digest"
    first, second = await op.store.do(told)
    assert first.startswith("Nothing was posted since yesterday 08:00.") or "Thu 4 Jun 08:00" in first
    assert "Posted since Fri 5 Jun 08:00 (1):" in second
    assert "https://example.com/p/1" in second


async def test_one_that_was_slept_over_is_not_made_up_for_beyond_the_grace(op: Operator) -> None:
    op.options = dataclasses.replace(op.options, digest_cron="0 8 * * *", slot_grace=timedelta(hours=1))
    op.started = EIGHT - timedelta(days=30)
    at(op, EIGHT + timedelta(hours=2))
    assert await slots.serve(op, "digest") == ""
    assert await op.store.do(told) == []
    assert await op.store.do(notices.standing, "missed:") == []
