"""Of the publisher's suite what publishes nothing: checks, and an invisible container."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.operator import Services
from services.ports import Post, Publisher
from tests.contracts.test_publisher import (  # noqa: F401 - collected here anew
    ready,
    test_a_file_that_is_no_reel_is_refused,
    test_a_reel_is_taken,
    test_captions_that_would_be_refused,
    test_it_answers_a_sentence,
)
from tests.doubles import media
from tests.live.conftest import remote

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]


@pytest.fixture
def publisher(live_services: Services) -> Publisher:
    remote(live_services, "publisher")
    return live_services.publisher


@pytest.fixture
def post(tmp_path: Path) -> Post:
    """As large as a Reel: the real service is stricter than its double may be."""
    video = media.video(tmp_path / "video.mp4", seconds=6.0, width=1080, height=1920)
    cover = media.photo(tmp_path / "cover.jpg", width=1080, height=1920)
    return Post(7, "A test", "A test that is never published", video, cover, fingerprint="f" * 64)


async def test_a_container_is_made_and_becomes_ready(publisher: Publisher, post: Post) -> None:
    before = (await publisher.quota()).used
    assert await ready(publisher, post)
    assert (await publisher.quota()).used == before
