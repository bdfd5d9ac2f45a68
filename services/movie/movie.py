"""The movie: scenes of elements, and elements over all of them (JSON2Video v2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator

from services.errors import Refused
from services.movie.elements import Audio, Element, Image, Video, Visual
from services.movie.normalise import Normaliser, properties
from services.movie.parts import Part, Placed
from services.movie.problems import MovieError, Warnings, sentences
from services.movie.values import Colour, Duration, Flag, Name, Number, Seconds, Whole
from services.movie.variables import fill_in

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
# The vendor's OpenAPI document, the only place that lists them; names of ffmpeg's xfade.
TransitionStyle = Literal[
    "fade", "wipeleft", "wiperight", "wipeup", "wipedown", "slideleft", "slideright", "slideup", "slidedown",
    "circlecrop", "rectcrop", "distance", "fadeblack", "fadewhite", "radial", "smoothleft", "smoothright",
    "smoothup", "smoothdown", "circleopen", "circleclose", "vertopen", "vertclose", "horzopen", "horzclose",
    "dissolve", "pixelize", "diagtl", "diagtr", "diagbl", "diagbr", "hlslice", "hrslice", "vuslice",
    "vdslice", "hblur", "fadegrays", "wipetl", "wipetr", "wipebl", "wipebr", "squeezeh", "squeezev", "zoomin",
]  # fmt: skip
_SHOWN_PROBLEMS = 3
_DEEPEST = 40
_MOST_VALUES = 200_000  # with the names of properties
_HALF = re.compile("[\ud800-\udfff]")


class Transition(Part):
    """How a scene comes in: it runs at the scene's start and overlaps the scene before."""

    style: TransitionStyle = "fade"
    duration: Seconds = 1.0
    type: Name = "xfade"


class Scene(Placed):
    background_color: Colour = "#000000"
    duration: Duration = -1.0
    transition: Transition | None = None
    elements: tuple[Element, ...] = ()


class Destination(Part):
    """Where a finished movie is told of or sent to; kinds beside a webhook are stored connections."""

    id: Name = ""
    type: Literal["webhook", "ftp", "sftp", "email"] | None = None
    endpoint: Name = ""
    content_type: Name = ""


class Export(Part):
    destinations: tuple[Destination, ...] = ()


class Movie(Part):
    """A whole movie, with its variables filled in, its conditions decided and its scenes repeated.

    ``model_validate`` takes the JSON; its ValidationError says everything in sentences that name scene and
    element. ``width`` and ``height`` are those of the canvas, whatever the document named. ``warnings`` are
    sentences about what was written otherwise than the reference says.
    """

    id: Name = ""
    comment: Name = ""
    resolution: str = "custom"
    width: Annotated[Whole, Field(ge=50, le=3840)] = 640
    height: Annotated[Whole, Field(ge=50, le=3840)] = 360
    quality: Literal["low", "medium", "high"] = "high"
    fps: Annotated[Number, Field(ge=1, le=120)] = 25.0
    draft: Flag = False
    cache: Flag = True
    variables: dict[str, Any] = Field(default_factory=dict)
    client_data: dict[str, Any] = Field(default_factory=dict)
    exports: tuple[Export, ...] = ()
    settings: dict[str, Any] | list[Any] | None = None
    scenes: tuple[Scene, ...]
    elements: tuple[Element, ...] = ()
    warnings: tuple[str, ...] = ()

    @model_validator(mode="wrap")
    @classmethod
    def _in_sentences(cls, document: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(document, Movie):
            return handler(document)
        movie = _prepared(document)
        try:
            return handler(movie)
        except ValidationError as error:
            raise MovieError(sentences(error, movie)) from None

    @model_validator(mode="after")
    def _is_subtitled_once(self) -> Self:
        if sum(1 for e in self.elements if e.type == "subtitles") > 1:
            raise ValueError("A movie can have one subtitles element only.")
        return self

    @property
    def files(self) -> frozenset[str]:
        """Every file that pictures, clips, sounds and masks name, as the document names it."""
        elements = [*self.elements, *(e for scene in self.scenes for e in scene.elements)]
        named = {e.src for e in elements if isinstance(e, Image | Video | Audio)}
        return frozenset((named | {e.mask for e in elements if isinstance(e, Visual)}) - {""})


_MOVIE = properties(Movie) - {"warnings"}
_SCENE, _TRANSITION = properties(Scene), properties(Transition)


def parse_movie(document: Any) -> Movie:
    """The movie, or Refused in the vendor's style: "Scene #1, element #2: …"."""
    try:
        return Movie.model_validate(document)
    except ValidationError as error:
        found = problems_of(error)
    more = len(found) - _SHOWN_PROBLEMS
    text = " ".join(found[:_SHOWN_PROBLEMS]) + (f" (And {more} more.)" if more > 0 else "")
    raise Refused(text, remedy="Correct the movie and try again.")


def problems_of(error: ValidationError) -> list[str]:
    """Every sentence in what ``Movie.model_validate`` raised."""
    found: list[str] = []
    for problem in error.errors(include_url=False, include_input=False):
        reason = problem.get("ctx", {}).get("error")
        found += reason.problems if isinstance(reason, MovieError) else [problem["msg"]]
    return found


def _prepared(document: Any) -> dict[str, Any]:
    """The document with its variables filled in and spelt as the reference does; MovieError otherwise."""
    if not isinstance(document, Mapping):
        raise MovieError(["A movie must be a JSON object."])
    _ensure_bounded(document)
    if document.get("template"):
        raise MovieError(
            ["The movie names a template, whose scenes only the vendor knows: write out its scenes instead."]
        )
    warnings = Warnings()
    filled = fill_in(document, warnings)
    normaliser = Normaliser(warnings)
    movie = normaliser.movie(filled, _MOVIE)
    normaliser.scenes(movie, _SCENE, _TRANSITION)
    problems = normaliser.problems
    if "scenes" not in movie:
        problems.insert(0, "The movie has no 'scenes': it needs a list of them.")
    size = RESOLUTIONS.get(str(movie.get("resolution", "custom")))
    if size is not None:
        movie["width"], movie["height"] = size
    elif movie.get("resolution", "custom") != "custom":
        names = ", ".join(name for name in RESOLUTIONS if name != "instagram-portrait")
        problems.append(
            f"The resolution {str(movie['resolution'])[:40]!r} is not known; it is one of: {names}, custom."
        )
    if problems:
        raise MovieError(problems)
    movie["warnings"] = warnings.all()
    return movie


def _ensure_bounded(document: Mapping[str, Any]) -> None:
    """Refuse what is nested too deeply or too large to be a movie, and texts that cannot be written."""
    stack: list[tuple[Any, int]] = [(document, 0)]
    seen = 0
    while stack:
        value, depth = stack.pop()
        seen += 1
        if depth > _DEEPEST or seen > _MOST_VALUES:
            raise MovieError(["The movie JSON is nested too deeply or is too large to be a movie."])
        if isinstance(value, Mapping):
            stack.extend((item, depth + 1) for item in value.values())
            stack.extend((str(key), depth + 1) for key in value)
        elif isinstance(value, list | tuple):
            stack.extend((item, depth + 1) for item in value)
        elif isinstance(value, str) and not value.isascii() and _HALF.search(value):
            raise MovieError(["The movie holds a text with half a character in it (a lone surrogate)."])
