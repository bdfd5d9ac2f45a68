"""How subtitles look, in pixels of the output, from their settings (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from services.movie.settings import SubtitlesSettings

_SIZE = 0.05  # of the movie's width (the vendor's default)
_SMALLEST, _LARGEST = 4.0, 0.25  # pixels; of the width
_WEIGHT = "700"  # the vendor names no default; subtitles over pictures need strength
# Where the middle of the block stands, as shares of the height; edges keep a tenth free.
_STANDING_OUT = {"outline_width", "shadow_offset"}
_HEIGHTS = {"top": 0.0, "mid-top": 0.3, "center": 0.5, "mid-bottom": 0.7, "bottom": 1.0}


@dataclass(frozen=True, slots=True)
class SubtitleLook:
    """``down``: 0 at the top edge's margin … 1 at the bottom edge's. ``place``: the middle of the block,
    when the settings name it (position "custom"). ``edge``: whether letters get a soft dark edge, because
    nothing was said of how they stand out from the picture."""

    style: str
    family: str
    weight: str
    size: float
    line_colour: str
    word_colour: str
    box_colour: str
    outline_colour: str
    outline: float
    shadow_colour: str
    shadow: float
    across: str
    down: float
    place: tuple[float, float] | None
    edge: bool


@dataclass(frozen=True, slots=True)
class SubtitleWord:
    """``begins`` and ``ends``: the frames of the layer in which the word is marked."""

    text: str
    line: int
    begins: int
    ends: int


@dataclass(frozen=True, slots=True)
class SubtitleSpec:
    """One page of subtitles: what stands on the screen together. ``canvas`` is the output's size.

    ``marked``: whether words are marked at their time; otherwise all look alike.
    """

    look: SubtitleLook
    words: tuple[SubtitleWord, ...]
    marked: bool
    canvas: tuple[int, int]


def subtitle_look(settings: SubtitlesSettings, canvas: tuple[int, int], scale: float) -> SubtitleLook:
    """``scale`` is output pixels per pixel of the movie."""
    size = settings.font_size * scale if settings.font_size else canvas[0] * _SIZE
    across, down = _position(settings.position)
    place = None
    if settings.position == "custom":
        place = (settings.x * scale if settings.x else canvas[0] / 2, settings.y * scale)
    return SubtitleLook(
        style=settings.style, family=settings.font_family, weight=settings.font_weight or _WEIGHT,
        size=max(_SMALLEST, min(size, _LARGEST * canvas[0])),
        line_colour=settings.line_color, word_colour=settings.word_color, box_colour=settings.box_color,
        outline_colour=settings.outline_color, outline=settings.outline_width * scale,
        shadow_colour=settings.shadow_color, shadow=settings.shadow_offset * scale,
        across=across, down=down, place=place,
        edge=settings.style != "boxed-line" and not _STANDING_OUT & settings.model_fields_set,
    )  # fmt: skip


def _position(name: str) -> tuple[str, float]:
    """ "mid-bottom-center" → ("center", 0.7)."""
    down, _, across = name.rpartition("-")
    return (across, _HEIGHTS[down]) if down in _HEIGHTS else ("center", 1.0)
