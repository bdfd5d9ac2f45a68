"""The movie: scenes of elements, and elements over all of them (JSON2Video v2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from services.errors import Refused
from services.movie.elements import ELEMENT_TYPES, Element, Part
from services.movie.normalise import ensure_bounded, normalise, place
from services.movie.values import Colour, Duration, Flag, Number, Seconds, Whole

# json2video.com/docs/v2: resolution presets. "instagram-portrait" is in no list but in the vendor's pages.
RESOLUTIONS: dict[str, tuple[int, int]] = {
    "sd": (640, 360),
    "hd": (1280, 720),
    "full-hd": (1920, 1080),
    "squared": (1080, 1080),
    "instagram-feed": (1080, 1080),
    "instagram-story": (1080, 1920),
    "instagram-portrait": (1080, 1920),
    "twitter-landscape": (1600, 900),
    "twitter-portrait": (1080, 1350),
}
_SHOWN_PROBLEMS = 3


class Transition(Part):
    """How a scene comes in: it runs at the scene's start and overlaps the scene before."""

    style: str = "fade"
    duration: Seconds = 1.0
    type: str = "xfade"


class Scene(Part):
    id: str = ""
    condition: Flag | str | None = None
    iterate: str = ""
    background_color: Colour = "#000000"
    duration: Duration = -1.0
    transition: Transition | None = None
    elements: tuple[Element, ...] = ()

    @model_validator(mode="after")
    def _is_written_out(self) -> Self:
        if self.iterate:
            raise ValueError("A scene cannot be repeated over a list ('iterate'): write out each scene.")
        return self


class Movie(Part):
    """A whole movie. ``warnings`` are sentences about what was written otherwise than the reference says.

    ``width`` and ``height`` are those of the canvas, whatever the document named.
    """

    id: str = ""
    resolution: str = "custom"
    width: Annotated[Whole, Field(ge=50, le=3840)] = 640
    height: Annotated[Whole, Field(ge=50, le=3840)] = 360
    quality: str = "high"
    fps: Annotated[Number, Field(ge=1, le=120)] = 25.0
    scenes: tuple[Scene, ...]
    elements: tuple[Element, ...] = ()
    warnings: tuple[str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _to_the_references_spelling(cls, document: Any) -> Any:
        if not isinstance(document, Mapping):
            raise ValueError("A movie must be a JSON object.")
        ensure_bounded(document)
        if "client_data" in document:
            raise ValueError("The property is spelt 'client-data', not 'client_data'.")
        if document.get("template"):
            raise ValueError("A movie that only names a template cannot be used: write out its scenes.")
        movie, warnings = normalise(document)
        size = RESOLUTIONS.get(str(movie.get("resolution", "custom")))
        if size is not None:
            movie["width"], movie["height"] = size
        elif movie.get("resolution", "custom") != "custom":
            raise ValueError(f"The resolution {str(movie['resolution'])[:40]!r} is not known.")
        movie["warnings"] = warnings
        return movie

    @model_validator(mode="after")
    def _scenes_stand_alone(self) -> Self:
        seen = sum(1 for e in self.elements if e.type == "subtitles")
        if seen > 1:
            raise ValueError("A movie can have one subtitles element only.")
        return self


def parse_movie(document: Any) -> Movie:
    """The movie, or Refused in the vendor's style: "Scene #1, element #2: …"."""
    try:
        return Movie.model_validate(document)
    except ValidationError as error:
        problems = list(dict.fromkeys(_sentence(problem) for problem in error.errors(include_url=False)))
    more = len(problems) - _SHOWN_PROBLEMS
    text = " ".join(problems[:_SHOWN_PROBLEMS]) + (f" (And {more} more.)" if more > 0 else "")
    raise Refused(text, remedy="Correct the movie and try again.")


def _sentence(problem: ErrorDetails) -> str:
    where, field = _where(problem["loc"])
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        message = str(context["error"])
        return _join(where, message if message[:1].isupper() else f"'{field}' {message}")
    if kind == "missing":
        owner = problem["input"].get("type") if isinstance(problem["input"], Mapping) else None
        if field == "scenes":
            return "The movie has no 'scenes': it needs a list of them."
        if owner:
            return _join(where, f"The element type '{owner}' requires a '{field}' property.")
        return _join(where, f"'{field}' is missing.")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _join(where, f"The element needs a type, one of: {', '.join(ELEMENT_TYPES)}.")
    if kind == "literal_error":
        return _join(where, f"'{field}' must be one of {context['expected']}.")
    return _join(where, f"'{field}': {problem['msg'].lower()}.")


def _join(where: str, message: str) -> str:
    """Sentences that already name their place keep it."""
    if where == "Movie" or message.startswith(("Scene #", "Movie element #")):
        return message
    return f"{where}: {message}"


def _where(loc: tuple[int | str, ...]) -> tuple[str, str]:
    """("scenes", 0, "elements", 1, "image", "zoom") → ("Scene #1, element #2", "zoom")."""
    scene = element = None
    rest = list(loc)
    if len(rest) >= 2 and rest[0] == "scenes" and isinstance(rest[1], int):
        scene, rest = rest[1] + 1, rest[2:]
    if len(rest) >= 2 and rest[0] == "elements" and isinstance(rest[1], int):
        element, rest = rest[1] + 1, rest[2:]
        if rest and rest[0] in ELEMENT_TYPES:
            rest = rest[1:]
    names = [str(part) for part in rest if isinstance(part, str)]
    return place(scene, element), ".".join(names) or "elements"
