"""An operator with a chat's surface against that chat's double: started, ended, killed, started again."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from sqlite_utils import Database

from bot.app import supervise
from bot.operator import Operator
from bot.reconcilers.cards import Cards
from bot.reconcilers.reactions import Reactions
from bot.surfaces.base import Surface
from services.model.draft import State
from services.store import drafts, messages
from tests.reconcilers.helpers import make_draft

T = TypeVar("T")
S = TypeVar("S")  # the service's double
M = TypeVar("M")  # a message there
PATIENCE = 20.0


@dataclass
class InChat(ABC, Generic[S, M]):
    """``op`` and the surface; ``service`` is what it talks to."""

    name: ClassVar[str]

    op: Operator
    service: S
    approvers: frozenset[str] = frozenset()
    settle: float = 0.0
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    @abstractmethod
    def surface(self) -> Surface: ...

    @abstractmethod
    def card(self, number: int) -> M | None:
        """The card of a draft in the channel, by what people see."""

    @abstractmethod
    def seeded(self, card: M) -> str:
        """The card's id once the operator's reactions stand below it."""

    @abstractmethod
    def text(self, message: M) -> str: ...

    async def start(self, *, wait: bool = True) -> None:
        """As after a start: what reconcilers remember of the time before is gone. Edits do not wait."""
        self.op.live = True
        self.op.engine.add(Cards(self.op, gap=0.0))
        self.op.engine.add(Reactions(self.op))
        self.tasks = [
            asyncio.create_task(self.op.engine.run(), name="engine"),
            asyncio.create_task(supervise(self.op, self.surface(), first_backoff=0.05), name=self.name),
        ]
        if wait:
            await self.until(lambda: self.name in self.op.chats)

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks = []

    async def until(self, so: Callable[[], T | None], seconds: float = PATIENCE) -> T:
        """Waits until something is so in the chat."""
        double: Any = self.service
        found: T = await double.until(so, seconds)
        return found

    async def stored(self, so: Callable[[], Awaitable[T | None]], seconds: float = PATIENCE) -> T:
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

    async def carded(self, number: int) -> M:
        """The card once the operator knows of it and its reactions stand below."""

        async def known() -> M | None:
            card = self.card(number)
            row = await self.op.store.do(messages.get, self.name, f"draft:{number}")
            return card if card is not None and row.message == self.seeded(card) else None

        return await self.stored(known)

    async def draft(self, title: str = "RV06 grows") -> tuple[int, M]:
        """A new draft that people can decide on, and its card: before, nobody's reaction counts."""
        number = await make_draft(self.op, title)
        await self.carded(number)
        card = await self.says(number, "waits for ✅ or ❌")
        await self.stored(lambda: self.op.store.do(_written, self.name, number, self.op.target))
        return number, card

    async def says(self, number: int, *wanted: str) -> M:
        """The card once it says all of these."""

        def so() -> M | None:
            card = self.card(number)
            return card if card is not None and all(word in self.text(card) for word in wanted) else None

        return await self.until(so)

    async def state(self, number: int, wanted: State) -> None:
        async def so() -> bool:
            return (await self.op.store.do(drafts.get, number)).state is wanted

        await self.stored(so)


Chat = TypeVar("Chat", bound=InChat[Any, Any])


@asynccontextmanager
async def alive(live: Chat) -> AsyncIterator[Chat]:
    """Everything of the surface on one loop, ended afterwards."""
    await live.start()
    try:
        yield live
    finally:
        await live.stop()


def _written(db: Database, chat: str, number: int, target: str) -> bool:
    """Whether the operator has written down that its card shows the draft as it is: people need longer."""
    draft, row = drafts.get(db, number), messages.get(db, chat, f"draft:{number}")
    return (row.revision, row.fingerprint) == (draft.revision, drafts.print_of(db, draft, target))
