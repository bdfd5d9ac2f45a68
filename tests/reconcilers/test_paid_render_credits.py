"""A render that cannot be bought now: a wrong key, no credits, a cap. It waits, and says for what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.operator import Operator
from services.errors import CreditUsedUp, Misconfigured, Unavailable
from services.model.draft import State
from tests.doubles.json2video_server import Json2VideoServer
from tests.reconcilers.helpers import state
from tests.reconcilers.paying import buying, file_one, rendered, step


async def test_a_wrong_key_is_said_and_nothing_is_lost(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    async with buying(op, server, tmp_path, key="J2V-wrong-key-of-somebody"):
        number = await file_one(op)
        with pytest.raises(Misconfigured, match="JSON2VIDEO_API_KEY") as caught:
            await step(op, number)
        assert "J2V-wrong" not in str(caught.value)
        with pytest.raises(Misconfigured):
            await op.services.renderer.ping()
    async with buying(op, server, tmp_path):
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


async def test_an_empty_account_waits_for_credits(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    server.account.credits = 0
    async with buying(op, server, tmp_path):
        number = await file_one(op)
        with pytest.raises(CreditUsedUp, match="no credits left"):
            await step(op, number)
        with pytest.raises(CreditUsedUp):
            await op.services.renderer.ping()
        assert await state(op, number) is State.RENDERING
        server.account.credits = 100
        assert await rendered(op, number) is State.DRAFT
    assert len(server.bought) == 1


@pytest.mark.parametrize(("cap", "rest"), [("daily", timedelta(days=1)), ("monthly", timedelta(days=31))])
async def test_a_cap_holds_until_its_time_is_over(
    op: Operator, server: Json2VideoServer, tmp_path: Path, cap: str, rest: timedelta
) -> None:
    now = [datetime(2026, 5, 1, 12, tzinfo=UTC)]
    async with buying(op, server, tmp_path, clock=lambda: now[0], **{cap: 5}):
        first, second = await file_one(op), await file_one(op)
        assert await rendered(op, first) is State.DRAFT
        with pytest.raises(CreditUsedUp, match="4 of 5 credits") as caught:
            await step(op, second)
        assert cap.upper() in str(caught.value)
        assert caught.value.retry_after == pytest.approx((rest - timedelta(hours=12)).total_seconds())
        assert len(server.bought) == 1
        now[0] += rest
        assert await rendered(op, second) is State.DRAFT
    assert len(server.bought) == 2


async def test_a_cap_is_asked_again_soon_while_a_render_may_turn_out_cheaper(
    op: Operator, server: Json2VideoServer, tmp_path: Path
) -> None:
    """Two of 8 s fit into 14 credits if the first one takes 4: not only after midnight."""
    server.ends = ["stuck"]
    async with buying(op, server, tmp_path, daily=14, timeout=0.0):
        first, second = await file_one(op, 8.0), await file_one(op, 8.0)
        with pytest.raises(Unavailable):
            await step(op, first)
        with pytest.raises(CreditUsedUp, match="8 of 14 credits") as caught:
            await step(op, second)
        assert caught.value.retry_after == 60.0
        server.bought[0].end = "done"
        assert await rendered(op, first) is State.DRAFT
        assert await rendered(op, second) is State.DRAFT
