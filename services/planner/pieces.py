"""What a file's name and folder say: which piece it shows, of which series, made when, at which stage.

Nothing is guessed beyond the words: a camera's "IMG_1234" names no piece, a folder "uploads" no stage.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.model.asset import Asset, Category
from services.model.footage import Role
from services.model.names import (
    ROLE_WORDS,
    is_group,
    is_timelapse,
    role_of,
    series_of,
    stem_of,
    tokens,
    word_set,
)
from services.planner.words import day as spoken_day
from services.planner.words import first_upper, harmless, singular

MAX_PIXELS = 50_000_000  # photos above this are refused by renderers
SHORTEST_CLIP = 1.2  # seconds; less is not worth a cut


_NO_NAMES = word_set(
    """img image images dsc dscn dscf mvi mov movie vid video videos pxl pano gopr gopro dji whatsapp
    screenshot photo photos pic picture clip clips track audio music song untitled copy edit edited timelapse
    gcode jpg jpeg png webp mp mpg wav take part rev ver day cam scan test tmp new old the and for with
    uploads"""
)
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Item:
    """A usable asset and what its name says. ``piece`` groups files; ``label`` may be shown, "" = unknown."""

    asset: Asset
    id: str
    category: Category
    stage: Role
    piece: str
    label: str
    series: str
    day: date | None
    duration: float  # seconds; 0 for photos
    aspect: float  # width / height as shown; 0 for sound
    width: int  # pixels, as shown
    height: int
    timelapse: bool  # named as one, or as the still of one
    family: str = ""  # what the brand calls one piece of the series: "ripple vase"
    group: bool = False  # a picture of several pieces, by its name

    @property
    def called(self) -> str:
        """Its label inside a sentence; "" if it has none. An id is a name, words are a description."""
        if not self.label or self.label == self.piece.upper():
            return self.label
        words = self.label.removeprefix("The ")
        return f"the {words[:1].lower()}{words[1:]}" if words.isascii() else f"“{words}”"

    @property
    def folder(self) -> str:
        """Its folder in words; "" for a name of one word, such as "media", which would say nothing."""
        words = harmless(self.asset.file.folder.replace("_", " "), 30)
        return words if " " in words else ""

    @property
    def subject(self) -> str:
        """How a sentence calls it: its label, else where it comes from."""
        if self.label:
            return self.called
        noun = {Category.VIDEO: "a clip", Category.AUDIO: "a track"}.get(self.category, "a photo")
        if self.day:
            return f"{noun} of {spoken_day(self.day)}"
        return f"{noun} from “{self.folder}”" if self.folder else noun


def read_items(assets: Iterable[Asset], context: Mapping[str, str]) -> list[Item]:
    """The usable photos, clips and tracks, sorted by key, so that a folder's order changes nothing."""
    names = series_names(context)
    usable = sorted((a for a in assets if _fit(a)), key=lambda asset: asset.file.key)
    return [_read(asset, names) for asset in usable]


def series_names(context: Mapping[str, str]) -> dict[str, str]:
    """Series → what the brand's context calls it, from lines such as "RV: ribbed vases"."""
    found: dict[str, str] = {}
    pattern = re.compile(r"^[\s\-*|#`]*([A-Z]{2,3})[`*]*\s*(?:[:=|–—]|-\s)\s*[`*]*([^.;,(|:=–—\n]{3,60})")
    for text in context.values():
        for line in text.splitlines():
            match = pattern.match(line)
            if match and (name := harmless(match.group(2), 32)):
                found.setdefault(match.group(1), name)
    return found


def _fit(asset: Asset) -> bool:
    facts = asset.facts
    if not asset.usable or facts is None:
        return False
    if asset.category is Category.AUDIO:
        return _positive(facts.duration)
    if asset.category not in (Category.IMAGE, Category.VIDEO):
        return False
    if not facts.width or not facts.height or min(facts.width, facts.height) < 64:
        return False
    if asset.category is Category.IMAGE:
        return facts.width * facts.height <= MAX_PIXELS
    return _positive(facts.duration) and (facts.duration or 0) >= SHORTEST_CLIP


def _positive(value: float | None) -> bool:
    return value is not None and math.isfinite(value) and value > 0


def _read(asset: Asset, names: Mapping[str, str]) -> Item:
    file, facts = asset.file, asset.facts
    assert facts is not None
    stem = stem_of(file.name)
    piece, label, series = _piece(asset, stem)
    group = is_group(stem) and label != piece.upper()
    if group:
        series = next((t.upper() for t in re.findall(r"[A-Za-z]+", stem) if t.upper() in names), "")
        label = first_upper(names[series]) if series else "The family" if "family" in tokens(stem) else label
    width, height = facts.width or 0, facts.height or 0
    return Item(
        asset=asset,
        id=asset.id,
        category=asset.category,
        stage=_stage(asset, stem),
        piece=piece,
        label=label,
        series=series,
        day=_date(stem),
        duration=facts.duration or 0.0,
        aspect=width / height if height and asset.category is not Category.AUDIO else 0.0,
        width=width,
        height=height,
        timelapse=is_timelapse(stem),
        family=singular(names[series].lower()) if series in names else "",
        group=group,
    )


def _piece(asset: Asset, stem: str) -> tuple[str, str, str]:
    """(piece, label, series): as the catalogue knows the piece, else by the name's own words."""
    subfolder = harmless(asset.file.subfolder.rpartition("/")[2].replace("_", " "), 24)
    if series := series_of(asset.piece):
        return asset.piece, asset.piece.upper(), series
    words = [w.lower() for w in _WORD.findall(harmless(asset.piece or stem, 80)) if _telling(w)]
    if any(w not in ROLE_WORDS for w in words) and not _PIECELESS.search(stem):
        piece = asset.piece or " ".join(w for w in words if w not in ROLE_WORDS)[:60]
        return piece, first_upper(harmless(" ".join(words[:3]), 24)), subfolder
    return asset.piece or f"{asset.file.folder}/{asset.file.subfolder}/{stem}".lower(), "", subfolder


_PIECELESS = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}|[0-9a-fA-F]{16}")


def _telling(word: str) -> bool:
    low = word.lower()
    spoken = not low.isascii() or bool(set(low) & set("aeiouy"))
    return spoken and low not in _NO_NAMES


def _stage(asset: Asset, stem: str) -> Role:
    """As the catalogue knows it of a piece's files; of others, by the same rules."""
    return asset.role or role_of(stem, asset.file.subfolder, asset.file.folder, asset.category)


def _date(stem: str) -> date | None:
    match = _DAY.search(stem)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:  # the 31st of a short month is a number, not a day
        return None
