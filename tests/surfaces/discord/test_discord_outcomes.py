"""What did not go as it should, at Discord: a render that is cancelled, Retry, "It is live", "It is not"."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.model.draft import State
from services.ports import RenderStatus
from services.store import drafts
from tests.doubles.discord_world import Message
from tests.doubles.renderer import QuickRenderer
from tests.reconcilers.helpers import post_now, proposal
from tests.reconcilers.test_publish import line
from tests.surfaces.discord.live import Live


async def test_a_reaction_cancels_the_render(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = live.op.services.renderer
    assert isinstance(renderer, QuickRenderer)
    monkeypatch.setattr(renderer, "follow", _endless)
    number = await live.op.store.do(drafts.file, proposal(), job=None, sample=False, now=live.op.now())
    card = await live.carded(number)
    await live.says(number, "Rendering. ❌ cancels it.")
    ann = live.person("Ann")
    live.discord.people.react(ann, card, "✅")  # nobody approves what nobody has seen
    live.discord.people.react(ann, card, "❌")
    await live.says(number, "Denied by Ann", "It was never rendered")
    await live.until(lambda: renderer.cancelled)
    assert renderer.cancelled == renderer.submitted


async def _endless(handle: str) -> AsyncIterator[RenderStatus]:
    while True:
        yield RenderStatus("running", 0.5, "half")
        await asyncio.sleep(0.05)


async def test_retry_stands_on_a_failed_card_and_tries_it_again(live: Live) -> None:
    number, card = await live.draft()
    line(live.op).plan = ["refused"]
    await post_now(live.op, number)
    await live.says(number, "Failed.", "Retry tries it again.")
    assert next(one["label"] for one in _buttons(card)) == "Retry"
    pressed = live.discord.people.click(live.person("Ann"), card, "Retry")
    await live.answered(pressed, f"Draft {number} is")
    await live.stored(lambda: _left(live, number, State.FAILED))
    await live.until(lambda: "Failed." not in card.text)


async def _left(live: Live, number: int, state: State) -> bool:
    return (await live.op.store.do(drafts.get, number)).state is not state


@pytest.mark.parametrize(
    ("label", "answer"), [("It is live", "counts as posted"), ("It is not live", "nothing is posted twice")]
)
async def test_what_is_unclear_is_asked_on_the_card(live: Live, label: str, answer: str) -> None:
    number, card = await live.draft()
    publisher = line(live.op)
    publisher.plan, publisher.blind = ["before"], True
    await post_now(live.op, number)
    await live.says(number, "Is it live?", "Look at the account")
    publisher.blind = False
    assert {"It is live", "It is not live"} <= {one["label"] for one in _buttons(card)}
    pressed = live.discord.people.click(live.person("Ann"), card, label)
    await live.answered(pressed, answer)
    await live.until(lambda: "Is it live?" not in card.text)
    if label == "It is live":
        await live.says(number, "Posted")
        assert publisher.effects == 0


def _buttons(card: Message) -> list[dict[str, str]]:
    return [one for row in card.components for one in row["components"]]
