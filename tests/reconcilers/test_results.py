"""From a post to what is learnt of it: read at a day and a week, told, put into the brief, leant on."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.briefing import gather_brief
from bot.operator import Operator
from bot.reconcilers.results import GIVEN_UP, KEY, Results
from services.evidence import FEWEST, PRIOR
from services.model.draft import State
from services.model.proposal import Labels
from services.planner.brief import write_brief
from services.store import drafts, results
from tests.doubles.audience import Audience
from tests.doubles.publisher import ShakyPublisher
from tests.operations.asking import ask
from tests.reconcilers.helpers import drive, post_now, proposal, state
from tests.reconcilers.test_generate import ended, made, order

NOON = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Days:
    """The operator's clock, that of the outbox and that of the account, and a reconciler that goes by it."""

    def __init__(self, op: Operator) -> None:
        self.op, self.now = op, NOON
        op.clock = lambda: self.now
        publisher = op.services.publisher
        assert isinstance(publisher, ShakyPublisher)
        publisher.outbox._clock = lambda: self.now
        account = Audience(op.store, publisher.outbox.posted, clock=lambda: self.now)
        account.liked, account.now = {"Reveal": 0.10, "Steps": 0.04}, lambda: self.now
        self.account = account
        op.services = dataclasses.replace(op.services, account=account)
        self.results = Results(op, clock=lambda: (self.now - NOON).total_seconds())

    async def wait(self, time: timedelta) -> None:
        """Time passes; what is due then is done."""
        end = self.now + time
        while due := await self.results.due():
            wait = timedelta(seconds=due[KEY])
            if self.now + wait > end:
                break
            self.now += wait
            await self.results.step(KEY)
        self.now = end


@pytest.fixture
def days(op: Operator) -> Days:
    return Days(op)


async def posted(op: Operator, words: str, **labels: str) -> int:
    """A draft with these labels, rendered, approved and posted."""
    planned = proposal(words).model_copy(update={"caption": f"{words}. #clay", "labels": Labels(**labels)})
    number = await op.store.do(drafts.file, planned, job=None, sample=False, now=op.now())
    await drive(op, "render")
    await post_now(op, number)
    await drive(op, "publish")
    assert await state(op, number) is State.POSTED
    return number


async def readings(op: Operator, number: int) -> dict[str, dict[str, Any]]:
    return await op.store.do(results.of_draft, number)


async def test_a_post_is_read_at_a_day_and_at_a_week_and_then_never_again(op: Operator, days: Days) -> None:
    assert await days.results.due() == {}
    number = await posted(op, "Reveal one", format="reveal")
    assert await days.results.due() == {KEY: DAY.total_seconds()}
    await days.wait(DAY - HOUR)
    assert await readings(op, number) == {}
    await days.wait(HOUR)
    known = await readings(op, number)
    assert set(known) == {"24h"}
    assert known["24h"]["engagement_rate"] == pytest.approx(0.05)
    assert known["24h"]["insights"]["reach"] == 2400
    await days.wait(5 * DAY)
    assert set(await readings(op, number)) == {"24h"}
    await days.wait(DAY)
    known = await readings(op, number)
    assert known["24h"]["insights"]["reach"] == 2400, "as it was, whatever came later"
    assert known["7d"]["insights"]["reach"] == 2400 + 6 * 240
    assert known["7d"]["engagement_rate"] == pytest.approx(0.10)
    assert await days.results.due() == {}
    (result,) = await op.store.do(results.results)
    assert (result.labels.format, result.rate) == ("reveal", pytest.approx(0.10))


async def test_an_operator_that_was_off_reads_what_it_missed(op: Operator, days: Days) -> None:
    number = await posted(op, "Steps one", format="steps")
    days.now += 9 * DAY
    await days.results.step(KEY)
    assert set(await readings(op, number)) == {"24h", "7d"}


async def test_a_post_nobody_finds_is_looked_for_each_hour_and_given_up(op: Operator, days: Days) -> None:
    number = await posted(op, "Reveal two", format="reveal")
    asked: list[datetime] = []

    async def empty(limit: int = 25) -> list[dict[str, Any]]:
        asked.append(days.now)
        return []

    days.account.get_recent_media = empty  # type: ignore[method-assign]
    await days.wait(DAY + 3 * HOUR)
    assert [(moment - NOON) / HOUR for moment in asked] == [24, 25, 26, 27]
    assert await readings(op, number) == {}
    await days.wait(GIVEN_UP)
    assert await readings(op, number) == {"24h": {}}
    assert await op.store.do(results.results) == []


async def test_what_did_better_is_told_briefed_and_leant_on(op: Operator, days: Days) -> None:
    for number in range(FEWEST - 1):
        good = number % 2
        await posted(
            op, f"{'Reveal' if good else 'Steps'} {number}", pace="slow" if good else "hectic", hook="x"
        )
    await days.wait(DAY)
    told = await ask(op, "insights")
    assert "Not enough data: 7 posted drafts with known results, 8 are needed." in told.text
    assert told.data["evidence"]["labels"] == []
    assert "Not enough data" in _part(await brief_of(op), "labels")

    await posted(op, "Reveal last", pace="slow", hook="x")
    await days.wait(7 * DAY)
    told = await ask(op, "insights")
    best, *others = told.data["evidence"]["labels"]
    assert told.data["evidence"]["posts"] == 8
    assert (best["label"], best["value"], best["posts"]) == ("pace", "slow", 4)
    assert best["mean"] == pytest.approx(0.10, abs=1e-3)
    assert best["average"] == pytest.approx(0.07, abs=1e-3)
    assert best["estimate"] == pytest.approx(0.07 + 4 / (4 + PRIOR) * 0.03, abs=1e-3)
    assert [(one["label"], one["value"]) for one in others] == [("pace", "hectic")], "all have the hook"
    line = "pace “slow” did better: 10.0% against the account's 7.0% (n = 4, estimated +1.3 points)"
    assert line in told.text
    assert "hectic" not in told.text
    assert _part(await brief_of(op), "labels") == line

    job = await order(op, 4)
    assert (await ended(op, job)).state == "done"
    planned = [await op.store.do(drafts.get, number) for number in await made(op, job)]
    slow = [draft for draft in planned if draft.labels.pace == "slow"]
    assert slow
    assert all(f"Leans on: {line}." in draft.description for draft in slow)
    assert all("Leans on" not in draft.description for draft in planned if draft not in slow)


async def brief_of(op: Operator) -> Any:
    return write_brief(await gather_brief(op, 3))


def _part(written: Any, name: str) -> str:
    (part,) = [part for part in written.parts if part.name == name]
    return str(part.text)
