"""Shots and the movie they make: the planner's few words compiled into JSON2Video movie JSON.

Every scene is one shot with a length of its own; ``src`` is always an asset id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.model.asset import Category
from services.model.proposal import Resource
from services.planner.frame import FRAME, Box
from services.planner.framings import PRINT, Framing
from services.planner.looks import Look, Slot, text_elements
from services.planner.pieces import Item
from services.planner.words import reading_time

Part = tuple[float, float, float]  # across, down (each 0 … 1), how many times enlarged
_WIDE = 0.9  # width / height above which filling the frame would cut away too much
_WIDEST_GROUP = 1.5  # what a picture of several pieces may always keep
_ECHO = {"brightness": -0.35, "saturation": 0.55}  # of the picture behind itself: the one in front leads


@dataclass(frozen=True, slots=True)
class Visual:
    """A photo or clip in a shot. ``seek`` in seconds; ``zoom`` -10 … 10; ``pan`` a side or ""."""

    item: Item
    role: str
    why: str
    box: Box | None = None  # a tile; None: the whole frame
    framed: bool = False  # like a print on a wall: whole, on the ground, with room around it
    part: Part | None = None  # only this part of the picture
    seek: float = 0.0
    zoom: int = 0
    pan: str = ""


@dataclass(frozen=True, slots=True)
class Shot:
    """What is seen together for ``length`` seconds. ``texts`` stand together in the look's place."""

    length: float
    visuals: tuple[Visual, ...]
    texts: tuple[tuple[str, Slot], ...] = ()
    sees: str = ""  # a phrase for the description
    text_top: int | None = None  # where the texts begin, whatever the look says


@dataclass(frozen=True, slots=True)
class Track:
    item: Item
    seek: float = 0.0


def compose(shots: Sequence[Shot], look: Look, track: Track | None) -> dict[str, Any]:
    """The movie of these shots."""
    overlap = overlap_of(shots, look)
    if not any(words for shot in shots for words, _ in shot.texts):
        look = replace(look, framing=look.framing.wordless())
    scenes = []
    for index, shot in enumerate(shots):
        scene: dict[str, Any] = {"duration": shot.length, "background-color": look.palette.ground}
        if index and overlap:
            scene["transition"] = {"style": look.transition, "duration": overlap}
        scene["elements"] = [
            *(e for v in shot.visuals for e in picture_elements(v, shot.length, look.framing)),
            *_texts(shot, look, index, len(shots), overlap),
        ]
        scenes.append(scene)
    movie: dict[str, Any] = {
        "resolution": "instagram-story",
        "fps": 30,
        "quality": "high",
        "scenes": scenes,
    }
    if track:
        movie["elements"] = [sound_element(track, total_length(shots, overlap))]
    return movie


def total_length(shots: Sequence[Shot], overlap: float) -> float:
    return sum(s.length for s in shots) - overlap * max(0, len(shots) - 1)


def resources(shots: Sequence[Shot], track: Track | None) -> tuple[Resource, ...]:
    """Each asset once per part of it that is seen, in order of appearance."""
    found: dict[tuple[str, float | None], Resource] = {}
    for shot in shots:
        for v in shot.visuals:
            clip = v.item.category is Category.VIDEO
            start = v.seek if clip else None
            end = round(v.seek + shot.length, 1) if clip else None
            found.setdefault((v.item.id, start), _resource(v.item.id, v.role, start, end, v.why))
    if track:
        why = "Music under the whole video."
        found[track.item.id, None] = _resource(track.item.id, "music", track.seek, None, why)
    return tuple(found.values())


def _resource(asset: str, role: str, start: float | None, end: float | None, why: str) -> Resource:
    return Resource.model_validate({"asset": asset, "role": role, "from": start, "to": end, "why": why})


def described(shots: Sequence[Shot], look: Look, track: Track | None) -> str:
    """What is seen when, line by line, for people."""
    overlap, at, lines = overlap_of(shots, look), 0.0, []
    for number, shot in enumerate(shots, 1):
        words = " / ".join(words for words, _ in shot.texts if words)
        text = f", with the words “{words}”" if words else ""
        lines.append(f"{number}. {at:.1f}–{at + shot.length:.1f} s: {shot.sees}{text}.")
        at += shot.length - overlap
    change = {"": "hard cuts", "fade": "crossfades"}.get(look.transition, f"{look.transition} transitions")
    changes = f"{change[0].upper()}{change[1:]}; " if len(shots) > 1 else ""
    sound = f"music: {track.item.label or 'a track of yours'}" if track else "no music, there is none to take"
    lines.append(f"{changes}text as “{look.treatment.name}” in “{look.palette.name}” colours; {sound}.")
    return "\n".join(lines)


