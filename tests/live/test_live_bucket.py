"""Of the bucket's suite what holds whatever the real bucket holds."""

from __future__ import annotations

import pytest

from bot.operator import Services
from services.ports import Bucket
from tests.contracts.test_bucket import (  # noqa: F401 - collected here anew
    test_keys_that_are_no_stored_file_are_refused,
    test_names_itself_and_answers_a_ping,
    test_odd_names_for_drafts_are_refused,
)
from tests.live.conftest import remote

pytestmark = pytest.mark.live


@pytest.fixture
def bucket(live_services: Services) -> Bucket:
    remote(live_services, "bucket")
    return live_services.bucket


async def test_every_folder_is_listed_and_a_file_of_it_is_read_by_its_address(bucket: Bucket) -> None:
    for folder in await bucket.folders():
        async for page in bucket.scan(folder):
            for file in page[:1]:
                assert (await bucket.url(file.key)).startswith("https://")
                with await bucket.open(file.key) as reader:
                    assert reader.read(16)
            break
