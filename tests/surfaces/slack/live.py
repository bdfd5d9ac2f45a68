"""An operator with the Slack surface against the double: what people see and do there."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from bot.operator import Operator
from bot.surfaces.slack_app.app import SlackApp
from tests.doubles.slack_blocks import elements_of, words
from tests.doubles.slack_server import SlackServer
from tests.doubles.slack_state import Message, Person, View
from tests.surfaces.chatting import InChat, alive

SEEDS = ("white_check_mark", "x")


@dataclass
class Live(InChat[SlackServer, Message]):
    """``op`` and the surface; ``slack`` is the service it talks to."""

    name = "slack"

    given: dict[str, str] = field(default_factory=dict)  # what differs: bot_token, app_token, channel

    @property
    def slack(self) -> SlackServer:
        return self.service

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

    def card(self, number: int) -> Message | None:
        found = [one for one in self.slack.messages() if f" {number} · " in f" {title(one)}"]
        found = [one for one in found if one.bot and len(one.blocks) > 2]
        assert len(found) < 2, "two cards of one draft"
        return found[0] if found else None

    def seeded(self, card: Message) -> str:
        return card.ts if set(SEEDS) <= card.reactions.keys() else ""

    def text(self, message: Message) -> str:
        return words(message)

    async def whispered(self, person: Person, *wanted: str) -> Message:
        """The quiet word to this person that says all of these."""

        def so() -> Message | None:
            found = [one for one in self.slack.whispers(person) if all(w in words(one) for w in wanted)]
            return found[-1] if found else None

        try:
            return await self.until(so)
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


def living(
    op: Operator, slack: SlackServer, approvers: frozenset[str] = frozenset()
) -> AbstractAsyncContextManager[Live]:
    return alive(Live(op, slack, approvers))
