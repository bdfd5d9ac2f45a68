"""How `autopotter setup` connects a real service: by questions of its own, and a look at it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.setup_steps import Question


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a service found: a sentence for the person, and answers to keep."""

    sentence: str
    ok: bool = True
    answers: Mapping[str, str] = field(default_factory=dict)


Choose = Callable[[str, Sequence[str]], str]  # a question and its answers; the answer
# It is given variable → text of all that is set.
Look = Callable[[Mapping[str, str], Choose], Coroutine[Any, Any, Found]]


@dataclass(frozen=True, slots=True)
class Walk:
    """A real service, connected by whoever asks for it by ``name``: questions, then a look at the service.

    The look may find further answers (a token that lives longer, a number); it raises OperatorError. Where
    ``after`` is not set yet, the walk that asks for it comes first. ``finds``: what the look finds by itself,
    so that only options ask for it. ``then`` goes on with the service once the look went well.
    """

    name: str
    title: str
    questions: tuple[Question, ...]
    look: Look
    after: str = ""
    finds: tuple[Question, ...] = ()
    then: Walk | None = None

    @property
    def every_question(self) -> tuple[Question, ...]:
        later = self.then.every_question if self.then is not None else ()
        return (*self.questions, *self.finds, *later)
