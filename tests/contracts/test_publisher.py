"""What every twin of the publisher promises. A twin joins by a line in TWINS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from services.errors import Refused
from services.graph.graph import Graph
from services.ports import ContainerStatus, Post, Publisher
from services.publisher.instagram import InstagramPublisher
from services.publisher.outbox import Outbox
from services.publisher.preflight import Preflight
from tests.doubles.graph_client import Clock, side
from tests.doubles.publisher_client import DoublePublisher, PublisherServer


@asynccontextmanager
async def outbox(folder: Path, clock: Clock, _url: str) -> AsyncIterator[Publisher]:
    yield Outbox(folder / "outbox", preflight=Preflight(folder / "reels"), clock=clock)


@asynccontextmanager
async def double(folder: Path, clock: Clock, url: str) -> AsyncIterator[Publisher]:
    yield DoublePublisher(url, folder.name, clock=clock)


@asynccontextmanager
async def instagram(flavour: str, folder: Path, clock: Clock, _url: str) -> AsyncIterator[Publisher]:
    async with side(flavour, folder, clock) as we:
        we.server.state.tokens[we.token].expires = None  # clocks are turned by months here
        keeper = we.keeper_of(we.token, clock.now + timedelta(days=400))
        yield InstagramPublisher(
            Graph(we.wire, keeper),
            Preflight(folder / "reels"),
            share=we.share,
            blinks=(0, 0),
            first_look=0.01,
            clock=clock,
        )
        assert we.server.problems == []
        assert we.server.state.repeats == []


# name → (folder of the test, clock, address of the double's server) → twin
TWINS: dict[str, Callable[[Path, Clock, str], AbstractAsyncContextManager[Publisher]]] = {
    "outbox": outbox,
    "double": double,
    "instagram by facebook": partial(instagram, "facebook"),
    "instagram by instagram": partial(instagram, "instagram"),
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
async def publisher(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock, server: str
) -> AsyncIterator[Publisher]:
    async with TWINS[request.param](tmp_path, clock, server) as made:
        yield made


@pytest.fixture
def post(rendered_files: Path) -> Post:
    video, cover = rendered_files / "video.mp4", rendered_files / "cover.jpg"
    return Post(7, "A pot grows", "Clay #pottery", video, cover, fingerprint="f" * 64)


async def settled(publisher: Publisher, container: str) -> ContainerStatus:
    """Its status once the service is through with it: a real one may need minutes."""
    for _ in range(15):
        status = await publisher.look(container)
        if status.state != "in_progress":
            break
        assert status.again is None or 0 < status.again <= 60
        await asyncio.sleep(status.again or 0)
    return status


async def ready(publisher: Publisher, post: Post) -> str:
    container = await publisher.prepare(post)
    assert (await settled(publisher, container)).state == "finished"
    return container


async def test_a_container_is_not_a_post(publisher: Publisher, post: Post, clock: Clock) -> None:
    await ready(publisher, post)
    assert (await publisher.quota()).used == 0
    assert await publisher.find(post, clock.now - timedelta(days=1)) is None


async def test_publishing_makes_one_post(publisher: Publisher, post: Post, clock: Clock) -> None:
    container = await ready(publisher, post)
    published = await publisher.publish(container)
    assert published.media_id
    assert published.permalink
    assert published.at == clock.now
    assert (await publisher.look(container)).state == "published"
    assert (await publisher.quota()).used == 1
    assert await publisher.find(post, clock.now) == published


async def test_publishing_again_makes_nothing_new(publisher: Publisher, post: Post, clock: Clock) -> None:
    container = await ready(publisher, post)
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
    container = await ready(publisher, post)
    await publisher.publish(container)
    clock.now += timedelta(days=30)
    await publisher.prepare(replace(post, number=8))
    assert (await publisher.look(container)).state == "published"


async def test_the_quota_counts_a_rolling_day(publisher: Publisher, post: Post, clock: Clock) -> None:
    await publisher.publish(await ready(publisher, post))
    clock.now += timedelta(hours=23)
    await publisher.publish(await ready(publisher, replace(post, number=8)))
    assert (await publisher.quota()).used == 2
    clock.now += timedelta(hours=2)
    assert (await publisher.quota()).used == 1


async def test_find_knows_this_post_only(publisher: Publisher, post: Post, clock: Clock) -> None:
    before = clock.now
    await publisher.publish(await ready(publisher, post))
    other = replace(post, fingerprint="e" * 64, caption="Another")
    assert await publisher.find(other, before) is None
    assert await publisher.find(post, before + timedelta(seconds=1)) is None


async def test_two_posts_of_one_fingerprint_are_not_unique(
    publisher: Publisher, post: Post, clock: Clock
) -> None:
    for _ in range(2):
        await publisher.publish(await ready(publisher, post))
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


async def test_a_reel_is_taken(publisher: Publisher, post: Post) -> None:
    await publisher.check(post)


async def test_a_file_that_is_no_reel_is_refused(publisher: Publisher, post: Post, tmp_path: Path) -> None:
    video = tmp_path / "final.mp4"
    video.write_bytes(b"moving pictures")
    with pytest.raises(Refused, match="The video"):
        await publisher.check(replace(post, video=video))


async def test_files_that_are_not_there_are_refused(publisher: Publisher, post: Post, tmp_path: Path) -> None:
    with pytest.raises(Refused):
        await publisher.prepare(replace(post, video=tmp_path / "none.mp4"))


async def test_it_answers_a_sentence(publisher: Publisher) -> None:
    assert (await publisher.ping()).endswith(".")
