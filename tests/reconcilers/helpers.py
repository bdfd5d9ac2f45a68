"""Steps the reconcilers' tests share: make drafts, drive the engine until it rests."""

from __future__ import annotations

from collections.abc import Sequence

from bot.operator import Operator
from services.model.draft import Draft, State
from services.model.proposal import Proposal, Resource
from services.model.vote import Choice
from services.store import decisions, drafts

ALL = ("generate", "collect", "render", "sheet", "publish")


def proposal(title: str = "RV06 grows", asset: str = "") -> Proposal:
    return Proposal(
        title=title,
        strategy="Shows the process.",
        description="One take.",
        caption="Layer by layer. #ceramics",
        resources=(Resource(asset=asset, role="lead"),) if asset else (),
        movie={"resolution": "instagram-story", "scenes": [{"duration": 4}]},
    )


async def drive(op: Operator, *names: str) -> None:
    """Until nothing of these reconcilers is due now."""
    only = dict.fromkeys(names or ALL)

    async def idle() -> bool:
        return await op.engine.idle(only)

    await op.engine.drive(idle, only=only)


async def make_draft(op: Operator, title: str = "RV06 grows") -> int:
    number = await op.store.do(drafts.file, proposal(title), job=None, sample=False, now=op.now())
    await drive(op, "render")
    assert await state(op, number) is State.DRAFT
    return number


async def vote(op: Operator, number: int, choice: Choice = Choice.APPROVE, voter: str = "desk") -> Draft:
    return await op.store.do(decisions.vote, number, choice, voter=voter, target=op.target, now=op.now())


async def post_now(op: Operator, number: int) -> Draft:
    return await op.store.do(decisions.post_now, number, voter="desk", target=op.target, now=op.now())


async def state(op: Operator, number: int) -> State:
    return (await op.store.do(drafts.get, number)).state


async def states(op: Operator, numbers: Sequence[int]) -> list[State]:
    return [await state(op, number) for number in numbers]
