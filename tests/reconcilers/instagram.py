"""An operator that posts to Instagram's double, and steps its tests share."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.operator import Operator
from services.account.instagram import InstagramAccount
from services.model.draft import Draft, State
from services.publisher.instagram import InstagramPublisher
from services.publisher.preflight import Preflight
from services.store import drafts
from tests.doubles.graph_client import Clock, Side
from tests.reconcilers.helpers import make_draft, post_now, state

SETTLE = 0.4
CAPTION = "Layer by layer. #ceramics"


class Turning(Clock):
    """The real time, moved."""

    moved = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved


def use(op: Operator, we: Side, **more: Any) -> InstagramPublisher:
    publisher = InstagramPublisher(
        we.graph,
        Preflight(we.folder / "reels"),
        share=we.share,
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


async def rehearsed(op: Operator, we: Side) -> None:
    """Drive until nothing of the publisher is due now."""

    async def done() -> bool:
        return len(we.server.asked("status")) >= 2 and await op.engine.idle({"publish": None})

    async with asyncio.timeout(30):
        await op.engine.drive(done, only={"publish": None})
