"""What every twin of the renderer promises. A twin joins by a line in TWINS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from PIL import Image

from services.errors import Refused
from services.ports import Renderer, RenderRequest, RenderStatus
from services.renderer.local.local import LocalRenderer
from services.renderer.local.profile import Profile
from services.store import Store
from tests.doubles import media
from tests.doubles.json2video_client import PHOTO, movie, renderer_at
from tests.doubles.json2video_server import Json2VideoServer

SMALL = Profile("draft", scale=0.25, joined=True, preview_scale=0.5)


@asynccontextmanager
async def local(folder: Path) -> AsyncIterator[Renderer]:
    photo = media.photo(folder / "red.jpg")

    async def open_asset(key: str) -> Path:
        return photo

    renderer = LocalRenderer(folder / "renders", open_asset, profile=SMALL)
    yield renderer
    await renderer.aclose()


@asynccontextmanager
async def json2video(folder: Path) -> AsyncIterator[Renderer]:
    server = Json2VideoServer(media.video(folder / "made.mp4"))
    server.size = (270, 480)
    store = await Store.open(folder / "operator.db")
    with server.running():
        async with renderer_at(server, store, folder / "renders") as renderer:
            yield renderer
    await store.close()
    assert server.problems == []


# name → folder of the test → twin
TWINS: dict[str, Callable[[Path], AbstractAsyncContextManager[Renderer]]] = {
    "local": local,
    "json2video": json2video,
}


@pytest.fixture(params=sorted(TWINS))
async def renderer(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Renderer]:
    async with TWINS[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def assets() -> dict[str, str]:
    """Asset id → key of a photo in the bucket."""
    return {PHOTO: "wip_photos/red.jpg"}


@pytest.fixture
def tag() -> str:
    """Of a draft nobody rendered before."""
    return "k7f3"


Wanted = Callable[..., RenderRequest]


@pytest.fixture
def wanted(assets: dict[str, str], tag: str) -> Wanted:
    def request(seconds: float = 4.0) -> RenderRequest:
        return RenderRequest(f"{tag}-1-1", movie(seconds), assets)

    return request


def ago() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


async def ended(renderer: Renderer, handle: str) -> RenderStatus:
    return [status async for status in renderer.follow(handle)][-1]


async def test_it_says_in_a_sentence_how_it_is(renderer: Renderer) -> None:
    assert (await renderer.ping()).endswith(".")
    assert renderer.name in TWINS
    assert renderer.at_once >= 1
    assert renderer.settle >= 0


async def test_a_movie_becomes_files(renderer: Renderer, wanted: Wanted) -> None:
    handle = await renderer.submit(wanted())
    seen = [status async for status in renderer.follow(handle)]
    assert seen[-1].state == "done"
    assert {status.state for status in seen[:-1]} <= {"running"}
    assert all(0 <= status.progress <= 1 for status in seen)
    files = await renderer.collect(handle)
    assert files.duration == pytest.approx(4.0, abs=0.2)
    for path in (files.video, files.preview):
        with av.open(str(path)) as found:
            assert found.streams.video
    for path in (files.cover, files.storyboard, files.thumbnails):
        assert path is not None
        with Image.open(path) as picture:
            assert picture.format == "JPEG"
    assert files.approximations == ()


async def test_collecting_again_gives_the_same(renderer: Renderer, wanted: Wanted) -> None:
    handle = await renderer.submit(wanted())
    await ended(renderer, handle)
    first = (await renderer.collect(handle)).video.read_bytes()
    assert (await renderer.collect(handle)).video.read_bytes() == first


async def test_what_was_submitted_is_found_by_its_key(renderer: Renderer, tag: str, wanted: Wanted) -> None:
    assert await renderer.find(f"{tag}-1-1", ago()) is None
    handle = await renderer.submit(wanted())
    assert await renderer.find(f"{tag}-1-1", ago()) == handle
    assert await renderer.find(f"{tag}-1-2", ago()) is None
    assert await renderer.find(f"{tag}-2-1", ago()) is None
    await ended(renderer, handle)
    assert await renderer.find(f"{tag}-1-1", ago()) == handle


async def test_cancelling_leaves_nothing_behind_and_may_be_repeated(
    renderer: Renderer, wanted: Wanted, tmp_path: Path
) -> None:
    handle = await renderer.submit(wanted())
    await ended(renderer, handle)
    await renderer.collect(handle)
    for _ in range(2):
        await renderer.cancel(handle)
    assert list((tmp_path / "renders").glob("*")) == []


async def test_a_file_that_is_not_there_is_named_with_its_place(
    renderer: Renderer, assets: dict[str, str]
) -> None:
    broken = RenderRequest("k7f3-1-1", movie(src="elsewhere1"), assets)
    with pytest.raises(Refused, match=r"Scene #1, element #1.*elsewhere1"):
        await renderer.check(broken)


async def test_a_movie_that_cannot_be_read_is_refused(renderer: Renderer) -> None:
    broken = RenderRequest("k7f3-1-1", {"scenes": [{"elements": [{"type": "video"}]}]}, {})
    with pytest.raises(Refused, match="Scene #1, element #1"):
        await renderer.check(broken)


async def test_a_dry_plan_costs_nothing(renderer: Renderer, tag: str, wanted: Wanted) -> None:
    assert await renderer.check(wanted()) == []
    assert await renderer.find(f"{tag}-1-1", ago()) is None


async def test_there_is_nothing_to_collect_before_it_is_done(renderer: Renderer, wanted: Wanted) -> None:
    handle = await renderer.submit(wanted(seconds=30.0))
    with pytest.raises(Refused):
        await renderer.collect(handle)
    await renderer.cancel(handle)


@pytest.mark.parametrize("handle", ["../../etc", "", "a/b", "x" * 100])
async def test_a_handle_is_never_a_path(renderer: Renderer, handle: str) -> None:
    with pytest.raises(Refused):
        await renderer.cancel(handle)
