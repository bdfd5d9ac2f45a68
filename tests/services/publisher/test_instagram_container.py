"""What a container is made of: parameters, the cover's moment, uploads, addresses Instagram can fetch."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from services.errors import Held, Misconfigured, Refused, Unavailable
from services.http.client import Http
from services.ports import Post
from services.publisher.cover_moment import cover_moment
from services.publisher.instagram_container import Choices
from services.publisher.reachable import check_reachable
from services.publisher.reels_spec import find_faults
from tests.doubles.graph_client import Side
from tests.doubles.shelf import shelf
from tests.services.publisher.conftest import finished, make_video, publisher


async def test_everything_chosen_is_sent(we: Side, post: Post) -> None:
    choices = Choices(share_to_feed=False, collaborators=("ann", "ben"), ai_generated=True)
    await publisher(we, choices).prepare(post)
    [call] = we.server.asked("create")
    assert call.params == {
        "media_type": "REELS",
        "caption": "Clay #pottery",
        "share_to_feed": "false",
        "collaborators": json.dumps(["ann", "ben"]),
        "is_ai_generated": "true",
        "upload_type": "resumable",
        "thumb_offset": call.params["thumb_offset"],
    }


async def test_a_file_that_had_to_be_mended_is_what_is_uploaded(we: Side, post: Post, tmp_path: Path) -> None:
    raw = make_video(tmp_path / "raw.mp4", sound=None, options={})
    assert find_faults(raw)
    ours = publisher(we)
    container = await ours.prepare(replace(post, video=raw))
    await ours.look(container)
    assert (await ours.look(container)).state == "finished"


async def test_a_video_is_fetched_from_an_address_with_its_own_cover(we: Side, post: Post) -> None:
    async with shelf() as (base, share):
        ours = publisher(we, share=share)
        container = await ours.prepare(post)
        [call] = we.server.asked("create")
        assert call.params["video_url"] == f"{base}/good.mp4"
        assert call.params["cover_url"] == f"{base}/cover.jpg"
        assert "upload_type" not in call.params
        assert we.server.asked("upload") == []
        for _ in range(50):
            status = await ours.look(container)
            if status.state != "in_progress":
                break
            await asyncio.sleep(0.02)
        assert status.state == "finished"


async def test_while_instagram_is_left_alone_nothing_is_published(we: Side) -> None:
    we.wire.pace.pause(600)
    with pytest.raises(Held, match="10 min"):
        await publisher(we).publish("18000000000000001")
    assert we.server.calls == []


async def test_a_token_that_is_due_is_prolonged_before_the_publish_too(we: Side, post: Post) -> None:
    """The container may be hours old, made in a dry run."""
    ours = publisher(we)
    container = await ours.prepare(post)
    await finished(ours, container)
    old = we.server.state.issue(age=timedelta(days=57))
    we.graph.keeper = we.keeper_of(old, we.server.state.tokens[old].expires)
    await ours.publish(container)
    assert [call.operation for call in we.server.calls][-3:] == ["token", "publish", "medium"]
    assert (await we.graph.keeper.current()).get_secret_value() != old


async def test_a_token_that_is_known_to_be_dead_publishes_nothing(we: Side, post: Post) -> None:
    ours = publisher(we)
    container = await ours.prepare(post)
    await finished(ours, container)
    old = we.server.state.issue(age=timedelta(days=57))
    we.server.state.tokens[old].dead = 460
    we.graph.keeper = we.keeper_of(old, we.server.state.tokens[old].expires)
    for _ in range(2):
        with pytest.raises(Misconfigured, match="password"):
            await ours.publish(container)
    assert we.server.asked("publish") == []


async def test_one_publish_at_a_time(we: Side, post: Post) -> None:
    ours = publisher(we)
    containers = [await ours.prepare(replace(post, fingerprint=str(n))) for n in range(3)]
    for container in containers * 2:
        await ours.look(container)
    under_way, most = 0, 0
    ask = we.graph.post

    async def watched(path: str, params: dict[str, str]) -> dict[str, object]:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.02)
        answer = await ask(path, params)
        under_way -= 1
        return answer

    we.graph.post = watched  # type: ignore[method-assign]
    await asyncio.gather(*map(ours.publish, containers))
    assert (most, len(we.server.state.effects)) == (1, 3)


async def test_looks_grow_apart_from_five_seconds_to_sixty(we: Side, post: Post) -> None:
    we.server.state.stuck = True
    ours = publisher(we)
    container = await ours.prepare(post)
    waits = [(await ours.look(container)).again for _ in range(6)]
    assert waits == [5, 10, 20, 40, 60, 60]


async def test_ping_tells_the_quota(we: Side) -> None:
    assert await publisher(we).ping() == "Instagram takes posts: 0 of 50 used in the last 24 hours."


async def test_an_address_that_wants_a_cookie_is_refused(good_video: Path) -> None:
    http = Http()
    size = good_video.stat().st_size
    async with shelf(cookies=True) as (_, share):
        url = await share(good_video)
        with pytest.raises(Unavailable, match="without signing in"):
            await check_reachable(http, url, size)
    async with shelf() as (_, share):
        url = await share(good_video)
        await check_reachable(http, url, size)
        with pytest.raises(Unavailable, match="cannot be fetched"):
            await check_reachable(http, url, size + 1)
    await http.aclose()


@pytest.mark.parametrize(
    "url", ["http://pots.example/v.mp4", "https://pots.example/töpfe.mp4", "file:///v.mp4"]
)
async def test_an_address_instagram_never_takes_is_not_even_asked(url: str) -> None:
    with pytest.raises(Refused, match="INSTAGRAM_UPLOAD=resumable"):
        await check_reachable(Http(), url, 5)


async def test_an_address_has_to_outlive_the_processing() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    made = (now - timedelta(hours=1)).strftime("%Y%m%dT%H%M%SZ")
    url = f"https://storage.googleapis.com/b/v.mp4?X-Goog-Date={made}&X-Goog-Expires=3660&X-Goog-Signature=a"
    with pytest.raises(Unavailable, match="ends before"):
        await check_reachable(Http(), url, 5, clock=lambda: now)


def film(path: Path, seconds: float = 6.0) -> Path:
    """A white bar that moves from the top to the bottom."""
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=30, options={"x264-params": "keyint=30"})
        stream.width, stream.height, stream.pix_fmt = 180, 320, "yuv420p"
        count = round(seconds * 30)
        for index in range(count):
            picture = np.zeros((320, 180, 3), np.uint8)
            top = round(index / count * 280)
            picture[top : top + 40] = 255
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 30)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


@pytest.mark.parametrize("at", [0.0, 1.4, 3.7, 5.5])
def test_the_covers_moment_is_found(tmp_path: Path, at: float) -> None:
    video, cover = film(tmp_path / "film.mp4"), tmp_path / "cover.jpg"
    with av.open(str(video)) as movie:
        frame = next(f for f in movie.decode(movie.streams.video[0]) if (f.time or 0) >= at - 0.001)
        frame.to_image().save(cover, quality=80)
    assert cover_moment(video, cover) == pytest.approx(at * 1000, abs=110)


def test_an_unreadable_cover_is_the_beginning(tmp_path: Path) -> None:
    (tmp_path / "cover.jpg").write_bytes(b"no picture")
    assert cover_moment(film(tmp_path / "film.mp4", 3), tmp_path / "cover.jpg") == 0
    Image.new("RGB", (9, 16)).save(tmp_path / "good.jpg")
    assert cover_moment(tmp_path / "cover.jpg", tmp_path / "good.jpg") == 0
