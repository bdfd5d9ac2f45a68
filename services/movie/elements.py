"""The elements of a movie, as the JSON2Video v2 reference describes them (json2video.com/docs/v2).

Values only: nothing here knows how an element is drawn or how long its asset is.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.movie.values import (
    Colour,
    Duration,
    Extent,
    Flag,
    Number,
    Offset,
    Seconds,
    Start,
    Volume,
    Whole,
    Words,
)

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

    angle: Annotated[Number, Field(ge=-360, le=360)] = 0.0
    speed: Annotated[Number, Field(ge=0, le=3_600)] = 0.0


class ChromaKey(Part):
    color: Colour
    tolerance: Annotated[Number, Field(ge=1, le=100)] = 25.0


class Correction(Part):
    brightness: Annotated[Number, Field(ge=-1, le=1)] = 0.0
    contrast: Annotated[Number, Field(ge=-1000, le=1000)] = 1.0
    gamma: Annotated[Number, Field(ge=0.1, le=10)] = 1.0
    saturation: Annotated[Number, Field(ge=0, le=3)] = 1.0


class Timed(Part):
    """What every element but subtitles has: when it is there, in seconds of its scene (or movie)."""

    id: str = ""
    condition: Flag | str | None = None
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


class Image(Visual):
    type: Literal["image"]
    src: str = ""
    prompt: Words = ""
    duration: Duration = -1.0

    @model_validator(mode="after")
    def _has_a_picture(self) -> Self:
        if not (self.src or self.prompt):
            raise ValueError("The element type 'image' requires a 'src' property.")
        return self


class Video(Visual):
    type: Literal["video"]
    src: str = ""
    duration: Duration = -1.0
    volume: Volume = 1.0
    muted: Flag = False
    loop: Annotated[Whole, Field(ge=-1, le=1_000)] = 1
    seek: Number = 0.0

    @model_validator(mode="after")
    def _has_a_file(self) -> Self:
        if not self.src:
            raise ValueError("The element type 'video' requires a 'src' property.")
        return self


class Text(Visual):
    type: Literal["text"]
    text: Words
    style: str = "001"
    settings: dict[str, Any] = Field(default_factory=dict)


class Audio(Timed):
    type: Literal["audio"]
    src: str = ""
    duration: Duration = -1.0
    volume: Volume = 1.0
    muted: Flag = False
    loop: Annotated[Whole, Field(ge=-1, le=1_000)] = 1
    seek: Number = 0.0

    @model_validator(mode="after")
    def _has_a_file(self) -> Self:
        if not self.src:
            raise ValueError("The element type 'audio' requires a 'src' property.")
        return self


class Voice(Timed):
    type: Literal["voice"]
    text: Words
    voice: str = ""
    model: str = "azure"
    duration: Duration = -1.0
    volume: Volume = 1.0
    muted: Flag = False


class Subtitles(Part):
    type: Literal["subtitles"]
    captions: Annotated[str, Field(max_length=200_000)] = ""
    language: str = "auto"
    settings: dict[str, Any] = Field(default_factory=dict)


class Component(Visual):
    type: Literal["component"]
    component: str
    settings: dict[str, Any] = Field(default_factory=dict)


class Html(Visual):
    type: Literal["html"]
    html: Words = ""
    src: str = ""

    @model_validator(mode="after")
    def _has_a_page(self) -> Self:
        if not (self.html or self.src):
            raise ValueError("The element type 'html' requires an 'html' or 'src' property.")
        return self


class Audiogram(Visual):
    type: Literal["audiogram"]
    color: str = ""
    amplitude: Annotated[Number, Field(ge=0, le=10)] = 5.0
    opacity: Annotated[Number, Field(ge=0, le=1)] = 0.5


Element = Annotated[
    Image | Video | Text | Audio | Voice | Subtitles | Component | Html | Audiogram,
    Field(discriminator="type"),
]
TimedElement = Image | Video | Text | Audio | Voice | Component | Html | Audiogram
ELEMENT_TYPES = ("image", "video", "text", "audio", "voice", "subtitles", "component", "html", "audiogram")
