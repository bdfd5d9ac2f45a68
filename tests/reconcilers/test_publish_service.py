"""Publishing through a strict service over a real line: containers that take time, a quota, lost answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.operator import Operator
from services.model.draft import State
from services.store import drafts
from tests.doubles.publisher_client import DoublePublisher, PublisherServer
from tests.reconcilers.helpers import make_draft, post_now, state

Serve = Callable[..., DoublePublisher]


@pytest.fixture
def first_backoff() -> float:
    return 0.05


@pytest.fixture
def serve(op: Operator, tmp_path: Path) -> Iterator[Serve]:
    """Start the service with these options and have the operator post to it."""
    running = list[PublisherServer]()

    def start(*options: str, settle: float = 0.8) -> DoublePublisher:
        running.append(PublisherServer(tmp_path, "--late", "0.3", *options))
        publisher = DoublePublisher(running[-1].url)
        publisher.settle = settle
        op.services = dataclasses.replace(op.services, publisher=publisher)
        return publisher

    yield start
    for server in running:
        server.stop()


async def until(op: Operator, number: int, *wanted: State, patience: int = 100) -> None:
    async def reached() -> bool:
        stuck = any(int(str(t["failures"])) >= patience for t in op.engine.troubles())
        return stuck or await state(op, number) in wanted

    await op.engine.drive(reached, only={"publish": None})


async def outcomes(publisher: DoublePublisher) -> list[str]:
    return [request["outcome"] for request in (await publisher.counts())["requests"]]


async def test_a_container_is_waited_for_before_it_is_published(op: Operator, serve: Serve) -> None:
    publisher = serve("--processing", "1.5")
    number = await make_draft(op)
    await post_now(op, number)
    await until(op, number, State.POSTED)
    assert await state(op, number) is State.POSTED
    assert await outcomes(publisher) == ["taken"], "never asked to publish what is not ready"


async def test_a_used_up_quota_holds_the_account_and_fails_nothing(op: Operator, serve: Serve) -> None:
    publisher = serve("--quota", "1")
    first, second = await make_draft(op), await make_draft(op, "SV02 turns")
    await post_now(op, first)
    await until(op, first, State.POSTED)
    await post_now(op, second)
    await until(op, second, State.POSTED, State.FAILED, patience=2)
    assert await state(op, second) is State.APPROVED
    (trouble,) = op.engine.troubles()
    assert "1 posts" in str(trouble["message"])
    assert await outcomes(publisher) == ["taken"]


@pytest.mark.parametrize("plans", [["lost"], ["before"], ["late"], ["slow"], ["before", "late"]])
async def test_one_effect_and_one_needed_request(op: Operator, serve: Serve, plans: list[str]) -> None:
    publisher = serve()
    await publisher.plan(*plans)
    number = await make_draft(op)
    await post_now(op, number)
    await until(op, number, State.POSTED)
    counts = await publisher.counts()
    assert await state(op, number) is State.POSTED
    assert len(counts["effects"]) == 1
    assert "repeat" not in await outcomes(publisher)
    assert (await op.store.do(drafts.get, number)).permalink.startswith("https://posts.example/")


async def test_settling_too_briefly_is_caught_by_the_double(op: Operator, serve: Serve) -> None:
    """Proof that the double can tell: with no settle time a late effect is asked for again."""
    publisher = serve(settle=0.0)
    await publisher.plan("late")
    number = await make_draft(op)
    await post_now(op, number)
    await until(op, number, State.POSTED)
    assert "repeat" in await outcomes(publisher)
