"""What models cost, in US dollars per million tokens. Prices change: OPENAI_PRICES wins over this table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.planner.assistant.talk import Tokens

LARGE = 272_000  # input tokens; above it a whole request costs twice the input and 1.5 times the output


@dataclass(frozen=True, slots=True)
class Price:
    """``cached``: input read from the cache."""

    input: float
    output: float
    cached: float

    def of(self, tokens: Tokens) -> float:
        read = (tokens.input - tokens.cached) * self.input + tokens.cached * self.cached
        large = tokens.input > LARGE
        return (read * (2 if large else 1) + tokens.output * self.output * (1.5 if large else 1)) / 1e6


# openai.com/api/pricing as of November 2026.
KNOWN: Mapping[str, Price] = {
    "gpt-6.2-astra": Price(8, 40, 0.8),
    "gpt-6.2-sol": Price(2, 10, 0.2),
    "gpt-6-astra": Price(10, 50, 1.0),
    "gpt-6.1-sol": Price(2, 10, 0.1),
    "gpt-6.1-terra": Price(1, 5, 0.1),
    "gpt-6-sol": Price(2, 10, 0.2),
    "gpt-6-luna": Price(0.1, 0.5, 0.01),
}


def parse_price(text: str) -> tuple[str, Price]:
    """ "model=2/10" or "model=2/10/0.1": input, output and cached input. ValueError for anything else."""
    name, _, numbers = text.partition("=")
    values = [float(part) for part in numbers.split("/")]
    if not name.strip() or len(values) not in (2, 3) or not all(0 <= value < 1e4 for value in values):
        raise ValueError("not a price")
    return name.strip(), Price(values[0], values[1], values[2] if len(values) == 3 else values[0])
