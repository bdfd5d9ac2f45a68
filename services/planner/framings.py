"""How a picture stands in the frame when it would lose too much by filling it.

Most footage is wider than a Reel. A framing is chosen once per video. None of them cuts away more than two
fifths of a picture, as nobody knows where in it something is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.planner.frame import ABOVE, FRAME, SAFE_BOTTOM, SAFE_TOP, Box

_KEPT = 0.6  # of a picture's width, at least
_ROOM = 300  # pixels for words below a picture, within the safe area


@dataclass(frozen=True, slots=True)
class Framing:
    """``width`` in pixels of the frame; ``widest``: width / height to which a wider picture is cut.

    ``words``: where they stand, "above" the picture, "below" it, or "" where there are none. ``echo``: behind
    it lies the same picture again, filling the frame, dark and pale; otherwise the look's ground.
    """

    name: str
    width: int
    widest: float
    words: str = "above"
    echo: bool = False

    def box(self, aspect: float, *, upright: bool = False, widest: float = 9.0) -> Box:
        """Where a picture of that shape (width / height) stands; ``upright``: as a print if it is tall."""
        shape = min(aspect, widest, max(self.widest, aspect * _KEPT))
        wide, high = (840, 1120) if upright and shape < 1 else (self.width, 1280)
        width = min(wide, round(high * shape))
        height = round(width / shape)
        return (FRAME[0] - width) // 2, self._top(height), width, height

    def _top(self, height: int) -> int:
        if not self.words:
            return (FRAME[1] - height) // 2
        spare = SAFE_BOTTOM - SAFE_TOP - height - _ROOM
        if self.words == "below" and spare >= 40:
            return SAFE_TOP + (spare - 40) // 2
        return ABOVE + (1120 - min(height, 1120)) // 4

    def wordless(self) -> Framing:
        """The same without room for words."""
        return replace(self, words="")

    def words_at(self, box: Box) -> int | None:
        """Where words begin that stand below a picture; None: above it, as there is no room below."""
        bottom = box[1] + box[3] + 40
        return bottom if self.words == "below" and bottom + _ROOM <= SAFE_BOTTOM else None


PRINT = Framing("print", 960, 1.5)  # with room around it, like a print on a wall
FRAMINGS = (
    PRINT,
    Framing("band", 1080, 1.5, words="below"),
    Framing("square", 1080, 1.0),
    Framing("page", 960, 1.1, words="below"),
    Framing("tall", 1080, 0.8),
    Framing("echo", 1080, 1.4, echo=True),
    Framing("glow", 960, 1.1, words="below", echo=True),
)


def choose_framing(rolls: random.Random, avoid: Sequence[str] = ()) -> Framing:
    """One by dice; ``avoid`` names those that were seen a moment ago."""
    return rolls.choice([f for f in FRAMINGS if f.name not in avoid] or FRAMINGS)
