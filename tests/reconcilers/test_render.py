"""From a proposal to a draft: attempts, failures, cancelling, and what a crash leaves."""

from __future__ import annotations

from bot.operator import Operator, draft_folder
from services.model.draft import State
from services.model.vote import Choice
from services.store import decisions, drafts, guards, jobs
from tests.doubles.renderer import QuickRenderer
from tests.reconcilers.helpers import drive, proposal, state, vote


def renderer(op: Operator) -> QuickRenderer:
    assert isinstance(op.services.renderer, QuickRenderer)
    return op.services.renderer


async def file(op: Operator, job: int | None = None) -> int:
    return await op.store.do(drafts.file, proposal(), job=job, sample=False, now=op.now())


async def made(op: Operator, number: int) -> State:
    async def ended() -> bool:
        return await state(op, number) not in (State.PROPOSED, State.RENDERING)

    await op.engine.drive(ended, only={"render": None})
    return await state(op, number)


async def test_a_proposal_becomes_a_draft_with_its_files(op: Operator) -> None:
    job = await op.store.do(jobs.queue, "generate", {"count": 1}, by="desk", now=op.now())
    await op.store.do(jobs.start, job, now=op.now())
    number = await file(op, job)
    assert await made(op, number) is State.DRAFT
    draft = await op.store.do(drafts.get, number)
    assert draft.rendered is not None
    folder = draft_folder(op.drafts_dir, number, draft.tag, 1)
    assert {path.name for path in folder.iterdir()} == {
        "video.mp4", "preview.mp4", "cover.jpg", "storyboard.jpg",
    }  # fmt: skip
    assert (op.drafts_dir / f"0001-{draft.tag}-r1.mp4").stat().st_size == draft.rendered.size
    assert renderer(op).cancelled == renderer(op).submitted  # the work folder is cleared away
    assert (await op.store.do(jobs.get, job)).done == 1


async def test_two_failures_of_its_own_are_enough(op: Operator) -> None:
    renderer(op).ends = ["failed", "failed", "done"]
    number = await file(op)
    assert await made(op, number) is State.FAILED
    assert (await op.store.do(drafts.get, number)).reason == "The clip is broken."
    await op.store.do(decisions.retry, number, voter="desk", target=op.target, now=op.now())
    assert await made(op, number) is State.DRAFT


async def test_the_operators_death_does_not_count(op: Operator) -> None:
    renderer(op).ends = ["gone", "gone", "gone", "failed", "done"]
    number = await file(op)
    assert await made(op, number) is State.DRAFT
    assert len(renderer(op).submitted) == 5


async def test_a_lost_answer_is_found_and_not_submitted_again(op: Operator) -> None:
    renderer(op).ends = ["lost"]
    number = await file(op)
    assert await made(op, number) is State.DRAFT
    assert len(renderer(op).submitted) == 1


async def test_a_movie_that_cannot_be_made_fails_at_once_with_the_place(op: Operator) -> None:
    renderer(op).ends = ["refused"]
    number = await file(op)
    assert await made(op, number) is State.FAILED
    assert "Scene #1" in (await op.store.do(drafts.get, number)).reason


async def test_denying_a_proposal_stops_its_render(op: Operator) -> None:
    number = await file(op)
    await op.store.do(drafts.move, number, State.PROPOSED, State.RENDERING, now=op.now())
    draft = await op.store.do(drafts.get, number)
    guard = await op.store.do(guards.intend_render, number, draft.tag, 1, now=op.now())
    handle = await renderer(op).submit(_request(guard.key))
    await op.store.do(guards.set_render, guard.key, state="running", handle=handle)
    await vote(op, number, Choice.DENY)
    await drive(op, "render")
    assert renderer(op).cancelled == [guard.key]
    assert await state(op, number) is State.DENIED
    assert await op.store.do(guards.open_render, number, 1) is None


async def test_a_restart_follows_the_render_that_was_under_way(op: Operator) -> None:
    number = await file(op)
    await op.store.do(drafts.move, number, State.PROPOSED, State.RENDERING, now=op.now())
    draft = await op.store.do(drafts.get, number)
    guard = await op.store.do(guards.intend_render, number, draft.tag, 1, now=op.now())
    await renderer(op).submit(_request(guard.key))  # and the operator dies before it notes the handle
    assert await made(op, number) is State.DRAFT
    assert renderer(op).submitted == [guard.key]


def _request(key: str):  # type: ignore[no-untyped-def]
    from services.ports import RenderRequest

    return RenderRequest(key, {}, {})
