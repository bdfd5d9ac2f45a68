"""From a model's plan to a proposal: our code writes the movie, the model only chose.

Total: any plan of the schema's shape becomes a proposal; whether it may be made is for the check to say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.model.asset import Category
from services.model.proposal import Labels, Proposal, Resource
from services.planner.assistant.clean import inert, tidy
from services.planner.assistant.schema import Clip, MoviePlan, Part, Photo, Print, ProposalPlan, Shot, Tile
from services.planner.check import MAX_CAPTION
from services.planner.frame import FRAME
from services.planner.looks import PALETTES, TREATMENTS, Look, Slot, text_elements
from services.planner.pieces import Item
from services.planner.quoted import plain
from services.planner.shots import Track, Visual, picture_element, sound_element

_PALETTES = {palette.name: palette for palette in PALETTES}
_TREATMENTS = {treatment.name: treatment for treatment in TREATMENTS}
_SHORTEST = 0.1  # seconds; what is shorter is for the check to refuse, not for a division by zero


def to_proposal(
    plan: ProposalPlan, items: Mapping[str, Item], planner: str, evidence: Sequence[str] = ()
) -> Proposal:
    """The proposal; assets that are not in ``items`` stay named, so that the check can say so.

    ``evidence`` are the brief's lines on what did better: only these are said to be leant on as they are.
    """
    movie = _movie(plan.movie, items)
    description = inert(plan.description, 3000, lines=True)
    if leaning := _leaning(inert(plan.evidence, 300), evidence):
        description += f"\n{leaning}"
    return Proposal(
        title=tidy(plan.title, 100) or "Untitled",
        strategy=tidy(plan.strategy, 300) or "No strategy was given.",
        description=description,
        caption=tidy(plan.caption, MAX_CAPTION + 1, lines=True),  # one too many is for the check to see
        resources=tuple(_resources(plan, movie)),
        labels=Labels(
            intent=inert(plan.labels.intent, 60),
            format=inert(plan.labels.format, 40).lower(),
            hook=inert(plan.labels.hook, 40).lower(),
            length=plan.labels.length,
            pace=plan.labels.pace,
            music=inert(plan.labels.music, 40).lower() if plan.movie.music else "none",
        ),
        movie=movie,
        planner=planner,
    )


def _leaning(said: str, evidence: Sequence[str]) -> str:
    """A measured line as it is; anything else a model leans on are its own words, and shown as such."""
    if not said:
        return ""
    key = said.strip(" .").casefold()
    for line in evidence:
        if key in line.casefold() or line.strip(" .").casefold() in key:
            return f"Leans on: {line.rstrip('.')}."
    return f"In the planner's own words it leans on: “{said}”"


def _movie(plan: MoviePlan, items: Mapping[str, Item]) -> dict[str, Any]:
    lengths = [max(_SHORTEST, round(shot.seconds, 1)) for shot in plan.shots]
    palette = _PALETTES[plan.palette]
    scenes = []
    total = 0.0
    for index, (shot, length) in enumerate(zip(plan.shots, lengths, strict=True)):
        scene: dict[str, Any] = {"duration": length, "background-color": palette.ground}
        overlap = _overlap(shot, min(length, lengths[index - 1])) if index else 0.0
        if shot.change and overlap:
            scene["transition"] = {"style": shot.change.style, "duration": overlap}
        pictures = [_picture(picture, length, items) for picture in shot.pictures]
        scene["elements"] = [*pictures, *_words(shot, length, plan.palette)]
        scenes.append(scene)
        total += length - overlap
    movie: dict[str, Any] = {
        "resolution": "instagram-story",
        "fps": 30,
        "quality": "high",
        "scenes": scenes,
    }
    if plan.music:
        movie["elements"] = [_music(plan, total, items)]
    return movie


def _overlap(shot: Shot, shortest: float) -> float:
    """Never more than half of the shorter shot; under a fifth of a second it is a cut."""
    if shot.change is None:
        return 0.0
    overlap = int(min(shot.change.seconds, shortest / 2) * 10 + 1e-6) / 10
    return overlap if overlap >= 0.2 else 0.0


def _picture(picture: Photo | Clip, length: float, items: Mapping[str, Item]) -> dict[str, Any]:
    clip = isinstance(picture, Clip)
    item = items.get(picture.asset)
    if item is None or item.category is Category.AUDIO:
        return {
            "type": "video" if clip else "image",
            "src": plain(picture.asset, 24) or "?",
            "resize": "cover",
        } | ({"duration": length} if clip else {})
    place = picture.place
    # A part of the whole size is the picture cut to the frame's shape around its middle.
    part = (0.5, 0.5, 1.0) if place.at == "frame" else None
    box = None
    if isinstance(place, Part):
        part = (_share(place.across), _share(place.down), min(4.0, max(1.0, place.enlarged)))
    elif isinstance(place, Tile):
        box = _inside(place)
    visual = Visual(
        item,
        role="",
        why="",
        box=box,
        framed=isinstance(place, Print),
        part=part,
        seek=round(max(0.0, picture.from_second), 1) if isinstance(picture, Clip) else 0.0,
        zoom=min(10, max(-10, picture.zoom)) if isinstance(picture, Photo) else 0,
        pan=(picture.pan or "") if isinstance(picture, Photo) else "",
    )
    element = picture_element(visual, length)
    element["type"] = "video" if clip else "image"  # what the plan says; the check compares it with the file
    if isinstance(picture, Clip) and element.get("muted") and picture.own_sound:
        del element["muted"]
        element["volume"] = 0.8
    return element


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def _inside(tile: Tile) -> tuple[int, int, int, int]:
    """The tile within the frame, of at least 40 pixels."""
    x, y = min(max(0, tile.x), FRAME[0] - 40), min(max(0, tile.y), FRAME[1] - 40)
    return x, y, min(max(40, tile.width), FRAME[0] - x), min(max(40, tile.height), FRAME[1] - y)


def _words(shot: Shot, length: float, palette: str) -> list[dict[str, Any]]:
    words = shot.words
    if words is None:
        return []
    start = round(min(max(0.0, words.from_second), length), 2)
    lasts = round(min(max(_SHORTEST, words.seconds), max(_SHORTEST, length - start)), 2)
    look = Look(_TREATMENTS[words.style], _PALETTES[palette], "", 0.0, "even")
    lines = [(tidy(line.text, 121), Slot(line.size)) for line in words.lines]
    above = any(picture.place.at in ("tile", "print") for picture in shot.pictures)
    fade = 0.2 if lasts >= 1.6 else 0.0
    return text_elements([line for line in lines if line[0]], look, start, lasts, fade, above=above)


def _music(plan: MoviePlan, total: float, items: Mapping[str, Item]) -> dict[str, Any]:
    music = plan.music
    assert music is not None
    item, volume = items.get(music.asset), round(min(1.0, max(0.1, music.volume)), 2)
    if item is None:
        return {"type": "audio", "src": plain(music.asset, 24) or "?", "volume": volume, "duration": -2}
    return sound_element(Track(item, round(max(0.0, music.from_second), 1)), total) | {"volume": volume}


def _resources(plan: ProposalPlan, movie: Mapping[str, Any]) -> Iterator[Resource]:
    """What the movie really uses, with the roles and reasons the plan gives."""
    said = {resource.asset: resource for resource in plan.resources}
    seen = set()
    for element in [e for scene in movie["scenes"] for e in scene["elements"]] + movie.get("elements", []):
        src = element.get("src")
        start = element.get("seek") if element["type"] == "video" else None
        if src is None or (src, start) in seen:
            continue
        seen.add((src, start))
        words = said.get(src)
        default = "music" if element["type"] == "audio" else "picture"
        yield Resource.model_validate(
            {
                "asset": src,
                "role": (inert(words.role, 40) if words else "") or default,
                "from": start,
                "to": round(start + element["duration"], 1) if start is not None else None,
                "why": inert(words.why, 200) if words else "",
            }
        )
