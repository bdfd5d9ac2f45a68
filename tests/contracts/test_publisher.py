"""What every twin of the publisher promises. A twin joins by a line in TWINS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.errors import Refused
from services.ports import Post, Publisher
from services.publisher.outbox import Outbox
from tests.doubles.publisher_client import DoublePublisher, PublisherServer


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


# name → (folder of the test, clock, address of the double's server) → twin
TWINS: dict[str, Callable[[Path, Clock, str], Publisher]] = {
    "outbox": lambda folder, clock, url: Outbox(folder / "outbox", clock=clock),
    "double": lambda folder, clock, url: DoublePublisher(url, folder.name, clock=clock),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the double's server answers; each test has an account of its own."""
    running = PublisherServer(tmp_path_factory.mktemp("service"))
    yield running.url
    running.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=sorted(TWINS))
def publisher(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock, server: str) -> Publisher:
    return TWINS[request.param](tmp_path, clock, server)


@pytest.fixture
def post(tmp_path: Path) -> Post:
    video, cover = tmp_path / "final.mp4", tmp_path / "cover.jpg"
    video.write_bytes(b"moving pictures")
    cover.write_bytes(b"a picture")
    return Post(7, "A pot grows", "Clay #pottery", video, cover, fingerprint="f" * 64)


async def test_a_container_is_not_a_post(publisher: Publisher, post: Post, clock: Clock) -> None:
    container = await publisher.prepare(post)
    assert (await publisher.look(container)).state == "finished"
    assert (await publisher.quota()).used == 0
    assert await publisher.find(post, clock.now - timedelta(days=1)) is None


async def test_publishing_makes_one_post(publisher: Publisher, post: Post, clock: Clock) -> None:
    container = await publisher.prepare(post)
    published = await publisher.publish(container)
    assert published.media_id
    assert published.permalink
    assert published.at == clock.now
    assert (await publisher.look(container)).state == "published"
    assert (await publisher.quota()).used == 1
    assert await publisher.find(post, clock.now) == published


async def test_publishing_again_makes_nothing_new(publisher: Publisher, post: Post, clock: Clock) -> None:
    container = await publisher.prepare(post)
    first = await publisher.publish(container)
    clock.now += timedelta(minutes=5)
    assert await publisher.publish(container) == first
    assert (await publisher.quota()).used == 1


async def test_a_container_expires_after_a_day(publisher: Publisher, post: Post, clock: Clock) -> None:
    container = await publisher.prepare(post)
    clock.now += timedelta(hours=24, seconds=1)
    assert (await publisher.look(container)).state == "expired"
    with pytest.raises(Refused):
        await publisher.publish(container)
    assert (await publisher.quota()).used == 0


async def test_what_is_published_does_not_expire(publisher: Publisher, post: Post, clock: Clock) -> None:
    container = await publisher.prepare(post)
    await publisher.publish(container)
    clock.now += timedelta(days=30)
    await publisher.prepare(replace(post, number=8))
    assert (await publisher.look(container)).state == "published"


async def test_the_quota_counts_a_rolling_day(publisher: Publisher, post: Post, clock: Clock) -> None:
    await publisher.publish(await publisher.prepare(post))
    clock.now += timedelta(hours=23)
    await publisher.publish(await publisher.prepare(replace(post, number=8)))
    assert (await publisher.quota()).used == 2
    clock.now += timedelta(hours=2)
    assert (await publisher.quota()).used == 1


async def test_find_knows_this_post_only(publisher: Publisher, post: Post, clock: Clock) -> None:
    before = clock.now
    await publisher.publish(await publisher.prepare(post))
    other = replace(post, fingerprint="e" * 64, caption="Another")
    assert await publisher.find(other, before) is None
    assert await publisher.find(post, before + timedelta(seconds=1)) is None


async def test_two_posts_of_one_fingerprint_are_not_unique(
    publisher: Publisher, post: Post, clock: Clock
) -> None:
    for _ in range(2):
        await publisher.publish(await publisher.prepare(post))
    assert await publisher.find(post, clock.now) is None


@pytest.mark.parametrize("container", ["", "0" * 16, "../../etc", "no such thing", "a/b"])
async def test_an_unknown_container(publisher: Publisher, container: str) -> None:
    assert (await publisher.look(container)).state == "missing"
    with pytest.raises(Refused):
        await publisher.publish(container)


@pytest.mark.parametrize("caption", ["x" * 2201, "#a " * 6, "#a " * 31, "@a " * 21])
async def test_captions_that_would_be_refused(publisher: Publisher, post: Post, caption: str) -> None:
    with pytest.raises(Refused, match="The caption"):
        await publisher.check(replace(post, caption=caption))


async def test_a_file_that_is_no_reel_is_refused(publisher: Publisher, post: Post) -> None:
    with pytest.raises(Refused, match="The video"):
        await publisher.check(post)


async def test_it_answers_a_sentence(publisher: Publisher) -> None:
    assert (await publisher.ping()).endswith(".")
