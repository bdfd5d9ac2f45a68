"""What is wrong with a movie, as sentences in the vendor's style: "Scene #1, element #2: …"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from services.movie.place import place

ELEMENT_TYPES = ("image", "video", "text", "audio", "voice", "subtitles", "component", "html", "audiogram")
_MOST_WARNINGS = 100
_MOST_CHOICES = 160  # characters of a list of allowed words


class MovieError(ValueError):
    """``problems`` are whole sentences, each naming its place."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(dict.fromkeys(problems))
        super().__init__(" ".join(self.problems[:20]))


class Warnings:
    """Sentences about what was written otherwise than the reference says; the same one is kept once."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}

    def add(self, sentence: str) -> None:
        if len(self._found) < _MOST_WARNINGS:
            self._found.setdefault(sentence)
        elif sentence not in self._found:
            self._found.setdefault("More of the movie is written otherwise than the reference says.")

    def all(self) -> list[str]:
        return list(self._found)


def sentences(error: ValidationError, document: Mapping[str, Any]) -> list[str]:
    """One sentence for each problem; ``document`` is what was validated, each part with its ``where``."""
    return [_sentence(problem, document) for problem in error.errors(include_url=False)]


def _sentence(problem: ErrorDetails, document: Mapping[str, Any]) -> str:
    where, field = _where(problem["loc"], document)
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "value_error":
        message = str(context["error"])
        return _join(where, message if message[:1].isupper() else f"'{field}' {message}")
    if kind == "missing":
        owner = problem["input"].get("type") if isinstance(problem["input"], Mapping) else None
        if field == "scenes":
            return "The movie has no 'scenes': it needs a list of them."
        if isinstance(owner, str) and owner in ELEMENT_TYPES:
            return _join(where, f"The element type '{owner}' requires a '{field}' property.")
        return _join(where, f"'{field}' is missing.")
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _join(where, f"The element needs a type, one of: {', '.join(ELEMENT_TYPES)}.")
    if kind == "literal_error":
        choices = str(context["expected"])
        if len(choices) > _MOST_CHOICES:
            choices = f"{choices[:_MOST_CHOICES].rsplit(',', 1)[0]} …"
        return _join(where, f"'{field}' cannot be {_shown(problem['input'])}; it must be one of {choices}.")
    if kind in ("tuple_type", "list_type"):
        return _join(where, f"'{field}' must be a list.")
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return _join(where, "must be an object." if field == "elements" else f"'{field}' must be an object.")
    return _join(where, f"'{field}': {problem['msg'].lower()}.")


def _shown(value: Any) -> str:
    return repr(value[:40]) if isinstance(value, str) else f"a {type(value).__name__}"


def _join(where: str, message: str) -> str:
    """Sentences that already name their place keep it."""
    if where == "Movie" or message.startswith(("Scene #", "Movie element #")):
        return message
    return f"{where}: {message}"


def _where(loc: tuple[int | str, ...], document: Mapping[str, Any]) -> tuple[str, str]:
    """("scenes", 0, "elements", 1, "image", "zoom") → ("Scene #1, element #2", "zoom")."""
    found, rest = place(None), list(loc)
    part: Any = document
    scene = None
    if len(rest) >= 2 and rest[0] == "scenes" and isinstance(rest[1], int):
        scene, part, rest = rest[1] + 1, part["scenes"][rest[1]], rest[2:]
        found = _named(part, place(scene))
    if len(rest) >= 2 and rest[0] == "elements" and isinstance(rest[1], int):
        number, part, rest = rest[1] + 1, part["elements"][rest[1]], rest[2:]
        found = _named(part, f"{found}, element #{number}" if scene else place(None, number))
        if rest and rest[0] in ELEMENT_TYPES:
            rest = rest[1:]
    names = [str(name) for name in rest if isinstance(name, str)]
    return found, ".".join(names) or "elements"


def _named(part: Any, otherwise: str) -> str:
    return str(part.get("where", otherwise)) if isinstance(part, Mapping) else otherwise
