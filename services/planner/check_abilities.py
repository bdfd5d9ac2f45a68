"""What the renderer at hand would show otherwise than a movie asks for: reasons against the movie.

A viewer of the draft should see what is posted. So where nothing better renders it, a movie that would only
be approximated goes back to its planner.
"""

from __future__ import annotations

from collections.abc import Iterator

from services.model.abilities import Abilities, Shown
from services.movie import Movie, Scene
from services.movie.elements import Component, Element, Image, Subtitles, Text
from services.movie.parts import hyphened


def ability_reasons(movie: Movie, abilities: Abilities) -> list[str]:
    """Sentences that name scene and element; none if all is rendered as the format says."""
    return list(dict.fromkeys(_reasons(movie, abilities)))


def features_of(movie: Movie) -> Iterator[tuple[str, str, str]]:
    """(place, kind, name) of every feature the movie uses, as abilities name them."""
    for scene in movie.scenes:
        if scene.transition:
            yield scene.where, "transition", scene.transition.style
    containers: list[Movie | Scene] = [movie, *movie.scenes]
    for container in containers:
        for element in container.elements:
            for kind, name in _features(element):
                yield element.where, kind, name


def _features(element: Element) -> Iterator[tuple[str, str]]:
    if isinstance(element, Image) and not element.src:
        yield "element", "image by AI"
    elif isinstance(element, Subtitles):
        yield "element", "subtitles" if element.captions.strip() else "subtitles without captions"
        yield "subtitle style", element.settings.style
    elif isinstance(element, Component):
        yield "component", element.component
    else:
        yield "element", element.type
    if isinstance(element, Text):
        yield "text style", element.style
    yield from (("property", f"{element.type} {hyphened(name)}") for name in sorted(element.model_fields_set))


def _reasons(movie: Movie, abilities: Abilities) -> Iterator[str]:
    for where, kind, name in features_of(movie):
        found = abilities.of(kind, name)
        if kind == "component" and found is None:  # there are hundreds; what was not tried is not promised
            found = abilities.of("element", "component")
        if found is None or found.shown is Shown.RENDERED:
            continue
        what = (
            f"{kind} {name}" if kind in ("transition", "text style", "subtitle style", "component") else name
        )
        how = "does not show" if found.shown is Shown.NOT_SHOWN else "only approximates"
        yield f"{where}: the {abilities.renderer} renderer {how} this ({what[:80]})."
