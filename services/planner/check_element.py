"""Whether one element of a proposed movie may be rendered: its file, its place, its words.

Values only; reasons are sentences. The movie around it is looked at in check.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from services.model.asset import Asset, Category
from services.movie.elements import Audio, Crop, Element, Image, Text, Video
from services.planner.frame import SAFE_BOTTOM, SAFE_LEFT, SAFE_RIGHT, SAFE_TOP
from services.planner.words import reading_time

_MAX_TEXT = 120
_SMALLEST = 36  # pixels of font size that a phone still shows readably

_PLACE = {"position", "x", "y", "width", "height"}
_TIME = {"type", "start", "duration", "fade-in", "fade-out"}
_PICTURE = {"src", "resize", "crop", "zoom", "pan", "correction"} | _PLACE | _TIME
ELEMENT_KEYS = {
    "image": _PICTURE,
    "video": _PICTURE | {"seek", "muted", "volume"},
    "text": {"text", "style", "settings"} | _PLACE | _TIME,
    "audio": {"src", "volume", "seek", "loop"} | _TIME,
}
SETTINGS_KEYS = {
    "font-family", "font-size", "font-weight", "color", "text-align", "background-color", "text-shadow",
}  # fmt: skip
# Those whose words come to stand, and soon: others leave, or take longer than a shot.
TEXT_STYLES = ("001", "002", "003", "004")
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


def element_reasons(element: Element, length: float, assets: Mapping[str, Asset]) -> Iterator[str]:
    """What is wrong with ``element`` in a scene of ``length`` seconds."""
    if not isinstance(element, Image | Video | Text | Audio):
        yield f"{element.where} is of the type {element.type!r}; {', '.join(ELEMENT_KEYS)} are allowed."
        return
    lasts = element.duration if element.duration > 0 else length - element.start
    if element.start < 0 or element.start + lasts > length + 0.05:
        yield f"{element.where} is seen outside of its scene."
    if not isinstance(element, Audio) and element.position != "custom":
        yield f"{element.where}: position cannot be {element.position!r}."
    if isinstance(element, Text):
        yield from _text(element, lasts)
    else:
        yield from _source(element, lasts, assets)


def _source(element: Image | Video | Audio, lasts: float, assets: Mapping[str, Asset]) -> Iterator[str]:
    where, src, kind = element.where, element.src, _KINDS[element.type]
    asset = assets.get(src)
    if not _ID.fullmatch(src):
        yield f"{where} must name an asset by its id, nothing else."
    elif asset is None:
        yield f"{where} names {src}, which is not in the inventory."
    elif asset.category is not kind:
        yield f"{where} takes {src} for a {_NOUNS[kind]}, which it is not."
    elif not asset.usable:
        problem = asset.problem or "its facts are not known"
        yield f"{where} uses {src}, which cannot be read: {problem[:200]}"
    elif not isinstance(element, Audio) and element.crop and not _inside(element.crop, asset):
        yield f"{where} cuts out a part that is not inside of {src}."
    elif not isinstance(element, Image):
        yield from _part(element, lasts, asset)


def _part(element: Video | Audio, lasts: float, asset: Asset) -> Iterator[str]:
    """Whether the part that is played lies in the file."""
    where, src, seek = element.where, element.src, element.seek
    duration = asset.facts.duration if asset.facts else None
    if isinstance(element, Audio) and element.loop not in (1, -1):
        yield f"{where}: loop cannot be {element.loop}."
    if duration is None or seek < 0:
        yield f"{where}: the part of {src} is not inside of it."
    elif isinstance(element, Video) and seek + lasts > duration + 0.05:
        yield f"{where} shows {src} until {seek + lasts:.1f} s; it ends at {duration:.1f} s."
    elif isinstance(element, Audio) and seek >= duration:
        yield f"{where} starts {src} after its end."


def _inside(crop: Crop, asset: Asset) -> bool:
    """Whether a crop window lies in the picture, in its pixels as shown."""
    if asset.facts is None:
        return False
    right, bottom = crop.x + crop.width, crop.y + crop.height
    return right <= (asset.facts.width or 0) and bottom <= (asset.facts.height or 0)


def _text(element: Text, lasts: float) -> Iterator[str]:
    where, words = element.where, element.text
    if not words.strip():
        yield f"{where} has no words."
        return
    if len(words) > _MAX_TEXT:
        yield f"{where} has {len(words)} characters; {_MAX_TEXT} are the most that can be read."
    if ADDRESS.search(words) or MENTION.search(words):
        yield f"{where} carries an address or a mention."
    if lasts < reading_time(words) - 0.02:
        yield f"{where} stands {lasts:.1f} s, too short to read it ({reading_time(words):.1f} s)."
    right, bottom = element.x + element.width, element.y + element.height
    inside = (
        element.x >= SAFE_LEFT and element.y >= SAFE_TOP and right <= SAFE_RIGHT and bottom <= SAFE_BOTTOM
    )
    if not inside or element.width <= 0 or element.height <= 0:
        yield f"{where} reaches under Instagram's own buttons or the frame's edge."
    if element.style not in TEXT_STYLES:
        yield f"{where}: style cannot be {element.style!r}."
    yield from _settings(element.settings.css(), where)


def _settings(settings: Mapping[str, str], where: str) -> Iterator[str]:
    for key, value in settings.items():
        if not _STYLE_VALUE.fullmatch(value):
            yield f"{where}: the setting {key} has a strange value."
    size = re.fullmatch(r"(\d{1,3})px", settings.get("font-size", "72px"))
    if not size or int(size[1]) < _SMALLEST:
        yield f"{where} is smaller than {_SMALLEST} px."
    colour, ground = settings.get("color", ""), settings.get("background-color", "")
    if HEX.fullmatch(colour) and HEX.fullmatch(ground) and contrast(colour, ground) < 4.5:
        yield f"{where} has too little contrast to its box."


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two #RRGGBB colours, 1 … 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
