"""The account port's remote twin: a professional Instagram account, read through Graph.

The document is the sample account's (services/account/document.py). 25 posts with insights and comments cost
two requests, 100 cost three, and each fifty comments of a post beyond the first fifty one more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from services import files
from services.account import document
from services.account.instagram_fields import COMMENTS
from services.account.instagram_media import MediaReader
from services.errors import Refused
from services.graph.graph import Graph
from services.graph.own_account import own_account
from services.store import Store, snapshots

EXPORTED = 100  # posts in a document
_FIELDS = "username,followers_count,follows_count,media_count,biography,website"


class Standing(Protocol):
    def words(self) -> str: ...


class Token(Protocol):
    """What is needed of services/account/token.py here."""

    async def check_refresh_access_token(self) -> bool: ...
    async def standing(self) -> Standing: ...


class InstagramAccount:
    """``comments`` are read of each post, the newest."""

    name = "instagram"
    sample = False

    def __init__(
        self,
        graph: Graph,
        token: Token,
        store: Store,
        *,
        comments: int = COMMENTS,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._graph = graph
        self._token = token
        self._store = store
        self._media = MediaReader(graph, comments)
        self._clock = clock
        # Snapshots of another account must not become this one's trend.
        self._source = f"{self.name} {graph.login.user_id}"

    async def ping(self) -> str:
        """Whose account it is, how long the token lives and what it may do; it is not prolonged by this."""
        account = await self._ask_account()
        followers = account["followers_count"]
        known = f" with {followers:,} followers" if followers is not None else ""
        standing = await self._token.standing()
        notes = "".join(f" {words[0].upper()}{words[1:]}." for words in self._media.left_out)
        return f"Instagram account @{account['username']}{known}; {standing.words()}{notes}"

    async def get_account_info(self) -> dict[str, Any]:
        return await self._ask_account()

    async def get_recent_media(self, limit: int = 25) -> list[dict[str, Any]]:
        """Newest first; what Instagram does not tell is None."""
        if limit < 1:
            raise Refused("Ask for at least one post.")
        account = await self._ask_account()
        return await self._entries(limit, account)

    async def get_recent_activity(self) -> dict[str, Any]:
        return document.recent_activity(await self._store.do(snapshots.newest, self._source))

    async def get_video_insights(self) -> list[dict[str, Any]]:
        return [post for post in await self.get_recent_media(EXPORTED) if post["media_type"] == "VIDEO"]

    async def get_hashtag_performance(self, tags: Sequence[str] | None = None) -> dict[str, Any]:
        return document.hashtag_performance(await self.get_recent_media(EXPORTED), tags)

    async def export_to_json(self, path: Path | None = None) -> dict[str, Any]:
        """The whole document, written to ``path`` when one is given. Prolongs the token first if that is due,
        and stores a snapshot for later trends."""
        await self._token.check_refresh_access_token()
        now = self._clock()
        account = await self._ask_account()
        media = await self._entries(EXPORTED, account)
        await self._store.do(snapshots.add, document.snapshot(self._source, now, account, media))
        result = document.build_document(
            source=self.name,
            now=now,
            account=account,
            recent_media=media,
            activity=await self.get_recent_activity(),
        )
        if path is not None:
            await asyncio.to_thread(files.write_json, path, result)
        return result

    async def _entries(self, limit: int, account: Mapping[str, Any]) -> list[dict[str, Any]]:
        posts = await self._media.newest(limit)
        return [document.media_entry(post, account["followers_count"]) for post in posts]

    async def _ask_account(self) -> dict[str, Any]:
        with own_account():
            found = await self._graph.get(self._graph.login.user_id, fields=_FIELDS)
        # With Instagram login ``id`` is another one for each app; the account's own is the one asked for.
        own = {"account_id": self._graph.login.user_id, "following_count": found.get("follows_count")}
        return document.account_info(found | own, self._clock())
