"""What a file's name and folder say: which piece it shows, of which series, made when, at which stage.

Nothing is guessed beyond the words: a camera's "IMG_1234" names no piece, a folder "uploads" no stage.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.model.asset import Asset, Category
from services.planner.words import day as spoken_day
from services.planner.words import first_upper, harmless, singular

MAX_PIXELS = 50_000_000  # photos above this are refused by renderers
SHORTEST_CLIP = 1.2  # seconds; less is not worth a cut


class Stage(StrEnum):
    """What is seen, as far as the name or the folder says it."""

    TIMELAPSE = "timelapse"  # a clip named so
    PRINT = "print"  # a photo that belongs to a timelapse
    FAILED = "failed"
    PROGRESS = "progress"
    BUILD = "build"
    FINISHED = "finished"
    PLAIN = ""  # nothing is said


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STAGES: tuple[tuple[Stage, frozenset[str]], ...] = (
    (Stage.FAILED, _words("fail failed fails failure failures collapse collapsed broken cracked oops")),
    (Stage.FINISHED, _words("completed complete finished finish done final glazed fired")),
    (Stage.PROGRESS, _words("wip progress process drying unfinished greenware")),
    (Stage.BUILD, _words("build builds workshop machine printer assembly")),
)
_TIMELAPSE = _words("timelapse gcode")
_GROUPS = _words("series family group")
_STAGE_WORDS = frozenset(word for _, words in _STAGES for word in words)
_NO_NAMES = _words(
    """img image images dsc dscn dscf mvi mov movie vid video videos pxl pano gopr gopro dji whatsapp
    screenshot photo photos pic picture clip clips track audio music song untitled copy edit edited timelapse
    gcode jpg jpeg png webp mp mpg wav take part rev ver day cam scan test tmp new old the and for with
    uploads"""
)
_PIECE = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2,3})(\d{1,3})(?![A-Za-z0-9])")
_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_WORD = re.compile(r"[^\W\d_]{3,}")
_FILE = re.compile(r"[\w.\-]+\.(?:jpe?g|png|webp|mp4|mov|mkv|webm)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """A usable asset and what its name says. ``piece`` groups files; ``label`` may be shown, "" = unknown."""

    asset: Asset
    id: str
    category: Category
    stage: Stage
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
        return f"{noun} from {self.folder}" if self.folder else noun


def read_items(assets: Iterable[Asset], context: Mapping[str, str]) -> list[Item]:
    """The usable photos, clips and tracks, sorted by key, so that a folder's order changes nothing."""
    mapped, names = mapped_files(context), series_names(context)
    usable = sorted((a for a in assets if _fit(a)), key=lambda asset: asset.file.key)
    return [_read(asset, mapped, names) for asset in usable]


def mapped_files(context: Mapping[str, str]) -> dict[str, str]:
    """File name (lower case) → piece, from lines of the brand's context that name one piece and files."""
    found: dict[str, str] = {}
    for text in context.values():
        for line in text.splitlines():
            files = _FILE.findall(line)
            pieces = {m.group(0).lower() for m in _pieces(_FILE.sub(" ", line))}
            if files and len(pieces) == 1:
                piece = pieces.pop()
                found.update({name.lower(): piece for name in files})
    return found


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


def _pieces(text: str) -> list[re.Match[str]]:
    return [m for m in _PIECE.finditer(text) if m.group(1).lower() not in _NO_NAMES]


def _read(asset: Asset, mapped: Mapping[str, str], names: Mapping[str, str]) -> Item:
    file, facts = asset.file, asset.facts
    assert facts is not None
    stem = file.name.rpartition(".")[0] or file.name
    piece, label, series = _piece(asset, stem, mapped)
    group = bool(_tokens(stem) & _GROUPS) and label != piece.upper()
    if group:
        series = next((t.upper() for t in re.findall(r"[A-Za-z]+", stem) if t.upper() in names), "")
        label = first_upper(names[series]) if series else "The family" if "family" in _tokens(stem) else label
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
        timelapse=bool(_tokens(stem) & _TIMELAPSE),
        family=singular(names[series].lower()) if series in names else "",
        group=group,
    )


def _piece(asset: Asset, stem: str, mapped: Mapping[str, str]) -> tuple[str, str, str]:
    """(piece, label, series): an id in the name, else the brand's mapping, else the name's own words."""
    subfolder = harmless(asset.file.subfolder.rpartition("/")[2].replace("_", " "), 24)
    known = _pieces(stem) or _pieces(mapped.get(asset.file.name.lower(), ""))
    if known:
        match = known[0]
        return match.group(0).lower(), match.group(0).upper(), match.group(1).upper()
    words = [w.lower() for w in _WORD.findall(harmless(stem, 80)) if _telling(w)]
    if any(w not in _STAGE_WORDS for w in words) and not _PIECELESS.search(stem):
        piece = " ".join(w for w in words if w not in _STAGE_WORDS)[:60]
        return piece, first_upper(harmless(" ".join(words[:3]), 24)), subfolder
    return f"{asset.file.folder}/{asset.file.subfolder}/{stem}".lower(), "", subfolder


_PIECELESS = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}|[0-9a-fA-F]{16}")


def _telling(word: str) -> bool:
    low = word.lower()
    spoken = not low.isascii() or bool(set(low) & set("aeiouy"))
    return spoken and low not in _NO_NAMES


def _stage(asset: Asset, stem: str) -> Stage:
    name = _tokens(stem)
    # A person adds "failed" to a timelapse after having seen how it ended.
    if name & _TIMELAPSE and not name & _STAGES[0][1]:
        return Stage.TIMELAPSE if asset.category is Category.VIDEO else Stage.PRINT
    for place in (name, _tokens(asset.file.subfolder), _tokens(asset.file.folder)):
        for stage, words in _STAGES:
            if place & words:
                return stage
    return Stage.PLAIN


def _tokens(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", text.lower()))


def _date(stem: str) -> date | None:
    match = _DAY.search(stem)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:  # the 31st of a short month is a number, not a day
        return None
