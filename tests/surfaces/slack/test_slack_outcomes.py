"""What did not go as it should, in Slack: a render that is cancelled, Retry, "It is live", "It is not"."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.ports import RenderStatus
from services.store import drafts
from tests.doubles.renderer import QuickRenderer
from tests.doubles.slack_blocks import words
from tests.reconcilers.helpers import post_now, proposal
from tests.reconcilers.test_publish import line
from tests.surfaces.slack.live import Live, button


async def test_a_reaction_cancels_the_render(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    renderer = live.op.services.renderer
    assert isinstance(renderer, QuickRenderer)
    monkeypatch.setattr(renderer, "follow", _endless)
    number = await live.op.store.do(drafts.file, proposal(), job=None, sample=False, now=live.op.now())
    card = await live.carded(number)
    await live.says(number, "Rendering. ❌ cancels it.")
    await live.slack.people.react(live.slack.person("ann"), card, "x")
    await live.says(number, "Denied by ann", "It was never rendered")
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
    ann = live.slack.person("ann")
    await live.press(ann, card, "Retry")
    await live.whispered(ann, f"Draft {number} is")
    await live.until(lambda: "Failed." not in words(card))


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
    assert button(card, "It is live") != button(card, "It is not live")
    ann = live.slack.person("ann")
    await live.press(ann, card, label)
    await live.whispered(ann, answer)
    await live.until(lambda: "Is it live?" not in words(card))
    if label == "It is live":
        await live.until(lambda: "Posted" in words(card))
        assert publisher.effects == 0