def overlap_of(shots: Sequence[Shot], look: Look) -> float:
    """One overlap for all changes, short enough for the shortest shot; 0 is a hard cut."""
    if not look.transition or len(shots) < 2:
        return 0.0
    shortest = min(shot.length for shot in shots)
    overlap = round(min(look.overlap, shortest * 0.35), 1)
    return overlap if overlap >= 0.2 else 0.0


def picture_elements(visual: Visual, length: float, framing: Framing) -> list[dict[str, Any]]:
    """The picture, behind it its echo if the framing has one and it does not fill the frame."""
    picture = picture_element(visual, length, framing)
    if not framing.echo or visual.box or _card(visual, framing) is None:
        return [picture]
    behind = {k: v for k, v in picture.items() if k in ("type", "src", "seek", "duration", "muted")}
    return [{**behind, "resize": "cover", "correction": _ECHO}, picture]


def picture_element(visual: Visual, length: float, framing: Framing = PRINT) -> dict[str, Any]:
    item = visual.item
    element: dict[str, Any] = {
        "type": "video" if item.category is Category.VIDEO else "image",
        "src": item.id,
    }
    box = visual.box or _card(visual, framing)
    if box:
        # A tile is cut to its shape first: resize would fill the whole frame, whatever width and height say.
        x, y, width, height = box
        element["crop"] = _crop(item, width / height, visual.part)
        element |= {"position": "custom", "x": x, "y": y, "width": width, "height": height}
    elif visual.part:
        element |= {"crop": _crop(item, FRAME[0] / FRAME[1], visual.part), "resize": "cover"}
    else:
        element["resize"] = "cover"
    if item.category is Category.VIDEO:
        # The clip's own sound is left out: music or silence, never workshop noise nobody has heard before.
        element |= {"seek": visual.seek, "duration": length, "muted": True}
    if visual.zoom:
        element["zoom"] = visual.zoom
    if visual.pan:
        element["pan"] = visual.pan
    return element


def _card(visual: Visual, framing: Framing) -> Box | None:
    """Where a picture stands that would lose too much if it filled the frame."""
    item = visual.item
    if visual.part or not (visual.framed or item.group or item.aspect > _WIDE):
        return None
    if item.group:
        return PRINT.box(item.aspect, upright=True, widest=_WIDEST_GROUP)
    # A single piece stands in the middle; of anything else nobody knows what may be cut away.
    single = item.label == item.piece.upper()
    return framing.box(item.aspect, upright=visual.framed, widest=1.0 if single else 9.0)


def _texts(shot: Shot, look: Look, index: int, count: int, overlap: float) -> list[dict[str, Any]]:
    """The shot's texts, as many as there is time to read."""
    # Words come when the picture before is gone and leave before the next one comes, if there is time.
    start, end = (overlap if index else 0.0), shot.length - (overlap if index < count - 1 else 0.0)
    longest = max((reading_time(words) for words, _ in shot.texts), default=0.0)
    if end - start < longest:
        start, end = 0.0, shot.length
    texts = [(words, slot) for words, slot in shot.texts if reading_time(words) <= end - start]
    calm = end - start >= longest + 1.6
    if calm:
        start, end = start + 0.2, end - 0.2
    cards = [_card(v, look.framing) for v in shot.visuals if not v.box]
    above = any(v.box for v in shot.visuals) or any(cards)
    at = shot.text_top
    if at is None and len(shot.visuals) == 1 and cards and cards[0]:
        at = look.framing.words_at(cards[0])
    return text_elements(
        texts,
        look,
        round(start, 2),
        round(end - start, 2),
        0.2 if calm else 0.0,
        above=above,
        at=at,
    )


def sound_element(track: Track, total: float) -> dict[str, Any]:
    element: dict[str, Any] = {
        "type": "audio",
        "src": track.item.id,
        "volume": 0.8,
        "duration": -2,
        "fade-out": 1.5,
        "seek": track.seek,
    }
    if track.item.duration - track.seek < total:
        element["loop"] = -1
    return element


def _crop(item: Item, shape: float, part: Part | None) -> dict[str, int]:
    """The window of the picture, in its own pixels, with ``shape`` = width / height."""
    across, down, factor = part or (0.5, 0.5, 1.0)
    width, height = (
        min(item.width, item.height * shape) / factor,
        min(item.height, item.width / shape) / factor,
    )
    wide, high = max(2, int(width)), max(2, int(height))
    return {
        "width": wide,
        "height": high,
        "x": int((item.width - wide) * across),
        "y": int((item.height - high) * down),
    }
