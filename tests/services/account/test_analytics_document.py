from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.account import document
from services.store.snapshots import Snapshot

NOW = datetime(2026, 5, 4, tzinfo=UTC)


def entry(followers: int | None = 1000, **fields: Any) -> dict[str, Any]:
    return document.media_entry({"id": "1", "media_type": "VIDEO", **fields}, followers)


def taken(days: float, followers: int | None, **media: list[int | None]) -> Snapshot:
    return Snapshot(NOW - timedelta(days=days), "x", {"followers_count": followers, "media": media})


def test_engagement_is_measured_against_reach_then_followers_else_unknown() -> None:
    reached = {"reach": 1000, "saved": 5, "shares": None}
    assert entry(like_count=90, comments_count=5, insights=reached)["engagement_rate"] == 0.1
    assert entry(like_count=90, comments_count=10)["engagement_rate"] == 0.1
    assert entry(None, like_count=90, comments_count=10)["engagement_rate"] is None
    assert entry(comments_count=10)["engagement_rate"] is None
    assert entry(insights={"reach": 100, "likes": 4, "comments": 1})["engagement_rate"] == 0.05
    assert entry(0, like_count=0, comments_count=0, insights={"reach": 0})["engagement_rate"] is None
    assert entry(like_count=0, comments_count=0, insights={"reach": 50})["engagement_rate"] == 0.0


def test_play_rate_is_that_of_videos_with_known_numbers() -> None:
    played = {"reach": 200, "views": 300}
    assert entry(insights=played)["play_rate"] == 1.5
    assert entry(insights=played, media_type="IMAGE")["play_rate"] is None
    assert entry(insights={"views": 300})["play_rate"] is None


def test_comment_quality_counts_questions_and_answers() -> None:
    comments = [
        {"id": "1", "text": "How did you do that?", "like_count": 4, "replies": [{"id": "2"}]},
        {"id": "3", "text": "nice"},
    ]
    assert entry(comments=comments)["comment_quality"] == {
        "comments_read": 2,
        "questions": 1,
        "answered": 1,
        "average_words": 3.0,
        "average_likes": 4.0,
    }
    assert entry(comments=[])["comment_quality"] is None


@pytest.mark.parametrize(
    ("caption", "tags"),
    [
        ("#Ceramics and #ceramics, #3dprinting! #töpfern #2025 #", ["ceramics", "3dprinting", "töpfern"]),
        (None, []),
        ("no tags", []),
    ],
)
def test_hashtags(caption: str | None, tags: list[str]) -> None:
    assert document.hashtags(caption) == tags


def test_hashtag_performance_and_sums_leave_out_what_is_unknown() -> None:
    media = [
        entry(caption="#a #b", like_count=10, comments_count=0),
        entry(caption="#a", like_count=None),
        entry(caption="#c", like_count=None),
    ]
    found = document.hashtag_performance(media)
    assert list(found) == ["a", "b", "c"]
    assert found["a"] == {"usage_count": 2, "total_likes": 10, "avg_engagement_rate": 0.01}
    assert found["c"] == {"usage_count": 1, "total_likes": None, "avg_engagement_rate": None}
    assert document.summary_metrics(media) == {
        "total_recent_likes": 10,
        "total_recent_comments": 0,
        "avg_engagement_rate": 0.01,
    }
    nothing = document.summary_metrics([])
    assert set(nothing.values()) == {None}


def test_activity_compares_with_the_oldest_of_the_week() -> None:
    week = [taken(6, 900, a=[10, 1]), taken(1, 950, a=[15, 2]), taken(0, 960, a=[18, 2], b=[7, 3])]
    activity = document.recent_activity([taken(30, 700), *week])
    assert activity["since"] == (NOW - timedelta(days=6)).isoformat(timespec="seconds")
    assert (activity["new_followers"], activity["new_likes"], activity["new_comments"]) == (60, 15, 4)
    assert [point["followers_count"] for point in activity["follower_trend"]] == [700, 900, 950, 960]


def test_activity_after_a_long_break_compares_with_the_last_time() -> None:
    activity = document.recent_activity([taken(60, 700), taken(30, 800), taken(0, 790)])
    assert activity["new_followers"] == -10


def test_activity_of_unknown_numbers_is_unknown() -> None:
    activity = document.recent_activity([taken(1, None, a=[None, 1]), taken(0, 5, a=[3, None])])
    assert (activity["new_followers"], activity["new_likes"], activity["new_comments"]) == (None, None, None)


def test_the_trend_has_one_point_a_day() -> None:
    snapshots = [taken(day / 4, 1000 - day) for day in range(200, -1, -1)]
    trend = document.recent_activity(snapshots)["follower_trend"]
    assert len(trend) == 30
    assert trend[-1]["followers_count"] == 1000
