"""Reads posts with insights and comments in as few requests as Instagram lets us.

One request answers a page of posts with everything; but a metric that one post refuses fails the page. What
is refused is then dropped, said once, and asked of each post by itself. Whatever still fails leaves a post
without insights, never without itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.account.document import INSIGHTS
from services.account.instagram_comments import read_on
from services.account.instagram_fields import (
    COMMENTS,
    insight_values,
    media_fields,
    post_fields,
    refused_metrics,
    retired_metrics,
)
from services.errors import OperatorError
from services.graph.errors import GraphFault, Kind, fault_of, is_throttled
from services.graph.graph import Graph, cursor_of
from services.graph.wire import TooMuchData
from services.log import get_logger

log = get_logger(__name__)

PAGE = 50  # posts in one request
BY_THEMSELVES = 50  # posts whose insights are asked one by one, of one reading
_BEFORE_BUSINESS = 2108006  # posted before the account became a professional one: never measured


class MediaReader:
    """``left_out`` are the words for what Instagram does not tell, for `status`."""

    def __init__(self, graph: Graph, comments: int = COMMENTS) -> None:
        self._graph = graph
        self._comments = comments  # of each post
        self._retired: set[str] = set()
        self._unmeasured: set[str] = set()  # posts that never have insights
        self._parts = {"comments", "insights"}
        self._said: dict[str, None] = {}

    @property
    def left_out(self) -> list[str]:
        return list(self._said)

    async def newest(self, limit: int) -> list[dict[str, Any]]:
        """At most ``limit`` posts, newest first, as document.media_entry() takes them."""
        found: list[dict[str, Any]] = []
        reading = _Reading(BY_THEMSELVES)
        after, size = "", PAGE
        while len(found) < limit:
            page = await self._page(after, min(size, limit - len(found)), reading)
            size = min(size, page.size)
            found += page.posts
            after = page.after
            if not after:
                break
        await read_on(self._graph, found, self._comments)
        return found

    async def _page(self, after: str, size: int, reading: _Reading) -> _Page:
        metrics = self._wanted()
        missing: list[str] = []  # metrics that each post is asked for by itself
        while True:
            place = {"after": after} if after else {}
            fields = media_fields(metrics, comments=self._comments if "comments" in self._parts else 0)
            try:
                answer = await self._graph.get(
                    f"{self._graph.login.user_id}/media", fields=fields, limit=str(size), **place
                )
                break
            except TooMuchData:
                if size == 1:
                    raise
                size //= 2
            except OperatorError as error:
                fault = fault_of(error)
                if fault is None or not self._learn(fault, metrics, missing):
                    raise
        posts = [post_fields(row) for row in answer.get("data") or () if isinstance(row, Mapping)]
        for post in posts if missing else ():
            await self._measure(post, missing, reading)
        return _Page(posts, cursor_of(answer), size)

    def _wanted(self) -> list[str]:
        return [name for name in INSIGHTS if name not in self._retired] if "insights" in self._parts else []

    def _learn(self, fault: GraphFault, metrics: list[str], missing: list[str]) -> bool:
        """Ask for less, as the answer teaches; False if there is nothing to learn from it."""
        if retired := retired_metrics(fault, metrics):
            self._retired.update(retired)
            self._drop(retired, metrics, "Instagram does not measure {} any more")
        elif refused := refused_metrics(fault, metrics):
            missing += refused
            self._drop(refused, metrics, "Instagram does not tell {} of every post")
        elif fault.entry.kind is Kind.PERSON and not fault.few_viewers:
            return self._do_without(metrics)
        elif fault.entry.kind is Kind.INPUT and metrics:  # some post fails them all: which one is not said
            missing += metrics
            self._drop(list(metrics), metrics, "")
        else:
            return False
        return True

    def _drop(self, names: list[str], metrics: list[str], words: str) -> None:
        metrics[:] = [name for name in metrics if name not in names]
        if words:
            self._say(words.format(" and ".join(names)))

    def _do_without(self, metrics: list[str]) -> bool:
        """A permission is lacking: without comments, then without insights, the rest may be told."""
        for part in ("comments", "insights"):
            if part in self._parts:
                self._parts.remove(part)
                self._say(f"the Instagram token may not read {part}")
                if part == "insights":
                    metrics.clear()
                return True
        return False

    async def _measure(self, post: dict[str, Any], names: list[str], reading: _Reading) -> None:
        """Ask one post for the metrics the page did without."""
        if post["id"] in self._unmeasured or not reading.allows():
            return
        asked = [name for name in names if name not in self._retired]
        while asked:
            try:
                answer = await self._graph.get(f"{post['id']}/insights", metric=",".join(asked))
                rows = [row for row in answer.get("data") or () if isinstance(row, Mapping)]
                post["insights"] |= insight_values(rows)
                return
            except OperatorError as error:
                if is_throttled(error):  # what is read so far counts
                    reading.stop()
                    log.warning("Some insights are missing: %s", error)
                    return
                fault = fault_of(error)
                if fault is None:
                    raise
                fewer = self._fewer(post["id"], fault, asked)
                if fewer is None:
                    raise
                asked = fewer

    def _fewer(self, post: str, fault: GraphFault, asked: list[str]) -> list[str] | None:
        """What is worth asking this post after such an answer; None if the answer is not about the post."""
        if retired := retired_metrics(fault, asked):
            self._retired.update(retired)
            return [name for name in asked if name not in retired]
        if refused := refused_metrics(fault, asked):
            return [name for name in asked if name not in refused]
        if fault.subcode == _BEFORE_BUSINESS:
            self._unmeasured.add(post)
        about_it = fault.few_viewers or fault.entry.kind in (Kind.INPUT, Kind.ABSENT)
        return [] if about_it else None

    def _say(self, words: str) -> None:
        if words not in self._said:
            self._said[words] = None
            log.warning("%s%s.", words[0].upper(), words[1:])


@dataclass(frozen=True, slots=True)
class _Page:
    posts: list[dict[str, Any]]
    after: str  # the cursor of the next one, "" if this is the last
    size: int  # as many posts as one request could be asked for


class _Reading:
    """How many posts may still be asked by themselves."""

    def __init__(self, left: int) -> None:
        self._left = left

    def allows(self) -> bool:
        self._left -= 1
        return self._left >= 0

    def stop(self) -> None:
        self._left = 0
