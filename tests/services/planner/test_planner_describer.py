"""The describer over a real socket: a contact sheet in, a sentence and tags out, paid for from the budget."""

from __future__ import annotations

import base64
import json
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from openai_studio import NOW
from pydantic import SecretStr

from services.errors import Misconfigured, Refused, Unavailable
from services.planner.assistant.prices import Price
from services.planner.assistant.purse import Purse
from services.planner.openai import Where
from services.planner.openai_describer import OpenAIDescriber
from services.store import Store, planning
from tests.doubles.openai_contract import contract_in
from tests.doubles.openai_server import KEY, Fault, OpenAIServer
from tests.doubles.openai_words import Say, message, refusal

SHEET = b"\xff\xd8 a picture \xff\xd9"
GOOD = json.dumps({"sentence": "Hands glaze a bowl.", "tags": ["hands", "bowl"]})


class Seeing:
    """A describer, its server and its store."""

    def __init__(self, server: OpenAIServer, store: Store, describer: OpenAIDescriber) -> None:
        self.server, self.store, self.describer = server, store, describer


@pytest.fixture
async def seeing(tmp_path: Path, contracts_dir: Path, request: pytest.FixtureRequest) -> Any:
    more = getattr(request, "param", {})
    store = await Store.open(tmp_path / "operator.db")
    prices = {"gpt-test": Price(1, 5, 0.1)}
    purse = Purse(store, budget=more.get("budget", 0.0), prices=prices, zone=UTC, clock=lambda: NOW)
    async with OpenAIServer(lambda *_: [message(GOOD)], contract_in(contracts_dir)).running() as server:
        where = Where(
            SecretStr(more.get("key", KEY)), server.url, more.get("api", "responses"), 5.0, (0.01, 0.02)
        )
        describer = OpenAIDescriber(purse, where, ("gpt-test",))
        yield Seeing(server, store, describer)
        await describer.aclose()
        await store.close()
    assert server.problems == []


@pytest.mark.parametrize("seeing", [{"api": "responses"}, {"api": "chat"}], indirect=True)
async def test_a_sheet_becomes_a_sentence_and_tags(seeing: Seeing) -> None:
    said = await seeing.describer.describe(SHEET, "clip")
    assert (said.sentence, said.tags, said.model) == ("Hands glaze a bowl.", ("hands", "bowl"), "gpt-test")
    assert base64.b64encode(SHEET).decode() in json.dumps(seeing.server.requests[-1][2])
    spent = await seeing.store.do(planning.spent, run="describe")
    assert (spent.calls, spent.cost > 0) == (1, True)
    assert "can describe pictures" in await seeing.describer.ping()


@pytest.mark.parametrize(
    "said",
    [[refusal("no")], [message("not json")], Say([message(GOOD)], "incomplete", "content_filter"),
     Say([], "failed", code="server_error")],
)  # fmt: skip
async def test_one_that_is_not_described_does_not_end_it_for_others(seeing: Seeing, said: Any) -> None:
    seeing.server.mind = lambda *_: said
    with pytest.raises(Refused):
        await seeing.describer.describe(SHEET, "photo")


@pytest.mark.parametrize("seeing", [{"budget": 0.005}], indirect=True)
async def test_a_budget_that_is_used_up_ends_it_for_all(seeing: Seeing) -> None:
    with pytest.raises(Unavailable, match="budget for the planner is used up"):
        await seeing.describer.describe(SHEET, "photo")
    assert seeing.server.billed == 0


@pytest.mark.parametrize("seeing", [{"key": "sk-wrong-0123456789"}], indirect=True)
async def test_a_wrong_key_ends_it_for_all(seeing: Seeing) -> None:
    with pytest.raises(Misconfigured, match="refuses the key"):
        await seeing.describer.describe(SHEET, "photo")


async def test_busy_is_waited_for_and_a_broken_line_is_not_paid_twice(seeing: Seeing) -> None:
    busy = {"message": "Slow down.", "code": "rate_limit_exceeded"}
    seeing.server.fail("/responses", Fault(429, busy, {"retry-after": "0.01"}))
    assert (await seeing.describer.describe(SHEET, "photo")).sentence
    seeing.server.fail("/responses", Fault(drop="after"))
    with pytest.raises(Unavailable):
        await seeing.describer.describe(SHEET, "photo")
    assert seeing.server.billed == 2
    spent = await seeing.store.do(planning.spent, run="describe")
    assert (spent.calls, spent.estimated) == (2, 1)
    quota = {"message": "You exceeded your quota.", "code": "insufficient_quota"}
    seeing.server.fail("/responses", Fault(429, quota))
    with pytest.raises(Unavailable, match="used up its own limit"):
        await seeing.describer.describe(SHEET, "photo")
