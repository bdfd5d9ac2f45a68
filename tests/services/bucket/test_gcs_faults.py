"""Google Cloud Storage refuses, breaks off or forgets: what is stored then, and what a person reads."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import urllib3.exceptions
from google.api_core import exceptions
from google.auth import exceptions as login_errors

from services.bucket.gcs import GcsBucket
from services.bucket.gcs_cache import PIECE
from services.bucket.gcs_refusals import KINDS, trouble
from services.bucket.inventory import Inventory
from services.bucket.look import Looker
from services.errors import Misconfigured, OperatorError, Refused, Unavailable
from services.store import Store
from tests.doubles.gcs_server import GcsServer
from tests.doubles.google_keys import EMAIL
from tests.doubles.google_twins import gcs_bucket
from tests.doubles.http_double import Answer, Fault
from tests.services.bucket.conftest import photo_bytes

FOLDERS = ("video_uploads", "music_uploads")
DRAFT = "draft_videos/7.mp4"


async def scan(bucket: GcsBucket) -> list[str]:
    return [file.path async for page in bucket.scan("video_uploads") for file in page]


# Uploads.


async def test_412_after_a_lost_200_is_success(server: GcsServer, bucket: GcsBucket, source: Path) -> None:
    server.fail("objects.insert", Fault(drop="after"))
    filed = await bucket.put(source, "7.mp4", "video/mp4")
    statuses = [status for name, _, status in server.asked if name == "objects.insert"]
    assert statuses == [200, 412], "the library tried again, and was told that it is there"
    assert (server.objects[DRAFT].data, filed.size) == (source.read_bytes(), 50_000)


async def test_412_for_another_content_is_refused(server: GcsServer, bucket: GcsBucket, source: Path) -> None:
    server.meddle["objects.insert"] = lambda: server.add(DRAFT, b"another")
    with pytest.raises(Refused, match="Another file is already filed"):
        await bucket.put(source, "7.mp4", "video/mp4")
    assert server.objects[DRAFT].data == b"another"


async def test_a_late_upload_cannot_replace_anything(
    server: GcsServer, bucket: GcsBucket, source: Path
) -> None:
    server.fail("objects.insert", Fault(drop="late", seconds=0.3))
    await bucket.put(source, "7.mp4", "video/mp4")
    generation = server.objects[DRAFT].generation
    for timer in server._timers:
        timer.join()
    assert server.objects[DRAFT].generation == generation


@pytest.mark.parametrize("drop", ["before", "after"])
async def test_a_piece_whose_answer_is_lost_goes_on(
    server: GcsServer, bucket: GcsBucket, tmp_path: Path, drop: str
) -> None:
    source = tmp_path / "long.mp4"
    source.write_bytes(random.Random(4).randbytes(20_000_000))
    server.fail("piece", Fault(), Fault(drop=drop))
    try:
        await bucket.put(source, "7.mp4", "video/mp4")
    except OperatorError:
        assert DRAFT not in server.objects, "whole or not at all"
        await bucket.put(source, "7.mp4", "video/mp4")
    assert server.objects[DRAFT].data == source.read_bytes()


async def test_what_is_uploaded_is_checked_by_its_checksum(
    server: GcsServer, bucket: GcsBucket, source: Path
) -> None:
    await bucket.put(source, "7.mp4", "video/mp4")
    (inserted,) = [request for name, request, _ in server.asked if name == "objects.insert"]
    assert b'"crc32c"' in inserted.body


# Downloads.


@pytest.mark.parametrize("cut", [0, 1])
async def test_a_truncated_download_goes_on_where_it_broke_off(
    server: GcsServer, bucket: GcsBucket, cut: int
) -> None:
    data = random.Random(5).randbytes(PIECE + 200_000)
    server.add("video_uploads/long.mp4", data)
    server.fail("objects.read", Fault(), *[Fault(cut=cut)] * 30)
    with pytest.raises(Unavailable):
        await bucket.fetch("video_uploads/long.mp4")
    server.faults.clear()
    server.asked.clear()
    assert (await bucket.fetch("video_uploads/long.mp4")).read_bytes() == data
    ranges = [request.headers["range"] for name, request, _ in server.asked if name == "objects.read"]
    assert ranges == [f"bytes={PIECE}-{len(data) - 1}"]


async def test_a_line_that_breaks_now_and_then_does_not_end_a_download(
    server: GcsServer, bucket: GcsBucket
) -> None:
    data = random.Random(6).randbytes(500_000)
    server.add("video_uploads/long.mp4", data)
    server.fail("objects.read", *[Fault(cut=100_000)] * 4)
    assert (await bucket.fetch("video_uploads/long.mp4")).read_bytes() == data


async def test_a_download_that_arrives_damaged_is_not_kept(server: GcsServer, bucket: GcsBucket) -> None:
    stored = server.objects["video_uploads/a.mp4"]
    wrong = Answer(206, b"\0" * len(stored.data), {"Content-Range": f"bytes 0-{len(stored.data) - 1}/5000"})
    server.fail("objects.read", Fault(wrong))
    assert (await bucket.fetch("video_uploads/a.mp4")).read_bytes() == stored.data
    server.add("video_uploads/b.mp4", b"other" * 1000)
    server.fail("objects.read", Fault(wrong), Fault(wrong))
    with pytest.raises(Unavailable, match="arrived damaged from the bucket, twice"):
        await bucket.fetch("video_uploads/b.mp4")
    assert (await bucket.fetch("video_uploads/b.mp4")).read_bytes() == b"other" * 1000


async def test_a_part_of_an_older_content_is_not_gone_on_with(server: GcsServer, bucket: GcsBucket) -> None:
    server.add("video_uploads/long.mp4", b"a" * (PIECE + 10))
    server.fail("objects.read", Fault(), *[Fault(drop="before")] * 30)
    with pytest.raises(Unavailable):
        await bucket.fetch("video_uploads/long.mp4")
    server.faults.clear()
    server.add("video_uploads/long.mp4", b"b" * (PIECE + 10))
    assert (await bucket.fetch("video_uploads/long.mp4")).read_bytes() == b"b" * (PIECE + 10)


# For a while.


async def test_an_outage_during_a_scan_blames_no_file(
    server: GcsServer, bucket: GcsBucket, tmp_path: Path
) -> None:
    server.add("video_uploads/b.mp4", b"video" * 100_000)
    store = await Store.open(tmp_path / "operator.db")
    inventory = Inventory(bucket, store)
    looker = Looker(bucket, store, tmp_path / "sheets")
    server.fail("objects.read", *[Fault(Answer(503))] * 500)
    with pytest.raises(Unavailable, match="out of order"):
        await inventory.scan_folders()
    assert (await inventory.counts())["unreadable"] == 0
    server.faults.clear()
    await inventory.scan_folders()
    assert (await inventory.counts())["total_files"] == 2
    server.add("video_uploads/c.jpg", photo_bytes(400, 300))
    await inventory.scan_folders()
    server.fail("objects.read", *[Fault(Answer(503))] * 500)
    with pytest.raises(Unavailable, match="out of order"):
        await looker.look()
    server.faults.clear()
    assert (await looker.look()).looked == 1
    await inventory.close()
    await looker.close()
    await store.close()


@pytest.mark.parametrize(
    "fault", [Fault(Answer(503)), Fault(Answer(429)), Fault(drop="before"), Fault(cut=3)]
)
async def test_a_burst_is_outlasted_and_no_end_of_it_is_not(
    server: GcsServer, bucket: GcsBucket, fault: Fault
) -> None:
    server.fail("objects.list", fault, fault, fault)
    assert await scan(bucket) == ["a.mp4"]
    server.fail("objects.list", *[fault] * 500)
    with pytest.raises(Unavailable) as error:
        await scan(bucket)
    assert error.value.remedy
    assert 4 < server.count("objects.list") < 100


async def test_no_secret_in_log_or_sentence(
    server: GcsServer, bucket: GcsBucket, source: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = await bucket.url("video_uploads/a.mp4")
    server.fail("objects.get", *[Fault(Answer(500))] * 500)
    with pytest.raises(Unavailable) as error:
        await bucket.put(source, "7.mp4", "video/mp4")
    signature = url.rpartition("X-Goog-Signature=")[2]
    text = f"{caplog.text} {error.value} {error.value.__cause__!r}"
    for secret in (*server.desk.given, signature, "BEGIN PRIVATE KEY"):
        assert secret not in text


def kinds(base: type[BaseException]) -> Iterator[type[BaseException]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


def made(kind: type[BaseException]) -> BaseException:
    calls: tuple[Callable[[], BaseException], ...] = (
        lambda: kind("secret words"),
        lambda: kind("secret words", None),
        lambda: kind("secret words", "", 0),
        lambda: kind("secret words", "", "", ""),
        lambda: kind(None, "", None, None),
    )
    for call in calls:
        try:
            return call()
        except (TypeError, AttributeError):
            continue
    return kind.__new__(kind)


@pytest.mark.parametrize("kind", sorted({k for base in KINDS for k in kinds(base)}, key=str), ids=str)
def test_every_error_of_the_library_has_a_sentence(kind: type[BaseException]) -> None:
    found = trouble(made(kind), "clay", EMAIL, "GCS_API_KEY_PATH", of_file=True)
    assert isinstance(found, Refused | Unavailable | Misconfigured)
    assert "secret" not in str(found)
    assert found.message.endswith(".")


def test_the_kinds_are_all_there_are() -> None:
    """What the library's own list of passing troubles holds is among those that are understood."""
    from google.cloud.storage import retry

    for kind in (*retry._RETRYABLE_TYPES, exceptions.RetryError, login_errors.RefreshError):
        assert issubclass(kind, KINDS)
    assert issubclass(urllib3.exceptions.IncompleteRead, KINDS)


async def test_closing_ends_a_call_that_waits_to_be_tried_again(server: GcsServer, tmp_path: Path) -> None:
    bucket = gcs_bucket(server.url, tmp_path, ("video_uploads",), first_pause=20.0, patience=60.0)
    refused = threading.Event()
    server.fail("objects.list", *[Fault(Answer(503))] * 9)
    server.noticed["objects.list"] = refused.set
    scanning = asyncio.create_task(anext(bucket.scan("video_uploads")))
    await asyncio.to_thread(refused.wait, 10)
    began = time.monotonic()
    await bucket.aclose()
    with pytest.raises(Unavailable):
        await scanning
    assert time.monotonic() - began < 3
