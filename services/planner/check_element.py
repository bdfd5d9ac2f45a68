"""Whether one element of a proposed movie may be rendered: its file, its place, its words.

Values only; reasons are sentences. The movie around it is looked at in check.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from services.model.asset import Asset, Category
from services.planner.looks import SAFE_BOTTOM, SAFE_LEFT, SAFE_RIGHT, SAFE_TOP
from services.planner.words import reading_time

_MAX_TEXT = 120
_SMALLEST = 36  # pixels of font size that a phone still shows readably

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
_ENDS = (
    "com|net|org|io|co|me|ly|app|dev|shop|store|xyz|info|biz|link|site|online|page|tv|gg|ai|to|cc|"
    "de|at|ch|uk|eu|us|fr|nl|it|es|ru|cn|in|example|invalid|test"
)
# With a scheme, with www, or as a bare name: Instagram and readers take all three for an address.
ADDRESS = re.compile(
    r"(?i)\b[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:[\w-]{1,63}\.){1,4}(?:"
    + _ENDS
    + r")(?![\w.-])|\b(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}/\S"
)
MENTION = re.compile(r"(?<![\w.])@\w")
HEX = re.compile(r"#[0-9a-fA-F]{6}")
_STYLE_VALUE = re.compile(r"[#\w .,()%-]{1,80}")  # no quotes, slashes or colons: no address fits in


def element_reasons(
    element: dict[str, Any], where: str, length: float, assets: Mapping[str, Asset]
) -> list[str]:
    """What is wrong with ``element`` in a scene of ``length`` seconds; ``where`` begins the sentences."""
    kind = element.get("type")
    if not isinstance(kind, str) or kind not in ELEMENT_KEYS:
        return [f"{where} is of the type {str(kind)[:30]!r}; image, video, text and audio are allowed."]
    reasons = unknown_keys(element, ELEMENT_KEYS[kind], where)
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
        if key in element and not is_number(element[key]):
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
    if not all(is_number(value) for value in (x, y, width, height)):
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
    if "{{" in words or ADDRESS.search(words) or MENTION.search(words):
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
    reasons = unknown_keys(settings, SETTINGS_KEYS, f"{where}, settings,")
    for key, value in settings.items():
        if not isinstance(value, str) or not _STYLE_VALUE.fullmatch(value):
            reasons.append(f"{where}: the setting {str(key)[:30]} has a strange value.")
    size = re.fullmatch(r"(\d{1,3})px", str(settings.get("font-size", "72px")))
    if not size or int(size[1]) < _SMALLEST:
        reasons.append(f"{where} is smaller than {_SMALLEST} px.")
    colour, ground = str(settings.get("color", "")), str(settings.get("background-color", ""))
    if HEX.fullmatch(colour) and HEX.fullmatch(ground) and contrast(colour, ground) < 4.5:
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


def unknown_keys(part: Mapping[str, Any], known: set[str], where: str) -> list[str]:
    return [f"{where} has the unknown property {str(key)[:40]!r}." for key in part if key not in known]


def is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e6
