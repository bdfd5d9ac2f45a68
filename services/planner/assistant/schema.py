"""The answer a model must give: a closed subset of what a movie can be; code makes the real movie of it.

Assets are named by id only; there is no place for an address, a path or markup. Unions are plain and tagged
by a Literal, every property is required: what strict structured outputs demand (services/planner/strict.py).
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.planner.strict import strict_schema

NAME = "proposals"
Transition = Literal[
    "fade", "fadeblack", "fadewhite", "wipeleft", "wiperight", "wipeup", "wipedown",
    "slideleft", "slideright", "slideup", "slidedown", "circleopen", "circleclose",
]  # fmt: skip
Pan = Literal["left", "top", "right", "bottom", "top-left", "top-right", "bottom-left", "bottom-right"]
Placement = Literal["gallery", "poster", "tag", "band", "caption", "card", "margin", "headline", "corner"]
Palette = Literal["kiln", "slip", "celadon", "cobalt", "terracotta", "night"]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Frame(_Closed):
    """Fills the whole frame; what does not fit is cut away at its edges."""

    at: Literal["frame"]


class Part(_Closed):
    """Only a part of it fills the frame: across and down say where (0 to 1), enlarged how much (1 to 4)."""

    at: Literal["part"]
    across: float
    down: float
    enlarged: float


class Print(_Closed):
    """Whole, like a print on a wall, with the palette's ground around it."""

    at: Literal["print"]


class Tile(_Closed):
    """A tile beside others, in pixels of the frame of 1080 x 1920, cut to this shape."""

    at: Literal["tile"]
    x: int
    y: int
    width: int
    height: int


class Photo(_Closed):
    kind: Literal["photo"]
    asset: str = Field(description="id of a photo")
    place: Frame | Part | Print | Tile
    zoom: int = Field(description="slow zoom, -10 (out) to 10 (in); 0 for none")
    pan: Pan | None


class Clip(_Closed):
    kind: Literal["clip"]
    asset: str = Field(description="id of a clip")
    from_second: float = Field(
        description="where in the clip the shot begins; from_second + seconds ends in it"
    )
    own_sound: bool = Field(description="whether the clip's own sound is heard")
    place: Frame | Part | Print | Tile


class Line(_Closed):
    text: str = Field(description="at most 120 characters, better 40")
    size: Literal["title", "label", "note", "number"]


class Words(_Closed):
    """Text over the picture, in one of nine designed places; stacked if there are several lines."""

    style: Placement
    from_second: float = Field(description="seconds after the shot's start")
    seconds: float = Field(description="at least 0.45 + 0.18 for each word")
    lines: list[Line]


class Change(_Closed):
    style: Transition
    seconds: float


class Shot(_Closed):
    seconds: float = Field(description="0.6 to 20, in tenths")
    change: Change | None = Field(description="how it follows the shot before; null is a hard cut")
    pictures: list[Photo | Clip]
    words: Words | None


class Music(_Closed):
    asset: str = Field(description="id of music")
    from_second: float
    volume: float = Field(description="0.1 to 1")


class MoviePlan(_Closed):
    palette: Palette
    shots: list[Shot]
    music: Music | None


class ResourcePlan(_Closed):
    asset: str
    role: str = Field(description="lead, detail, reveal, before, after, music …")
    why: str = Field(description="why this file, in a few words that are true of it")


class LabelPlan(_Closed):
    intent: str = Field(description="one of the brand's intents, by its name")
    format: str = Field(description="two or three words: what kind of video this is")
    hook: str = Field(description="two or three words: what makes one watch the second second")
    length: Literal["short", "medium", "long"]
    pace: Literal["quick", "calm", "slow"]
    music: str = Field(description="a word or two; none if there is none")


class ProposalPlan(_Closed):
    title: str
    strategy: str = Field(description="one sentence: what it does, for whom, and why now")
    description: str = Field(
        description="the full intent: what is seen when, and what it should do to people"
    )
    evidence: str = Field(description="which line of the brief it leans on; empty if on none")
    caption: str = Field(description="at most 2200 characters and 5 hashtags; no links, no mentions")
    labels: LabelPlan
    resources: list[ResourcePlan]
    movie: MoviePlan


class Answer(_Closed):
    """Everything the model answers in a turn."""

    proposals: list[ProposalPlan]


def answer_schema() -> dict[str, Any]:
    return strict_schema(Answer)
