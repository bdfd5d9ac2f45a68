"""The bucket's suite against the real service.

What holds whatever the bucket holds runs always. The whole suite puts its own files there and takes them away
again; it wants LIVE_OVERWRITE=yes and a bucket made for it, with GCS_FOLDERS unset.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.operator import Services
from services.bucket.gcs import GcsBucket
from services.ports import Bucket
from tests.contracts.test_bucket import (  # noqa: F401 - collected here anew
    FILES,
    test_a_folder_that_does_not_exist_is_empty,
    test_another_content_under_the_same_name_is_refused,
    test_hidden_and_unfinished_files_are_not_there,
    test_keys_that_are_no_stored_file_are_refused,
    test_names_itself_and_answers_a_ping,
    test_odd_names_for_drafts_are_refused,
    test_opens_a_seekable_reader_and_fetches_a_path,
    test_scans_recursively_in_a_stable_order_with_facts,
)
from tests.live.conftest import remote

pytestmark = pytest.mark.live
AS_IT_IS = {
    "test_keys_that_are_no_stored_file_are_refused",
    "test_names_itself_and_answers_a_ping",
    "test_odd_names_for_drafts_are_refused",
    "test_every_folder_is_listed_and_a_file_of_it_is_read_by_its_address",
}


@pytest.fixture
async def bucket(
    request: pytest.FixtureRequest, live_services: Services, tmp_path: Path
) -> AsyncIterator[Bucket]:
    remote(live_services, "bucket")
    found = live_services.bucket
    assert isinstance(found, GcsBucket)
    if request.function.__name__ in AS_IT_IS:
        yield found
        return
    if os.environ.get("LIVE_OVERWRITE") != "yes":
        pytest.skip("set LIVE_OVERWRITE=yes to have files put into the bucket of LIVE_ENV_FILE")
    names = [name for name in FILES if not name.startswith("draft_videos/")]
    for name in names:
        await asyncio.to_thread(_put, found, name, tmp_path)
    yield found
    for name in (*names, "draft_videos/7.mp4"):
        await asyncio.to_thread(_remove, found, name)


def _put(bucket: GcsBucket, name: str, folder: Path) -> None:
    (folder / "file").write_bytes(FILES[name])
    bucket._calls.create(folder / "file", name, "application/octet-stream")


def _remove(bucket: GcsBucket, name: str) -> None:
    if bucket._calls.facts(name) is not None:
        bucket._calls._bucket.delete_blob(name)


async def test_every_folder_is_listed_and_a_file_of_it_is_read_by_its_address(bucket: Bucket) -> None:
    for folder in await bucket.folders():
        async for page in bucket.scan(folder):
            for file in page[:1]:
                assert "://" in await bucket.url(file.key)
                with await bucket.open(file.key) as reader:
                    assert reader.read(16)
            break
