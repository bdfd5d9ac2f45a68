"""Draws and plays the files of a studio: simple pots, each with its own form, clay, glaze and backdrop.

They only have to differ as a potter's files differ: by piece, by state, by light, in time.
"""

from __future__ import annotations

import colorsys
import io
import wave
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks.varying.studio import Shown
from services.model.asset import Category

Picture = npt.NDArray[np.float32]  # height, width, 3: 0 … 255
RATE = 6  # frames a second
_HERTZ = 8000


def write_all(shown: Iterable[Shown], root: Path) -> None:
    """Make what is missing below ``root``, on every core."""
    todo = [one for one in shown if not (root / one.key).exists()]
    for folder in {(root / one.key).parent for one in todo}:
        folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        for _ in pool.map(write, todo, [root] * len(todo), chunksize=8):
            pass


def write(shown: Shown, root: Path) -> None:
    path = root / shown.key
    part = path.with_name(f".{path.name}")
    if shown.category is Category.IMAGE:
        buffer = io.BytesIO()
        Image.fromarray(_frame(shown, 1.0).astype(np.uint8)).save(buffer, "JPEG", quality=80)
        part.write_bytes(buffer.getvalue())
    elif shown.category is Category.VIDEO:
        _film(shown, part, "mov" if path.suffix == ".mov" else "mp4")
    else:
        _play(shown, part)
    part.replace(path)


def _film(shown: Shown, path: Path, kind: str) -> None:
    frames = round(shown.seconds * RATE)
    with av.open(str(path), "w", format=kind) as out:
        stream = out.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "g": "12"})
        stream.width, stream.height = shown.size
        stream.pix_fmt = "yuv420p"
        for n in range(frames):
            picture = _frame(shown, n / max(1, frames - 1)).astype(np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode())


def _play(shown: Shown, path: Path) -> None:
    """A drum on every beat over a chord that changes with the bar; each track has its tempo."""
    dice = np.random.default_rng(shown.number)
    beat = 60.0 / (72 + 6 * (shown.number // 4 % 14))
    at = np.arange(round(shown.seconds * _HERTZ)) / _HERTZ
    note = 110.0 * 2 ** (dice.integers(0, 8, 64)[(at / (4 * beat)).astype(int) % 64] / 12)
    since = at % beat
    drum = np.sin(2 * np.pi * 70 * since) * np.exp(-since * 28)
    sound = 0.55 * drum + 0.18 * np.sin(2 * np.pi * np.cumsum(note) / _HERTZ)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(_HERTZ)
        out.writeframes((np.clip(sound, -1, 1) * 32000).astype("<i2").tobytes())


def _frame(shown: Shown, share: float) -> Picture:
    """The picture of a file; of a clip, ``share`` of the way through it."""
    n, what = shown.number, shown.what
    light = 0.55 + 0.45 * ((n * 37 + len(what) * 11) % 10) / 9
    scene = _backdrop(shown.size, (n * 0.381 + len(what) * 0.17) % 1, light)
    form = np.random.default_rng(1000 + n)
    clay, glaze = (0.07, 0.35, 0.62 + 0.03 * (n % 5)), ((n * 0.618) % 1, 0.35 + 0.5 * (n % 3) / 2, 0.75)
    match what:
        case "timelapse":
            _pot(scene, form, clay, light, level=0.06 + 0.94 * share)
        case "still":
            _pot(scene, form, clay, light)
        case "finished":
            _pot(scene, form, glaze, light, height=0.6)
        case "glazed":
            _pot(scene, form, glaze, light, x=0.35 + 0.3 * (n % 2), height=0.75)
        case "drying":
            _pot(scene, form, (0.08, 0.18, 0.8), light, x=0.3, height=0.45)
            _pot(scene, np.random.default_rng(1001 + n), (0.08, 0.16, 0.72), light, x=0.7, height=0.4)
        case "failed":
            _pot(scene, form, clay, light, lean=0.25, height=0.45)
        case "workshop":
            _boards(scene, form, light)
        case "hands":  # nothing happens at first, much from the middle on
            pace = share * 0.2 if share < 0.5 else 0.1 + (share - 0.5) * 5
            _pot(scene, form, glaze, light, x=0.5 + 0.3 * np.sin(pace * 3), height=0.3 + 0.2 * (n % 3) / 2)
        case _:
            for x in (0.2, 0.5, 0.8):
                _pot(scene, form, ((n * 0.3 + x) % 1, 0.4, 0.7), light, x=x, height=0.25 + 0.1 * (n % 4))
    return np.clip(scene, 0, 255)


def _rgb(colour: tuple[float, float, float]) -> Picture:
    return np.array(colorsys.hsv_to_rgb(*colour), np.float32) * 255


def _backdrop(size: tuple[int, int], hue: float, light: float) -> Picture:
    width, height = size
    down = np.linspace(1.0, 0.75, height, dtype=np.float32)[:, None, None]
    scene = np.broadcast_to(_rgb((hue, 0.22, light)), (height, width, 3)) * down
    scene[round(height * 0.8) :] = _rgb(((hue + 0.05) % 1, 0.3, light * 0.7))
    return np.ascontiguousarray(scene, np.float32)


def _pot(
    scene: Picture, form: np.random.Generator, colour: tuple[float, float, float], light: float, *,
    x: float = 0.5, height: float = 0.5, level: float = 1.0, lean: float = 0.0,
) -> None:  # fmt: skip
    """A turned form from its foot up to ``level`` of its height, with the layers of its print."""
    high, wide = scene.shape[:2]
    waves, depth, bulge, foot = (
        form.uniform(0.6, 3),
        form.uniform(0.05, 0.3),
        form.uniform(0, 1),
        form.uniform(0.12, 0.2),
    )
    tall = round(high * height)
    rows = np.arange(round(tall * min(1.0, level)))
    share = rows / tall
    half = (
        high
        * height
        * foot
        * 1.6
        * (0.75 + depth * np.sin(6.28 * waves * share) + 0.5 * bulge * share * (1 - share))
    )
    middle = wide * x + lean * high * height * share**2
    across = (np.arange(wide)[None, :] - middle[:, None]) / np.maximum(1, half)[:, None]
    inside = np.abs(across) < 1
    shade = (0.45 + 0.55 * np.sqrt(np.clip(1 - (across + 0.35) ** 2 / 1.9, 0, 1))) * (0.6 + 0.4 * light)
    shade *= (1 - 0.12 * (rows // max(1, tall // 40) % 2))[:, None]
    y = round(high * 0.86) - rows
    fits = (y >= 0) & (y < high)
    target = scene[y[fits]]
    target[inside[fits]] = (_rgb(colour)[None, None, :] * shade[..., None])[fits][inside[fits]]
    scene[y[fits]] = target


def _boards(scene: Picture, form: np.random.Generator, light: float) -> None:
    """Metal, boards and a tube or two."""
    high, wide = scene.shape[:2]
    for left, top, w, h, hue in _boxes(form):
        part = scene[
            round(top * high) : round((top + h) * high), round(left * wide) : round((left + w) * wide)
        ]
        part[:] = _rgb((hue, 0.15 + 0.4 * (hue > 0.5), 0.3 + 0.5 * light))
        part[: max(1, part.shape[0] // 12)] *= 0.6


def _boxes(form: np.random.Generator) -> Iterator[tuple[float, ...]]:
    for _ in range(int(form.integers(4, 9))):
        yield (*form.uniform(0, 0.75, 2), *form.uniform(0.06, 0.4, 2), form.uniform(0, 1))
