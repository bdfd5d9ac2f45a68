from __future__ import annotations

import asyncio
import inspect
import os
import sys
from pathlib import Path

import pytest

from services.bucket.folder import FolderBucket
from services.bucket.walk import Walk
from services.errors import Misconfigured, Refused

FOLDERS = ("video_uploads", "wip_photos")


def write(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def bucket_of(root: Path, drafts: Path | None = None, folders: tuple[str, ...] = FOLDERS) -> FolderBucket:
    return FolderBucket(root, folders, drafts or root.parent / "drafts", "draft_videos")


async def paths(bucket: FolderBucket, folder: str) -> list[str]:
    return [file.path async for page in bucket.scan(folder) for file in page]


async def test_a_plain_folder_counts_as_one_folder_of_its_own_name(tmp_path: Path) -> None:
    root = tmp_path / "My photos"
    for name in ("IMG_1.jpg", "trip/IMG_2.jpg", "trip/day 2/clip.mov", "song.mp3", ".DS_Store", ".git/x.jpg"):
        write(root / name)
    bucket = bucket_of(root)
    assert await bucket.folders() == ["My photos"]
    found = await paths(bucket, "My photos")
    assert found == ["IMG_1.jpg", "song.mp3", "trip/IMG_2.jpg", "trip/day 2/clip.mov"]
    assert await bucket.fetch("My photos/trip/IMG_2.jpg") == root / "trip/IMG_2.jpg"
    with pytest.raises(Refused):
        await bucket.fetch("My photos/../drafts/x")


async def test_a_plain_folder_named_as_the_drafts_keeps_its_keys_apart(tmp_path: Path) -> None:
    root = tmp_path / "draft_videos"
    write(root / "a.jpg")
    bucket = bucket_of(root)
    assert await bucket.folders() == ["media"]
    assert await bucket.fetch("media/a.jpg") == root / "a.jpg"


async def test_one_configured_folder_is_enough_to_leave_the_rest_alone(tmp_path: Path) -> None:
    write(tmp_path / "media/video_uploads/a.mp4")
    write(tmp_path / "media/loose.jpg")
    bucket = bucket_of(tmp_path / "media")
    assert await bucket.folders() == list(FOLDERS)
    assert await paths(bucket, "wip_photos") == []
    assert "not there: wip_photos" in await bucket.ping()


async def test_drafts_inside_the_root_are_never_raw_material(tmp_path: Path) -> None:
    root = tmp_path / "media"
    write(root / "a.jpg")
    drafts = root / "studio" / "drafts"
    write(drafts / "7.mp4")
    write(root / "draft_videos" / "8.mp4")
    (root / "link").symlink_to(drafts)
    (root / "link.mp4").symlink_to(drafts / "7.mp4")
    assert await paths(bucket_of(root, drafts), "media") == ["a.jpg"]


async def test_a_configured_folder_inside_another_is_scanned_once(tmp_path: Path) -> None:
    root = tmp_path / "media"
    write(root / "video_uploads/a.mp4")
    write(root / "video_uploads/best/b.mp4")
    bucket = bucket_of(root, folders=("video_uploads", "video_uploads/best"))
    assert await paths(bucket, "video_uploads") == ["a.mp4"]
    assert await paths(bucket, "video_uploads/best") == ["b.mp4"]


async def test_links_out_of_the_root_are_not_followed_and_circles_end(tmp_path: Path) -> None:
    root, outside = tmp_path / "media", tmp_path / "outside"
    write(root / "video_uploads/a.mp4")
    secret = write(outside / "secret.mp4")
    videos = root / "video_uploads"
    (videos / "out").symlink_to(outside)
    (videos / "secret.mp4").symlink_to(secret)
    (videos / "broken.mp4").symlink_to(tmp_path / "nowhere")
    (videos / "circle").symlink_to(videos)
    (videos / "again.mp4").symlink_to(videos / "a.mp4")
    bucket = bucket_of(root)
    assert await paths(bucket, "video_uploads") == ["a.mp4", "again.mp4"]
    for key in ("video_uploads/secret.mp4", "video_uploads/out/secret.mp4"):
        with pytest.raises(Refused):
            await bucket.open(key)


async def test_a_configured_folder_that_is_a_link_out_counts_as_empty(tmp_path: Path) -> None:
    write(tmp_path / "outside/secret.mp4")
    (tmp_path / "media").mkdir()
    (tmp_path / "media/video_uploads").symlink_to(tmp_path / "outside")
    assert await paths(bucket_of(tmp_path / "media"), "video_uploads") == []


async def test_pipes_are_no_files(tmp_path: Path) -> None:
    write(tmp_path / "media/video_uploads/a.mp4")
    os.mkfifo(tmp_path / "media/video_uploads/pipe.mp4")
    bucket = bucket_of(tmp_path / "media")
    assert await paths(bucket, "video_uploads") == ["a.mp4"]
    with pytest.raises(Refused):
        await bucket.open("video_uploads/pipe.mp4")


def test_folders_deeper_than_pythons_stack_are_walked(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"d" * 200)
    deep.mkdir(parents=True)
    write(deep / "a.mp4")
    walk = Walk(str(tmp_path.resolve()), str(tmp_path), "media", frozenset())
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        found = [file.path for file in walk.files()]
    finally:
        sys.setrecursionlimit(limit)
    assert [path.count("/") for path in found] == [200]


async def test_pages_are_bounded(tmp_path: Path) -> None:
    for number in range(2050):
        write(tmp_path / f"media/wip_photos/{number:04d}.jpg")
    bucket = bucket_of(tmp_path / "media")
    assert [len(page) async for page in bucket.scan("wip_photos")] == [1000, 1000, 50]


@pytest.mark.parametrize("root", ["absent", "file"])
async def test_a_root_that_cannot_be_read_names_the_setting(tmp_path: Path, root: str) -> None:
    write(tmp_path / "file")
    bucket = bucket_of(tmp_path / root)
    with pytest.raises(Misconfigured) as caught:
        await bucket.ping()
    assert caught.value.variable == "MEDIA_DIR"
    with pytest.raises(Misconfigured):
        await bucket.folders()


@pytest.mark.parametrize("folder", ["/abs", "..", "a/../b", "", "a//b"])
def test_folder_settings_that_climb_are_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(Misconfigured, match="GCS_FOLDERS"):
        bucket_of(tmp_path, folders=(folder,))


async def test_scanning_and_filing_write_nothing_into_the_persons_folders(tmp_path: Path) -> None:
    root = tmp_path / "media"
    source = write(root / "video_uploads/a.mp4")
    before = {path: path.stat().st_mtime_ns for path in [root, *root.rglob("*")]}
    bucket = bucket_of(root)
    await paths(bucket, "video_uploads")
    await bucket.put(source, "7.mp4", "video/mp4")
    assert {path: path.stat().st_mtime_ns for path in [root, *root.rglob("*")]} == before


async def test_a_draft_is_copied_where_links_are_not_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    source = write(tmp_path / "made.mp4", b"video")
    (tmp_path / "media").mkdir()
    bucket = bucket_of(tmp_path / "media")
    monkeypatch.setattr(os, "link", refuse)
    filed = await bucket.put(source, "7.mp4", "video/mp4")
    assert (await bucket.fetch(filed.key)).read_bytes() == b"video"
    assert [path.name for path in (tmp_path / "drafts").iterdir()] == ["7.mp4"]
    assert (await bucket.put(source, "7.mp4", "video/mp4")).key == filed.key


@pytest.mark.parametrize("steps", range(12))
async def test_an_open_that_is_cancelled_leaves_no_file_open(tmp_path: Path, steps: int) -> None:
    """Whenever it is: a file that is left open is a warning, and here warnings are errors."""
    write(tmp_path / "wip_photos" / "a.jpg")
    bucket = bucket_of(tmp_path)
    tasks = [asyncio.create_task(bucket.open("wip_photos/a.jpg")) for _ in range(20)]
    for _ in range(steps):
        await asyncio.to_thread(int)
    for task in tasks:
        task.cancel()
    for opened in await asyncio.gather(*tasks, return_exceptions=True):
        if not isinstance(opened, BaseException):
            opened.close()
    await asyncio.get_running_loop().shutdown_default_executor()  # the threads have done what they began
    await asyncio.sleep(0)
    await asyncio.sleep(0)
