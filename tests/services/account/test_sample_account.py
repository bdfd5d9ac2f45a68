from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.account.sample import SampleAccount
from services.account.sample_posts import POSTS
from services.errors import Refused
from services.store import Store

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
POSTED = {
    "number": 7,
    "title": "Ribbed vase",
    "caption": "Straight from the outbox\n#ceramics",
    "media_id": "outbox-7-1",
    "permalink": "file:///data/outbox/7-ribbed-vase",
    "folder": "7-ribbed-vase",
    "published_at": "2026-05-03T18:00:00+00:00",
}


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(tmp_path / "operator.db")
    yield store
    await store.close()


def account_of(store: Store, *posted: dict[str, Any], clock: Clock | None = None) -> SampleAccount:
    async def outbox() -> list[dict[str, Any]]:
        return list(posted)

    return SampleAccount(store, outbox, "Ton & Töpfe", clock=clock or Clock())


async def test_it_is_a_believable_account_that_says_it_is_a_sample(store: Store) -> None:
    document = await account_of(store).export_to_json()
    assert document["export_info"]["source"] == "sample"
    assert document["account_info"]["username"] == "ton_topfe_sample"
    media = document["recent_media"]
    assert len(media) == len(POSTS) == 18
    assert all(0.02 < post["engagement_rate"] < 0.3 for post in media)
    assert any("?" in comment["text"] for post in media for comment in post["comments"])
    assert all(post["insights"]["views"] >= post["insights"]["reach"] for post in media)
    assert all(post["timestamp"] < NOW.isoformat() for post in media)
    assert len({post["id"] for post in media}) == 18


async def test_what_is_in_the_outbox_is_listed_without_invented_engagement(store: Store) -> None:
    document = await account_of(store, POSTED).export_to_json()
    post = document["recent_media"][0]
    assert post["id"] == "outbox-7-1"
    assert post["caption"].startswith("Straight")
    assert (post["permalink"], post["timestamp"]) == (POSTED["permalink"], POSTED["published_at"])
    unknown = ("like_count", "comments_count", "engagement_rate", "play_rate", "comment_quality")
    assert [post[name] for name in unknown] == [None] * 5
    assert set(post["insights"].values()) == {None}
    assert document["account_info"]["media_count"] == 19
    alone = await account_of(store).export_to_json()
    assert document["summary_metrics"] == alone["summary_metrics"]
    used = document["hashtag_performance"]["ceramics"]["usage_count"]
    assert used == alone["hashtag_performance"]["ceramics"]["usage_count"] + 1


async def test_posts_keep_their_dates_when_days_go_by(store: Store) -> None:
    clock = Clock()
    account = account_of(store, clock=clock)
    first = (await account.export_to_json())["recent_media"]
    clock.now = NOW + timedelta(days=20)
    later = await account.export_to_json()
    assert [post["timestamp"] for post in later["recent_media"]] == [post["timestamp"] for post in first]
    assert len(later["recent_activity"]["follower_trend"]) == 2
    assert later["recent_activity"]["since"] == "2026-05-04T09:30:00+00:00"
    assert later["recent_activity"]["new_likes"] == 0


async def test_a_limit_below_one_is_refused(store: Store) -> None:
    with pytest.raises(Refused):
        await account_of(store).get_recent_media(0)
