"""Which model is asked, and that a name nobody knows is told before anything is proposed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import openai
import pytest
from openai_studio import make, opened
from planner_studio import brief, small_studio

from services.errors import Misconfigured, Unavailable
from services.planner.assistant.models import DEFAULTS, Choice, choose_models
from tests.doubles.gate import WEATHERS, Gate
from tests.doubles.openai_contract import Contract
from tests.doubles.openai_mind import Mind
from tests.doubles.openai_server import KEY, OpenAIServer


async def chosen(server: OpenAIServer, wanted: Sequence[str], default: Sequence[str] = ()) -> Choice:
    today = date(2026, 11, 20)
    async with openai.AsyncOpenAI(api_key=KEY, base_url=server.url) as client:
        return await choose_models(client, wanted, server="OpenAI", default=default, today=today)


async def test_a_server_of_ones_own_may_take_what_it_does_not_list_and_ping_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path, Mind(), Contract(None), models=("gpt-none",)) as studio:
        said = await studio.planner.ping()
        assert said.startswith("gpt-none at 127.0.0.1")
        assert "is not in the list of 127.0.0.1" in said
        assert "which has gpt-test: see OPENAI_MODEL." in said


@pytest.mark.parametrize("weather", WEATHERS)
async def test_what_is_no_answer_is_a_sentence(weather: str, tmp_path: Path) -> None:
    """And the next one is taken: nothing is lost by it."""
    async with opened(tmp_path, Mind(), Contract(None), models=("gpt-test",)) as studio:
        gate = Gate(urlsplit(studio.server.url).port or 0)
        await gate.open()
        try:
            planner = make(studio.store, studio.purse, f"{gate.url}/v1", models=("gpt-test",))
            studio.before.append(planner)
            assert (await planner.ping()).startswith("gpt-test at 127.0.0.1")
            await gate.turn(weather)
            with pytest.raises(Unavailable):
                await planner.ping()
            order = brief(small_studio(), count=1, run="7")
            with pytest.raises(Unavailable):
                await planner.propose(order)
            await gate.turn("")
            assert len((await planner.propose(order)).proposals) == 1
        finally:
            await gate.close()


@pytest.mark.parametrize("wanted", [("gpt-none",), ()], ids=["named", "default"])
async def test_openai_lists_all_it_has(wanted: tuple[str, ...]) -> None:
    async with OpenAIServer(Mind(), Contract(None)).running() as server:
        with pytest.raises(Misconfigured, match="none of these models: gpt-") as caught:
            await chosen(server, wanted, DEFAULTS)
        assert caught.value.variable == "OPENAI_MODEL"
        server.models |= {f"m{n}": None for n in range(9)}
        assert (await chosen(server, (*wanted, "m3"), DEFAULTS)).models[0] == "m3"
        notes = (await chosen(server, ("gpt-none",))).notes
        assert "gpt-test, m0, m1, m2, m3 and 5 more" in notes[0]
