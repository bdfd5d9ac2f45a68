"""What a renderer makes of each feature of a movie: said in data, so that planners and checks can ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Shown(StrEnum):
    """Rendered: as the movie's format says. Approximated: otherwise than that, but there."""

    RENDERED = "rendered"
    APPROXIMATED = "approximated"
    NOT_SHOWN = "not shown"


@dataclass(frozen=True, slots=True)
class Ability:
    """One feature. ``kind`` is element, property, text style, transition, subtitle style or component.

    ``name`` is that of the format ("image", "image rotate", "003"); ``remark`` says what is different.
    """

    kind: str
    name: str
    shown: Shown
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Abilities:
    """Of the renderer called ``renderer``."""

    renderer: str
    listed: tuple[Ability, ...]

    def of(self, kind: str, name: str) -> Ability | None:
        """None for a feature nobody has tried: it may not exist."""
        return next((a for a in self.listed if (a.kind, a.name) == (kind, name)), None)

    def lacking(self) -> Iterator[str]:
        """A line for each kind and what it lacks: what planners should leave alone."""
        kinds = dict.fromkeys(ability.kind for ability in self.listed)
        for shown in (Shown.NOT_SHOWN, Shown.APPROXIMATED):
            for kind in kinds:
                names = [a.name for a in self.listed if (a.kind, a.shown) == (kind, shown)]
                if names:
                    yield f"{shown.capitalize()} ({kind}): {', '.join(names)}"
