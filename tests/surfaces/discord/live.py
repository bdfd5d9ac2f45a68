"""An operator with the Discord surface against the double: started, ended, killed, started again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from bot.app import supervise
from bot.operator import Operator
from bot.reconcilers.cards import Cards
from bot.reconcilers.reactions import Reactions
from bot.surfaces.discord_app.app import DiscordApp
from services.model.draft import State
from services.store import drafts, messages
from tests.doubles.discord_interactions import Interaction
from tests.doubles.discord_server import DiscordServer
from tests.doubles.discord_world import Message, Person
from tests.reconcilers.helpers import make_draft

T = TypeVar("T")
PATIENCE = 20.0


@dataclass
class Live:
    """``op`` and the surface; ``discord`` is the service it talks to."""

    op: Operator
    discord: DiscordServer
    approvers: frozenset[str] = frozenset()
    settle: float = 0.0
    token: str = ""
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

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

    async def start(self, *, wait: bool = True) -> None:
        """As after a start: what reconcilers remember of the time before is gone. Edits do not wait."""
        self.op.live = True
        self.op.engine.add(Cards(self.op, gap=0.0))
        self.op.engine.add(Reactions(self.op))
        self.tasks = [
            asyncio.create_task(self.op.engine.run(), name="engine"),
            asyncio.create_task(supervise(self.op, self.surface(), first_backoff=0.05), name="discord"),
        ]
        if wait:
            await self.until(lambda: "discord" in self.op.chats)

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks = []

    async def until(self, so: Callable[[], T], seconds: float = PATIENCE) -> T:
        return await self.discord.until(so, seconds)

    async def stored(self, so: Callable[[], Awaitable[T]], seconds: float = PATIENCE) -> T:
        """Waits until what the store says is true."""
        async with asyncio.timeout(seconds):
            while True:
                change = self.op.store.next_change()
                if found := await so():
                    return found
                try:
                    async with asyncio.timeout(0.2):
                        await change.wait()
                except TimeoutError:
                    continue

    def card(self, number: int) -> Message | None:
        """The card of a draft in the channel, by what people see."""
        found = [one for one in self.discord.messages if one.author is self.discord.world.bot]
        found = [one for one in found if one.embeds and one.embeds[0]["title"].startswith(f"{number} · ")]
        assert len(found) < 2, "two cards of one draft"
        return found[0] if found else None

    async def carded(self, number: int) -> Message:
        """The card once the operator knows of it and its reactions stand below."""

        async def known() -> Message | None:
            card = self.card(number)
            row = await self.op.store.do(messages.get, "discord", f"draft:{number}")
            ready = card is not None and row.message == str(card.id) and {"✅", "❌"} <= card.reactions.keys()
            return card if ready else None

        return await self.stored(known)  # type: ignore[return-value]

    async def draft(self, title: str = "RV06 grows") -> tuple[int, Message]:
        """A new draft that people can decide on, and its card."""
        number = await make_draft(self.op, title)
        await self.carded(number)
        return number, await self.says(number, "waits for ✅ or ❌")

    async def says(self, number: int, *words: str) -> Message:
        """The card once it says all of these."""
        await self.until(lambda: (card := self.card(number)) and all(word in card.text for word in words))
        card = self.card(number)
        assert card is not None
        return card

    async def answered(self, interaction: Interaction, *words: str) -> Interaction:
        """The interaction once its answer says all of these."""
        await self.until(lambda: interaction.replies and all(word in interaction.text for word in words))
        return interaction

    async def state(self, number: int, wanted: State) -> None:
        async def so() -> bool:
            return (await self.op.store.do(drafts.get, number)).state is wanted

        await self.stored(so)

    def person(self, name: str, *roles: str) -> Person:
        return self.discord.people.person(name, roles)


@asynccontextmanager
async def living(
    op: Operator, discord: DiscordServer, approvers: frozenset[str] = frozenset()
) -> AsyncIterator[Live]:
    """Everything of the surface on one loop, ended afterwards."""
    live = Live(op, discord, approvers)
    await live.start()
    try:
        yield live
    finally:
        await live.stop()
