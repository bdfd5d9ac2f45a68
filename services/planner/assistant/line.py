"""The line to a server and its models: what every talk with one needs, and what every trouble of it does."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import openai

from services.errors import OperatorError
from services.log import get_logger
from services.planner.assistant.purse import Purse
from services.planner.assistant.talk import Ask, Tokens
from services.planner.assistant.trouble import LONGEST_WAIT, Trouble, sentence, trouble_of, wait_of
from services.ports import Tell

log = get_logger(__name__)

TRIES = 3  # of each kind of trouble, in one turn


@dataclass(slots=True)
class Line:
    """``models`` in order, shared by all lines of a planner: one that is gone is taken out of it for good.

    ``waits`` are the seconds between tries, the last one repeats; ``notes`` are sentences about what had to
    be repaired, ``tell`` is given words about progress.
    """

    client: openai.AsyncOpenAI
    models: list[str]
    purse: Purse
    run: str
    server: str
    waits: Sequence[float]
    tell: Tell | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def model(self) -> str:
        return self.models[0]

    def say(self, words: str) -> None:
        if self.tell is not None:
            self.tell(words)

    def sorry(self, error: Exception) -> OperatorError:
        """The error for a person; raise it ``from None``."""
        return sentence(error, self.server, self.model)

    def met(self, error: Exception, tries: dict[Trouble, int]) -> tuple[Trouble, int]:
        """Which trouble it is, and how often it was met; counted in ``tries``."""
        trouble = trouble_of(error)
        tries[trouble] = tries.get(trouble, 0) + 1
        log.warning("%s: %s", self.server, trouble.value)
        return trouble, tries[trouble]

    def next_model(self) -> bool:
        """Ask the next model from now on; False when there is none."""
        if len(self.models) < 2:
            return False
        gone = self.models.pop(0)
        self.notes.append(f"{self.server} has no model {gone}: {self.model} is used.")
        return True

    async def settle(self, count: int) -> None:
        await asyncio.sleep(self.waits[min(count, len(self.waits)) - 1] if self.waits else 0.0)

    async def pause(self, error: Exception, count: int) -> None:
        """As long as the server asks to wait, else as usual; raises the error where that is too long."""
        wait = wait_of(error)
        if wait is not None and wait > LONGEST_WAIT:
            raise self.sorry(error) from None
        self.say(f"{self.server} is busy; waiting")
        if wait is None:
            await self.settle(count)
        else:
            await asyncio.sleep(wait)

    async def allow(self, sent: int) -> None:
        await self.purse.allow(self.model, sent)

    async def pay(self, ask: Ask, tokens: Tokens | None, sent: int, model: str = "") -> None:
        """``tokens`` None: nobody knows; ``model``: the one that says it answered."""
        await self.purse.pay(self.run, ask.purpose, model or self.model, tokens, sent)
