"""A conversation with a model, whichever interface is behind it: what goes out, what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Words:
    """Something we say. ``files`` are ids of uploaded documents."""

    text: str
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """What a tool answered to the call with this id."""

    call: str
    output: str


Outgoing = Words | ToolAnswer


@dataclass(frozen=True, slots=True)
class Call:
    """A tool the model wants to use; ``arguments`` is JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """``input`` counts all, ``cached`` those of them read from a cache; ``output`` includes ``reasoning``."""

    input: int
    cached: int
    output: int
    reasoning: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What the model answered. ``cut``: why it is not complete ("max_output_tokens", "content_filter", …).

    ``text`` is its final answer only; what it remarked on the way is ``commentary``. ``tokens`` None: the
    answer was found again later, and nobody said what it cost.
    """

    text: str
    calls: tuple[Call, ...] = ()
    refusal: str = ""
    cut: str = ""
    commentary: str = ""
    tokens: Tokens | None = None
    items: tuple[dict[str, Any], ...] = field(default=(), repr=False)  # as a history repeats them


@dataclass(frozen=True, slots=True)
class Ask:
    """How a turn is to be answered. ``schema`` is a strict JSON schema, ``tools`` those of tools.py.

    ``tools_allowed`` False forbids further calls without changing what was sent before (and cached).
    """

    instructions: str
    schema_name: str
    schema: dict[str, Any]
    tools: Sequence[dict[str, Any]] = ()
    tools_allowed: bool = True
    max_output_tokens: int = 32_000
    purpose: str = "propose"


class Talk(Protocol):
    """Remembers what was said in it."""

    async def say(self, outgoing: Sequence[Outgoing], ask: Ask, *, mark: str = "") -> Turn:
        """One turn. ``mark`` stands in the text and is found again after a crash or a lost answer.

        Raises OperatorError when there is no answer.
        """
        ...
