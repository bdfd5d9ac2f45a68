"""An operator whose renders are bought at JSON2Video's double: all of them, or only finals.

The double is the fixture ``server`` of conftest.py.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.operator import Operator
from services.model.draft import Draft, State
from services.model.proposal import Proposal, Resource
from services.store import drafts, media
from tests.doubles.json2video_client import movie, renderer_at
from tests.doubles.json2video_server import Json2VideoServer
from tests.reconcilers.helpers import drive, state


@asynccontextmanager
async def buying(
    op: Operator, server: Json2VideoServer, folder: Path, *, finals: bool = False, **changes: Any
) -> AsyncIterator[Operator]:
    """The same store with JSON2Video as its renderer, or as that of its ``finals``; see renderer_at()."""
    before = op.services
    async with renderer_at(server, op.store, folder, **changes) as renderer:
        part = {"final": renderer} if finals else {"renderer": renderer}
        op.services = dataclasses.replace(before, **part)
        yield op
        op.services = before


async def file_one(op: Operator, seconds: float = 4.0) -> int:
    """A proposal of one photo of the studio."""
    await op.services.inventory.scan_folders()
    found = await op.store.do(media.search, "rv06", 20)
    photo = next(a.id for a in found if a.file.folder == "completed_works")
    made = Proposal(
        title="RV06 stands", strategy="Shows the piece.", description="One photo.", caption="Done. #ceramics",
        resources=(Resource(asset=photo, role="lead"),), movie=movie(seconds, src=photo),
    )  # fmt: skip
    return await op.store.do(drafts.file, made, job=None, sample=False, now=op.now())


async def step(op: Operator, number: int, name: str = "render") -> None:
    """One step of a reconciler, as the engine would take it: what it raises is seen."""
    reconciler = next(w.reconciler for w in op.engine._works.values() if w.reconciler.name == name)
    await reconciler.step(str(number))


async def rendered(op: Operator, number: int) -> State:
    """After the render reconciler came to rest, also over failed steps."""

    only = {"render": {str(number)}}

    async def ended() -> bool:
        made = await state(op, number) not in (State.PROPOSED, State.RENDERING)
        return made and await op.engine.idle(only)  # also what is cleared away after it

    await op.engine.drive(ended, only=only)
    return await state(op, number)


async def through(op: Operator, server: Json2VideoServer, folder: Path, **changes: Any) -> Draft:
    """A proposal's whole way with a renderer at the server; the draft as it is then."""
    async with buying(op, server, folder, **changes):
        number = await file_one(op)
        await rendered(op, number)
    return await op.store.do(drafts.get, number)


async def at_rest(op: Operator) -> None:
    await drive(op, "render", "finalise")
