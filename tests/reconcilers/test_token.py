"""The end of the account's token is told in time, once a day, and that it was renewed."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlite_utils import Database

from bot.operator import Operator
from bot.reconcilers import holding
from bot.reconcilers.token import KEY, Token
from services.account.token import TokenKeeper
from services.errors import Misconfigured
from services.store import notices
from tests.doubles.graph_client import Side
from tests.doubles.graph_error import GraphError
from tests.doubles.graph_server import Fault


@pytest.fixture
def near(op: Operator, we: Side) -> TokenKeeper:
    """A token of four days, which Instagram does not prolong for now."""
    midday = we.clock().replace(hour=12, minute=0)
    we.clock.moved = midday - we.clock()  # type: ignore[attr-defined]
    old = we.server.state.issue(age=timedelta(days=56))
    keeper = we.keeper_of(old, we.server.state.tokens[old].expires)
    op.services = dataclasses.replace(op.services, token=keeper)
    op.clock = we.clock
    we.server.fail("token", *[Fault(error=GraphError(2, "Service temporarily unavailable"))] * 200)
    return keeper


async def said(op: Operator) -> list[tuple[str, bool]]:
    """Title and whether it still stands, of every notice of the token, oldest first."""

    def found(db: Database) -> list[tuple[str, bool]]:
        rows = db.execute("SELECT title, over FROM notices WHERE key LIKE 'token:%' ORDER BY number")
        return [(title, over is None) for title, over in rows.fetchall()]

    return await op.store.do(found)


async def test_its_end_is_said_once_a_day_and_over_when_it_was_prolonged(
    op: Operator, we: Side, near: TokenKeeper
) -> None:
    token = Token(op)
    await token.step("account")
    we.clock.moved += timedelta(hours=1)  # type: ignore[attr-defined]
    await token.step("account")
    assert await said(op) == [("The account's token ends in 4 days", True)]
    we.clock.moved += timedelta(days=1)  # type: ignore[attr-defined]
    await token.step("account")
    assert await said(op) == [
        ("The account's token ends in 4 days", False),
        ("The account's token ends in 3 days", True),
    ]
    we.server.faults.clear()
    we.clock.moved += timedelta(hours=7)  # type: ignore[attr-defined]
    await token.step("account")
    assert (await near.standing()).days == pytest.approx(60)
    assert [stands for _, stands in await said(op)] == [False, False]


async def test_a_dead_one_is_said_and_not_once_more_as_a_trouble(op: Operator, we: Side) -> None:
    op.services = dataclasses.replace(op.services, token=we.keeper)
    op.clock = we.clock
    we.server.state.tokens[we.token].dead = 460
    with pytest.raises(Misconfigured):
        await we.graph.get(we.server.state.user_id, fields="username")  # that is how it is learnt
    with pytest.raises(Misconfigured):
        await Token(op).step("account")
    assert await said(op) == [("Nothing can be posted: the account's token is dead", True)]
    known = await op.store.do(notices.get, KEY)
    assert known is not None
    assert "autopotter setup" in known.text
    trouble = {"reconciler": "publish", "key": "1", "failures": 9, "kind": "setting", "message": known.text}
    assert not await op.store.do(holding.changed, op, [trouble], True)
    assert await op.store.do(holding.changed, op, [trouble | {"message": "The sheet is gone."}], True)
