"""What elements are made of: places, windows, corrections (json2video.com/docs/v2). Values only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.movie.values import Colour, Duration, Extent, Flag, Name, Number, Offset, Seconds, Start, Whole

Position = Literal["custom", "top-left", "top-right", "bottom-left", "bottom-right", "center-center"]
Pan = Literal["left", "top", "right", "bottom", "top-left", "top-right", "bottom-left", "bottom-right"]


def hyphened(name: str) -> str:
    return name.replace("_", "-")


class Part(BaseModel):
    """Base of every piece of a movie: frozen, spelt with hyphens."""

    model_config = ConfigDict(frozen=True, alias_generator=hyphened, extra="ignore")


class Crop(Part):
    """A window cut from the asset, in its own pixels."""

    width: Annotated[Number, Field(gt=0, le=20_000)]
    height: Annotated[Number, Field(gt=0, le=20_000)]
    x: Annotated[Number, Field(ge=0, le=20_000)] = 0.0
    y: Annotated[Number, Field(ge=0, le=20_000)] = 0.0


class Rotate(Part):
    """``angle`` in degrees, reached every ``speed`` seconds (0: it stays there)."""

    angle: Annotated[Number, Field(ge=-360, le=360)]
    speed: Annotated[Number, Field(ge=0, le=3_600)] = 0.0


class ChromaKey(Part):
    color: Colour
    tolerance: Annotated[Number, Field(ge=1, le=100)] = 25.0


class Correction(Part):
    """0, 1, 1 and 1 change nothing."""

    brightness: Annotated[Number, Field(ge=-1, le=1)] = 0.0
    contrast: Annotated[Number, Field(ge=-1000, le=1000)] = 1.0
    gamma: Annotated[Number, Field(ge=0.1, le=10)] = 1.0
    saturation: Annotated[Number, Field(ge=0, le=3)] = 1.0


class Placed(Part):
    """``where`` names the spot in the document ("Scene #1 (item 2), element #3"); it is filled in when
    the movie is read. What has a condition that does not hold is not in the movie at all."""

    id: Name = ""
    comment: Name = ""
    cache: Flag = True
    where: str = ""


class Timed(Placed):
    """What every element but subtitles has: when it is there, in seconds of its scene (or movie)."""

    start: Start = 0.0
    duration: Duration = -2.0
    extra_time: Seconds = 0.0
    z_index: Annotated[Whole, Field(ge=-99, le=99)] = 0
    fade_in: Seconds = 0.0
    fade_out: Seconds = 0.0


class Visual(Timed):
    """What is seen: a place on the canvas, in its pixels, and how the picture is fitted into it."""

    x: Offset = 0.0
    y: Offset = 0.0
    width: Extent = -1.0
    height: Extent = -1.0
    position: Position = "custom"
    resize: Literal["cover", "contain"] | None = None
    crop: Crop | None = None
    rotate: Rotate | None = None
    zoom: Annotated[Number, Field(ge=-100, le=100)] = 0.0
    pan: Pan | None = None
    pan_distance: Annotated[Number, Field(ge=0.01, le=0.5)] = 0.1
    pan_crop: Flag = True
    chroma_key: ChromaKey | None = None
    correction: Correction | None = None
    mask: str = ""
    flip_horizontal: Flag = False
    flip_vertical: Flag = False
