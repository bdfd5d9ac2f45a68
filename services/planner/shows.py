"""What a file shows, in a line: what was measured, and what a vision model said, if anything."""

from __future__ import annotations

from typing import Any

from services.model.asset import Asset
from services.planner.quoted import plain

_PEAKS, _COLOURS = 3, 3


def shows(asset: Asset) -> str:
    """ "A hand glazes a bowl; hands, brush; brown, moving; most happens at 3.2 s, 7 s"; "" if unknown."""
    parts = []
    if said := asset.description:
        parts += [plain(said.sentence, 160), plain(", ".join(said.tags), 80)]
    footage = asset.footage
    if footage is not None:
        parts.append(", ".join(sorted(footage.words)))
        if footage.motion and footage.motion.peaks:
            strongest = sorted(footage.motion.peaks, key=lambda peak: -peak.strength)[:_PEAKS]
            times = ", ".join(f"{peak.at:.1f} s" for peak in sorted(strongest, key=lambda peak: peak.at))
            parts.append(f"most happens at {times}")
        if footage.sound and footage.sound.tempo:
            parts.append(f"{footage.sound.tempo:.0f} beats a minute")
    return "; ".join(part for part in parts if part)


def measured(asset: Asset) -> dict[str, Any]:
    """The same as data, for get_media; only what is known."""
    footage, found = asset.footage, dict[str, Any]()
    if said := asset.description:
        found |= {
            "said_to_show": plain(said.sentence, 200),
            "tags": [plain(tag, 30) for tag in said.tags[:8]],
        }
    if footage is None:
        return found
    found["words"] = sorted(footage.words)
    if footage.picture:
        colours = footage.picture.palette[:_COLOURS]
        found["colours"] = [{"rgb": c.rgb, "share": round(c.share, 2)} for c in colours]
        found |= {
            "brightness": round(footage.picture.brightness, 2),
            "sharpness": round(footage.picture.sharpness, 2),
        }
    if footage.motion:
        found["motion"] = round(footage.motion.level, 2)
        found["peaks"] = [
            {"second": round(p.at, 1), "strength": round(p.strength, 2)} for p in footage.motion.peaks[:8]
        ]
    if footage.sound:
        found |= {"loudness_lufs": footage.sound.loudness, "tempo": footage.sound.tempo}
        found["beats"] = [round(beat, 2) for beat in footage.sound.beats[:40]]
    if asset.family:
        found["looks_like_family"] = plain(asset.family, 40)
    return found
