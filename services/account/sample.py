"""The account port's local twin: an invented account, said to be so everywhere, plus what is in the outbox.

Its numbers are written by hand (sample_posts.py) and stand still. What the outbox holds is real, so its
engagement is unknown and stays None.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slugify import slugify

from services import files
from services.account import document
from services.account.sample_posts import BIOGRAPHY, FOLLOWERS, FOLLOWING, POSTS, SampleComment, SamplePost
from services.errors import Refused
from services.store import Store, snapshots

SOURCE = "sample"
EXPORTED = 100  # posts in a document


class SampleAccount:
    """``posted`` answers what is in the outbox, newest first, as the outbox publisher describes it."""

    name = "sample"
    sample = True

    def __init__(
        self,
        store: Store,
        posted: Callable[[], Awaitable[list[dict[str, Any]]]],
        brand_name: str = "Autopotter",
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._posted = posted
        self._username = slugify(brand_name, separator="_", max_length=20) or "autopotter"
        self._clock = clock

    async def ping(self) -> str:
        name = f"@{self._username}_sample"
        return f"Sample account {name}: {len(POSTS)} invented posts, and what is in the outbox."

    async def get_account_info(self) -> dict[str, Any]:
        return self._account(len(await self._posted()), self._clock())

    async def get_recent_media(self, limit: int = 25) -> list[dict[str, Any]]:
        """Newest first; outbox posts without engagement."""
        if limit < 1:
            raise Refused("Ask for at least one post.")
        anchor = await self._anchor()
        posts = [_outbox_post(post) for post in await self._posted()]
        posts += [self._sample_post(number, post, anchor) for number, post in enumerate(POSTS)]
        posts.sort(key=lambda post: post["timestamp"] or "", reverse=True)
        return [document.media_entry(post, FOLLOWERS) for post in posts[:limit]]

    async def get_recent_activity(self) -> dict[str, Any]:
        return document.recent_activity(await self._store.do(snapshots.newest, SOURCE))

    async def get_video_insights(self) -> list[dict[str, Any]]:
        return [post for post in await self.get_recent_media(EXPORTED) if post["media_type"] == "VIDEO"]

    async def get_hashtag_performance(self, tags: Sequence[str] | None = None) -> dict[str, Any]:
        return document.hashtag_performance(await self.get_recent_media(EXPORTED), tags)

    async def export_to_json(self, path: Path | None = None) -> dict[str, Any]:
        """The whole document, written to ``path`` when one is given. Stores a snapshot for later trends."""
        now = self._clock()
        media = await self.get_recent_media(EXPORTED)
        account = self._account(len(await self._posted()), now)
        await self._store.do(snapshots.add, document.snapshot(SOURCE, now, account, media))
        result = document.build_document(
            source=SOURCE,
            now=now,
            account=account,
            recent_media=media,
            activity=await self.get_recent_activity(),
        )
        if path is not None:
            await asyncio.to_thread(files.write_json, path, result)
        return result

    def _account(self, in_outbox: int, now: datetime) -> dict[str, Any]:
        fields = {
            "account_id": "sample",
            "username": f"{self._username}_sample",
            "followers_count": FOLLOWERS,
            "following_count": FOLLOWING,
            "media_count": len(POSTS) + in_outbox,
            "biography": BIOGRAPHY,
            "website": None,
        }
        return document.account_info(fields, now)

    async def _anchor(self) -> datetime:
        """The day the sample is told from: that of the first snapshot, so that posts keep their dates."""
        first = await self._store.do(snapshots.first, SOURCE) or self._clock()
        return first.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

    def _sample_post(self, number: int, post: SamplePost, anchor: datetime) -> dict[str, Any]:
        at = anchor - timedelta(days=post.days) + timedelta(hours=post.hour)
        media_id = f"sample-{len(POSTS) - number:02d}"
        interactions = post.likes + post.comments_count + post.saved + post.shares
        return {
            "id": media_id,
            "media_type": post.kind,
            "caption": post.caption,
            "permalink": None,
            "timestamp": document.moment(at),
            "like_count": post.likes,
            "comments_count": post.comments_count,
            "insights": {
                "reach": post.reach,
                "views": post.views,
                "likes": post.likes,
                "comments": post.comments_count,
                "saved": post.saved,
                "shares": post.shares,
                "total_interactions": interactions,
            },
            "comments": [
                self._comment(f"{media_id}-c{index + 1}", comment, at + timedelta(minutes=37 * (index + 1)))
                for index, comment in enumerate(post.comments)
            ],
        }

    def _comment(self, comment_id: str, comment: SampleComment, at: datetime) -> dict[str, Any]:
        reply = {
            "id": f"{comment_id}-r1",
            "username": f"{self._username}_sample",
            "text": comment.reply,
            "timestamp": document.moment(at + timedelta(hours=2)),
            "like_count": 0,
        }
        return {
            "id": comment_id,
            "username": comment.username,
            "text": comment.text,
            "timestamp": document.moment(at),
            "like_count": comment.likes,
            "replies": [reply] if comment.reply else [],
        }


def _outbox_post(post: dict[str, Any]) -> dict[str, Any]:
    """What was posted to the outbox: real, but nobody counts its likes."""
    published = datetime.fromisoformat(post["published_at"]) if post.get("published_at") else None
    return {
        "id": str(post.get("media_id") or f"outbox-{post['number']}"),
        "media_type": "VIDEO",
        "caption": post.get("caption"),
        "permalink": post.get("permalink"),
        "timestamp": document.moment(published) if published else None,
    }
