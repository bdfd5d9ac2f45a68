"""Small pictures of hostile files: a child opens them, and the next file gets its picture all the same."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from bot.surfaces.desk.thumbs import SIDE, Thumbs
from services.bucket.folder import FolderBucket
from services.model.asset import Asset, Category, MediaFacts, StoredFile
from tests.doubles import media
from tests.services.bucket.conftest import photo_bytes

AT = datetime(2026, 5, 1, tzinfo=UTC)
FACTS = MediaFacts(format="jpeg", width=640, height=480, duration=3.0)


@pytest.fixture
def thumbs(tmp_path: Path) -> Iterator[Thumbs]:
    (tmp_path / "media" / "photos").mkdir(parents=True)
    bucket = FolderBucket(tmp_path / "media", ("photos",), tmp_path / "drafts", "drafts")
    found = Thumbs(tmp_path / "thumbs", bucket, seconds=5)
    yield found
    found.close()


def stored(folder: Path, name: str, content: bytes) -> Asset:
    """As if its facts had looked well."""
    path = folder / "media" / "photos" / name
    path.write_bytes(content)
    kind = Category.VIDEO if name.endswith(".mp4") else Category.IMAGE
    file = StoredFile("photos", name, len(content), name, AT, AT, "", "")
    return Asset(file, kind, FACTS)


def huge_png() -> bytes:
    ihdr = struct.pack(">IIBBBBB", 60_000, 60_000, 16, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + ihdr + bytes(4)


async def test_hostile_files_have_no_picture_and_the_next_one_has(thumbs: Thumbs, tmp_path: Path) -> None:
    whole = media.video(tmp_path / "clip.mp4").read_bytes()
    for name, content in {
        "cut.jpg": photo_bytes(640, 480)[:3000],
        "huge.png": huge_png(),
        "none.jpg": b"",
        "cut.mp4": whole[: len(whole) // 2],
        "list.mp4": b"#EXTM3U\n/etc/passwd\n",
    }.items():
        assert await thumbs.get(stored(tmp_path, name, content)) is None
    for name, content in {"good.jpg": photo_bytes(1280, 960), "clip.mp4": whole}.items():
        path = await thumbs.get(stored(tmp_path, name, content))
        assert path is not None
        with Image.open(path) as picture:
            assert max(picture.size) <= SIDE
