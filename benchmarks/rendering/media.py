"""What the benchmark renders: three large photos, three noisy clips, music, and a movie of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

FPS = 30
FADE = 0.5  # seconds of each of the five crossfades
SCENES = 6
_PHOTO = (3000, 4000)
_CLIP = (1920, 1080)
_CLIP_RATE = 12_000_000  # bit/s


def make_media(folder: Path, seconds: float) -> dict[str, Path]:
    """Asset id → file, for a movie of that length."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for number in range(SCENES // 2):
        made[f"photo{number}"] = folder / f"photo{number}.jpg"
        made[f"clip{number}"] = folder / f"clip{number}.mp4"
        _photo(made[f"photo{number}"], number)
        _clip(made[f"clip{number}"], number, seconds / SCENES + 2)
    made["music"] = folder / "music.m4a"
    _music(made["music"], seconds)
    return made


def movie(seconds: float, title: str = "Title") -> dict[str, Any]:
    """Six scenes that overlap in crossfades; ``title`` is what scene 3 says."""
    each = (seconds + FADE * (SCENES - 1)) / SCENES
    borders = [round(number * each * FPS) / FPS for number in range(SCENES + 1)]
    scenes = []
    for number in range(SCENES):
        length = borders[number + 1] - borders[number]
        picture: dict[str, Any] = {"duration": length, "resize": "cover"}
        if number % 2:
            picture |= {"type": "video", "src": f"clip{number // 2}", "seek": 1, "muted": True}
        else:
            picture |= {"type": "image", "src": f"photo{number // 2}", "zoom": 3 if number % 4 else -3}
        name = title if number == 2 else "Title"
        scene: dict[str, Any] = {"duration": length, "elements": [
            picture,
            _text(f"{name} {number + 1}", 120, 160, 0.5),
            _text("And a line that says more", 64, 1500, 1.0),
        ]}  # fmt: skip
        if number:
            scene["transition"] = {"style": "fade", "duration": FADE}
        scenes.append(scene)
    music = {"type": "audio", "src": "music", "duration": -2, "volume": 0.8, "fade-out": 1}
    return {"resolution": "instagram-story", "fps": FPS, "scenes": scenes, "elements": [music]}


def many_scenes(count: int) -> dict[str, Any]:
    """As many short scenes, none like another, for the memory they need."""
    parts = [movie(30)["scenes"][number % SCENES] for number in range(count)]
    for number, part in enumerate(parts):
        del part["elements"][2]  # its time would not come
        part["elements"][1]["text"] = f"Scene {number + 1}"
        part["elements"][1]["start"] = 0.1
        part["duration"] = 0.8
        part["elements"][0]["duration"] = 0.8
        part.pop("transition", None)
        if number:
            part["transition"] = {"style": "fade", "duration": 0.2}
    return {"resolution": "instagram-story", "fps": FPS, "scenes": parts}


def _text(words: str, size: int, y: int, start: float) -> dict[str, Any]:
    return {
        "type": "text", "text": words, "start": start, "duration": -2, "fade-in": 0.4, "fade-out": 0.4,
        "x": 90, "y": y, "width": 900, "height": 260,
        "settings": {"font-size": f"{size}px", "color": "#ffffff", "font-weight": "700"},
    }  # fmt: skip


def _photo(path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    width, height = _PHOTO
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    picture = np.empty((height, width, 3), np.float32)
    for channel in range(3):
        waves = np.sin(x / (90 + 40 * channel + 20 * seed)) * np.cos(y / (130 + 30 * channel))
        picture[:, :, channel] = 120 + 50 * waves + 30 * y / height
    picture += random.normal(0, 6, (height, width, 1)).astype(np.float32)
    _discs(picture, random, 60)
    Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(path, quality=92)


def _discs(picture: npt.NDArray[np.float32], random: np.random.Generator, count: int) -> None:
    """Edges to look at."""
    height, width = picture.shape[:2]
    for _ in range(count):
        radius = int(random.integers(width // 40, width // 8))
        cx, cy = int(random.integers(radius, width - radius)), int(random.integers(radius, height - radius))
        y, x = np.ogrid[-radius:radius, -radius:radius]
        place = picture[cy - radius : cy + radius, cx - radius : cx + radius]
        place[x * x + y * y < radius * radius] += random.uniform(-60, 60, 3).astype(np.float32)


def _clip(path: Path, seed: int, seconds: float) -> None:
    """Hand-held and noisy, as phones record it."""
    random = np.random.default_rng(100 + seed)
    width, height = _CLIP
    ground = np.full((height + 200, width + 200, 3), 110, np.float32)
    y, x = np.mgrid[0 : height + 200, 0 : width + 200].astype(np.float32)
    ground += (40 * np.sin(x / 70 + seed) * np.cos(y / 50))[:, :, None]
    _discs(ground, random, 40)
    noise = random.normal(0, 9, (8, height, width, 1)).astype(np.float32)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = _CLIP_RATE
        for number in range(round(seconds * FPS)):
            dx, dy = int(100 + 80 * np.sin(number / 23)), int(100 + 80 * np.cos(number / 31))
            picture = ground[dy : dy + height, dx : dx + width] + noise[int(random.integers(8))]
            frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _music(path: Path, seconds: float) -> None:
    time = np.arange(round((seconds + 1) * 48_000)) / 48_000
    chord = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220.0, 277.2, 329.6))
    wave = (0.15 * chord * (0.6 + 0.4 * np.sin(2 * np.pi * 2 * time))).astype(np.float32)
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=48_000, layout="stereo")
        for start in range(0, wave.size, 1024):
            part = np.ascontiguousarray(np.tile(wave[start : start + 1024], (2, 1)))
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = 48_000, start, Fraction(1, 48_000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
