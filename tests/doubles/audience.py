"""An account whose posts are seen: the sample account, and people who react to what is in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.account import document
from services.account.sample import SampleAccount
from services.account.sample_posts import FOLLOWERS

_DAY = timedelta(days=1)


class Audience(SampleAccount):
    """``liked`` maps a word of a caption to the share of those reached who like it in the end.

    A post reaches 100 accounts an hour of its first day and 10 an hour afterwards; on the first day only half
    of those who will like it did.
    """

    liked: Mapping[str, float]
    now: Callable[[], datetime]

    async def get_recent_media(self, limit: int = 25) -> list[dict[str, Any]]:
        return [self._seen(post) for post in await super().get_recent_media(limit)]

    def _seen(self, post: dict[str, Any]) -> dict[str, Any]:
        if post["like_count"] is not None or not post["timestamp"]:
            return post
        age = self.now() - datetime.fromisoformat(post["timestamp"])
        hours = max(0.0, age / timedelta(hours=1))
        reach = int(100 * min(24.0, hours) + 10 * max(0.0, hours - 24))
        rate = next((share for word, share in self.liked.items() if word in post["caption"]), 0.02)
        likes = round(reach * rate * (0.5 if age < 2 * _DAY else 1.0))
        insights = {
            "reach": reach,
            "views": 2 * reach,
            "likes": likes,
            "comments": 0,
            "saved": 0,
            "shares": 0,
        }
        told = {"like_count": likes, "comments_count": 0, "insights": insights}
        return document.media_entry(post | told, FOLLOWERS)
