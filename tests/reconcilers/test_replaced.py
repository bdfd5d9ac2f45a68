"""A draft that cannot be rendered, or is no video, makes room for another proposal."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.engine import Engine
from bot.operator import Operator
from bot.settings import Settings
from bot.wiring import close_operator, open_operator
from services.model.draft import State
from services.model.proposal import Proposal, Resource
from services.store import drafts, guards, jobs
from tests.reconcilers.helpers import state
from tests.reconcilers.test_generate import ended, made, order


@pytest.fixture
async def rendering(settings: Settings) -> AsyncIterator[Operator]:
    """An operator that really renders."""
    op = await open_operator(settings, Engine(first_backoff=0.01))
    yield op
    await close_operator(op)


async def test_another_proposal_takes_the_place_of_one_that_cannot_be_rendered(op: Operator) -> None:
    op.services.renderer.ends = ["refused", "done", "done"]  # type: ignore[attr-defined]
    job = await order(op, 2)
    done = await ended(op, job)
    assert done.state == "done"
    numbers = await made(op, job)
    found = [await state(op, number) for number in numbers]
    assert found == [State.FAILED, State.DRAFT, State.DRAFT]
    assert any("takes the place of draft" in note for note in done.result["notes"])


async def filed(op: Operator, job: int, seconds: float) -> int:
    """A draft of one photo, filed as a generation's own."""
    (photo,) = [a for a in await op.services.inventory.assets() if a.file.name == "rv06.jpg"]
    scene = {"duration": seconds, "elements": [{"type": "image", "src": photo.id, "resize": "cover"}]}
    proposal = Proposal(
        title="A blink", strategy="One picture.", description="", caption="Look.",
        resources=(Resource(asset=photo.id, role="lead"),),
        movie={"resolution": "instagram-story", "scenes": [scene]},
    )  # fmt: skip
    number = await op.store.do(drafts.file, proposal, job=job, sample=False, now=op.now())
    await op.store.do(jobs.note, job, drafts=[number], notes=[])
    return number


@pytest.mark.timeout(180)
async def test_a_video_of_less_than_two_seconds_is_none(rendering: Operator) -> None:
    op = rendering
    await op.services.inventory.scan_folders()
    job = await order(op, 1)
    blink = await filed(op, job, 1.5)
    done = await ended(op, job)
    assert (done.state, done.message) == ("done", "1 of 2 drafts ready")
    assert await made(op, job) == [blink, blink + 1]
    short = await op.store.do(drafts.get, blink)
    assert (short.state, short.reason, short.rendered) == (
        State.FAILED, "The video lasts only 1.5 s.", None,
    )  # fmt: skip
    assert await op.store.do(guards.failures, blink, 1) == 1, "the same movie would be as short again"
    other = await op.store.do(drafts.get, blink + 1)
    assert other.state is State.DRAFT
    assert other.rendered is not None
    assert other.rendered.duration >= 5
    assert (
        f"Draft {blink + 1} takes the place of draft {blink}, which could not be rendered."
        in (done.result["notes"])
    )


@pytest.mark.timeout(180)
async def test_two_seconds_are_a_video(rendering: Operator) -> None:
    op = rendering
    await op.services.inventory.scan_folders()
    job = await order(op, 1)
    number = await filed(op, job, 2.0)
    assert (await ended(op, job)).message == "1 draft ready"
    assert await state(op, number) is State.DRAFT
