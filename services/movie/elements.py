"""The elements of a movie, as the JSON2Video v2 reference describes them (json2video.com/docs/v2).

Values only: nothing here knows how an element is drawn or how long its asset is.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from services.movie.parts import ChromaKey, Correction, Crop, Part, Placed, Rotate, Timed, Visual
from services.movie.settings import SubtitlesSettings, TextSettings
from services.movie.values import (
    Colour,
    Duration,
    Flag,
    Name,
    Number,
    Seconds,
    Volume,
    Whole,
    Words,
    style_number,
)

__all__ = [
    "Audio", "Audiogram", "ChromaKey", "Component", "Correction", "Crop", "Element", "Html", "Image", "Part",
    "Rotate", "Subtitles", "SubtitlesSettings", "Text", "TextSettings", "Timed", "TimedElement", "Video",
    "Visual", "Voice",
]  # fmt: skip

Settings = Annotated[dict[str, Any], Field(max_length=500)]
TextStyle = Annotated[
    Literal["001", "002", "003", "004", "005", "006", "007", "008", "009", "010", "011"],
    BeforeValidator(style_number),
]


class Image(Visual):
    """A picture from a file, or made by AI from a ``prompt``."""

    type: Literal["image"]
    src: str = ""
    duration: Duration = -1.0
    prompt: Words = ""
    model: Literal["flux-pro", "flux-schnell", "freepik-classic"] = "flux-pro"
    aspect_ratio: Literal["horizontal", "vertical", "squared"] = "horizontal"
    connection: Name = ""
    model_settings: Settings = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_picture(self) -> Self:
        if not (self.src or self.prompt):
            raise ValueError("The element type 'image' requires a 'src' property.")
        return self


class Playing(Timed):
    """Sound from a file: ``loop`` times (-1: endless), from ``seek`` seconds (negative: before its end)."""

    src: str = ""
    duration: Duration = -1.0
    volume: Volume = 1.0
    muted: Flag = False
    loop: Annotated[Whole, Field(ge=-1, le=1_000)] = 1
    seek: Annotated[Number, Field(ge=-36_000, le=36_000)] = 0.0

    @model_validator(mode="after")
    def _has_a_file(self) -> Self:
        if not self.src:
            raise ValueError(f"The element type '{type(self).__name__.lower()}' requires a 'src' property.")
        return self


class Video(Playing, Visual):
    type: Literal["video"]


class Audio(Playing):
    type: Literal["audio"]


class Text(Visual):
    type: Literal["text"]
    text: Words
    style: TextStyle = "001"
    settings: TextSettings = TextSettings()


class Voice(Timed):
    """``text`` as speech; it lasts as long as it is spoken."""

    type: Literal["voice"]
    text: Words
    duration: Duration = -1.0
    voice: Name = ""
    model: Literal["azure", "elevenlabs", "elevenlabs-flash-v2-5", "elevenlabs-v3"] = "azure"
    connection: Name = ""
    model_settings: Settings = Field(default_factory=dict)
    volume: Volume = 1.0
    muted: Flag = False


class Subtitles(Placed):
    """``captions``: an address or SRT, VTT or ASS; without, the sound is transcribed."""

    type: Literal["subtitles"]
    captions: Annotated[str, Field(max_length=200_000)] = ""
    language: Name = "auto"
    model: Literal["default", "whisper"] = "default"
    settings: SubtitlesSettings = SubtitlesSettings()


class Component(Visual):
    """A ready-made animation of the vendor; ``settings`` by its items ("headline", "card" …)."""

    type: Literal["component"]
    component: Annotated[Name, Field(min_length=1)]
    settings: Settings = Field(default_factory=dict)


class Html(Visual):
    """A web page; ``wait`` seconds before it is taken. Its size is ``width`` × ``height``."""

    type: Literal["html"]
    html: Annotated[str, Field(max_length=200_000)] = ""
    src: str = ""
    tailwindcss: Flag = False
    wait: Seconds = 0.0
    dpi: Annotated[Number, Field(gt=0, le=600)] = 1.0
    settings: Settings = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_page(self) -> Self:
        if not (self.html or self.src):
            raise ValueError("The element type 'html' requires an 'html' or 'src' property.")
        return self


class Audiogram(Visual):
    """The sound as a wave; -1 × -1 is the size of the movie. ``color`` None: the vendor's own."""

    type: Literal["audiogram"]
    color: Colour | None = None
    amplitude: Annotated[Number, Field(ge=0, le=10)] = 5.0
    opacity: Annotated[Number, Field(ge=0, le=1)] = 0.5


Element = Annotated[
    Image | Video | Text | Audio | Voice | Subtitles | Component | Html | Audiogram,
    Field(discriminator="type"),
]
TimedElement = Image | Video | Text | Audio | Voice | Component | Html | Audiogram
