"""Tiny videos for the Reels specification, drawn and coded here, and a publisher at Instagram's double."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from services.ports import Post
from services.publisher.instagram import InstagramPublisher
from services.publisher.instagram_container import Choices, Share
from services.publisher.preflight import Preflight
from tests.doubles.graph_client import Side, side

Make = Callable[..., Path]

WHOLE = {"movflags": "+faststart+negative_cts_offsets", "use_editlist": "0"}


def make_video(
    path: Path,
    *,
    seconds: float = 3.2,
    rate: int = 24,
    size: tuple[int, int] = (54, 96),
    codec: str = "libx264",
    pixels: str = "yuv420p",
    sound: str | None = "aac",
    sample_rate: int = 48_000,
    layout: str = "stereo",
    options: dict[str, str] = WHOLE,
    coding: dict[str, str] | None = None,
) -> Path:
    """A grey video that brightens, with silence."""
    with av.open(str(path), "w", format="mp4", options=options) as out:
        video = out.add_stream(codec, rate=rate, options=coding or {})
        video.width, video.height = size[0] // 2 * 2, size[1] // 2 * 2
        video.pix_fmt = pixels
        audio = out.add_stream(sound, rate=sample_rate, layout=layout) if sound else None
        for i in range(round(seconds * rate)):
            shade = np.full((video.height, video.width, 3), i % 200, np.uint8)
            out.mux(video.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")))
        out.mux(video.encode())
        if audio:
            for start in range(0, round(seconds * sample_rate), 1024):
                frame = av.AudioFrame(format="fltp", layout=layout, samples=1024)
                for plane in frame.planes:
                    plane.update(bytes(plane.buffer_size))
                frame.sample_rate, frame.pts = sample_rate, start
                out.mux(audio.encode(frame))
            out.mux(audio.encode())
    return path


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make(name: str = "made.mp4", **how: object) -> Path:
        return make_video(tmp_path / name, **how)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def good_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("videos") / "good.mp4")


@pytest.fixture
async def we(tmp_path: Path) -> AsyncIterator[Side]:
    async with side("facebook", tmp_path) as made:
        yield made
        assert made.server.problems == []


@pytest.fixture
def post(tmp_path: Path, good_video: Path) -> Post:
    cover = tmp_path / "cover.jpg"
    Image.new("RGB", (54, 96), (30, 30, 30)).save(cover)
    return Post(7, "A pot grows", "Clay #pottery", good_video, cover, fingerprint="f" * 64)


def publisher(we: Side, choices: Choices | None = None, share: Share | None = None) -> InstagramPublisher:
    return InstagramPublisher(
        we.graph, Preflight(we.folder / "reels"), choices, share=share, blinks=(), clock=we.clock
    )


async def finished(ours: InstagramPublisher, container: str) -> None:
    """The bytes make a video: whatever was sent twice or left out would not."""
    await ours.look(container)
    assert (await ours.look(container)).state == "finished"
