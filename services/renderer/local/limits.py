"""What one render may ask of this machine. Everything above is refused with a sentence."""

from __future__ import annotations

from services.errors import Refused
from services.movie import Movie, Timeline
from services.movie.elements import Text

MAX_SECONDS = 60
MAX_SCENES = 60
MAX_LAYERS = 20  # in one scene, or over the whole movie
MAX_TEXT = 500  # characters
MAX_SIDE = 1920  # pixels of the canvas
MAX_IMAGE_PIXELS = 50_000_000
MAX_CLIP_PIXELS = 36_000_000  # 8K
RATES = (24, 25, 30, 50, 60)  # frames per second that are kept; others become the nearest

# Of the child process.
ADDRESS_SPACE = 3 << 30  # bytes
CPU_SECONDS = 900
FILE_SIZE = 1 << 30  # bytes
OPEN_FILES = 64
WALL_SECONDS = 900.0

_REMEDY = "Make the movie smaller and try again."


def nearest_rate(fps: float) -> int:
    return min(RATES, key=lambda rate: (abs(rate - fps), rate))


def ensure_movie(movie: Movie) -> None:
    """Refused when the movie is larger than one render may be."""
    if max(movie.width, movie.height) > MAX_SIDE:
        raise Refused(
            f"The movie is {movie.width}×{movie.height} pixels; here it can be up to "
            f"{MAX_SIDE} wide and high.", remedy=_REMEDY,
        )  # fmt: skip
    if len(movie.scenes) > MAX_SCENES:
        raise Refused(f"The movie has {len(movie.scenes)} scenes; {MAX_SCENES} are the most.", remedy=_REMEDY)
    containers = [("The movie", movie.elements), *((s.where, s.elements) for s in movie.scenes)]
    for name, elements in containers:
        if len(elements) > MAX_LAYERS:
            raise Refused(f"{name} has {len(elements)} elements; {MAX_LAYERS} are the most.", remedy=_REMEDY)
        for element in elements:
            if isinstance(element, Text) and len(element.text) > MAX_TEXT:
                raise Refused(
                    f"{element.where}: the text has {len(element.text)} characters; "
                    f"{MAX_TEXT} are the most.", remedy=_REMEDY,
                )  # fmt: skip


def ensure_timeline(timeline: Timeline) -> None:
    if timeline.frames > MAX_SECONDS * timeline.fps:
        raise Refused(
            f"The movie lasts {timeline.seconds:.1f} s; {MAX_SECONDS} s are the most.", remedy=_REMEDY
        )


def ensure_image(name: str, width: int, height: int) -> None:
    if width * height > MAX_IMAGE_PIXELS:
        raise Refused(
            f"{name} has {width * height / 1e6:.0f} million pixels; "
            f"a photo may have up to {MAX_IMAGE_PIXELS // 1_000_000} million.",
            remedy="Save a smaller copy of the photo.",
        )


def ensure_clip(name: str, width: int, height: int) -> None:
    if width * height > MAX_CLIP_PIXELS:
        raise Refused(
            f"{name} is {width}×{height} pixels, larger than any clip this renderer takes (8K).",
            remedy="Save a smaller copy of the clip.",
        )
