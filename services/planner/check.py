"""Whether a proposal may be rendered: reasons against it, as sentences for a planner or a person.

Nothing a planner wrote is trusted, whoever it was: this is the border between proposals and money. What a
movie is at all says its model (services/movie); here stands what a planner may do with it. The renderer
makes its own dry plan later; nothing here knows how a picture is drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from pydantic import ValidationError

from services.model.abilities import Abilities
from services.model.asset import Asset
from services.model.brief import LENGTHS, Lengths
from services.model.proposal import Proposal
from services.movie import Movie, Scene
from services.movie.elements import Audio, Image, Video
from services.movie.movie import problems_of
from services.planner.check_abilities import ability_reasons
from services.planner.check_element import (
    ADDRESS,
    ELEMENT_KEYS,
    MENTION,
    SETTINGS_KEYS,
    element_reasons,
)

MAX_CAPTION = 2200  # characters; Instagram refuses more
MAX_HASHTAGS = 5
MAX_SCENES, MAX_ELEMENTS = 60, 12
MOVIE_KEYS = {"resolution", "fps", "quality", "scenes", "elements"}
SCENE_KEYS = {"duration", "background-color", "transition", "elements"}
_MOST_PROBLEMS = 20
_HASHTAG = re.compile(r"#\w+")


def check(
    proposal: Proposal,
    assets: Mapping[str, Asset],
    abilities: Abilities | None = None,
    lengths: Lengths = LENGTHS,
) -> list[str]:
    """Sentences that say what is wrong; an empty list if nothing is. ``assets`` maps ids to files.

    ``abilities`` are those of the renderer, unless it renders the whole format (None); ``lengths`` how long
    a video may be, in seconds.
    """
    reasons = list(_words(proposal))
    reasons += _movie(proposal.movie, {r.asset for r in proposal.resources}, assets, abilities, lengths)
    for resource in proposal.resources:
        reasons += _resource(resource.asset, resource.start, resource.end, assets)
    return list(dict.fromkeys(reasons))


def _words(proposal: Proposal) -> Iterator[str]:
    caption = proposal.caption
    if len(caption) > MAX_CAPTION:
        yield f"The caption has {len(caption)} characters; Instagram allows {MAX_CAPTION}."
    tags = len(_HASHTAG.findall(caption))
    if tags > MAX_HASHTAGS:
        yield f"The caption has {tags} hashtags; {MAX_HASHTAGS} are allowed."
    for name, text in (("title", proposal.title), ("strategy", proposal.strategy), ("caption", caption)):
        if ADDRESS.search(text):
            yield f"The {name} carries an internet address."
        if MENTION.search(text):
            yield f"The {name} mentions an account."
        if "{{" in text:
            yield f"The {name} carries template braces."


def _resource(
    asset: str, start: float | None, end: float | None, assets: Mapping[str, Asset]
) -> Iterator[str]:
    found = assets.get(asset)
    if found is None:
        yield f"The resources name {asset[:40]!r}, which is not in the inventory."
        return
    last = found.facts.duration if found.facts else None
    for value in (start, end):
        if value is not None and not (math.isfinite(value) and value >= 0):
            yield f"A time of {asset} is not a time."
            return
    if last is not None and max(start or 0.0, end or 0.0) > last + 0.05:
        yield f"The resources name a part of {asset} that ends after the file does ({last:.1f} s)."
    if start is not None and end is not None and end <= start:
        yield f"The resources name an empty part of {asset}."


def _movie(
    document: Mapping[str, Any],
    named: set[str],
    assets: Mapping[str, Asset],
    abilities: Abilities | None,
    lengths: Lengths,
) -> list[str]:
    try:
        movie = Movie.model_validate(document)
    except ValidationError as error:
        return problems_of(error)[:_MOST_PROBLEMS]
    # Braces would be filled in, by us or by the vendor: what is shown must stand in the movie itself.
    reasons = ["The movie carries template braces."] if _has_braces(document) else []
    reasons += _unknown(document)
    # Anything else that was read otherwise than written may be read otherwise elsewhere, too.
    reasons = reasons or list(movie.warnings)
    if abilities is not None:
        reasons += ability_reasons(movie, abilities)
    return reasons + _may_be_made(movie, named, assets, lengths)


def _may_be_made(movie: Movie, named: set[str], assets: Mapping[str, Asset], lengths: Lengths) -> list[str]:
    reasons = []
    if movie.resolution != "instagram-story":
        reasons.append("The movie's resolution must be instagram-story (1080 × 1920).")
    if "fps" in movie.model_fields_set and movie.fps != 30:
        reasons.append("The movie must have 30 frames per second.")
    if not movie.scenes:
        return [*reasons, "The movie has no scenes."]
    if len(movie.scenes) > MAX_SCENES:
        return [*reasons, f"The movie has {len(movie.scenes)} scenes; {MAX_SCENES} are the most."]
    unnamed = sorted(movie.files - named)
    reasons += [f"The movie uses {src[:40]!r}, which the resources do not name." for src in unnamed]
    total = before = 0.0
    for scene in movie.scenes:
        reasons += _scene(scene, before, first=scene is movie.scenes[0], assets=assets)
        total += scene.duration - (scene.transition.duration if scene.transition else 0.0)
        before = scene.duration
    shortest, longest = lengths
    if not shortest - 0.01 <= total <= longest + 0.01:
        reasons.append(f"The video lasts {total:.1f} s; {shortest:g} to {longest:g} are allowed.")
    if len(movie.elements) > MAX_ELEMENTS:
        return [*reasons, f"The movie has {len(movie.elements)} elements; {MAX_ELEMENTS} are the most."]
    for element in movie.elements:
        if not isinstance(element, Audio):
            reasons.append("Only sound may run through the whole movie.")
        else:
            reasons += element_reasons(element, total, assets)
    return reasons


def _scene(scene: Scene, before: float, *, first: bool, assets: Mapping[str, Asset]) -> Iterator[str]:
    if scene.duration <= 0:
        yield f"{scene.where} does not say how long it lasts."
        return
    if scene.transition and first:
        yield "The first scene cannot begin with a transition."
    elif scene.transition and not 0 < scene.transition.duration <= min(before, scene.duration) / 2:
        yield f"{scene.where} has a transition longer than half of the shorter shot."
    if len(scene.elements) > MAX_ELEMENTS:
        yield f"{scene.where} has {len(scene.elements)} elements; {MAX_ELEMENTS} are the most."
        return
    if not any(isinstance(element, Image | Video) for element in scene.elements):
        yield f"{scene.where} shows no photo and no clip."
    for element in scene.elements:
        yield from element_reasons(element, scene.duration, assets)


def _unknown(document: Mapping[str, Any]) -> Iterator[str]:
    """Properties that planners do not need, so that nothing unforeseen is made of them. The model has read
    the document: its lists are lists of objects."""
    yield from _outside(document, MOVIE_KEYS, "The movie")
    owners = [("Movie", document)]
    owners += [(f"Scene #{number}", scene) for number, scene in enumerate(document["scenes"], 1)]
    for name, owner in owners:
        if name != "Movie":
            yield from _outside(owner, SCENE_KEYS, name)
        for number, element in enumerate(owner.get("elements") or (), 1):
            where = f"{name}, element #{number}" if name != "Movie" else f"Movie element #{number}"
            known = ELEMENT_KEYS.get(element["type"])
            if known is None:
                yield f"{where} is of the type {element['type']!r}; {', '.join(ELEMENT_KEYS)} are allowed."
                continue
            yield from _outside(element, known, where)
            settings = element.get("settings")
            if isinstance(settings, Mapping):
                yield from _outside(settings, SETTINGS_KEYS, f"{where}, settings,")


def _outside(part: Mapping[str, Any], known: set[str], where: str) -> Iterator[str]:
    for key in part:
        if key not in known:
            yield f"{where} has the unknown property {str(key)[:40]!r}."


def _has_braces(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_braces(part) for part in chain(value, value.values()))
    if isinstance(value, list):
        return any(_has_braces(part) for part in value)
    return isinstance(value, str) and "{{" in value
