"""Whether a proposal may be rendered: reasons against it, as sentences for a planner or a person.

Nothing a planner wrote is trusted, whoever it was: this is the border between proposals and money.
The renderer makes its own dry plan later; nothing here knows how a picture is drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from services.model.asset import Asset, Category
from services.model.proposal import Proposal
from services.planner.looks import SAFE_BOTTOM, SAFE_LEFT, SAFE_RIGHT, SAFE_TOP
from services.planner.words import reading_time

SHORTEST, LONGEST = 5.0, 60.0  # seconds of the whole video
MAX_CAPTION = 2200  # characters; Instagram refuses more
MAX_HASHTAGS = 5
MAX_SCENES, MAX_ELEMENTS = 60, 12
_MAX_TEXT = 120
_SMALLEST = 36  # pixels of font size that a phone still shows readably

MOVIE_KEYS = {"resolution", "fps", "quality", "scenes", "elements"}
SCENE_KEYS = {"duration", "background-color", "transition", "elements"}
_PLACE = {"position", "x", "y", "width", "height"}
_TIME = {"type", "start", "duration", "fade-in", "fade-out"}
_PICTURE = {"src", "resize", "crop", "zoom", "pan"} | _PLACE | _TIME
ELEMENT_KEYS = {
    "image": _PICTURE,
    "video": _PICTURE | {"seek", "muted", "volume"},
    "text": {"text", "style", "settings"} | _PLACE | _TIME,
    "audio": {"src", "volume", "seek", "loop"} | _TIME,
}
SETTINGS_KEYS = {
    "font-family", "font-size", "font-weight", "color", "text-align", "background-color", "text-shadow",
}  # fmt: skip
TRANSITIONS = {
    "fade", "fadeblack", "fadewhite", "wipeleft", "wiperight", "wipeup", "wipedown",
    "slideleft", "slideright", "slideup", "slidedown", "circleopen", "circleclose",
}  # fmt: skip
_CHOICES: dict[str, set[Any]] = {
    "position": {"custom"},
    "resize": {"cover", "contain"},
    "pan": {"left", "top", "right", "bottom", "top-left", "top-right", "bottom-left", "bottom-right"},
    "style": {"001"},
    "muted": {True, False},
    "loop": {1, -1},
}
_KINDS = {"image": Category.IMAGE, "video": Category.VIDEO, "audio": Category.AUDIO}
_NOUNS = {Category.IMAGE: "photo", Category.VIDEO: "clip", Category.AUDIO: "track"}
_ID = re.compile(r"m[0-9a-f]{9}")
_ADDRESS = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://|\bwww\.")
_MENTION = re.compile(r"(?<![\w.])@\w")
_HASHTAG = re.compile(r"#\w+")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_STYLE_VALUE = re.compile(r"[#\w .,()%-]{1,80}")  # no quotes, slashes or colons: no address fits in


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
        if _ADDRESS.search(text):
            yield f"The {name} carries an internet address."
        if _MENTION.search(text):
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
    reasons = _unknown_keys(movie, MOVIE_KEYS, "The movie")
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
            reasons += _element(element, "The movie's sound", total, assets)
    return reasons


def _scene(
    scene: dict[str, Any], number: int, before: float, assets: Mapping[str, Asset]
) -> tuple[float, float, list[str]]:
    where = f"Scene {number}"
    reasons = _unknown_keys(scene, SCENE_KEYS, where)
    length = scene.get("duration")
    if not _is_number(length) or length <= 0:
        return 0.0, 0.0, [*reasons, f"{where} does not say how long it lasts."]
    overlap = 0.0
    transition = scene.get("transition")
    if transition is not None:
        overlap, said = _transition(transition, where, number, min(before, length))
        reasons += said
    if not _HEX.fullmatch(str(scene.get("background-color", "#000000"))):
        reasons.append(f"{where} has a background that is not a colour.")
    elements = _elements(scene, where, reasons)
    if not any(e.get("type") in ("image", "video") for e in elements):
        reasons.append(f"{where} shows no photo and no clip.")
    for index, element in enumerate(elements, 1):
        reasons += _element(element, f"{where}, element {index}", float(length), assets)
    return float(length), overlap, reasons


def _transition(transition: Any, where: str, number: int, shortest: float) -> tuple[float, list[str]]:
    if not isinstance(transition, dict) or set(transition) - {"style", "duration", "type"}:
        return 0.0, [f"{where} has a transition that is not one."]
    if number == 1:
        return 0.0, ["The first scene cannot begin with a transition."]
    reasons = []
    if transition.get("style") not in TRANSITIONS:
        reasons.append(f"{where} has the unknown transition {str(transition.get('style'))[:30]!r}.")
    overlap = transition.get("duration")
    if not _is_number(overlap) or not 0 < overlap <= shortest / 2:
        return 0.0, [*reasons, f"{where} has a transition longer than half of the shorter shot."]
    return float(overlap), reasons


def _element(element: dict[str, Any], where: str, length: float, assets: Mapping[str, Asset]) -> list[str]:
    kind = element.get("type")
    if kind not in ELEMENT_KEYS:
        return [f"{where} is of the type {str(kind)[:30]!r}; image, video, text and audio are allowed."]
    reasons = _unknown_keys(element, ELEMENT_KEYS[kind], where)
    for key in (
        "start",
        "duration",
        "seek",
        "x",
        "y",
        "width",
        "height",
        "zoom",
        "volume",
        "fade-in",
        "fade-out",
    ):
        if key in element and not _is_number(element[key]):
            reasons.append(f"{where}: {key} must be a number.")
    for key, allowed in _CHOICES.items():
        if key in element and not (isinstance(element[key], (str, int)) and element[key] in allowed):
            reasons.append(f"{where}: {key} cannot be {str(element[key])[:30]!r}.")
    if reasons:
        return reasons
    start = float(element.get("start", 0))
    lasts = float(element.get("duration", -2))
    lasts = lasts if lasts > 0 else length - start
    if start < 0 or start + lasts > length + 0.05:
        reasons.append(f"{where} is seen outside of its scene.")
    if kind == "text":
        return reasons + _text(element, where, lasts)
    return reasons + _source(element, where, lasts, assets)


def _source(element: dict[str, Any], where: str, lasts: float, assets: Mapping[str, Asset]) -> list[str]:
    src, kind = element.get("src"), _KINDS[element["type"]]
    if not isinstance(src, str) or not _ID.fullmatch(src):
        return [f"{where} must name an asset by its id, nothing else."]
    asset = assets.get(src)
    if asset is None:
        return [f"{where} names {src}, which is not in the inventory."]
    if asset.category is not kind:
        return [f"{where} takes {src} for a {_NOUNS[kind]}, which it is not."]
    if not asset.usable:
        return [
            f"{where} uses {src}, which cannot be read: {(asset.problem or 'its facts are not known')[:200]}"
        ]
    if "crop" in element and not _inside(element["crop"], asset):
        return [f"{where} cuts out a part that is not inside of {src}."]
    duration = asset.facts.duration if asset.facts else None
    seek = float(element.get("seek", 0))
    if kind is Category.IMAGE:
        return []
    if duration is None or seek < 0:
        return [f"{where}: the part of {src} is not inside of it."]
    if kind is Category.VIDEO and seek + lasts > duration + 0.05:
        return [f"{where} shows {src} until {seek + lasts:.1f} s; it ends at {duration:.1f} s."]
    if kind is Category.AUDIO and seek >= duration:
        return [f"{where} starts {src} after its end."]
    return []


def _inside(crop: Any, asset: Asset) -> bool:
    """Whether a crop window lies in the picture, in its pixels as shown."""
    if not isinstance(crop, dict) or set(crop) - {"x", "y", "width", "height"} or asset.facts is None:
        return False
    x, y, width, height = (crop.get(key, 0) for key in ("x", "y", "width", "height"))
    if not all(_is_number(value) for value in (x, y, width, height)):
        return False
    fits = x + width <= (asset.facts.width or 0) and y + height <= (asset.facts.height or 0)
    return bool(x >= 0 and y >= 0 and width > 0 and height > 0 and fits)


def _text(element: dict[str, Any], where: str, lasts: float) -> list[str]:
    words, settings = element.get("text"), element.get("settings", {})
    if not isinstance(words, str) or not words.strip():
        return [f"{where} has no words."]
    reasons = []
    if len(words) > _MAX_TEXT:
        reasons.append(f"{where} has {len(words)} characters; {_MAX_TEXT} are the most that can be read.")
    if "{{" in words or _ADDRESS.search(words) or _MENTION.search(words):
        reasons.append(f"{where} carries an address, a mention or template braces.")
    if lasts < reading_time(words) - 0.02:
        reasons.append(f"{where} stands {lasts:.1f} s, too short to read it ({reading_time(words):.1f} s).")
    x, y = element.get("x", 0), element.get("y", 0)
    width, height = element.get("width", 0), element.get("height", 0)
    inside = x >= SAFE_LEFT and y >= SAFE_TOP and x + width <= SAFE_RIGHT and y + height <= SAFE_BOTTOM
    if not inside or width <= 0 or height <= 0:
        reasons.append(f"{where} reaches under Instagram's own buttons or the frame's edge.")
    if not isinstance(settings, dict):
        return [*reasons, f"{where} has settings that are none."]
    return reasons + _settings(settings, where)


def _settings(settings: dict[str, Any], where: str) -> list[str]:
    reasons = _unknown_keys(settings, SETTINGS_KEYS, f"{where}, settings,")
    for key, value in settings.items():
        if not isinstance(value, str) or not _STYLE_VALUE.fullmatch(value):
            reasons.append(f"{where}: the setting {str(key)[:30]} has a strange value.")
    size = re.fullmatch(r"(\d{1,3})px", str(settings.get("font-size", "72px")))
    if not size or int(size[1]) < _SMALLEST:
        reasons.append(f"{where} is smaller than {_SMALLEST} px.")
    colour, ground = str(settings.get("color", "")), str(settings.get("background-color", ""))
    if _HEX.fullmatch(colour) and _HEX.fullmatch(ground) and contrast(colour, ground) < 4.5:
        reasons.append(f"{where} has too little contrast to its box.")
    return reasons


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two #RRGGBB colours, 1 … 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _elements(owner: Mapping[str, Any], where: str, reasons: list[str]) -> list[dict[str, Any]]:
    elements = owner.get("elements", [])
    if not isinstance(elements, list) or not all(isinstance(e, dict) for e in elements):
        reasons.append(f"{where} has elements that are none.")
        return []
    if len(elements) > MAX_ELEMENTS:
        reasons.append(f"{where} has {len(elements)} elements; {MAX_ELEMENTS} are the most.")
        return []
    return elements


def _unknown_keys(part: Mapping[str, Any], known: set[str], where: str) -> list[str]:
    return [f"{where} has the unknown property {str(key)[:40]!r}." for key in part if key not in known]


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e6


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
