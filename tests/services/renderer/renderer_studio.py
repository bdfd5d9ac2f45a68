"""Small real media in plain colours, and movies of them drawn without encoding."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from services.renderer.local.compositing.compositor import Compositor
from services.renderer.local.media import AssetFile
from services.renderer.local.planning.layers import Plan
from services.renderer.local.profile import Profile
from services.renderer.local.render import planned

Pixels = npt.NDArray[np.uint8]

SMALL = Profile("small", scale=0.1, preset="ultrafast")
QUICK = Profile("quick", scale=0.25, preset="ultrafast", preview_scale=0.5)
JOINED = Profile("joined", scale=0.125, preset="ultrafast", joined=True, preview_scale=0.5)
RED, GREEN, BLUE, WHITE, BLACK, GREY = (
    (220, 30, 30), (30, 200, 40), (30, 40, 220), (255, 255, 255), (0, 0, 0), (128, 128, 128),
)  # fmt: skip


class Studio:
    """Makes files in ``folder`` and hands them out as assets by their names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def assets(self) -> dict[str, AssetFile]:
        return {p.name: AssetFile(p.name, p, f"wip_photos/{p.name}") for p in self.folder.iterdir()}

    def photo(self, name: str, colour: tuple[int, int, int], size: tuple[int, int] = (270, 480)) -> str:
        Image.new("RGB", size, colour).save(self.folder / name, quality=95)
        return name

    def halves(self, name: str, size: tuple[int, int], orientation: int = 1) -> str:
        """Left half red, right half blue, as stored; ``orientation`` goes into its EXIF."""
        image = Image.new("RGB", size, RED)
        image.paste(BLUE, (size[0] // 2, 0, *size))
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.save(self.folder / name, quality=95, exif=exif)
        return name

    def clip(
        self, name: str, colours: Sequence[tuple[int, int, int]], *, size: tuple[int, int] = (144, 256),
        fps: int = 30, each: int = 15, rotation: int = 0, tone: float = 0.0,
        times: Callable[[int], Fraction] | None = None, aspect: Fraction | None = None,
    ) -> str:  # fmt: skip
        """``each`` frames of every colour; the left half of every picture is darker by half."""
        with av.open(str(self.folder / name), "w") as out:
            video = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "12"})
            video.width, video.height, video.pix_fmt = *size, "yuv420p"
            if aspect:
                video.sample_aspect_ratio = aspect
            video.codec_context.time_base = Fraction(1, 1000) if times else Fraction(1, fps)
            if rotation:
                video.set_display_rotation(rotation)
            audio = out.add_stream("aac", rate=44_100, layout="mono") if tone else None
            for number, colour in enumerate(c for c in colours for _ in range(each)):
                picture = np.full((size[1], size[0], 3), colour, np.uint8)
                picture[:, : size[0] // 2] //= 2
                frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
                if times:
                    frame.pts, frame.time_base = round(times(number) * 1000), Fraction(1, 1000)
                else:
                    frame.pts, frame.time_base = number, Fraction(1, fps)
                out.mux(video.encode(frame))
            out.mux(video.encode(None))
            if audio:
                for piece in _tone(len(colours) * each / fps, tone, 44_100):
                    out.mux(audio.encode(piece))
                out.mux(audio.encode(None))
        return name

    def tone(self, name: str, seconds: float, level: float = 0.2, silent_until: float = 0.0) -> str:
        """A wav of 440 Hz."""
        with av.open(str(self.folder / name), "w") as out:
            audio = out.add_stream("pcm_s16le", rate=48_000, layout="stereo")
            for piece in _tone(seconds, level, 48_000, silent_until):
                for even in av.AudioResampler(format="s16", layout="stereo", rate=48_000).resample(piece):
                    out.mux(audio.encode(even))
            out.mux(audio.encode(None))
        return name

    def plan(self, movie: dict[str, Any], profile: Profile = SMALL) -> Plan:
        return planned(movie, self.assets, profile)

    def frames(self, movie: dict[str, Any], *wanted: int, profile: Profile = SMALL) -> list[Pixels]:
        """Those frames of the movie as RGB arrays, drawn without encoding."""
        plan = self.plan(movie, profile)
        found = {}
        frames = Compositor(plan, self.assets).frames()
        for number, frame in enumerate(itertools.islice(frames, max(wanted) + 1)):
            if number in wanted:
                found[number] = rgb(frame)
        frames.close()
        return [found[number] for number in wanted]


def rgb(frame: av.VideoFrame) -> Pixels:
    return np.asarray(
        frame.reformat(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG").to_ndarray(), np.uint8
    )


def movie(*scenes: dict[str, Any], elements: Sequence[dict[str, Any]] = (), **more: Any) -> dict[str, Any]:
    return {
        "resolution": "instagram-story", "fps": 30, "scenes": list(scenes), "elements": list(elements),
        **more,
    }  # fmt: skip


def scene(seconds: float, *elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"duration": seconds, "elements": list(elements), **more}


def image(src: str, **more: Any) -> dict[str, Any]:
    return {"type": "image", "src": src, "resize": "cover", **more}


def video(src: str, **more: Any) -> dict[str, Any]:
    return {"type": "video", "src": src, "resize": "cover", **more}


def is_near(pixels: Pixels, x: float, y: float, colour: tuple[float, ...], within: int = 14) -> bool:
    """Whether the picture has about that colour at (x, y), given as shares of its size."""
    rows, columns = pixels.shape[:2]
    found = pixels[min(rows - 1, int(y * rows)), min(columns - 1, int(x * columns))].astype(int)
    return bool(np.abs(found - np.asarray(colour)).max() <= within)


def _tone(seconds: float, level: float, rate: int, silent_until: float = 0.0) -> list[av.AudioFrame]:
    time = np.arange(round(seconds * rate)) / rate
    wave = (level * np.sin(2 * np.pi * 440 * time) * (time >= silent_until)).astype(np.float32)
    pieces = []
    for start in range(0, wave.size, 1024):
        part = np.ascontiguousarray(wave[None, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        pieces.append(frame)
    return pieces
