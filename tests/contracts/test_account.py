"""What every account does, whichever service is behind it. A new twin adds itself to TWINS."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.account.instagram import InstagramAccount
from services.account.sample import SampleAccount
from services.ports import Account
from services.store import Store
from tests.doubles.graph_client import Side, side
from tests.doubles.graph_state import Comment


async def nothing_posted() -> list[dict[str, Any]]:
    return []


@asynccontextmanager
async def sample_account(store: Store, _folder: Path) -> AsyncIterator[Account]:
    yield SampleAccount(store, nothing_posted)


@asynccontextmanager
async def instagram_account(flavour: str, store: Store, folder: Path) -> AsyncIterator[Account]:
    """Over a socket, with more posts than one page holds."""
    async with side(flavour, folder) as we:
        for number in range(60):
            reel = number % 4 != 0
            we.server.state.add_medium(f"Pot {number} #clay #Pottery", days=number + 1, reel=reel)
        asked = Comment("17", "a_guest", "How tall is it?", we.clock.now, 2)
        asked.replies.append(Comment("18", we.server.state.username, "30 cm", we.clock.now))
        we.server.state.media[0].comments.append(asked)
        yield InstagramAccount(we.graph, we.keeper, store, clock=ticking(we))
        assert we.server.problems == []


def ticking(we: Side) -> Callable[[], datetime]:
    """Each look at the clock is a moment later: snapshots of one moment would be one."""

    def tick() -> datetime:
        we.clock.now += timedelta(milliseconds=1)
        return we.clock.now

    return tick


TWINS: dict[str, Callable[[Store, Path], AbstractAsyncContextManager[Account]]] = {
    "sample": sample_account,
    "instagram by facebook": partial(instagram_account, "facebook"),
    "instagram by instagram": partial(instagram_account, "instagram"),
}
KEYS = {
    "export_info": {"exported_at", "export_version", "source"},
    "account_info": {
        "account_id",
        "username",
        "followers_count",
        "following_count",
        "media_count",
        "biography",
        "website",
        "retrieved_at",
    },
    "recent_activity": {"since", "new_followers", "new_likes", "new_comments", "follower_trend"},
    "summary_metrics": {"total_recent_likes", "total_recent_comments", "avg_engagement_rate"},
}
MEDIA_KEYS = {
    "id",
    "media_type",
    "caption",
    "permalink",
    "timestamp",
    "like_count",
    "comments_count",
    "insights",
    "engagement_rate",
    "play_rate",
    "comments",
    "comments_cut",
    "comment_quality",
}
INSIGHT_KEYS = {"reach", "views", "likes", "comments", "saved", "shares", "total_interactions"}
COMMENT_KEYS = {"id", "username", "text", "timestamp", "like_count", "replies"}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "operator.db")
    yield store
    await store.close()


@pytest.fixture(params=sorted(TWINS))
async def account(request: pytest.FixtureRequest, store: Store, tmp_path: Path) -> AsyncIterator[Account]:
    async with TWINS[request.param](store, tmp_path) as made:
        yield made


async def test_names_itself_and_answers_a_ping(account: Account) -> None:
    assert account.name in ("sample", "instagram")
    assert account.sample is (account.name == "sample")
    assert await account.ping()


async def test_the_document_has_the_promised_keys(account: Account) -> None:
    document = await account.export_to_json()
    assert set(document) == {*KEYS, "recent_media", "hashtag_performance"}
    for part, keys in KEYS.items():
        assert set(document[part]) == keys, part
    assert document["export_info"]["export_version"] == "2.0"
    assert document["export_info"]["source"] == account.name
    assert document["recent_media"]
    for media in document["recent_media"]:
        assert set(media) == MEDIA_KEYS
        assert set(media["insights"]) == INSIGHT_KEYS
        assert all(set(comment) == COMMENT_KEYS for comment in media["comments"])
        assert datetime.fromisoformat(media["timestamp"]).tzinfo is not None
    for performance in document["hashtag_performance"].values():
        assert set(performance) == {"usage_count", "total_likes", "avg_engagement_rate"}


async def test_media_is_newest_first_and_limited(account: Account) -> None:
    everything = await account.get_recent_media(1000)
    stamps = [media["timestamp"] for media in everything]
    assert stamps == sorted(stamps, reverse=True)
    assert [media["id"] for media in await account.get_recent_media(3)] == [m["id"] for m in everything[:3]]


async def test_video_insights_are_those_of_videos(account: Account) -> None:
    assert {media["media_type"] for media in await account.get_video_insights()} == {"VIDEO"}


async def test_hashtags_are_asked_with_or_without_the_sign(account: Account) -> None:
    found = await account.get_hashtag_performance()
    tag = next(iter(found))
    assert await account.get_hashtag_performance([f"#{tag.upper()}"]) == {tag: found[tag]}
    unused = await account.get_hashtag_performance(["neverused"])
    assert unused == {"neverused": {"usage_count": 0, "total_likes": None, "avg_engagement_rate": None}}


async def test_activity_is_unknown_until_there_are_two_snapshots(account: Account) -> None:
    empty = await account.get_recent_activity()
    assert (empty["since"], empty["new_followers"], empty["follower_trend"]) == (None, None, [])
    first = (await account.export_to_json())["recent_activity"]
    assert (first["new_followers"], first["new_likes"], first["new_comments"]) == (None, None, None)
    assert len(first["follower_trend"]) == 1
    second = (await account.export_to_json())["recent_activity"]
    assert isinstance(second["new_followers"], int)
    assert isinstance(second["new_likes"], int)


async def test_an_export_writes_what_it_answers(account: Account, tmp_path: Path) -> None:
    path = tmp_path / "exports" / "instagram_analytics_result.json"
    document = await account.export_to_json(path)
    assert json.loads(path.read_text("utf-8")) == document
    assert [file.name for file in path.parent.iterdir()] == [path.name]
