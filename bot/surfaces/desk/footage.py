"""What a file shows, as a page draws it: bars and curves as coordinates of SVG, values as words.

Styles in attributes are not allowed here (security.py), so colours and lengths are attributes of shapes.
"""

from __future__ import annotations

from typing import Any

from services.model.asset import Asset
from services.model.footage import Footage, MotionLook, PictureLook, SoundLook

WIDTH, HEIGHT = 600, 90  # of a curve, in its own units
MOST_BEATS = 400  # ticks in one drawing


def swatches(footage: Footage | None) -> list[dict[str, Any]]:
    """The palette as parts of a bar 100 wide; what no colour has a share of is shared out among them."""
    if footage is None or footage.picture is None or not footage.picture.palette:
        return []
    whole = sum(colour.share for colour in footage.picture.palette)
    bars, x = [], 0.0
    for colour in footage.picture.palette:
        width = 100 * colour.share / whole
        percent = round(colour.share * 100)
        bars.append(
            {"x": round(x, 2), "w": round(width, 2), "rgb": colour.rgb, "name": colour.name, "p": percent}
        )
        x += width
    return bars


def detail(asset: Asset) -> dict[str, Any]:
    """Everything the detail of one file shows; parts that do not apply are None or empty."""
    seen = asset.footage
    duration = asset.facts.duration if asset.facts else None
    return {
        "swatches": swatches(seen),
        "measures": _measures(seen) if seen else [],
        "motion": _motion(seen.motion, duration) if seen and seen.motion else None,
        "sound": _sound(seen.sound, duration) if seen and seen.sound else None,
        "sheet": bool(seen and seen.motion),
        "frames": [_time(at) for at in seen.motion.frames] if seen and seen.motion else [],
        "description": asset.description,
        "looked": seen is not None,
        "problem": asset.problem or (seen.problem if seen else None),
    }


def _measures(seen: Footage) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if seen.picture:
        found += _of_picture(seen.picture)
    if seen.motion:
        found.append(("Motion", _percent(seen.motion.level)))
    if seen.sound:
        found += _of_sound(seen.sound)
    return found


def _of_picture(look: PictureLook) -> list[tuple[str, str]]:
    return [
        ("Brightness", _percent(look.brightness)),
        ("Contrast", _percent(look.contrast)),
        ("Sharpness", _percent(look.sharpness)),
    ]


def _of_sound(look: SoundLook) -> list[tuple[str, str]]:
    tempo = f"{look.tempo:g} bpm" if look.tempo else "no steady beat"
    loud = "silent" if look.loudness is None else f"{look.loudness:.1f} LUFS".replace("-", "−")
    return [("Tempo", tempo), ("Beats", f"{len(look.beats):,}"), ("Loudness", loud)]


def _motion(look: MotionLook, duration: float | None) -> dict[str, Any]:
    length = duration or len(look.curve) * look.step
    peaks = [
        {"x": _across(peak.at, length), "y": round(HEIGHT * (1 - peak.strength), 1), "time": _time(peak.at)}
        for peak in look.peaks
    ]
    return {"path": _area(look.curve, look.step, length), "peaks": peaks, "end": _time(length)}


def _sound(look: SoundLook, duration: float | None) -> dict[str, Any]:
    length = duration or len(look.energy) * look.step
    beats = [_across(at, length) for at in look.beats[:MOST_BEATS]]
    return {"path": _area(look.energy, look.step, length), "beats": beats, "end": _time(length)}


def _area(curve: tuple[int, ...], step: float, length: float) -> str:
    """A filled curve over WIDTH × HEIGHT as an SVG path."""
    points = [
        f"{_across((k + 0.5) * step, length)},{HEIGHT * (1 - v / 100):.1f}" for k, v in enumerate(curve)
    ]
    first, last = (point.partition(",")[2] for point in (points[0], points[-1])) if points else ("0", "0")
    return (
        f"M0,{HEIGHT} L0,{first} L{' L'.join(points)} L{WIDTH},{last} L{WIDTH},{HEIGHT} Z" if points else ""
    )


def _across(at: float, length: float) -> float:
    return round(min(1.0, at / length if length else 0) * WIDTH, 1)


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
