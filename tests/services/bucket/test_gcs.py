"""The bucket at Google: listing, reading in ranges, downloads, uploads and signed addresses."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from services.bucket.folder import FolderBucket
from services.bucket.gcs import URL_LEFT, URL_LIFE, GcsBucket
from services.bucket.gcs_login import RemoteSigner, login
from services.bucket.gcs_reader import BLOCK, RangedReader
from services.bucket.inventory import Inventory
from services.errors import Misconfigured, Refused
from services.google_access import read_key
from services.store import Store
from tests.doubles.gcs_server import GcsServer
from tests.doubles.google_keys import EMAIL, key_file
from tests.doubles.google_twins import gcs_bucket

UNUSED = struct.pack(">I4s", 4_000_000, b"free") + bytes(3_999_992)  # a box that makes a video a long one
FOLDERS = ("video_uploads", "music_uploads", "wip_photos")


@pytest.fixture
def server() -> Iterator[GcsServer]:
    with GcsServer().running() as running:
        yield running
    assert running.problems == []


@pytest.fixture
async def bucket(server: GcsServer, tmp_path: Path) -> AsyncIterator[GcsBucket]:
    made = gcs_bucket(server.url, tmp_path, FOLDERS)
    yield made
    await made.aclose()


async def names(bucket: GcsBucket, folder: str = "video_uploads") -> list[str]:
    return [file.path async for page in bucket.scan(folder) for file in page]


def asked(server: GcsServer, name: str) -> list[dict[str, list[str]]]:
    return [request.query for called, request, _ in server.asked if called == name]


# Listing.


async def test_every_page_is_listed_with_the_fields_that_are_needed(
    server: GcsServer, bucket: GcsBucket
) -> None:
    for number in range(2_345):
        server.add(f"video_uploads/{number:05d}.mp4", b"x")
    pages = [page async for page in bucket.scan("video_uploads")]
    assert [len(page) for page in pages] == [1000, 1000, 345]
    queries = asked(server, "objects.list")
    assert len(queries) == 3
    assert {query["prefix"][0] for query in queries} == {"video_uploads/"}
    assert all("nextPageToken" in query["fields"][0] for query in queries)


async def test_what_is_nobodys_media_is_left_out(server: GcsServer, bucket: GcsBucket) -> None:
    wanted = ["2025/ä b.mp4", "a.mp4", "empty.mp4", "🏺.mp4"]
    for name in (*wanted, "2025/", "", ".hidden/x.mp4", "y.mp4.part", "a//b.mp4", "../up.mp4", "./z.mp4"):
        server.add(f"video_uploads/{name}", b"" if name == "empty.mp4" else b"x")
    server.add("video_uploads_old/a.mp4", b"x")
    assert await names(bucket) == sorted(wanted, key=str.encode)


async def test_folders_in_folders_are_scanned_by_themselves(server: GcsServer, tmp_path: Path) -> None:
    for name in ("raw/a.mp4", "raw/music/b.mp3", "draft_videos/7.mp4"):
        server.add(name, b"x")
    bucket = gcs_bucket(server.url, tmp_path, ("raw", "raw/music", "draft_videos"))
    assert await bucket.folders() == ["raw", "raw/music"]
    assert (await names(bucket, "raw"), await names(bucket, "raw/music")) == (["a.mp4"], ["b.mp3"])
    await bucket.aclose()


async def test_types_by_name_and_else_as_the_uploader_said(server: GcsServer, bucket: GcsBucket) -> None:
    server.add("video_uploads/a.mp4", b"x", "application/octet-stream")
    server.add("video_uploads/clip", b"x", "video/quicktime")
    found = {f.path: f.content_type async for page in bucket.scan("video_uploads") for f in page}
    assert found == {"a.mp4": "video/mp4", "clip": "video/quicktime"}


# Reading in ranges.


async def test_the_catalogue_is_that_of_the_folder_and_costs_heads_and_tails(
    server: GcsServer, tmp_path: Path, studio: Path
) -> None:
    total = 0
    for path in sorted(p for p in studio.rglob("*") if p.is_file()):
        data = path.read_bytes() + (UNUSED if path.suffix == ".mp4" else b"")
        path_here = tmp_path / "media" / path.relative_to(studio)
        path_here.parent.mkdir(parents=True, exist_ok=True)
        path_here.write_bytes(data)
        server.add(path.relative_to(studio).as_posix(), data)
        total += len(data)
    folders = sorted({name.partition("/")[0] for name in server.objects})
    remote = gcs_bucket(server.url, tmp_path, folders)
    local = FolderBucket(tmp_path / "media", folders, tmp_path / "drafts", "draft_videos")
    catalogues = []
    for name, twin in (("remote", remote), ("local", local)):
        store = await Store.open(tmp_path / f"{name}.db")
        at_once = 8 if name == "remote" else 2
        address = remote.address if name == "remote" else None
        inventory = Inventory(twin, store, at_once=at_once, address=address)
        await inventory.scan_folders()
        catalogues.append({a.file.key: (a.category, a.facts, a.problem) for a in await inventory.assets()})
        if name == "remote":
            document = await inventory.generate_inventory(tmp_path / "inventory.json")
            text = (tmp_path / "inventory.json").read_text()
            assert "X-Goog-Signature" not in text + str(document), "no key to a file in a document"
            assert "gs://clay-studio/" in text
        await inventory.close()
        await store.close()
    assert catalogues[0] == catalogues[1]
    assert any(facts for _, facts, _ in catalogues[0].values())
    sent = sum(
        int(b) - int(a) + 1
        for _, request, status in server.asked
        if status == 206
        for a, b in [request.headers["range"].removeprefix("bytes=").split("-")]
    )
    assert sent < total / 4
    assert server.most_at_once > 2, "folders and files side by side"
    await remote.aclose()


async def test_a_header_of_a_large_file_costs_kilobytes(server: GcsServer, bucket: GcsBucket) -> None:
    data = random.Random(1).randbytes(5_000_000)
    server.add("video_uploads/large.mp4", data)
    with await bucket.open("video_uploads/large.mp4") as file:
        assert file.read(1000) == data[:1000]
        file.seek(-1000, 2)
        assert file.read() == data[-1000:]
    ranges = [request.headers["range"] for name, request, _ in server.asked if name == "objects.read"]
    assert len(ranges) == 2
    assert all(query["ifGenerationMatch"] for query in asked(server, "objects.read"))


@given(
    data=st.binary(max_size=5000).map(lambda seed: (seed or b"x") * 90),
    steps=st.lists(st.tuples(st.integers(0, 2), st.integers(-500_000, 500_000), st.integers(-1, 200_000))),
)
def test_a_ranged_reader_reads_like_a_file(data: bytes, steps: list[tuple[int, int, int]]) -> None:
    fetched = []

    def fetch(start: int, end: int) -> bytes:
        assert 0 <= start < end <= len(data)
        fetched.append((start, end))
        return data[start:end]

    reader, position = RangedReader(len(data), fetch), 0
    for whence, offset, count in steps:
        place = [0, position, len(data)][whence] + offset
        if place < 0:
            with pytest.raises(ValueError, match="before"):
                reader.seek(offset, whence)
            continue
        assert reader.seek(offset, whence) == place
        found = reader.read(count)
        assert found == (data[place:] if count < 0 else data[place : place + count])
        position = place + len(found or b"")
        assert reader.tell() == position


def test_read_in_order_it_asks_for_more_and_more_at_once() -> None:
    asked_for = []
    reader = RangedReader(400 * BLOCK, lambda a, b: asked_for.append(b - a) or bytes(b - a))  # type: ignore[func-returns-value]
    while reader.read(BLOCK):
        pass
    assert len(asked_for) < 16
    assert max(asked_for) <= 64 * BLOCK
    assert len(reader._blocks) <= 96, "memory stays flat"


async def test_a_file_replaced_since_it_was_listed_is_read_as_it_is_now(
    server: GcsServer, bucket: GcsBucket
) -> None:
    server.add("video_uploads/a.mp4", b"old" * 10)
    await names(bucket)
    server.add("video_uploads/a.mp4", b"newer")
    with await bucket.open("video_uploads/a.mp4") as file:
        assert file.read() == b"newer"
    del server.objects["video_uploads/a.mp4"]
    with pytest.raises(Refused, match="There is no file"):
        await bucket.open("video_uploads/a.mp4")


async def test_a_file_replaced_while_it_is_read_is_never_a_mixture(
    server: GcsServer, bucket: GcsBucket
) -> None:
    server.add("video_uploads/a.mp4", b"a" * 40 * BLOCK)
    with await bucket.open("video_uploads/a.mp4") as file:
        server.add("video_uploads/a.mp4", b"b" * 40 * BLOCK)
        file.seek(20 * BLOCK)
        with pytest.raises(Exception, match="was replaced while it was read"):
            file.read(10)


# Downloads and uploads.


async def test_a_content_is_downloaded_once(server: GcsServer, bucket: GcsBucket) -> None:
    data = random.Random(2).randbytes(300_000)
    server.add("video_uploads/a.MP4", data)
    server.add("wip_photos/same.mp4", data)
    first, *others = await asyncio.gather(
        *(bucket.fetch(key) for key in ("video_uploads/a.MP4", "wip_photos/same.mp4", "video_uploads/a.MP4"))
    )
    assert [first] * 2 == others
    assert (first.read_bytes(), first.suffix) == (data, ".mp4")
    assert server.count("objects.read") == 1
    assert [path.name for path in first.parent.iterdir()] == [first.name], "nothing half-done is left"
    first.write_bytes(b"torn")
    assert (await bucket.fetch("video_uploads/a.MP4")).read_bytes() == data


@pytest.mark.parametrize("size", [0, 1, 100_000, 9_000_000, 17_000_000])
async def test_drafts_of_all_sizes_are_filed_whole(
    server: GcsServer, bucket: GcsBucket, tmp_path: Path, size: int
) -> None:
    source = tmp_path / "video.mp4"
    source.write_bytes(random.Random(size).randbytes(size))
    filed = await bucket.put(source, "0007-k7f3-r1.mp4", "video/mp4")
    stored = server.objects["draft_videos/0007-k7f3-r1.mp4"]
    assert (stored.data, stored.content_type) == (source.read_bytes(), "video/mp4")
    assert (filed.size, filed.generation) == (size, str(stored.generation))
    pieces = server.count("piece")
    assert await bucket.put(source, "0007-k7f3-r1.mp4", "video/mp4") == filed
    assert (server.count("piece"), server.objects["draft_videos/0007-k7f3-r1.mp4"]) == (pieces, stored)
    assert all(query["ifGenerationMatch"] == ["0"] for query in asked(server, "objects.insert"))


# Signed addresses.


@pytest.mark.parametrize("name", ["a.mp4", "ä b+c.mp4", "50%.mp4", "what?.mp4", "#1 & 2.mp4", "🏺/x.mp4"])
async def test_an_address_reads_the_file_without_a_login(
    server: GcsServer, bucket: GcsBucket, name: str
) -> None:
    server.add(f"video_uploads/{name}", b"video")
    url = await bucket.url(f"video_uploads/{name}")
    answer = await asyncio.to_thread(requests.get, url, timeout=10)
    assert (answer.status_code, answer.content) == (200, b"video")
    forged = await asyncio.to_thread(
        requests.get, url.replace("X-Goog-Expires=", "X-Goog-Expires=9"), timeout=10
    )
    assert forged.status_code == 403


async def test_an_address_lives_long_enough_and_is_renewed_before_it_ends(
    server: GcsServer, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    later = timedelta()
    bucket = gcs_bucket(server.url, tmp_path, FOLDERS, clock=lambda: now + later)
    server.add("video_uploads/a.mp4", b"video")
    first = await bucket.url("video_uploads/a.mp4")
    later = URL_LIFE - URL_LEFT - timedelta(seconds=5)
    assert await bucket.url("video_uploads/a.mp4") == first, "the same while it has a day left"
    server.clock = lambda: now + URL_LIFE - timedelta(seconds=5)
    assert (await asyncio.to_thread(requests.get, first, timeout=10)).status_code == 200
    server.clock = lambda: now + URL_LIFE + timedelta(seconds=5)
    assert (await asyncio.to_thread(requests.get, first, timeout=10)).status_code == 400
    later = URL_LIFE - URL_LEFT + timedelta(seconds=5)
    await asyncio.sleep(1.0)  # signatures count in seconds: a new one differs
    assert await bucket.url("video_uploads/a.mp4") != first
    await bucket.aclose()


async def test_without_a_key_google_signs(server: GcsServer, bucket: GcsBucket, tmp_path: Path) -> None:
    key = read_key(key_file(tmp_path / "k.json", server.url), "GCS_API_KEY_PATH")
    here = login(key, server.url)
    signer = RemoteSigner(here.credentials, lambda: EMAIL, here.session, server.url)
    object.__setattr__(bucket._calls.login, "signer", signer)
    server.add("video_uploads/a.mp4", b"video")
    url = await bucket.url("video_uploads/a.mp4")
    assert (await asyncio.to_thread(requests.get, url, timeout=10)).content == b"video"
    assert await bucket.url("video_uploads/a.mp4") == url
    assert server.count("sign") == 1, "remembered, as each costs a call"
    server.may_sign = False
    with pytest.raises(Misconfigured, match="may not sign") as error:
        await bucket.url("video_uploads/b.mp4")
    assert "Service Account Token Creator" in error.value.remedy
    here.session.close()
