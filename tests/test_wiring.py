"""What the settings say reaches the services they are about: seen at the doubles, not in the code."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.operator import Services
from bot.settings import load_settings
from bot.wiring import open_services
from services.errors import Unavailable
from services.ports import Post
from services.store import Store
from tests.doubles import media
from tests.doubles.everywhere import Everywhere
from tests.doubles.http_double import Answer, Fault
from tests.doubles.openai_contract import Contract


@pytest.fixture(params=["facebook", "instagram"])
def doubles(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Everywhere]:
    found = Everywhere(media.photo(tmp_path / "unused.jpg"), Contract(None), login=request.param)
    with found.running():
        yield found
    assert found.problems == []


@pytest.fixture
def post(tmp_path: Path) -> Post:
    cover = tmp_path / "cover.jpg"
    Image.new("RGB", (54, 96), (30, 30, 30)).save(cover)
    video = media.video(tmp_path / "video.mp4")
    return Post(7, "A pot grows", "Clay #pottery", video, cover, fingerprint="f" * 64)


@asynccontextmanager
async def opened(doubles: Everywhere, folder: Path, **more: str) -> AsyncIterator[Services]:
    (folder / "keys").mkdir()
    given = doubles.env(folder / "keys") | {"DATA_DIR": str(folder / "data")} | more
    settings = load_settings([], given)
    store = await Store.open(settings.data_dir / "operator.db")
    services = await open_services(settings, store)
    yield services
    await services.close()
    await store.close()


async def test_what_is_chosen_of_every_post_is_sent(doubles: Everywhere, post: Post, tmp_path: Path) -> None:
    chosen = {"INSTAGRAM_SHARE_TO_FEED": "false", "INSTAGRAM_COLLABORATORS": "clay_friend, @kiln.fan"}
    async with opened(doubles, tmp_path, INSTAGRAM_AI_GENERATED="true", **chosen) as services:
        await services.publisher.prepare(post)
    [call] = doubles.graph.asked("create")
    assert call.params["share_to_feed"] == "false"
    assert call.params["collaborators"] == '["clay_friend", "kiln.fan"]'
    assert call.params["is_ai_generated"] == "true"


async def test_an_address_for_instagram_is_fetched_before_without_a_cookie_or_a_login(
    doubles: Everywhere, post: Post, tmp_path: Path
) -> None:
    async with opened(doubles, tmp_path, INSTAGRAM_UPLOAD="url") as services:
        await services.publisher.prepare(post)
    ours = [asked for name, asked, _ in doubles.bucket.asked if name == "signed" and "range" in asked.headers]
    assert [asked.headers["range"] for asked in ours][:2] == ["bytes=0-0"] * 2, "of the video and the cover"
    assert not [name for asked in ours for name in ("cookie", "authorization") if name in asked.headers]
    [call] = doubles.graph.asked("create")
    assert {"video_url", "cover_url"} <= call.params.keys()


async def test_no_container_is_made_for_an_address_that_cannot_be_fetched(
    doubles: Everywhere, post: Post, tmp_path: Path
) -> None:
    doubles.bucket.fail("signed", *[Fault(Answer(403))] * 4)
    async with opened(doubles, tmp_path, INSTAGRAM_UPLOAD="url") as services:
        with pytest.raises(Unavailable, match=r"cannot be fetched without signing in \(status 403\)"):
            await services.publisher.prepare(post)
    assert doubles.graph.asked("create") == []


@pytest.mark.parametrize(("days", "prolonged"), [("40", True), ("7", False)])
async def test_the_token_is_prolonged_as_many_days_before_its_end_as_is_said(
    doubles: Everywhere, tmp_path: Path, days: str, prolonged: bool
) -> None:
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    more = {"INSTAGRAM_TOKEN_EXPIRATION": ends, "INSTAGRAM_DAYS_BEFORE_REFRESH": days}
    async with opened(doubles, tmp_path, **more) as services:
        for token in doubles.graph.state.tokens.values():
            token.made -= timedelta(days=2)  # one younger than a day cannot be prolonged
        assert services.token is not None
        assert await services.token.check_refresh_access_token() is prolonged
    assert (tmp_path / "data" / "instagram_token.json").exists() is prolonged


async def test_caps_of_credits_are_those_of_the_settings(doubles: Everywhere, tmp_path: Path) -> None:
    more = {"JSON2VIDEO_DAILY_CREDITS": "30", "JSON2VIDEO_MONTHLY_CREDITS": "400"}
    async with opened(doubles, tmp_path, **more) as services:
        assert services.final is not None
        assert services.final.purse is not None
        assert [(cap.span, cap.of) for cap in services.final.purse.caps()] == [
            ("today", 30),
            ("this month", 400),
        ]
