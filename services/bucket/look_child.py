"""A process that looks at what a media file shows, so that a hostile file can only end this process.

It is started as ``python -m services.bucket.look_child SECONDS`` and talks as child_end.py says. Orders carry
{"category": "video", "name": "…", "size": 123}, and for the best moments of a clip's window also
{"window": [from, to], "count": 3}. Answers are what look.py understands.
"""

from __future__ import annotations

import base64
import os
import struct
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageOps

from services.bucket import colours, motion, picture, sound, tempo
from services.bucket.child_end import PHOTOS, Unreadable, ensure_size, serve
from services.bucket.clip import Frame, read_clip
from services.bucket.contact_sheet import MOST_TILES, sheet
from services.bucket.window import best_moments

NICE = 15  # renders and people come first
PATIENCE = 20.0  # times the seconds of its own work that it may wait for its turn
_MARKED = (0.0, 0.5, 1.0)  # of the frames of a clip, those that marks are taken of


def answer(order: dict[str, Any], file: BinaryIO) -> dict[str, Any]:
    """Unreadable with the reason."""
    if "window" in order:
        start, end = order["window"]
        return {"moments": best_moments(file, start, end, order["count"])}
    match order["category"]:
        case "image":
            return _photo(file)
        case "video":
            return _clip(file)
        case _:
            return _music(file)


def _photo(file: BinaryIO) -> dict[str, Any]:
    try:
        with Image.open(file, formats=PHOTOS) as opened:
            ensure_size("photo", *opened.size)
            # JPEG is decoded at a fraction of its size at once.
            opened.draft("RGB", (picture.SIDE, picture.SIDE))
            shown = ImageOps.exif_transpose(opened)
            small = _flat(picture.thumbnail(shown, picture.SIDE))
    except (OSError, ValueError, SyntaxError, EOFError, struct.error) as error:
        raise Unreadable("The photo is damaged: it cannot be decoded.") from error
    return _pictures([small]) | {"sheet": _base64(sheet([small])), "marks": _base64(picture.mark(small))}


def _flat(shown: Image.Image) -> Image.Image:
    """On white where it is see-through, as browsers show it."""
    if shown.mode not in {"RGBA", "LA", "PA"} and "transparency" not in shown.info:
        return shown.convert("RGB")
    ground = Image.new("RGBA", shown.size, "white")
    return Image.alpha_composite(ground, shown.convert("RGBA")).convert("RGB")


def _clip(file: BinaryIO) -> dict[str, Any]:
    packets, frames = read_clip(file)
    measured = motion.measure(packets, frames)
    tiles = _tiles(frames)
    marked = [frames[round(part * (len(frames) - 1))] for part in _MARKED]
    return _pictures([frame.picture for frame in frames]) | {
        "motion": {
            "step": measured.step,
            "curve": list(measured.curve),
            "peaks": [{"at": at, "strength": strength} for at, strength in measured.peaks],
            "level": measured.level,
            "frames": [round(frame.at, 2) for frame in tiles],
        },
        "sheet": _base64(sheet([frame.picture for frame in tiles])),
        "marks": _base64(b"".join(picture.mark(frame.picture) for frame in marked)),
    }


def _tiles(frames: list[Frame]) -> list[Frame]:
    places = np.linspace(0, len(frames) - 1, min(MOST_TILES, len(frames))).round().astype(int)
    return [frames[place] for place in places]


def _pictures(shown: list[Image.Image]) -> dict[str, Any]:
    """What is measured alike of photos and of a clip's frames; a clip is as sharp as its better half."""
    lights = [picture.luma(one) for one in shown]
    pixels = np.concatenate([picture.sample(one) for one in shown])
    if len(pixels) > 8000:
        pixels = pixels[:: len(pixels) // 8000 + 1]
    return {
        "picture": {
            "palette": [dict(zip(("rgb", "share", "name"), c, strict=True)) for c in colours.palette(pixels)],
            "brightness": round(float(np.mean([picture.brightness(light) for light in lights])), 3),
            "contrast": round(float(np.mean([picture.contrast(light) for light in lights])), 3),
            "sharpness": round(float(np.percentile([picture.sharpness(light) for light in lights], 75)), 3),
        }
    }


def _music(file: BinaryIO) -> dict[str, Any]:
    heard = sound.read_sound(file)
    beat = tempo.find_beat(heard.samples)
    step, energy = sound.energy(heard.samples)
    return {
        "sound": {
            "loudness": round(heard.loudness, 1) if heard.loudness is not None else None,
            "tempo": beat.tempo if beat else None,
            "sure": beat.sure if beat else 0.0,
            "beats": list(beat.times) if beat else [],
            "step": step,
            "energy": list(energy),
        }
    }


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


if __name__ == "__main__":
    os.nice(NICE)
    serve(answer, ahead=1 << 20, patience=PATIENCE)
