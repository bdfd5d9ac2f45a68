"""What a button of a draft asks for, read from its id; surfaces check it, then run the operation."""

from __future__ import annotations

from dataclasses import dataclass

from bot.operations.registry import Parameter, operations
from services.errors import Refused

JUDGES = ("approve", "post")  # what must not be done to something nobody has seen


@dataclass(frozen=True, slots=True)
class Pressed:
    """``asks``: the parameter to ask a person for first, "" for most; ``shows``: what the message showed
    below which the button stood, "" if it does not say."""

    name: str
    number: int
    revision: int
    asks: str = ""
    shows: str = ""

    @property
    def judges(self) -> bool:
        return self.name in JUDGES

    @property
    def parameter(self) -> Parameter | None:
        """The parameter to ask for."""
        return next((p for p in operations()[self.name].parameters if p.name == self.asks), None)


def pressed(text: str) -> Pressed:
    """Of "post:7:1:at"; Refused for anything that is no button of a draft."""
    name, number, revision, asks, shows = [*text.split(":", 4), "", "", "", ""][:5]
    digits = all(part.isascii() and part.isdigit() and len(part) <= 9 for part in (number, revision))
    found = operations().get(name)
    takes = {parameter.name for parameter in found.parameters} if found else set()
    if not digits or not {"number", asks or "number"} <= takes:
        raise Refused("That is no action of a draft.", remedy="Look at the draft anew and try again.")
    return Pressed(name, int(number), int(revision), asks, shows)
