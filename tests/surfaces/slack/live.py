"""An operator with the Slack surface against the double: started, ended, killed, started again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlite_utils import Database

from bot.app import supervise
from bot.operator import Operator
from bot.reconcilers.cards import Cards
from bot.reconcilers.reactions import Reactions
from bot.surfaces.slack_app.app import SlackApp
from services.model.draft import State
from services.store import drafts, messages
from tests.doubles.slack_blocks import elements_of, words
from tests.doubles.slack_server import SlackServer
from tests.doubles.slack_state import Message, Person, View
from tests.reconcilers.helpers import make_draft

T = TypeVar("T")
PATIENCE = 15.0
SEEDS = ("white_check_mark", "x")


@dataclass
class Live:
    """``op`` and the surface; ``slack`` is the service it talks to."""

    op: Operator
    slack: SlackServer
    approvers: frozenset[str] = frozenset()
    settle: float = 0.0
    given: dict[str, str] = field(default_factory=dict)  # what differs: bot_token, app_token, channel
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def surface(self) -> SlackApp:
        plain: dict[str, Any] = {
            "bot_token": self.slack.space.bot_token,
            "app_token": self.slack.space.app_token,
            "channel": self.slack.home.id,
            "base_url": self.slack.api_url,
        }
        return SlackApp(
            self.op, approvers=self.approvers, settle=self.settle, first_rest=0.01, **plain | self.given
        )

    async def start(self, *, wait: bool = True) -> None:
        """As after a start: what reconcilers remember of the time before is gone. Edits do not wait."""
        self.op.live = True
        self.op.engine.add(Cards(self.op, gap=0.0))
        self.op.engine.add(Reactions(self.op))
        self.tasks = [
            asyncio.create_task(self.op.engine.run(), name="engine"),
            asyncio.create_task(supervise(self.op, self.surface(), first_backoff=0.05), name="slack"),
        ]
        if wait:
            await self.until(lambda: "slack" in self.op.chats)

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks = []

    async def until(self, so: Callable[[], T], seconds: float = PATIENCE) -> T:
        found: T = await self.slack.until(so, seconds)
        return found

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
        found = [one for one in self.slack.messages() if f" {number} · " in f" {title(one)}"]
        found = [one for one in found if one.bot and len(one.blocks) > 2]
        assert len(found) < 2, "two cards of one draft"
        return found[0] if found else None

    async def carded(self, number: int) -> Message:
        """The card once the operator knows of it and its reactions stand below."""

        async def known() -> Message | None:
            card = self.card(number)
            row = await self.op.store.do(messages.get, "slack", f"draft:{number}")
            ready = card is not None and row.message == card.ts and set(SEEDS) <= card.reactions.keys()
            return card if ready else None

        return await self.stored(known)  # type: ignore[return-value]

    async def draft(self, title: str = "RV06 grows") -> tuple[int, Message]:
        """A new draft that people can decide on, and its card."""
        number = await make_draft(self.op, title)
        await self.carded(number)
        card = await self.says(number, "waits for ✅ or ❌")
        await self.stored(lambda: self.op.store.do(_known, number, self.op.target))
        return number, card

    async def says(self, number: int, *wanted: str) -> Message:
        """The card once it says all of these."""

        def so() -> Message | None:
            card = self.card(number)
            return card if card is not None and all(word in words(card) for word in wanted) else None

        return await self.until(so)  # type: ignore[return-value]

    async def whispered(self, person: Person, *wanted: str) -> Message:
        """The quiet word to this person that says all of these."""

        def so() -> Message | None:
            found = [one for one in self.slack.whispers(person) if all(w in words(one) for w in wanted)]
            return found[-1] if found else None

        try:
            return await self.until(so)  # type: ignore[return-value]
        except TimeoutError:
            heard = [words(one) for one in self.slack.whispers(person)]
            raise AssertionError(f"{person.name} was not told {wanted}, but {heard}") from None

    async def slash(self, person: Person, text: str, *wanted: str) -> Message:
        """The answer to a command, once it says all of these."""
        sent = await self.slack.people.slash(person, self.slack.home, "/autopotter", text)
        assert await sent.settled() == "acknowledged"
        return await self.whispered(person, *wanted)

    async def press(self, person: Person, card: Message, label: str) -> None:
        sent = await self.slack.people.click(person, card, button(card, label))
        assert await sent.settled() == "acknowledged"

    async def form(self, person: Person, card: Message, label: str) -> View:
        """The modal that a button opens."""
        before = set(self.slack.space.views)
        await self.press(person, card, label)
        return await self.opened(before)

    async def opened(self, before: set[str]) -> View:
        fresh = await self.until(lambda: set(self.slack.space.views) - before)
        return self.slack.space.views[fresh.pop()]

    async def send(self, person: Person, view: View, text: str) -> None:
        sent = await self.slack.people.submit(person, view, {"answer": text} if text else {})
        assert await sent.settled() == "acknowledged"

    async def state(self, number: int, wanted: State) -> None:
        async def so() -> bool:
            return (await self.op.store.do(drafts.get, number)).state is wanted

        await self.stored(so)


def _known(db: Database, number: int, target: str) -> bool:
    """Whether the operator has written down that its card shows the draft as it is: people need longer."""
    draft, row = drafts.get(db, number), messages.get(db, "slack", f"draft:{number}")
    return (row.revision, row.fingerprint) == (draft.revision, drafts.print_of(db, draft, target))


def title(message: Message) -> str:
    head = message.blocks[0] if message.blocks else {}
    return str(head["text"]["text"]) if head.get("type") == "header" else ""


def button(message: Message, label: str) -> str:
    """The action_id of the button with this label."""
    found = [
        one["action_id"] for block in message.blocks for one in elements_of(block)
        if one["text"]["text"] == label
    ]  # fmt: skip
    assert len(found) == 1, f"{label} is there {len(found)} times"
    return str(found[0])


@asynccontextmanager
async def living(
    op: Operator, slack: SlackServer, approvers: frozenset[str] = frozenset()
) -> AsyncIterator[Live]:
    """Everything of the surface on one loop, ended afterwards."""
    live = Live(op, slack, approvers)
    await live.start()
    try:
        yield live
    finally:
        await live.stop()
