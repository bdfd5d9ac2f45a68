"""Whether a proposal may be rendered: reasons against it, as sentences for a planner or a person.

Nothing a planner wrote is trusted, whoever it was: this is the border between proposals and money.
The renderer makes its own dry plan later; nothing here knows how a picture is drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.model.asset import Asset
from services.model.proposal import Proposal
from services.planner.check_element import (
    ADDRESS,
    HEX,
    MENTION,
    element_reasons,
    is_number,
    unknown_keys,
)

SHORTEST, LONGEST = 5.0, 60.0  # seconds of the whole video
MAX_CAPTION = 2200  # characters; Instagram refuses more
MAX_HASHTAGS = 5
MAX_SCENES, MAX_ELEMENTS = 60, 12
MOVIE_KEYS = {"resolution", "fps", "quality", "scenes", "elements"}
SCENE_KEYS = {"duration", "background-color", "transition", "elements"}
TRANSITIONS = {
    "fade", "fadeblack", "fadewhite", "wipeleft", "wiperight", "wipeup", "wipedown",
    "slideleft", "slideright", "slideup", "slidedown", "circleopen", "circleclose",
}  # fmt: skip
_HASHTAG = re.compile(r"#\w+")


def check(proposal: Proposal, assets: Mapping[str, Asset]) -> list[str]:
    """Sentences that say what is wrong; an empty list if nothing is. ``assets`` maps ids to files."""
    reasons = list(_words(proposal))
    reasons += _movie(proposal.movie, assets)
    named = {r.asset for r in proposal.resources}
    for src in sorted(_sources(proposal.movie) - named):
        reasons.append(f"The movie uses {src[:40]!r}, which the resources do not name.")
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


def _movie(movie: Mapping[str, Any], assets: Mapping[str, Asset]) -> list[str]:
    strange = list(_not_plain(movie))
    if strange:
        return strange
    reasons = unknown_keys(movie, MOVIE_KEYS, "The movie")
    if movie.get("resolution") != "instagram-story":
        reasons.append("The movie's resolution must be instagram-story (1080 × 1920).")
    if "fps" in movie and movie["fps"] != 30:
        reasons.append("The movie must have 30 frames per second.")
    scenes = movie.get("scenes")
    if not isinstance(scenes, list) or not scenes or not all(isinstance(s, dict) for s in scenes):
        return [*reasons, "The movie has no scenes."]
    if len(scenes) > MAX_SCENES:
        return [*reasons, f"The movie has {len(scenes)} scenes; {MAX_SCENES} are the most."]
    total = 0.0
    before = 0.0
    for number, scene in enumerate(scenes, 1):
        length, overlap, said = _scene(scene, number, before, assets)
        reasons += said
        total += length - overlap
        before = length
    if not SHORTEST - 0.01 <= total <= LONGEST + 0.01:
        reasons.append(f"The video lasts {total:.1f} s; {SHORTEST:g} to {LONGEST:g} are allowed.")
    for element in _elements(movie, "The movie", reasons):
        if element.get("type") != "audio":
            reasons.append("Only sound may run through the whole movie.")
        else:
            reasons += element_reasons(element, "The movie's sound", total, assets)
    return reasons


def _scene(
    scene: dict[str, Any], number: int, before: float, assets: Mapping[str, Asset]
) -> tuple[float, float, list[str]]:
    where = f"Scene {number}"
    reasons = unknown_keys(scene, SCENE_KEYS, where)
    length = scene.get("duration")
    if not is_number(length) or length <= 0:
        return 0.0, 0.0, [*reasons, f"{where} does not say how long it lasts."]
    overlap = 0.0
    transition = scene.get("transition")
    if transition is not None:
        overlap, said = _transition(transition, where, number, min(before, length))
        reasons += said
    if not HEX.fullmatch(str(scene.get("background-color", "#000000"))):
        reasons.append(f"{where} has a background that is not a colour.")
    elements = _elements(scene, where, reasons)
    if not any(e.get("type") in ("image", "video") for e in elements):
        reasons.append(f"{where} shows no photo and no clip.")
    for index, element in enumerate(elements, 1):
        reasons += element_reasons(element, f"{where}, element {index}", float(length), assets)
    return float(length), overlap, reasons


def _transition(transition: Any, where: str, number: int, shortest: float) -> tuple[float, list[str]]:
    if not isinstance(transition, dict) or set(transition) - {"style", "duration", "type"}:
        return 0.0, [f"{where} has a transition that is not one."]
    if number == 1:
        return 0.0, ["The first scene cannot begin with a transition."]
    reasons = []
    if str(transition.get("style")) not in TRANSITIONS:
        reasons.append(f"{where} has the unknown transition {str(transition.get('style'))[:30]!r}.")
    overlap = transition.get("duration")
    if not is_number(overlap) or not 0 < overlap <= shortest / 2:
        return 0.0, [*reasons, f"{where} has a transition longer than half of the shorter shot."]
    return float(overlap), reasons


def _elements(owner: Mapping[str, Any], where: str, reasons: list[str]) -> list[dict[str, Any]]:
    elements = owner.get("elements", [])
    if not isinstance(elements, list) or not all(isinstance(e, dict) for e in elements):
        reasons.append(f"{where} has elements that are none.")
        return []
    if len(elements) > MAX_ELEMENTS:
        reasons.append(f"{where} has {len(elements)} elements; {MAX_ELEMENTS} are the most.")
        return []
    return elements


def _not_plain(value: Any, depth: int = 0) -> Iterator[str]:
    """Numbers that are not finite, values that JSON does not have, nesting without end."""
    if depth > 8:
        yield "The movie is nested too deeply."
    elif isinstance(value, float) and not math.isfinite(value):
        yield "The movie carries a number that is not finite."
    elif isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            yield "The movie has a property whose name is not a text."
        for part in value.values():
            yield from _not_plain(part, depth + 1)
    elif isinstance(value, list):
        for part in value:
            yield from _not_plain(part, depth + 1)
    elif value is not None and not isinstance(value, (str, int, float)):
        yield "The movie carries something that JSON does not have."


def _sources(movie: Mapping[str, Any]) -> set[str]:
    """Every ``src`` of the movie, however odd the movie is."""
    scenes = movie.get("scenes")
    owners: list[Any] = [movie, *(scenes if isinstance(scenes, list) else [])]
    found = set()
    for owner in owners:
        elements = owner.get("elements") if isinstance(owner, dict) else None
        for element in elements if isinstance(elements, list) else []:
            src = element.get("src") if isinstance(element, dict) else None
            if isinstance(src, str):
                found.add(src)
    return found
