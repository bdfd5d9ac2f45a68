"""An OpenAI planner beside a scripted server, over a real socket, with a store of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from services.planner.assistant.prices import Price
from services.planner.assistant.purse import Purse
from services.planner.brief import Rules
from services.planner.openai import Habits, OpenAIPlanner, Where
from services.store import Store
from tests.doubles.openai_contract import Contract
from tests.doubles.openai_server import KEY, Mind, OpenAIServer

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Studio:
    server: OpenAIServer
    planner: OpenAIPlanner
    store: Store
    purse: Purse
    before: list[OpenAIPlanner] = field(default_factory=list)

    def again(self, **more: Any) -> OpenAIPlanner:
        """The same planner in a new process."""
        self.before.append(self.planner)
        self.planner = make(self.store, self.purse, self.server.url, **more)
        return self.planner


def make(store: Store, purse: Purse, url: str, **more: Any) -> OpenAIPlanner:
    where = Where(
        SecretStr(more.pop("key", KEY)),
        url,
        api=more.pop("api", "responses"),
        timeout=more.pop("timeout", 5.0),
        settle=more.pop("settle", (0.01, 0.02, 0.05)),
    )
    habits = Habits(
        models=more.pop("models", ("gpt-test",)),
        thread=more.pop("thread", "run"),
        conversation=more.pop("conversation", ""),
        rules=more.pop("rules", Rules()),
        upload_tokens=more.pop("upload_tokens", 0),
    )
    assert not more
    return OpenAIPlanner(store, purse, where, habits, clock=lambda: NOW)


@asynccontextmanager
async def opened(
    folder: Path, mind: Mind, contract: Contract, *, budget: float = 0.0, **more: Any
) -> AsyncIterator[Studio]:
    store = await Store.open(folder / "operator.db")
    purse = Purse(store, budget=budget, prices={"gpt-test": Price(2, 10, 0.2)}, zone=UTC, clock=lambda: NOW)
    models = more.pop("offered", ("gpt-test",))
    async with OpenAIServer(mind, contract, models).running() as server:
        planner = make(store, purse, server.url, **more)
        studio = Studio(server, planner, store, purse)
        try:
            yield studio
        finally:
            for one in (studio.planner, *studio.before):
                await one.aclose()
            await store.close()
    assert server.problems == []
