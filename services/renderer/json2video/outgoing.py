"""A movie as it leaves for JSON2Video: ours filled in and checked, with addresses in place of asset ids.

What the document asked the service to fetch or to send elsewhere by itself stays here: movies are written by
models and people, and an address in one is not ours to follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.errors import Refused
from services.movie import Movie
from services.movie.elements import Audio, Component, Element, Html, Image, Subtitles, Video, Visual

# Of the operator, not of the movie; "exports" would send the video elsewhere, "draft" would mark it.
_LEFT_OUT = {
    "id", "comment", "resolution", "draft", "cache", "variables", "client_data", "exports", "settings",
    "warnings",
}  # fmt: skip
FURTHEST_ZOOM = 10  # a movie with more is refused whole
_ADDRESSES = ("http:", "https:", "ftp:", "data:", "file:", "//")


def outgoing(movie: Movie, addresses: Mapping[str, str], client_data: Mapping[str, Any]) -> dict[str, Any]:
    """The document to post; ``addresses`` maps asset ids to where the service can read them.

    Refused, naming scene and element, for what may not leave.
    """
    _ensure_own_files(movie, addresses)
    document = movie.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude=_LEFT_OUT)
    document |= {"resolution": "custom", "width": movie.width, "height": movie.height, "fps": movie.fps}
    _clean(document, addresses)
    for scene in document.get("scenes", ()):
        _clean(scene, addresses)
    if any("{{" in text for text in _texts(document)):
        raise Refused("The movie holds a text with “{{”, which JSON2Video would take for an expression.")
    return {**document, "client-data": dict(client_data)}


def elements_of(movie: Movie) -> Iterator[Element]:
    yield from movie.elements
    for scene in movie.scenes:
        yield from scene.elements


def _ensure_own_files(movie: Movie, addresses: Mapping[str, str]) -> None:
    for element in elements_of(movie):
        named = [element.src] if isinstance(element, Image | Video | Audio) else []
        named += [element.mask] if isinstance(element, Visual) else []
        for name in filter(None, named):
            if name not in addresses:
                raise Refused(f"{element.where}: there is no file {name[:60]!r} among those of this movie.")
        if isinstance(element, Html) and element.src:
            raise Refused(f"{element.where}: a page from an address is not sent to JSON2Video.")
        if isinstance(element, Subtitles) and element.captions.strip().lower().startswith(_ADDRESSES):
            raise Refused(f"{element.where}: captions from an address are not sent to JSON2Video.")
        if isinstance(element, Component) and any(
            text.strip().lower().startswith(_ADDRESSES) for text in _texts(element.settings)
        ):
            raise Refused(f"{element.where}: an address in its settings is not sent to JSON2Video.")


def _clean(part: dict[str, Any], addresses: Mapping[str, str]) -> None:
    """Of an element, or of a scene or the movie with its elements: our names out, addresses in."""
    for name in ("src", "mask"):
        if part.get(name):
            part[name] = addresses[part[name]]
    for name in ("where", "connection"):
        part.pop(name, None)
    if part.get("zoom"):
        part["zoom"] = max(-FURTHEST_ZOOM, min(FURTHEST_ZOOM, part["zoom"]))
    for name in [name for name, value in part.items() if value is None or value == ""]:
        del part[name]
    for element in part.get("elements", ()):
        _clean(element, addresses)


def _texts(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        found = stack.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, Mapping):
            stack.extend(found.values())
            stack.extend(found)
        elif isinstance(found, list | tuple):
            stack.extend(found)
