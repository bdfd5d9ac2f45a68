"""What every bucket does, whichever service is behind it. A new twin adds itself to MAKERS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from services.bucket.folder import FolderBucket
from services.errors import Refused
from services.model.asset import StoredFile
from services.ports import Bucket
from tests.doubles.gcs_fake import fake_gcs
from tests.doubles.gcs_server import BUCKET, GcsServer
from tests.doubles.google_twins import gcs_bucket

FOLDERS = ("video_uploads", "music_uploads", "completed_works")
FILES = {
    "video_uploads/a.mp4": b"aaaa",
    "video_uploads/2025/04/b.mp4": b"bb",
    "video_uploads/2025/c.mp4": b"c" * 300_000,
    "music_uploads/x.mp3": b"x",
    "music_uploads/.DS_Store": b"junk",
    "music_uploads/._x.mp3": b"junk",
    "music_uploads/y.mp3.part": b"junk",
    "draft_videos/old draft.mp4": b"draft",
    "elsewhere/private.jpg": b"private",
}


@asynccontextmanager
async def folder_bucket(tmp_path: Path) -> AsyncIterator[Bucket]:
    for key, content in FILES.items():
        path = tmp_path / "media" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    yield FolderBucket(tmp_path / "media", FOLDERS, tmp_path / "drafts", "draft_videos")


@asynccontextmanager
async def strict_gcs(tmp_path: Path) -> AsyncIterator[Bucket]:
    with GcsServer().running() as server:
        for key, content in FILES.items():
            server.add(key, content)
        bucket = gcs_bucket(server.url, tmp_path, FOLDERS)
        yield bucket
        await bucket.aclose()
    assert server.problems == []


@asynccontextmanager
async def others_gcs(tmp_path: Path) -> AsyncIterator[Bucket]:
    with fake_gcs(tmp_path / "stored", {BUCKET: FILES}) as address:
        bucket = gcs_bucket(address, tmp_path, FOLDERS, key=False)
        yield bucket
        await bucket.aclose()


MAKERS: dict[str, Callable[[Path], AbstractAsyncContextManager[Bucket]]] = {
    "folder": folder_bucket,
    "gcs": strict_gcs,
    "gcs (fake-gcs-server)": others_gcs,
}


@pytest.fixture(params=sorted(MAKERS))
async def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bucket]:
    async with MAKERS[request.param](tmp_path) as made:
        yield made


async def scan(bucket: Bucket, folder: str) -> list[StoredFile]:
    return [file async for page in bucket.scan(folder) for file in page]


async def test_names_itself_and_answers_a_ping(bucket: Bucket) -> None:
    assert bucket.name in MAKERS
    assert bucket.bucket_name
    assert bucket.sample is False
    assert await bucket.ping()


async def test_its_folders_are_the_configured_ones_and_never_the_drafts(bucket: Bucket) -> None:
    assert await bucket.folders() == list(FOLDERS)


async def test_scans_recursively_in_a_stable_order_with_facts(bucket: Bucket) -> None:
    files = await scan(bucket, "video_uploads")
    assert [file.path for file in files] == ["2025/04/b.mp4", "2025/c.mp4", "a.mp4"]
    assert files == await scan(bucket, "video_uploads")
    first = files[0]
    assert (first.key, first.name, first.subfolder) == ("video_uploads/2025/04/b.mp4", "b.mp4", "2025/04")
    assert (first.size, first.content_type) == (2, "video/mp4")
    assert first.generation
    assert first.storage_class
    assert first.updated.tzinfo is not None
    assert first.created.tzinfo is not None


async def test_hidden_and_unfinished_files_are_not_there(bucket: Bucket) -> None:
    assert [file.path for file in await scan(bucket, "music_uploads")] == ["x.mp3"]


async def test_a_folder_that_does_not_exist_is_empty(bucket: Bucket) -> None:
    assert await scan(bucket, "completed_works") == []


@pytest.mark.parametrize("folder", ["draft_videos", "elsewhere", "../video_uploads", ""])
async def test_other_folders_are_not_scanned(bucket: Bucket, folder: str) -> None:
    with pytest.raises(Refused):
        await scan(bucket, folder)


async def test_opens_a_seekable_reader_and_fetches_a_path(bucket: Bucket) -> None:
    with await bucket.open("video_uploads/2025/c.mp4") as reader:
        assert reader.seek(-1, 2) == 299_999
        assert reader.read() == b"c"
    assert (await bucket.fetch("video_uploads/a.mp4")).read_bytes() == b"aaaa"


@pytest.mark.parametrize(
    "key",
    [
        "video_uploads/none.mp4",
        "video_uploads/../elsewhere/private.jpg",
        "elsewhere/private.jpg",
        "video_uploads",
        "video_uploads/2025",
        "video_uploads//a.mp4",
        "video_uploads/./a.mp4",
        "/etc/passwd",
        "../drafts/x",
        "video_uploads/a.mp4\0.jpg",
        "",
    ],
)
async def test_keys_that_are_no_stored_file_are_refused(bucket: Bucket, key: str) -> None:
    with pytest.raises(Refused):
        await bucket.open(key)
    with pytest.raises(Refused):
        await bucket.fetch(key)


async def test_files_a_draft_once_and_the_same_again_is_no_error(bucket: Bucket, tmp_path: Path) -> None:
    source = tmp_path / "made.mp4"
    source.write_bytes(b"a finished video")
    filed = await bucket.put(source, "7-vase.mp4", "video/mp4")
    assert filed.key == "draft_videos/7-vase.mp4"
    assert filed.size == 16
    again = tmp_path / "again.mp4"
    again.write_bytes(b"a finished video")
    assert await bucket.put(again, "7-vase.mp4", "video/mp4") == filed
    with await bucket.open(filed.key) as reader:
        assert reader.read() == b"a finished video"
    assert await bucket.folders() == list(FOLDERS)


async def test_another_content_under_the_same_name_is_refused(bucket: Bucket, tmp_path: Path) -> None:
    source, other = tmp_path / "one", tmp_path / "other"
    source.write_bytes(b"one")
    other.write_bytes(b"two")
    filed = await bucket.put(source, "7.mp4", "video/mp4")
    with pytest.raises(Refused, match="already"):
        await bucket.put(other, "7.mp4", "video/mp4")
    with await bucket.open(filed.key) as reader:
        assert reader.read() == b"one"


@pytest.mark.parametrize("name", ["", "../up.mp4", "a/b.mp4", ".hidden.mp4", "nul\0.mp4", "x" * 300 + ".mp4"])
async def test_odd_names_for_drafts_are_refused(bucket: Bucket, tmp_path: Path, name: str) -> None:
    source = tmp_path / "made.mp4"
    source.write_bytes(b"video")
    with pytest.raises(Refused):
        await bucket.put(source, name, "video/mp4")


async def test_a_url_is_an_address(bucket: Bucket) -> None:
    assert (await bucket.url("video_uploads/a.mp4")).partition("://")[0] in {"file", "https", "http"}
    with pytest.raises(Refused):
        await bucket.url("video_uploads/../../secret")
