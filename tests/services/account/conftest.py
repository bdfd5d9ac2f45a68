"""An account at Instagram's double, with posts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.account.instagram import InstagramAccount
from services.store import Store
from tests.doubles.graph_client import Side, side
from tests.doubles.graph_state import Comment, Medium


@pytest.fixture(params=["facebook", "instagram"])
async def we(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Side]:
    async with side(request.param, tmp_path) as made:
        yield made
        assert made.server.problems == []


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = await Store.open(tmp_path / "operator.db")
    yield made
    await made.close()


@pytest.fixture
async def account(we: Side, store: Store) -> InstagramAccount:
    return InstagramAccount(we.graph, we.keeper, store, clock=we.clock)


def posts(we: Side, count: int) -> list[Medium]:
    made = [we.server.state.add_medium(f"Pot {n} #clay", days=n + 1, reel=n % 3 != 0) for n in range(count)]
    for one in made:
        one.comments = [
            Comment(f"{one.id}{n}", f"guest{n}", "Is it glazed?", we.clock.now, like_count=n)
            for n in range(3)
        ]
        one.comments[0].replies = [Comment(f"{one.id}9", we.server.state.username, "Yes", we.clock.now)]
    return made


def by_id(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {post["id"]: post for post in found}
