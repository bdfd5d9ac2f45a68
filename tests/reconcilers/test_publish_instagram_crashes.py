"""Operators that die anywhere, on a line that loses, delays and denies: never twice, never lost."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.operator import Operator
from bot.reconcilers.publish import Publish
from services.account.instagram import InstagramAccount
from services.model.draft import State
from services.publisher.instagram import InstagramPublisher
from services.publisher.preflight import Preflight
from services.store import decisions, drafts, guards
from tests.doubles.graph_client import Clock, Side, side
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_server import Fault
from tests.reconcilers.helpers import make_draft, post_now, state

LATE, SETTLE = 0.4, 0.7
DRAFTS = 4


@pytest.fixture
def first_backoff() -> float:
    return 0.02


class Weather(list[Fault]):
    """What becomes of each request, drawn as it comes."""

    def __init__(self, draw: random.Random, publishing: bool) -> None:
        super().__init__([Fault()])
        self._draw, self._publishing = draw, publishing

    def pop(self, _index: object = -1) -> Fault:
        draw = self._draw
        bad = [Fault(drop="before"), Fault(drop="after"), Fault(cut=True), Fault(status=503), Fault(text="{")]
        if self._publishing:
            unknown = GraphError(1, "An unknown error occurred")
            bad += [Fault(late=draw.uniform(0, LATE)) for _ in range(8)]
            bad += [Fault(error=unknown, after=True), Fault(error=unknown)]
        else:
            bad += [Fault(error=GraphError(100, "Unsupported get request.", 33))]
        return draw.choice(bad) if draw.random() < (0.6 if self._publishing else 0.3) else Fault()


def begin(op: Operator, we: Side) -> None:
    """A new process: it knows what the store knows, and nothing else."""
    publisher = InstagramPublisher(
        we.graph,
        Preflight(we.folder / "reels"),
        share=we.share,
        settle=SETTLE,
        blinks=(0.01,),
        first_look=0.01,
    )
    account = InstagramAccount(we.graph, we.keeper, op.store)
    op.services = dataclasses.replace(op.services, publisher=publisher, account=account)
    op.engine.add(Publish(op))


class Now(Clock):
    def __call__(self) -> datetime:
        return datetime.now(UTC)


@pytest.mark.parametrize("seed", range(5))
async def test_each_draft_is_posted_once_whatever_happens(op: Operator, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    async with side(draw.choice(["facebook", "instagram"]), tmp_path, Now()) as we:
        begin(op, we)
        numbers = [await make_draft(op, f"Pot {n}") for n in range(DRAFTS)]
        for number in numbers:
            await op.store.do(
                decisions.edit_caption, number, f"Pot {number}", voter="ann", target=op.target, now=op.now()
            )
            await post_now(op, number)
        we.server.faults = {
            name: Weather(draw, name == "publish")
            for name in ("publish", "status", "create", "upload", "medium")
        }
        deaths = await live_and_die(op, we, numbers, draw)
        await asyncio.sleep(LATE)  # whatever is still on its way lands
        assert deaths >= 2
        assert we.server.state.repeats == []
        assert we.server.problems == []
        captions = [one.caption for one in we.server.state.media]
        for number in numbers:
            ended = await op.store.do(drafts.get, number)
            live = captions.count(f"Pot {number}")
            guard = await op.store.do(guards.publication, number)
            assert live <= 1, f"draft {number} is live {live} times"
            assert (ended.state is State.POSTED) <= (live == 1), (ended, guard)
            if ended.state is State.FAILED:
                assert live == 0, (ended.reason, guard)


async def live_and_die(op: Operator, we: Side, numbers: list[int], draw: random.Random) -> int:
    """Lives of random length, until every draft has come to an end; answers how often it died."""
    deaths = 0

    async def over() -> bool:
        ended = {State.POSTED, State.FAILED, State.UNKNOWN}
        return all([await state(op, number) in ended for number in numbers])

    async with asyncio.timeout(90):
        while not await over():
            # Mostly too short to settle, at times long enough.
            life = draw.uniform(0.01, 0.25 if draw.random() < 0.7 else 2.0)
            try:
                async with asyncio.timeout(life):
                    await op.engine.drive(over, only={"publish": None})
            except TimeoutError:
                deaths += 1
                begin(op, we)
    return deaths
