"""How fast media is looked at: clips in multiples of real time, photos and songs a second, and the memory.

    python -m benchmarks.footage [--clips 6] [--seconds 20] [--photos 40] [--songs 6] [--json]

It makes its own media: 1080p30 H.264 at 12 Mbit/s with a key frame each second (as phones write) and each 250
frames (as encoders do by themselves), photos of 12 megapixels, and music of three minutes. ``cpu`` counts the
CPU time of all child processes, so that it also holds on a busy machine: one core would look at clips
``clips_cpu_x_real_time`` times as fast as they play. Comparing 10,000 pictures is measured beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import av
import numpy as np
from PIL import Image

from services.bucket.alike import families
from services.bucket.folder import FolderBucket
from services.bucket.inventory import Inventory
from services.bucket.look import PARALLEL, Looker
from services.log import initialize_logging
from services.model.footage import MARK
from services.store import Store

SIZE, RATE, BITS = (1920, 1080), 30, 12_000_000
PHOTO = (4000, 3000)


@dataclass(frozen=True, slots=True)
class Marked:
    content: str
    kind: str
    seconds: float
    marks: bytes


def make_clip(path: Path, seconds: int, every: int) -> None:
    """A textured scene that pans, with a lively grain: as hard to decode as footage is."""
    width, height = SIZE
    rng = np.random.default_rng(1)
    texture = rng.integers(0, 60, (height * 2, width * 2), np.uint8)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    ground = (70 + 30 * np.sin(x / 190) + 25 * np.cos(y / 130)).astype(np.uint8)
    options = {"preset": "ultrafast", "g": str(every), "nal-hrd": "cbr", "maxrate": "12M", "bufsize": "24M"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = width, height, "yuv420p", BITS
        stream.codec_context.thread_type = "FRAME"
        for number in range(seconds * RATE):
            dx, dy = number * 3 % width, number * 2 % height
            light = ground + texture[dy : dy + height, dx : dx + width]
            light += rng.integers(0, 12, (height, 1), np.uint8)
            planes = np.concatenate([light, np.full((height // 2, width), 128, np.uint8)])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        container.mux(stream.encode())


def make_photo(path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (30, 40, 3), np.uint8)).resize(
        PHOTO, Image.Resampling.BICUBIC
    )
    grain = rng.integers(-12, 12, (PHOTO[1], PHOTO[0], 1), np.int16)
    pixels = np.clip(np.asarray(coarse, np.int16) + grain, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, "JPEG", quality=88)


def make_song(path: Path, seconds: int, tempo: float) -> None:
    """A kick on each beat over a chord, as MP3."""
    rate = 44100
    t = np.arange(seconds * rate) / rate
    beat = t % (60 / tempo)
    sound = 0.6 * np.sin(2 * np.pi * 55 * beat) * np.exp(-12 * beat)
    sound += 0.1 * sum(np.sin(2 * np.pi * note * t) for note in (220, 277, 330))
    stereo = np.repeat(sound.astype(np.float32)[None], 2, axis=0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", rate=rate, layout="stereo")
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(stereo), format="fltp", layout="stereo")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode())


@dataclass(frozen=True, slots=True)
class Took:
    """One look at a folder: files, seconds on the clock, CPU seconds and peak MB of its children."""

    files: int
    wall: float
    cpu: float
    peak_mb: float


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def look(root: Path, home: Path) -> Took:
    """In a process of its own: what was made before must not count as the children's memory."""
    return asyncio.run(_look(root, home))


async def _look(root: Path, home: Path) -> Took:
    initialize_logging({"log_level": "WARNING"})
    store = await Store.open(home / "operator.db")
    inventory = Inventory(FolderBucket(root, ["media"], home / "drafts", "draft_videos"), store)
    await inventory.scan_folders()
    await inventory.close()
    looker = Looker(inventory.bucket, store, home / "sheets")
    before, started = children_cpu(), time.perf_counter()
    report = await looker.look()
    wall = time.perf_counter() - started
    await looker.close()
    await store.close()
    assert (report.unreadable, report.left) == (0, 0), report
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Took(report.looked, wall, children_cpu() - before, peak)


def copies(first: Path, count: int) -> None:
    """The same content with other last bytes: made once, looked at each time."""
    content = first.read_bytes()
    for number in range(1, count):
        first.with_stem(f"{first.stem}_{number}").write_bytes(content + number.to_bytes(4, "big"))


def measured(home: Path, kind: str, first: Path, count: int) -> Took:
    copies(first, count)
    (home / kind).mkdir()
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(look, first.parent.parent, home / kind).result()


def measure(arguments: argparse.Namespace, home: Path) -> dict[str, float | int]:
    result: dict[str, float | int] = {"cores": os.cpu_count() or 1, "parallel": PARALLEL}
    for kind, every in (("phone", RATE), ("long_gop", 250)):
        first = home / f"m_{kind}" / "media" / "clip.mp4"
        first.parent.mkdir(parents=True)
        make_clip(first, arguments.seconds, every)
        result[f"{kind}_mbit_s"] = round(first.stat().st_size * 8 / 1e6 / arguments.seconds, 1)
        took = measured(home, kind, first, arguments.clips)
        length = took.files * arguments.seconds
        result[f"{kind}_x_real_time"] = round(length / took.wall, 1)
        result[f"{kind}_cpu_x_real_time"] = round(length / took.cpu, 1)
        result[f"{kind}_peak_mb"] = round(took.peak_mb)
    photo, song = home / "m_photos" / "media" / "photo.jpg", home / "m_songs" / "media" / "song.mp3"
    for first in (photo, song):
        first.parent.mkdir(parents=True)
    make_photo(photo, 1)
    make_song(song, 180, 104)
    for kind, first, count in (("photos", photo, arguments.photos), ("songs", song, arguments.songs)):
        took = measured(home, kind, first, count)
        result[f"{kind}_per_s"] = round(took.files / took.wall, 1)
        result[f"{kind}_per_cpu_s"] = round(took.files / took.cpu, 1)
        result[f"{kind}_peak_mb"] = round(took.peak_mb)
    rng = np.random.default_rng(2)
    marks = [Marked(f"{n:05d}", "image", 0, rng.bytes(MARK)) for n in range(10_000)]
    started = time.process_time()
    families(marks)
    result["compare_10000_cpu_s"] = round(time.process_time() - started, 2)
    result["load_1min"] = round(os.getloadavg()[0], 1)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--photos", type=int, default=40)
    parser.add_argument("--songs", type=int, default=6)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    initialize_logging({"log_level": "WARNING"})
    with tempfile.TemporaryDirectory() as home:
        result = measure(arguments, Path(home))
    print(json.dumps(result) if arguments.json else "\n".join(f"{k:26}{v}" for k, v in result.items()))


if __name__ == "__main__":
    main()
