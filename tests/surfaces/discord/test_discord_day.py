"""A day in a Discord channel, over real sockets: ask, watch, look, decide, read that it is out."""

from __future__ import annotations

from services.model.draft import State
from tests.reconcilers.helpers import make_draft, state
from tests.surfaces.discord.live import Live


async def test_a_draft_has_a_card_and_a_reaction_and_a_button_are_votes(live: Live) -> None:
    number = await make_draft(live.op)
    card = await live.carded(number)
    assert "Layer by layer" in card.text
    ann, bob = live.person("Ann"), live.person("Bob")
    live.discord.people.react(ann, card, "✅")
    await live.says(number, "Approved by Ann")
    assert await state(live.op, number) is State.APPROVED
    deny = live.discord.people.click(bob, card, "Deny…")
    await live.until(lambda: deny.modal)
    sent = live.discord.people.submit(deny, {"answer": "too dark"})
    await live.answered(sent, f"Draft {number} is denied. Reason: too dark")
    assert sent.private
    await live.says(number, "Denied by Bob", "too dark")


async def test_status_answers_whoever_asks_and_nobody_else(live: Live) -> None:
    await live.until(lambda: live.discord.count("bulk_set_guild_application_commands"))
    asked = live.discord.people.slash(live.person("Ann"), "status")
    await live.answered(asked, "Running since", "renderer")
    assert asked.private
    assert asked.took < 3
