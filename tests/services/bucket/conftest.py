from __future__ import annotations

import io
import random
import struct
import wave
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from services.bucket.facts import FactsReader
from services.bucket.gcs import GcsBucket
from tests.doubles.gcs_server import GcsServer
from tests.doubles.google_twins import gcs_bucket


def video_bytes(width: int = 64, height: int = 48, frames: int = 15, *, sound: bool = False) -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        audio = container.add_stream("aac", rate=44100) if sound else None
        for number in range(frames):
            picture = np.full((height, width, 3), number * 5 % 256, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())
        if audio is not None:
            silence = np.zeros((2, 22050), np.float32)
            sound_frame = av.AudioFrame.from_ndarray(silence, format="fltp", layout="stereo")
            sound_frame.sample_rate = 44100
            container.mux(audio.encode(sound_frame))
            container.mux(audio.encode())
    return target.getvalue()


def rotated(video: bytes) -> bytes:
    """The same mp4 with the display matrix of a quarter turn in its track header."""
    place = video.index(b"tkhd") + 4 + 40  # version 0: the matrix stands 40 bytes behind the name
    turn = [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000]
    matrix = b"".join(value.to_bytes(4, "big", signed=True) for value in turn)
    return video[:place] + matrix + video[place + 36 :]


def photo_bytes(width: int = 40, height: int = 30, kind: str = "JPEG", orientation: int = 1) -> bytes:
    target = io.BytesIO()
    image = Image.effect_noise((width, height), 60).convert("RGB")
    exif = image.getexif()
    exif[0x0112] = orientation
    image.save(target, kind, exif=exif)
    return target.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A header that claims a picture of this size, and next to nothing behind it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in chunks)


def music_bytes(seconds: float = 0.5) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * int(8000 * seconds))
    return target.getvalue()


MADE = {
    "clip.mp4": video_bytes(sound=True),
    "silent.mp4": video_bytes(frames=30),
    "turned.mp4": rotated(video_bytes()),
    "photo.jpg": photo_bytes(),
    "turned.jpg": photo_bytes(orientation=6),
    "photo.png": photo_bytes(kind="PNG"),
    "photo.webp": photo_bytes(kind="WEBP"),
    "music.wav": music_bytes(),
    "huge.png": huge_png(12_000, 9_000),
    "large.jpg": photo_bytes(800, 600),
}


@pytest.fixture(scope="session")
def made() -> dict[str, bytes]:
    """Small media files by name."""
    return MADE


@pytest.fixture
def reader() -> Iterator[FactsReader]:
    reader = FactsReader()
    yield reader
    reader.close()


@pytest.fixture
def server() -> Iterator[GcsServer]:
    with GcsServer().running() as running:
        running.add("video_uploads/a.mp4", b"video" * 1000)
        yield running
    assert running.problems == []


@pytest.fixture
async def bucket(server: GcsServer, tmp_path: Path) -> AsyncIterator[GcsBucket]:
    made = gcs_bucket(server.url, tmp_path, ("video_uploads", "music_uploads"), patience=4.0)
    yield made
    await made.aclose()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "made.mp4"
    path.write_bytes(random.Random(3).randbytes(50_000))
    return path
