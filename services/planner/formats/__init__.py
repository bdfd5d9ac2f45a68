"""The formats a video can have. Adding one is a module's entry here and nothing else."""

from services.planner.formats.cut import Cut, Format
from services.planner.formats.groups import COLLAGE, MONTAGE, QUESTION
from services.planner.formats.layouts import INDEX_CARDS, SPLIT, STACK, WINDOW_FORMAT
from services.planner.formats.pairs import BEFORE_AFTER, REVEAL, SIDE_BY_SIDE
from services.planner.formats.photos import COUNTDOWN, DETAIL, SERIES, STILL_LIFE
from services.planner.formats.rhythm import BEAT_CUTS, STEPS
from services.planner.formats.takes import CLIP_CUTS, SINGLE_TAKE

FORMATS: tuple[Format, ...] = (
    SINGLE_TAKE,
    REVEAL,
    SERIES,
    MONTAGE,
    COLLAGE,
    BEFORE_AFTER,
    DETAIL,
    QUESTION,
    CLIP_CUTS,
    COUNTDOWN,
    SIDE_BY_SIDE,
    STILL_LIFE,
    BEAT_CUTS,
    STACK,
    SPLIT,
    STEPS,
    WINDOW_FORMAT,
    INDEX_CARDS,
)

__all__ = ["FORMATS", "Cut", "Format"]
