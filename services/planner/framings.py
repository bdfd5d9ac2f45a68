"""How a picture stands in the frame when it would lose too much by filling it.

Most footage is wider than a Reel. A framing is chosen once per video. None of them cuts away more than two
fifths of a picture, as nobody knows where in it something is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from services.planner.frame import ABOVE, FRAME, SAFE_BOTTOM, SAFE_TOP, Box

_KEPT = 0.6  # of a picture's width, at least
_ROOM = 300  # pixels for words below a picture, within the safe area


@dataclass(frozen=True, slots=True)
class Framing:
    """``width`` in pixels of the frame; ``widest``: width / height to which a wider picture is cut.

    ``below``: words stand under the picture, which stands at the top. ``echo``: behind it lies the same
    picture again, filling the frame, dark and pale; otherwise the look's ground.
    """

    name: str
    width: int
    widest: float
    below: bool = False
    echo: bool = False

    def box(self, aspect: float, *, upright: bool = False, widest: float = 9.0) -> Box:
        """Where a picture of that shape (width / height) stands; ``upright``: as a print if it is tall."""
        shape = min(aspect, widest, max(self.widest, aspect * _KEPT))
        wide, high = (840, 1120) if upright and shape < 1 else (self.width, 1280)
        width = min(wide, round(high * shape))
        height = round(width / shape)
        top = SAFE_TOP if self.below else ABOVE + (1120 - min(height, 1120)) // 4
        return (FRAME[0] - width) // 2, top, width, height

    def words_at(self, box: Box) -> int | None:
        """Where words begin that stand below a picture; None: above it, as there is no room below."""
        bottom = box[1] + box[3] + 40
        return bottom if self.below and bottom + _ROOM <= SAFE_BOTTOM else None


PRINT = Framing("print", 960, 1.5)  # with room around it, like a print on a wall
FRAMINGS = (
    PRINT,
    Framing("band", 1080, 1.5, below=True),
    Framing("square", 1080, 1.0),
    Framing("page", 960, 1.1, below=True),
    Framing("tall", 1080, 0.8),
    Framing("echo", 1080, 1.4, echo=True),
    Framing("glow", 960, 1.1, below=True, echo=True),
)


def choose_framing(rolls: random.Random, avoid: Sequence[str] = ()) -> Framing:
    """One by dice; ``avoid`` names those that were seen a moment ago."""
    return rolls.choice([f for f in FRAMINGS if f.name not in avoid] or FRAMINGS)
