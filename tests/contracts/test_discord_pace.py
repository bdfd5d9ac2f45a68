"""discord.py under the double's limits and faults: what it waits for, repeats and gives up on."""

from __future__ import annotations

import io
import time

import aiohttp
import discord
import pytest

from tests.doubles.discord_bot import Bot, connected
from tests.doubles.discord_server import DiscordServer
from tests.doubles.discord_wire import LOST, error, malformed, wait


async def test_buckets_are_waited_out_without_being_refused(double: DiscordServer) -> None:
    double.limits.each["create_message"] = (5, 0.5)
    async with connected(double, Bot()) as channel:
        start = time.monotonic()
        for number in range(12):
            await channel.send(str(number))
        assert time.monotonic() - start > 0.9
        assert len(double.messages) == 12
        assert double.limits.hits == []


async def test_seeded_reactions_are_slow(double: DiscordServer) -> None:
    async with connected(double, Bot()) as channel:
        sent = await channel.send("card")
        start = time.monotonic()
        for emoji in ("✅", "❌", "👍"):
            await sent.add_reaction(emoji)
        assert time.monotonic() - start > 0.45
        assert list(double.messages[0].reactions) == ["✅", "❌", "👍"]


async def test_a_repeated_send_makes_one_message(double: DiscordServer) -> None:
    """Its nonce says that it is the same: discord.py repeats after a 502, a caller after a lost answer."""
    async with connected(double, Bot()) as channel:
        double.fail("create_message", error(502), LOST)
        with pytest.raises(aiohttp.ClientError):  # which is no error of discord.py's
            await channel.send("card", nonce="card-3-1")
        again = await channel.send("card", nonce="card-3-1")
        assert [one.id for one in double.messages] == [again.id]
        assert double.rest.deduplicated == 1


async def test_503_long_waits_and_rubbish_reach_the_caller(double: DiscordServer) -> None:
    async with connected(double, Bot(max_ratelimit_timeout=30.0)) as channel:
        double.fail("create_message", error(503), wait(600), malformed())
        with pytest.raises(discord.DiscordServerError):
            await channel.send("card")
        with pytest.raises(discord.RateLimited) as caught:
            await channel.send("card")
        assert caught.value.retry_after == 600
        with pytest.raises(ValueError, match="Expecting value"):
            await channel.send("card")
        assert double.messages == []


async def test_a_layout_of_components_is_shown_and_clicked(double: DiscordServer) -> None:
    bot, ann = Bot(), double.people.person("Ann")
    heard: list[str] = []

    class Card(discord.ui.LayoutView):
        def __init__(self) -> None:
            super().__init__(timeout=None)
            gallery: discord.ui.MediaGallery[Card] = discord.ui.MediaGallery(
                discord.MediaGalleryItem("attachment://clip.mp4")
            )
            button: discord.ui.Button[Card] = discord.ui.Button(label="Approve", custom_id="approve:3:1")
            button.callback = self.approved  # type: ignore[method-assign]
            row: discord.ui.ActionRow[Card] = discord.ui.ActionRow(button)
            text = discord.ui.TextDisplay[Card]("**Draft 3**")
            self.add_item(discord.ui.Container(text, gallery, discord.ui.Separator(), row))

        async def approved(self, interaction: discord.Interaction) -> None:
            heard.append(interaction.user.name)
            await interaction.response.defer()

    async with connected(double, bot) as channel:
        sent = await channel.send(view=Card(), file=discord.File(io.BytesIO(b"mp4"), "clip.mp4"))
        card = double.messages[0]
        assert (card.text, [one.name for one in card.files], sent.attachments) == (
            "**Draft 3**",
            ["clip.mp4"],
            [],
        )
        clicked = double.people.click(ann, card, "Approve")
        await double.until(lambda: clicked.answered)
        assert (heard, clicked.answer, clicked.replies) == (["ann"], 6, [])


async def test_many_votes_at_once_are_all_heard(double: DiscordServer) -> None:
    double.limits.off()
    bot = Bot()
    async with connected(double, bot) as channel:
        for number in range(50):
            await channel.send(f"Draft {number}")
        people = [double.people.person(f"P{number}") for number in range(20)]
        for number in range(500):
            double.people.react(people[number % 20], double.messages[number // 10], "✅")
        await double.until(lambda: len(bot.of("reaction")) == 500)
        assert len({(one.user_id, one.message_id) for one in bot.of("reaction")}) == 500
