"""The settings of text and subtitles elements, typed. CSS words stay as they are written, but checked.

Sources: json2video.com/docs/v2, "text", "text styles" and "subtitles"; the second names are those of the
vendor's older templates and newer tutorials.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from services.movie.parts import Part, hyphened
from services.movie.values import Colour, Flag, Name, Number, Whole, words

_LENGTH = re.compile(r"\s*(\d{1,5}(?:\.\d{0,6})?|\.\d{1,6})\s*(px|vw|vh|vmin|vmax|em|rem|%|pt|)\s*")
TEXT_ALIASES = {
    "font-color": "color", "text-color": "color", "vertical-align": "vertical-position",
    "horizontal-align": "horizontal-position", "text-stroke": "-webkit-text-stroke",
}  # fmt: skip
SUBTITLES_ALIASES = {"font-color": "line-color", "color": "line-color", "highlight-color": "word-color"}
_SUBTITLE_PLACES = {
    "top": "top-center", "center": "center-center", "bottom": "bottom-center", "middle": "center-center",
}  # fmt: skip


def _css(value: Any) -> Any:
    text = words(value)
    return " ".join(text.split()) if isinstance(text, str) else text


def _size(value: str) -> str:
    if _LENGTH.fullmatch(value) is None:
        raise ValueError(f"must be a length such as 60px or 5vw, not {value[:40]!r}.")
    return value


def _paint(value: Any) -> Any:
    """ "none" is no colour, but what CSS calls nothing behind a text."""
    text = _css(value)
    return "transparent" if isinstance(text, str) and text.lower() == "none" else text


def _middle(value: Any) -> Any:
    text = _css(value)
    return {"middle": "center"}.get(text.lower(), text.lower()) if isinstance(text, str) else text


def _subtitle_place(value: Any) -> Any:
    text = _css(value)
    return _SUBTITLE_PLACES.get(text.lower(), text.lower()) if isinstance(text, str) else text


Css = Annotated[str, BeforeValidator(_css), Field(max_length=300)]
Length = Annotated[Css, AfterValidator(_size)]
Paint = Annotated[Colour, BeforeValidator(_paint)]


class TextSettings(Part):
    """How a text looks; what is not given (None) is the style's own. Lengths are CSS ("60px", "5vw")."""

    font_family: Css | None = None
    font_url: Css | None = None
    font_size: Length | None = None
    font_weight: Css | None = None
    font_style: Css | None = None
    color: Paint | None = None
    background_color: Paint | None = None
    background: Css | None = None
    text_align: Annotated[Literal["left", "center", "right", "justify"], BeforeValidator(_middle)] | None = (
        None
    )
    vertical_position: Annotated[Literal["top", "center", "bottom"], BeforeValidator(_middle)] | None = None
    horizontal_position: Annotated[Literal["left", "center", "right"], BeforeValidator(_middle)] | None = None
    text_shadow: Css | None = None
    shadow: Css | None = None  # the older templates' number
    text_transform: Css | None = None
    text_decoration: Css | None = None
    text_stroke: Annotated[Css | None, Field(alias="-webkit-text-stroke")] = None
    letter_spacing: Css | None = None
    word_spacing: Css | None = None
    line_height: Css | None = None
    white_space: Css | None = None
    opacity: Css | None = None
    padding: Css | None = None
    margin: Css | None = None
    border: Css | None = None
    border_radius: Css | None = None
    box_shadow: Css | None = None

    def css(self) -> dict[str, str]:
        """What is given, by its CSS name."""
        given = self.model_dump(exclude_none=True)
        return {
            "-webkit-text-stroke" if k == "text_stroke" else hyphened(k): str(v) for k, v in given.items()
        }


class SubtitlesSettings(Part):
    """How subtitles look. Sizes are pixels of the canvas; ``font_size`` None is 5 % of its width."""

    style: Literal["classic", "classic-progressive", "classic-one-word", "boxed-line", "boxed-word"] = (
        "classic"
    )
    all_caps: Flag = False
    font_family: Css = "Arial"
    font_size: Annotated[Number, Field(ge=1, le=2_000)] | None = None
    font_url: Css = ""
    font_weight: Css = ""
    max_words_per_line: Annotated[Whole, Field(ge=1, le=50)] = 4
    line_color: Paint = "#FFFFFF"
    word_color: Paint = "#FFFF00"
    box_color: Paint = "#000000"
    outline_color: Paint = "#000000"
    outline_width: Annotated[Number, Field(ge=0, le=100)] = 0.0
    shadow_color: Paint = "#000000"
    shadow_offset: Annotated[Number, Field(ge=0, le=100)] = 0.0
    position: Annotated[
        Literal[
            "bottom-center", "bottom-left", "bottom-right", "top-left", "top-center", "top-right",
            "center-left", "center-center", "center-right", "mid-bottom-center", "mid-top-center", "custom",
        ],
        BeforeValidator(_subtitle_place),
    ] = "bottom-center"  # fmt: skip
    x: Annotated[Number, Field(ge=-20_000, le=20_000)] = 0.0
    y: Annotated[Number, Field(ge=-20_000, le=20_000)] = 0.0
    keywords: Annotated[tuple[Name, ...], Field(max_length=500)] = ()
    replace: Annotated[dict[str, Name], Field(max_length=500)] = Field(default_factory=dict)
