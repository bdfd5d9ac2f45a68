"""Small real media: videos as Instagram takes them, photos, tones."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

RATE = 48_000


def video(path: Path, *, seconds: float = 4.0, width: int = 270, height: int = 480, fps: int = 30) -> Path:
    """An mp4 with a moving bar and a tone: H.264, yuv420p, closed GOPs, moov first, no edit list."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"movflags": "+faststart+negative_cts_offsets", "use_editlist": "0"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        stream = container.add_stream(
            "libx264", rate=fps, options={"preset": "ultrafast", "x264-params": "open-gop=0:keyint=30"}
        )
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        sound = container.add_stream("aac", rate=RATE)
        sound.layout = "stereo"
        for index in range(round(seconds * fps)):
            picture = np.full((height, width, 3), (40, 90, 120), np.uint8)
            picture[:, (index * 4) % width :, 0] = 200
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        for packet in _tone(seconds):
            container.mux(sound.encode(packet))
        container.mux(sound.encode())
    return path


def photo(
    path: Path, *, width: int = 480, height: int = 640, colour: tuple[int, int, int] = (150, 90, 60)
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height), colour).save(path, quality=80)
    return path


def music(path: Path, *, seconds: float = 8.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="wav") as container:
        sound = container.add_stream("pcm_s16le", rate=RATE)
        sound.layout = "stereo"
        for frame in _tone(seconds):
            container.mux(sound.encode(frame))
        container.mux(sound.encode())
    return path


def render_files(folder: Path) -> Path:
    """What a renderer leaves: video, preview, cover and storyboard, small but real."""
    video(folder / "video.mp4")
    video(folder / "preview.mp4", width=136, height=240)
    photo(folder / "cover.jpg", width=270, height=480)
    photo(folder / "storyboard.jpg", width=600, height=400)
    return folder


def studio(root: Path) -> Path:
    """A little of everything, as the real studio names its files."""
    for number, series in enumerate(("rv06", "sv02", "tu11", "tm03")):
        video(root / "video_uploads" / f"timelapse_{series}.gcode_20250430_155{number}.mp4", seconds=6.0)
        photo(root / "completed_works" / f"{series}.jpg", colour=(40 * number + 60, 110, 90))
        photo(root / "wip_photos" / f"{series}_drying.jpg", colour=(120, 40 * number + 60, 90))
    photo(root / "build_photos" / "nozzle.jpg")
    music(root / "music_uploads" / "slow_morning.wav")
    return root


def _tone(seconds: float) -> list[av.AudioFrame]:
    frames, size = [], 1024
    for start in range(0, round(seconds * RATE), size):
        wave = 0.2 * np.sin(2 * np.pi * 220 * np.arange(start, start + size) / RATE)
        samples = (np.stack([wave, wave]) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(samples.T.reshape(1, -1).copy(), format="s16", layout="stereo")
        frame.rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        frames.append(frame)
    return frames
