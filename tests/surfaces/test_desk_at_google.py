"""The desk's small pictures of a bucket at Google: no clip is downloaded for one."""

from __future__ import annotations

import struct
from pathlib import Path

from PIL import Image

from bot.surfaces.desk.thumbs import Thumbs
from services.bucket.inventory import Inventory
from services.store import Store
from tests.doubles.gcs_server import GcsServer
from tests.doubles.google_twins import gcs_bucket

UNUSED = struct.pack(">I4s", 8_000_000, b"free") + bytes(7_999_992)


async def test_a_picture_of_a_clip_costs_pieces_of_it(tmp_path: Path, studio: Path) -> None:
    with GcsServer().running() as server:
        clips = sorted((studio / "video_uploads").rglob("*.mp4"))
        for clip in clips:
            server.add(f"video_uploads/{clip.name}", clip.read_bytes() + UNUSED)
        bucket = gcs_bucket(server.url, tmp_path, ("video_uploads",))
        store = await Store.open(tmp_path / "operator.db")
        inventory = Inventory(bucket, store)
        await inventory.scan_folders()
        server.asked.clear()
        thumbs = Thumbs(tmp_path / "thumbs", bucket)
        made = [await thumbs.get(asset) for asset in await inventory.assets()]
        for path in made:
            assert path is not None
            with Image.open(path) as picture:
                assert picture.size[0] > 0
        assert len(made) == len(clips)
        sent = sum(
            int(last) - int(first) + 1
            for _, request, status in server.asked
            if status == 206
            for first, last in [request.headers["range"].removeprefix("bytes=").split("-")]
        )
        assert sent < len(clips) * 2_000_000
        await inventory.close()
        await store.close()
        await bucket.aclose()
    assert server.problems == []
