"""What the footage shows, as planning uses it: sharp or not, which colours, where in a clip something is on.

Everything here has an answer for files that nobody has looked at yet: then it is as if nothing were known.
"""

from __future__ import annotations

import colorsys
import functools
import math
import random
from collections.abc import Sequence

from services.model.footage import BLURRY
from services.planner.looks import Palette
from services.planner.pieces import Item

_BEFORE = 0.35  # of a shot passes before its moment
_UNKNOWN = 0.5  # how far apart colours are that nobody has seen
_SURE = 0.3  # from which a tempo is believed

Seconds = tuple[float, float]
Rgb = tuple[float, float, float]  # each 0 … 1


def blurred(item: Item) -> bool:
    """Known to be out of focus: taken only when there is nothing else."""
    footage = item.asset.footage
    return bool(footage and footage.picture and footage.picture.sharpness <= BLURRY)


def start_of(item: Item, length: float, taken: Sequence[Seconds], rolls: random.Random) -> float:
    """Where a part of ``length`` seconds begins: around a moment of the clip, best one not ``taken`` yet."""
    spare = max(0.0, item.duration - 0.1 - length)
    footage = item.asset.footage
    peaks = footage.motion.peaks if footage and footage.motion else ()
    options = [(min(spare, max(0.0, peak.at - _BEFORE * length)), peak.strength) for peak in peaks]
    options += [(spare * rolls.random(), 0.2) for _ in range(4)]

    def worth(option: tuple[float, float]) -> float:
        start, strength = option
        seen = sum(max(0.0, min(start + length, b) - max(start, a)) for a, b in taken)
        return strength + 0.15 * rolls.random() - 2.0 * seen / max(length, 0.1)

    return int(max(options, key=worth)[0] * 10) / 10


def moments(item: Item, count: int, length: float, last: float) -> list[float]:
    """Starts of ``count`` parts of a clip in order, which do not overlap; spread out if unknown.

    The last part, of ``last`` seconds, is the clip's end.
    """
    spare = max(0.0, item.duration - 0.1 - last)
    count = min(count, 1 + int(spare / length))
    footage = item.asset.footage
    peaks = sorted(footage.motion.peaks, key=lambda p: -p.strength) if footage and footage.motion else []
    starts: list[float] = []
    for peak in peaks:
        start = min(spare, max(0.0, peak.at - _BEFORE * length))
        if len(starts) < count - 1 and all(abs(start - other) >= length - 1e-6 for other in starts):
            starts.append(start)
    starts = [start for start in starts if start <= spare - length]
    for number in range(count):
        start = spare * (1 - number / max(1, count - 1))
        if len(starts) < count and all(abs(start - other) >= length - 1e-6 for other in starts):
            starts.append(start)
    return sorted(int(start * 10) / 10 for start in starts)


def beats_of(item: Item | None) -> tuple[float, ...]:
    """Seconds of the beats of a track with a steady one; empty if it has none or nobody listened."""
    sound = item.asset.footage.sound if item and item.asset.footage else None
    return sound.beats if sound and sound.tempo and sound.sure >= _SURE else ()


def tempo_of(item: Item) -> float | None:
    sound = item.asset.footage.sound if item.asset.footage else None
    return sound.tempo if sound and sound.sure >= _SURE else None


def energy_at(item: Item, start: float, length: float) -> float:
    """0 … 1: how lively a part of a track is; 0.5 where nobody listened."""
    sound = item.asset.footage.sound if item.asset.footage else None
    if sound is None or not sound.energy or sound.step <= 0:
        return 0.5
    part = sound.energy[int(start / sound.step) : int((start + length) / sound.step) + 1]
    return sum(part) / len(part) / 100 if part else 0.5


def colours_of(item: Item) -> tuple[tuple[Rgb, float], ...]:
    """(colour, share), the largest share first."""
    footage = item.asset.footage
    if footage is None or footage.picture is None:
        return ()
    return tuple((rgb(colour.rgb), colour.share) for colour in footage.picture.palette)


@functools.lru_cache(4096)
def rgb(text: str) -> Rgb:
    """ "#a86242" as three shares."""
    return int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255


def apart(one: Item, other: Item) -> float:
    """How far the colours of two pictures are from each other, 0 … 1."""
    mine, theirs = colours_of(one)[:3], colours_of(other)[:3]
    if not mine or not theirs:
        return _UNKNOWN
    total = sum(share for _, share in mine)
    return sum(share * min(_far(a, b) for b, _ in theirs) for a, share in mine) / max(total, 0.01)


def _far(a: Rgb, b: Rgb) -> float:
    red, green, blue = (abs(x - y) for x, y in zip(a, b, strict=True))
    return min(1.0, math.sqrt(0.3 * red**2 + 0.59 * green**2 + 0.11 * blue**2))


def mood(items: Sequence[Item]) -> tuple[Rgb, ...]:
    """The overall colour of each of up to six pictures, in order; only of those somebody has seen."""
    found = []
    for item in items[:6]:
        colours = colours_of(item)
        total = sum(share for _, share in colours)
        if total > 0:
            red, green, blue = (sum(c[n] * share for c, share in colours) / total for n in range(3))
            found.append((red, green, blue))
    return tuple(found)


def moods_apart(one: Sequence[Rgb], other: Sequence[Rgb]) -> float:
    """How differently two videos are coloured, 0 … 1, picture by picture."""
    if not one or not other:
        return _UNKNOWN
    count = max(len(one), len(other))
    pairs = ((one[n * len(one) // count], other[n * len(other) // count]) for n in range(count))
    return sum(_far(a, b) for a, b in pairs) / count


def own_palette(item: Item, rolls: random.Random) -> Palette | None:
    """A ground and a box picked from the picture's own colours, so that both go with it; None if unknown."""
    colours = colours_of(item)
    if not colours:
        return None
    lively = max(colours[:4], key=lambda c: _saturation(c[0]) * c[1] ** 0.5)[0]
    hue, _, saturation = colorsys.rgb_to_hls(*lively)
    strength = min(0.5, saturation)
    ground_light = rolls.choice((0.12, 0.2, 0.82, 0.9))
    turned = (hue + rolls.choice((0.0, 0.0, 0.5, 0.08))) % 1.0
    ground = _hex(turned, ground_light, strength * (0.8 if ground_light > 0.5 else 1.0))
    if ground_light > 0.5:  # letters 10 : 1 on their box in every hue
        return Palette("its own", ground, _hex(hue, 0.15, strength), _hex(hue, 0.95, 0.3))
    return Palette("its own", ground, _hex(hue, 0.9, strength), _hex(hue, 0.1, 0.3))


def _saturation(colour: Rgb) -> float:
    return max(colour) - min(colour)


def _hex(hue: float, light: float, saturation: float) -> str:
    red, green, blue = (round(255 * value) for value in colorsys.hls_to_rgb(hue, light, saturation))
    return f"#{red:02X}{green:02X}{blue:02X}"
