"""The double of Discord, driven by the real discord.py: messages, votes, buttons, commands."""

from __future__ import annotations

import io
import re

import discord
import pytest
from discord import app_commands

from tests.doubles.discord_bot import INTENTS, Bot, connected
from tests.doubles.discord_commands import CannotDo
from tests.doubles.discord_server import DiscordServer
from tests.doubles.discord_world import Right


async def test_it_logs_in_and_knows_guild_channel_and_rights(double: DiscordServer) -> None:
    async with connected(double, Bot()) as channel:
        assert channel.guild.name == "Studio"
        assert channel.guild.me.id == double.world.bot.id
        assert channel.permissions_for(channel.guild.me).attach_files
        assert not channel.permissions_for(channel.guild.me).manage_messages
        assert channel.guild.filesize_limit == 10 * 2**20
        assert double.gateway.identifies == 1


async def test_a_message_with_everything_is_seen_edited_and_read_back(double: DiscordServer) -> None:
    async with connected(double, Bot()) as channel:
        embed = discord.Embed(title="Draft 3", description="*Clay*").add_field(name="Length", value="12 s")
        embed.set_image(url="attachment://board.png").set_footer(text="gpt").set_author(name="Reels")
        view = discord.ui.View(timeout=None)
        view.add_item(
            discord.ui.Button(label="Approve", custom_id="approve:3:1", style=discord.ButtonStyle.green)
        )
        view.add_item(discord.ui.Button(label="Watch", url="https://example.com/3.mp4"))
        files = [
            discord.File(io.BytesIO(b"\x89PNG"), "board.png"),
            discord.File(io.BytesIO(bytes(5000)), "clip.mp4"),
        ]
        sent = await channel.send("Hello", embed=embed, view=view, files=files, nonce="card-3-1")
        shown = double.messages[0]
        assert (shown.content, shown.nonce, [one.name for one in shown.files]) == (
            "Hello",
            "card-3-1",
            ["board.png", "clip.mp4"],
        )
        assert shown.files[1].content == bytes(5000)
        assert [one.filename for one in sent.attachments] == ["clip.mp4"]  # the other is in the embed
        assert await sent.attachments[0].read() == bytes(5000)
        assert "Draft 3" in shown.text
        assert "Length: 12 s" in shown.text
        edited = await sent.edit(
            content="Approved",
            attachments=[*sent.attachments, discord.File(io.BytesIO(b"x"), "why.txt")],
            embed=None,
        )
        assert [one.filename for one in edited.attachments] == ["clip.mp4", "why.txt"]
        assert shown.edits == 1
        assert shown.versions[0].content == "Hello"
        again = await channel.fetch_message(sent.id)
        assert again.content == "Approved"
        assert again.edited_at is not None
        assert [one.id async for one in channel.history(limit=5)] == [sent.id]
        await again.delete()
        assert double.messages == []
        with pytest.raises(discord.NotFound) as caught:
            await channel.fetch_message(sent.id)
        assert caught.value.code == 10008


async def test_reactions_are_told_and_read_back_in_pages(double: DiscordServer) -> None:
    bot = Bot()
    async with connected(double, bot) as channel:
        sent = await channel.send("Vote")
        await sent.add_reaction("✅")
        card = double.messages[0]
        people = [double.people.person(f"P{number}") for number in range(120)]
        for person in people:
            double.people.react(person, card, "✅")
        double.people.unreact(people[3], card, "✅")
        await double.until(lambda: len(bot.of("reaction")) == 121 and bot.of("unreaction"))
        heard = bot.of("reaction")[-1]
        assert isinstance(heard, discord.RawReactionActionEvent)
        assert (heard.user_id, heard.emoji.name, heard.message_author_id) == (
            people[-1].id,
            "✅",
            bot.user and bot.user.id,
        )
        assert heard.member is not None
        fetched = await channel.fetch_message(sent.id)
        assert (fetched.reactions[0].count, fetched.reactions[0].me) == (120, True)
        assert {one.id async for one in fetched.reactions[0].users()} == {
            one.id for one in people if one is not people[3]
        } | {bot.user.id}  # type: ignore[union-attr]
        assert double.count("list_message_reactions_by_emoji") == 2
        with pytest.raises(discord.Forbidden) as caught:
            await sent.remove_reaction("✅", discord.Object(people[0].id))
        assert caught.value.code == 50013
        double.owner.give(Right.MANAGE_MESSAGES)
        await sent.remove_reaction("✅", discord.Object(people[0].id))
        assert people[0] not in card.reactions["✅"]
        double.people.clear_reactions(double.world.owner, card)
        await double.until(lambda: bot.of("cleared"))
        double.people.delete_message(double.world.owner, card)
        await double.until(lambda: bot.of("deleted"))


