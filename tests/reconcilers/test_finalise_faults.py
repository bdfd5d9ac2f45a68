"""A final whose order or render goes wrong: never bought twice, never made for what nobody wants."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from bot.next_post import post_next
from bot.operator import Operator
from services.model.draft import State
from services.store import decisions, drafts, guards
from tests.doubles.http_double import Fault
from tests.doubles.json2video_server import Json2VideoServer
from tests.reconcilers.finals import (
    approved,
    denied_after_an_unclear_order,
    finalised,
    never_ready,
    ordered_and_not_ready,
    taken_back,
)
from tests.reconcilers.helpers import drive, state


async def test_a_lost_answer_of_a_final_is_found(buyer: Operator, server: Json2VideoServer) -> None:
    op = buyer
    number = await approved(op)
    server.fail("create", Fault(drop="after"))
    assert await finalised(op, number) is State.APPROVED
    assert len(server.bought) == 1


async def test_an_unclear_order_is_looked_for_also_when_it_is_not_wanted_any_more(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    number = await denied_after_an_unclear_order(op, server, "after")
    draft = await op.store.do(drafts.get, number)
    assert draft.state is State.DENIED
    assert draft.rendered is not None
    assert draft.rendered.renderer == "json2video"
    assert len(server.bought) == 1


async def test_an_order_that_never_arrived_is_not_made_for_what_is_denied(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    number = await denied_after_an_unclear_order(op, server, "before")
    assert server.bought == []
    assert await op.store.do(guards.open_render, number, 1) is None


@pytest.mark.parametrize("how", ["posted by hand", "another renderer"])
async def test_what_nobody_waits_for_is_not_followed(
    buyer: Operator, server: Json2VideoServer, how: str
) -> None:
    op = buyer
    number = await approved(op)
    await ordered_and_not_ready(op, server, number)
    if how == "posted by hand":
        await taken_back(op, number)
        await op.store.do(decisions.posted_by_hand, number, "", voter="desk", now=op.now())
    else:
        op.services = dataclasses.replace(op.services, final=None)
    asked = server.count("status")
    await drive(op, "finalise")
    assert await op.store.do(guards.open_render, number, 1) is None
    assert server.count("status") == asked


async def test_no_credits_fail_the_draft_with_its_word_and_retry_takes_it_up(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    number = await approved(op)
    server.account.credits = 0
    assert await finalised(op, number) is State.FAILED
    draft = await op.store.do(drafts.get, number)
    assert "no credits left" in draft.reason
    assert draft.word == "Approved"
    server.account.credits = 100
    await op.store.do(decisions.retry, number, voter="desk", target=op.target, now=op.now())
    assert await finalised(op, number) is State.APPROVED
    assert len(server.bought) == 1


async def test_a_final_that_fails_twice_is_given_up_and_retry_counts_anew(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    number = await approved(op)
    server.ends = ["error", "error", "error", "done"]
    assert await finalised(op, number) is State.FAILED
    assert len(server.bought) == 2
    await op.store.do(decisions.retry, number, voter="desk", target=op.target, now=op.now())
    assert await finalised(op, number) is State.APPROVED
    assert len(server.bought) == 4


async def test_a_final_that_takes_long_is_taken_up_by_the_next_autopost(
    buyer: Operator, server: Json2VideoServer
) -> None:
    op = buyer
    op.options = dataclasses.replace(op.options, post_delay=timedelta(hours=1))
    await approved(op)
    never_ready(op, server)
    replies = [reply async for reply in post_next(op, 3.0)]
    assert replies[-1].data["result"] == "in_progress"
    server.bought[0].end = "done"
    replies = [reply async for reply in post_next(op, 60.0)]
    assert replies[-1].data["result"] == "posted"
    assert len(server.bought) == 1


async def test_without_finals_any_more_the_votes_decide(buyer: Operator, server: Json2VideoServer) -> None:
    op = buyer
    number = await approved(op)
    await ordered_and_not_ready(op, server, number)
    op.services = dataclasses.replace(op.services, final=None)
    await drive(op, "finalise")
    assert await state(op, number) is State.APPROVED
    assert await op.store.do(guards.open_render, number, 1) is None
