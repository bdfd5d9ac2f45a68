"""A double that answers what it is told, and pauses that are recorded instead of waited for."""

from __future__ import annotations

from collections.abc import Callable

from services.http.remote import Remote
from tests.doubles.http_double import Answer, Asked, Double

Effect = Callable[[Asked], Answer]
NewRemote = Callable[..., Remote]


class Told(Double):
    """``effect_of`` is what a request that gets through does; ``effects`` counts them."""

    def __init__(self, effect_of: Effect = lambda asked: Answer.of({"ok": True})) -> None:
        super().__init__()
        self.effect_of = effect_of
        self.effects = 0

    def name_of(self, asked: Asked) -> str:
        return asked.method

    def effect(self, name: str, asked: Asked) -> Answer:
        self.effects += 1
        return self.effect_of(asked)


class Pauses(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)
