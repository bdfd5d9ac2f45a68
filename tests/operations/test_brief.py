"""The operation brief, and a whole generation with a language model over a real socket."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.operator import Operator
from bot.settings import load_settings
from bot.wiring import close_operator, open_operator
from services.model.draft import State
from services.store import drafts, jobs, planning
from services.store.planning import Conversation
from tests.doubles.openai_contract import contract_in
from tests.doubles.openai_mind import Mind
from tests.doubles.openai_server import KEY, OpenAIServer
from tests.doubles.renderer import QuickRenderer
from tests.operations.asking import ask


@pytest.fixture
async def server(contracts_dir: Path) -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer(Mind(), contract_in(contracts_dir), ("gpt-test",)).running() as running:
        yield running
    assert running.problems == []


@pytest.fixture
async def remote(
    server: OpenAIServer, tmp_path: Path, studio: Path, rendered_files: Path
) -> AsyncIterator[Operator]:
    given = {
        "DATA_DIR": str(tmp_path / "data"), "MEDIA_DIR": str(studio), "TIMEZONE": "Europe/Berlin",
        "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.url, "OPENAI_API": "responses",
    }  # fmt: skip
    op = await open_operator(load_settings([], given))
    op.services = dataclasses.replace(op.services, renderer=QuickRenderer(rendered_files))
    yield op
    await close_operator(op)


async def test_the_brief_is_shown_with_tokens_of_each_part(op: Operator) -> None:
    await op.services.inventory.scan_folders()
    reply = await ask(op, "brief")
    assert reply.ok
    assert [row["part"] for row in reply.table][:3] == ["personality", "instructions", "intents"]
    assert sum(row["tokens"] for row in reply.table) == reply.data["tokens"] <= reply.data["budget"]
    assert "## The media" in reply.text
    assert f"of {reply.data['budget']:,} tokens" in reply.text
    assert all(part["text"] for part in reply.data["parts"])


async def test_new_thread_forgets_the_conversation(op: Operator) -> None:
    known = Conversation("kept", "conv_1", "abc", "m", op.now())
    await op.store.do(planning.keep_conversation, known)
    assert (await ask(op, "brief")).data["conversation"]["id"] == "conv_1"
    reply = await ask(op, "brief", new_thread=True)
    assert (reply.data["forgotten"], reply.data["conversation"]) == (1, None)
    assert "the next run begins a new one" in reply.text


async def test_a_generation_with_a_model_becomes_drafts_and_says_what_it_took(
    remote: Operator, server: OpenAIServer
) -> None:
    op = remote
    number = await op.store.do(jobs.queue_generation, 2, by="desk", now=op.now(), seed=7)

    async def over() -> bool:
        return not (await op.store.do(jobs.get, number)).open

    await op.engine.drive(over, only={"generate": {str(number)}, "render": None})
    done = await op.store.do(jobs.get, number)
    assert (done.state, done.error) == ("done", "")
    made = await op.store.do(drafts.listed, job=number)
    assert [draft.state for draft in made] == [State.DRAFT] * 2
    assert "openai" in {draft.planner for draft in made}
    assert {draft.planner for draft in made} <= {"openai", "offline"}
    assert any(note.startswith("Planning took ") for note in done.result["notes"])
    status = (await ask(op, "status")).data
    assert status["services"]["planner"] == "openai"
    (name,) = server.conversations
    known = await op.store.do(planning.latest_conversation)
    assert known is not None
    said = status["health"]["planner"]["message"]
    assert name in said
    assert known.configuration in said
    assert KEY not in str(status)
