"""An operator with the Discord surface against the double: what people see and do there."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from bot.operator import Operator
from bot.surfaces.discord_app.app import DiscordApp
from tests.doubles.discord_interactions import Interaction
from tests.doubles.discord_server import DiscordServer
from tests.doubles.discord_world import Message, Person
from tests.surfaces.chatting import InChat, alive


@dataclass
class Live(InChat[DiscordServer, Message]):
    """``op`` and the surface; ``discord`` is the service it talks to."""

    name = "discord"

    token: str = ""

    @property
    def discord(self) -> DiscordServer:
        return self.service

    def surface(self) -> DiscordApp:
        return DiscordApp(
            self.op,
            token=self.token or self.discord.gateway.token,
            guild=self.discord.guild.id,
            channel=self.discord.channel.id,
            approvers=self.approvers,
            base_url=f"{self.discord.url}/api/v10",
            settle=self.settle,
            first_rest=0.01,
        )

    def card(self, number: int) -> Message | None:
        found = [one for one in self.discord.messages if one.author is self.discord.world.bot]
        found = [one for one in found if one.embeds and one.embeds[0]["title"].startswith(f"{number} · ")]
        assert len(found) < 2, "two cards of one draft"
        return found[0] if found else None

    def seeded(self, card: Message) -> str:
        return str(card.id) if {"✅", "❌"} <= card.reactions.keys() else ""

    def text(self, message: Message) -> str:
        return message.text

    async def answered(self, interaction: Interaction, *words: str) -> Interaction:
        """The interaction once its answer says all of these."""
        await self.until(lambda: interaction.replies and all(word in interaction.text for word in words))
        return interaction

    def person(self, name: str, *roles: str) -> Person:
        return self.discord.people.person(name, roles)


def living(
    op: Operator, discord: DiscordServer, approvers: frozenset[str] = frozenset()
) -> AbstractAsyncContextManager[Live]:
    return alive(Live(op, discord, approvers))
