"""The JSON2Video movie: what may stand in it, and when each thing is seen. No pixels, no files."""

from services.movie.movie import Movie, Scene, Transition, parse_movie
from services.movie.timeline import SceneSpan, Span, SubtitlesSpan, Timeline, lay_out

__all__ = [
    "Movie",
    "Scene",
    "SceneSpan",
    "Span",
    "SubtitlesSpan",
    "Timeline",
    "Transition",
    "lay_out",
    "parse_movie",
]