async def test_a_button_is_answered_by_a_form_and_the_form_by_a_private_answer(double: DiscordServer) -> None:
    bot, ann = Bot(), double.people.person("Ann", roles=["Editors"])

    class Why(discord.ui.Modal, title="Deny draft 3"):
        reason: discord.ui.TextInput[Why] = discord.ui.TextInput(label="Why?", custom_id="why", max_length=20)

        async def on_submit(self, interaction: discord.Interaction) -> None:
            assert isinstance(interaction.user, discord.Member)
            roles = [role.name for role in interaction.user.roles]
            await interaction.response.send_message(f"{self.reason.value} {roles}", ephemeral=True)
            await interaction.followup.send("noted", ephemeral=True)

    class Deny(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"deny:(?P<id>\d+)"):
        @classmethod
        async def from_custom_id(
            cls,
            interaction: discord.Interaction,
            item: discord.ui.Item[discord.ui.View],
            match: re.Match[str],
        ) -> Deny:
            assert isinstance(item, discord.ui.Button)
            return cls(item)

        async def callback(self, interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Why(custom_id="why:3"))

    async with connected(double, bot) as channel:
        bot.add_dynamic_items(Deny)
        view = discord.ui.View(timeout=None)
        view.add_item(discord.ui.Button(label="Deny…", custom_id="deny:3"))
        await channel.send("Draft 3", view=view)
        clicked = double.people.click(ann, double.messages[0], "Deny…")
        await double.until(lambda: clicked.modal)
        with pytest.raises(CannotDo):
            double.people.submit(clicked, {"why": "x" * 21})
        sent = double.people.submit(clicked, {"why": "too long"})
        await double.until(lambda: len(sent.replies) == 2)
        assert sent.private
        assert sent.replies[0].content == "too long ['@everyone', 'Editors']"
        assert [one.content for one in double.people.seen(ann)] == [
            "Draft 3",
            "too long ['@everyone', 'Editors']",
            "noted",
        ]
        assert [one.content for one in double.messages] == ["Draft 3"]


async def test_commands_are_synced_offered_completed_and_answered_late(double: DiscordServer) -> None:
    bot, ann = Bot(), double.people.person("Ann")
    guild = discord.Object(double.guild.id)

    @bot.tree.command(name="generate", description="Makes drafts", guild=guild)
    async def generate(
        interaction: discord.Interaction, count: app_commands.Range[int, 1, 10], intent: str = ""
    ) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(f"{count} of {intent}")
        await interaction.edit_original_response(
            content="done", attachments=[discord.File(io.BytesIO(b"log"), "log.txt")]
        )

    @generate.autocomplete("intent")
    async def intents(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=one, value=one)
            for one in ("clay", "cloud", "sea")
            if one.startswith(typed)
        ]

    async with connected(double, bot):
        await bot.tree.sync(guild=guild)
        assert [one["name"] for one in double.commands.of(double.guild)] == ["generate"]
        half = double.people.autocomplete(ann, "generate", "intent", "cl", {"count": 2})
        await double.until(lambda: half.choices)
        assert [one["value"] for one in half.choices or []] == ["clay", "cloud"]
        asked = double.people.slash(ann, "generate", {"count": 2, "intent": "clay"})
        await double.until(lambda: asked.text == "done")
        assert asked.private
        assert asked.answer == 5
        assert [one.content for one in asked.replies[0].versions] == ["", "2 of clay", "done"]
        assert [one.name for one in asked.replies[0].files] == ["log.txt"]
        for wrong in ({}, {"count": 11}, {"count": "2"}, {"count": 1, "style": "x"}):
            with pytest.raises(CannotDo):
                double.people.slash(ann, "generate", wrong)


async def test_what_people_write_is_hidden_unless_it_is_for_the_bot(double: DiscordServer) -> None:
    bot, ann = Bot(intents=INTENTS | discord.Intents(dm_messages=True)), double.people.person("Ann")
    async with connected(double, bot) as channel:
        card = await channel.send("Draft 3")
        double.people.write(ann, "just talk")
        double.people.write(ann, "shorter", reply_to=double.messages[0])
        double.people.write(ann, "quietly", reply_to=double.messages[0], ping=False)
        thread = double.people.thread(ann, double.messages[0], "Draft 3")
        double.people.write(ann, "other music", thread, mention=True)
        double.people.write(ann, "hello you", double.people.dm(ann))
        await double.until(lambda: len(bot.of("message")) == 5)
        texts = [one.content for one in bot.of("message") if isinstance(one, discord.Message)]
        assert texts == ["", "shorter", "", f"<@{double.world.bot.id}> other music", "hello you"]
        replied = bot.of("message")[1]
        assert isinstance(replied, discord.Message)
        assert replied.reference is not None
        assert replied.reference.message_id == card.id
        in_thread = bot.of("message")[3]
        assert isinstance(in_thread, discord.Message)
        assert isinstance(in_thread.channel, discord.Thread)
        await in_thread.reply("ok", allowed_mentions=discord.AllowedMentions.none())
        assert [one.content for one in double.people.seen(ann, thread)][-1] == "ok"
        user = await bot.fetch_user(ann.id)
        await user.send("for you")
        assert double.people.seen(ann, double.people.dm(ann))[-1].content == "for you"
        assert double.acts.pings == []
        await channel.send(f"@everyone <@{ann.id}>")
        assert [name for _, name in double.acts.pings] == ["Ann"]  # the bot may not mention everyone
