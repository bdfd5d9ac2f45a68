"""What a photo, a clip or a piece of music shows and sounds like, measured once for each content.

Shares, levels and strengths are 0 … 1; points of curves are whole numbers 0 … 100, relative to the file's own
highest; times are seconds from the file's start. A part is None where it does not apply (a photo does not
move) or could not be measured; ``problem`` then says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

DARK, BRIGHT = 0.3, 0.62  # brightness from which people say so
BLURRY, SHARP = 0.35, 0.6
STILL, MOVING = 0.2, 0.45  # levels of motion
QUIET, LOUD = -22.0, -12.0  # LUFS
SLOW, FAST = 90.0, 125.0  # beats a minute
MARK = 64  # bytes that one picture is compared by (services/bucket/picture.py)
NAMED = 0.1  # share of the picture from which a colour is one of its words
TEMPO_NEAR = 3.0  # beats a minute by which music found by its tempo may differ


@dataclass(frozen=True, slots=True)
class Colour:
    """``rgb`` as "#a86242", its share of the picture, and its plain name ("brown")."""

    rgb: str
    share: float
    name: str


@dataclass(frozen=True, slots=True)
class PictureLook:
    """Of a photo, or of a clip's frames together. ``palette``: the largest share first, at most six."""

    palette: tuple[Colour, ...]
    brightness: float  # 0 black … 1 white
    contrast: float  # span of brightness that the middle 90 % fill
    sharpness: float  # 0 a blur … 1 crisp


@dataclass(frozen=True, slots=True)
class Moment:
    at: float  # seconds
    strength: float  # 0 … 1 of the clip's own liveliest place


@dataclass(frozen=True, slots=True)
class MotionLook:
    """Where something happens. ``curve`` has a point each ``step`` seconds; ``frames`` are the times of the
    contact sheet's pictures. ``level`` compares clips: 0 stands still … 1 moves all the time."""

    step: float
    curve: tuple[int, ...]
    peaks: tuple[Moment, ...]
    level: float
    frames: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SoundLook:
    """``loudness`` in LUFS (None: silence); ``tempo`` in beats a minute (None: no steady beat) with ``sure``
    0 … 1; ``beats`` in seconds; ``energy`` has a point each ``step`` seconds. The first ten minutes count."""

    loudness: float | None
    tempo: float | None
    sure: float
    beats: tuple[float, ...]
    step: float
    energy: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Footage:
    """``content`` names the bytes: files with the same content share it, whatever they are called."""

    content: str
    picture: PictureLook | None = None
    motion: MotionLook | None = None
    sound: SoundLook | None = None
    problem: str | None = None

    @property
    def words(self) -> frozenset[str]:
        """Plain words a person searches by: colours, dark/bright, blurry/sharp, still/moving, slow/fast …"""
        found: list[str | None] = []
        if self.picture:
            shares = dict.fromkeys((colour.name for colour in self.picture.palette), 0.0)
            for colour in self.picture.palette:
                shares[colour.name] += colour.share
            found += [name for name, share in shares.items() if share >= NAMED]
            found.append(_ends(self.picture.brightness, DARK, BRIGHT, "dark", "bright"))
            found.append(_ends(self.picture.sharpness, BLURRY, SHARP, "blurry", "sharp"))
        if self.motion:
            found.append(_ends(self.motion.level, STILL, MOVING, "still", "moving"))
        if self.sound:
            if self.sound.loudness is not None:
                found.append(_ends(self.sound.loudness, QUIET, LOUD, "quiet", "loud"))
            if self.sound.tempo is not None:
                found.append(_ends(self.sound.tempo, SLOW, FAST, "slow", "fast"))
        return frozenset(word for word in found if word)


class Role(StrEnum):
    """What a file of a piece is to the others, as far as its name or the brand's mapping says it."""

    TIMELAPSE = "timelapse"  # the clip of its making
    STILL = "still"  # the photo that belongs to a timelapse
    FINISHED = "finished"
    PROGRESS = "progress"
    FAILED = "failed"
    BUILD = "build"  # the workshop and its machines
    OTHER = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One object as the brand tells it: the name of its design, and its files with what they show.

    Not ``sure``: only said in passing of these files, so that a file's own name knows better, and they may be
    several objects of the design.
    """

    piece: str
    files: Mapping[str, Role]  # file names in lower case, without folders
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Description:
    """What a vision model said it sees: one sentence, a few lower-case tags. Never an instruction."""

    sentence: str
    tags: tuple[str, ...]
    model: str


def to_json(footage: Footage) -> dict[str, Any]:
    """Without ``content`` and ``problem``; short, as it is stored for each content."""
    found = {part: asdict(value) for part in _PARTS if (value := getattr(footage, part))}
    if sound := found.get("sound"):
        sound["beats"] = [round(beat * 1000) for beat in sound["beats"]]
    return found


def from_json(content: str, data: Mapping[str, Any], problem: str | None = None) -> Footage:
    """Raises KeyError, TypeError or ValueError for what to_json() never wrote."""
    picture, motion, sound = (data.get(part) for part in _PARTS)
    return Footage(
        content,
        PictureLook(
            tuple(Colour(**colour) for colour in picture["palette"]),
            picture["brightness"],
            picture["contrast"],
            picture["sharpness"],
        )
        if picture
        else None,
        MotionLook(
            motion["step"],
            tuple(motion["curve"]),
            tuple(Moment(**peak) for peak in motion["peaks"]),
            motion["level"],
            tuple(motion["frames"]),
        )
        if motion
        else None,
        SoundLook(
            sound["loudness"],
            sound["tempo"],
            sound["sure"],
            tuple(beat / 1000 for beat in sound["beats"]),
            sound["step"],
            tuple(sound["energy"]),
        )
        if sound
        else None,
        problem,
    )


_PARTS = ("picture", "motion", "sound")


def _ends(value: float, low: float, high: float, below: str, above: str) -> str | None:
    return below if value <= low else above if value >= high else None


def as_document(footage: Footage) -> dict[str, Any]:
    """Flat and by plain names, as documents and --json carry it; only what applies to the file."""
    found: dict[str, Any] = {"content": footage.content, "words": sorted(footage.words)}
    if footage.picture:
        found |= asdict(footage.picture)
    if footage.motion:
        motion = asdict(footage.motion)
        found["motion"] = motion.pop("level")
        found |= {"motion_step": motion.pop("step"), "motion_curve": motion.pop("curve"), **motion}
    if footage.sound:
        sound = asdict(footage.sound)
        found |= {"energy_step": sound.pop("step"), "tempo_sure": sound.pop("sure"), **sound}
    return found
