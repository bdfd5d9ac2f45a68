"""What every planner does, whichever is behind the port. A new twin adds itself to MAKERS."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.brand import INTENTS
from services.model.asset import Asset, Category, MediaFacts, StoredFile
from services.model.brief import Brand, Brief, Rejection
from services.planner.assistant.purse import Purse
from services.planner.check import check
from services.planner.offline import OfflinePlanner
from services.planner.openai import Habits, OpenAIPlanner, Where
from services.ports import Planner
from services.store import Store
from tests.doubles.openai_contract import contract_in
from tests.doubles.openai_mind import Mind
from tests.doubles.openai_server import KEY, OpenAIServer

WHEN = datetime(2026, 5, 1, tzinfo=UTC)


@asynccontextmanager
async def offline(folder: Path, contracts: Path) -> AsyncIterator[Planner]:
    yield OfflinePlanner()


@asynccontextmanager
async def _over_a_socket(folder: Path, contracts: Path, api: str) -> AsyncIterator[Planner]:
    store = await Store.open(folder / "operator.db")
    purse = Purse(store, free=True, zone=UTC, clock=lambda: WHEN)
    async with OpenAIServer(Mind(), contract_in(contracts)).running() as server:
        planner = OpenAIPlanner(
            store, purse, Where(SecretStr(KEY), server.url, api, 20.0), Habits(("gpt-test",))
        )
        yield planner
        await planner.aclose()
    await store.close()
    assert server.problems == []


def openai(folder: Path, contracts: Path) -> AbstractAsyncContextManager[Planner]:
    return _over_a_socket(folder, contracts, "responses")


def local_server(folder: Path, contracts: Path) -> AbstractAsyncContextManager[Planner]:
    return _over_a_socket(folder, contracts, "chat")


MAKERS: dict[str, Callable[[Path, Path], AbstractAsyncContextManager[Planner]]] = {
    "offline": offline,
    "openai": openai,
    "openai, another server": local_server,
}


@pytest.fixture(params=sorted(MAKERS))
async def planner(
    request: pytest.FixtureRequest, tmp_path: Path, contracts_dir: Path
) -> AsyncIterator[Planner]:
    async with MAKERS[request.param](tmp_path, contracts_dir) as made:
        yield made


def file(key: str, category: Category, facts: MediaFacts) -> Asset:
    folder, _, path = key.partition("/")
    return Asset(StoredFile(folder, path, 1000, "1", WHEN, WHEN, "", ""), category, facts)


def order(count: int, files: int = 60, **more: object) -> Brief:
    assets = [
        file(f"works/rv{n:02}.jpg", Category.IMAGE, MediaFacts("jpeg", None, 3000, 4000))
        for n in range(files)
    ]
    assets += [
        file(f"clips/take {n}.mp4", Category.VIDEO, MediaFacts("mp4", 9.0 + n, 1080, 1920, 30.0, True))
        for n in range(files // 4)
    ]
    assets += [
        file(f"music/song {n}.mp3", Category.AUDIO, MediaFacts("mp3", 60.0, None, None, None, True))
        for n in range(files // 10)
    ]
    brand = Brand("A calm studio.", "Short captions.", INTENTS)
    return dataclasses.replace(Brief(brand, assets, None, (), count, seed=5, run="1"), **more)  # type: ignore[arg-type]


async def test_names_itself_and_answers_a_ping(planner: Planner) -> None:
    assert planner.name in ("offline", "openai")
    said = await planner.ping()
    assert said.endswith(".")
    assert KEY not in said


async def test_proposals_are_whole_and_most_of_them_can_be_made(planner: Planner) -> None:
    brief = order(4)
    answer = await planner.propose(brief)
    assert 1 <= len(answer.proposals) <= 4
    assets = {asset.id: asset for asset in brief.assets}
    for proposal in answer.proposals:
        assert proposal.planner == planner.name
        assert proposal.title.strip()
        assert "\n" not in proposal.strategy
        assert proposal.description.strip()
        assert proposal.labels.intent in [intent.name for intent in INTENTS]
        assert {r.asset for r in proposal.resources} <= set(assets)
        json.dumps(proposal.movie, allow_nan=False)
    assert sum(not check(proposal, assets) for proposal in answer.proposals) >= 2


async def test_a_wanted_intent_is_served(planner: Planner) -> None:
    wanted = INTENTS[1].name
    answer = await planner.propose(order(2, intent=wanted))
    assert {proposal.labels.intent for proposal in answer.proposals} == {wanted}


async def test_asked_again_it_makes_other_ones(planner: Planner) -> None:
    brief = order(3)
    first = (await planner.propose(brief)).proposals
    again = dataclasses.replace(
        brief, count=1, seed=6, kept=first[1:], rejected=(Rejection(first[0], ("Too long.",)),)
    )
    (other,) = (await planner.propose(again)).proposals
    assert other.movie not in [proposal.movie for proposal in first]
    assert other.title not in [proposal.title for proposal in first]


async def test_words_about_progress_are_optional(planner: Planner) -> None:
    heard: list[str] = []
    assert (await planner.propose(order(1), heard.append)).proposals
    assert all(isinstance(word, str) and word for word in heard)


async def test_an_empty_folder_is_no_error(planner: Planner) -> None:
    brief = order(2, files=0)
    answer = await planner.propose(brief)
    assert all(check(proposal, {}) for proposal in answer.proposals), "nothing can be made of nothing"
