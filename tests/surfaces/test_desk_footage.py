"""The desk's inventory shows what footage shows, and finds by it, over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from services.store import media
from tests.services.bucket.footage_media import clip, drums, jpeg, moving_between, scene, wav
from tests.surfaces.desk_studio import Running, running

CLIP = "timelapse_rv06.gcode_20250430_1556.mp4"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Running]:
    root = tmp_path / "media"
    for folder in ("video_uploads", "completed_works", "music_uploads"):
        (root / folder).mkdir(parents=True)
    (root / "video_uploads" / CLIP).write_bytes(clip(moving_between(60, 120), 180))
    (root / "completed_works" / "rv06.jpg").write_bytes(jpeg(scene(1)))
    (root / "completed_works" / "rv06_b.jpg").write_bytes(jpeg(scene(1).resize((320, 240)), 70))
    (root / "completed_works" / "blue.png").touch()
    Image.new("RGB", (90, 90), (30, 60, 190)).save(root / "completed_works" / "plain & <b>.png")
    (root / "music_uploads" / "loop.wav").write_bytes(wav(drums(120)[0]))
    async with running(tmp_path) as started:
        await started.op.services.inventory.scan_folders()
        await started.op.services.looker.look()
        yield started


async def names(desk: Running, text: str) -> list[str]:
    return sorted(asset.file.name for asset in await desk.op.store.do(media.search, text))


async def test_files_are_shown_and_found_by_what_they_show(desk: Running) -> None:
    assert "plain & <b>.png" in await names(desk, "blue")
    assert await names(desk, "duplicate") == ["rv06.jpg", "rv06_b.jpg"]
    known = await desk.op.store.do(media.latest, 50)
    by_name = {asset.file.name: asset for asset in known}
    async with aiohttp.ClientSession() as web:

        async def page(path: str) -> str:
            async with web.get(desk.url + path, headers={"Accept": "text/html"}) as answer:
                assert answer.status == 200, path
                return await answer.text()

        found = await page("/inventory?q=duplicate")
        assert found.count('class="file"') == 2
        assert "2 alike" in found
        assert 'class="swatches"' in found
        assert "120 bpm" in await page("/inventory?q=120+bpm")
        clip_page = await page(f"/inventory/{by_name[CLIP].id}")
        assert "Where it moves" in clip_page
        assert "The same object" in clip_page
        assert "Looks like" in await page(f"/inventory/{by_name['rv06.jpg'].id}")
        assert "Energy and beats" in await page(f"/inventory/{by_name['loop.wav'].id}")
        assert "<b>" not in (await page("/inventory")).replace("&lt;b&gt;", "")
        async with web.get(f"{desk.url}/media/assets/{by_name[CLIP].id}/sheet") as answer:
            assert (answer.status, answer.content_type) == (200, "image/jpeg")
        async with web.get(f"{desk.url}/media/assets/{by_name['loop.wav'].id}/sheet") as answer:
            assert answer.status == 404
        async with web.get(f"{desk.url}/inventory/m000000000") as answer:
            assert answer.status == 404
