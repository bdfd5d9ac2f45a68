"""Drafts on their way to a final that is bought; the operator is the fixture ``buyer`` of conftest.py."""

from __future__ import annotations

import dataclasses

import pytest

from bot.operator import Operator
from services.errors import Unavailable
from services.model.draft import Draft, State
from services.model.vote import Choice
from services.ports import RenderFiles
from services.store import decisions, drafts
from tests.doubles.http_double import Fault
from tests.doubles.json2video_server import Json2VideoServer
from tests.doubles.renderer import QuickRenderer
from tests.reconcilers.helpers import drive, state, vote
from tests.reconcilers.paying import file_one, rendered, step

LACKS = "Scene #1, element #1: the 3D tilt is not shown."


class Lacking(QuickRenderer):
    """A preview that cannot show everything."""

    async def collect(self, handle: str) -> RenderFiles:
        return dataclasses.replace(await super().collect(handle), approximations=(LACKS,))


async def draft_of(op: Operator) -> int:
    number = await file_one(op)
    assert await rendered(op, number) is State.DRAFT
    return number


async def approved(op: Operator) -> int:
    number = await draft_of(op)
    await vote(op, number)
    return number


def never_ready(op: Operator, server: Json2VideoServer) -> None:
    """The render goes on for longer than is waited for."""
    server.ends, server.patience = ["stuck"], 0
    op.services.final._timeout = 0.0  # type: ignore[union-attr]


async def ordered_and_not_ready(op: Operator, server: Json2VideoServer, number: int) -> None:
    never_ready(op, server)
    with pytest.raises(Unavailable):
        await step(op, number, "finalise")


async def finalised(op: Operator, number: int) -> State:
    """After the final is there, or cannot be had."""

    async def ended() -> bool:
        draft = await op.store.do(drafts.get, number)
        final = draft.rendered is not None and draft.rendered.renderer == "json2video"
        made = draft.state is not State.FINALISING and (final or draft.state is not State.APPROVED)
        return made and await op.engine.idle(only)

    only = {"finalise": {str(number)}}
    await op.engine.drive(ended, only=only)
    return await state(op, number)


async def taken_back(op: Operator, number: int) -> Draft:
    draft, _ = await op.store.do(decisions.undo, number, voter="desk", target=op.target, now=op.now())
    return draft


async def denied_after_an_unclear_order(op: Operator, server: Json2VideoServer, drop: str) -> int:
    """The line broke ``before`` the order arrived or ``after`` it; then somebody denies."""
    number = await approved(op)
    server.fail("create", Fault(drop=drop))
    with pytest.raises(Unavailable):
        await step(op, number, "finalise")
    await vote(op, number, Choice.DENY)
    await drive(op, "finalise")
    return number
