"""How a Reel becomes a container at Instagram, and what a container's status means.

Source: developers.facebook.com/docs/instagram-platform/content-publishing and …/reference/ig-user/media,
…/ig-container (September 2026). Containers are invisible, live 24 hours, and are published at most once.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.errors import Misconfigured, OperatorError, Refused, Unavailable
from services.graph.errors import Entry, Kind, fault_of, status_entry
from services.graph.graph import Graph
from services.graph.upload import is_lost
from services.ports import ContainerStatus, Post
from services.publisher.preflight import Preflight

ID = re.compile(r"\d{1,25}")
Share = Callable[[Path], Awaitable[str]]  # puts a file where Instagram can fetch it; answers the address
_STATES = {
    "FINISHED": "finished", "PUBLISHED": "published", "EXPIRED": "expired", "ERROR": "error",
    "IN_PROGRESS": "in_progress",
}  # fmt: skip
USABLE = 3 * 3600.0  # seconds in which a container whose upload broke off is gone on with
# Answered to upload_type=resumable where the app may not upload.
_NO_UPLOADS = "video_url is required"
_WORDS = {"expired": "The container is older than 24 hours."}


@dataclass(frozen=True, slots=True)
class Choices:
    """What settings say of every post. ``collaborators`` are user names, at most three."""

    share_to_feed: bool = True
    collaborators: tuple[str, ...] = ()
    ai_generated: bool = False
    allow_many_hashtags: bool = False


class ContainerMaker:
    """``share`` None: the file is uploaded to Instagram itself, and nothing need be public."""

    def __init__(self, graph: Graph, preflight: Preflight, choices: Choices, share: Share | None) -> None:
        self._graph = graph
        self._preflight = preflight
        self._choices = choices
        self._share = share
        # What was approved, and its size → a container whose upload broke off, and since when it is there.
        self._begun: dict[str, tuple[str, float]] = {}  # a process that ends forgets them: nothing is lost

    def has_begun(self, post: Post) -> bool:
        """Whether an upload of it broke off, so that make() goes on with that one."""
        return any(key.startswith(f"{post.fingerprint} ") for key in self._begun)

    async def make(self, post: Post) -> str:
        """The id of a container that has its video. Refused if the files are not there."""
        try:
            video = await self._preflight.fitted(post.video)
            size = (await asyncio.to_thread(os.stat, video)).st_size
        except OSError as error:
            raise Refused(
                f"The draft's files cannot be read: {error.strerror or 'the disk failed'}.",
                remedy="Render the draft again.",
            ) from error
        if self._share is not None:
            return await self._container(post, video)
        key = f"{post.fingerprint} {size}"
        container, at = self._begun.get(key, ("", 0.0))
        begun = bool(container) and time.monotonic() - at < USABLE
        if not begun:
            container = await self._container(post, video)
            self._begun[key] = container, time.monotonic()
        try:
            await self._graph.upload(container, video, size, begun=begun)
        except OperatorError as error:
            if is_lost(error):
                self._begun.pop(key, None)
            raise
        self._begun.pop(key, None)
        return container

    async def _container(self, post: Post, video: Path) -> str:
        params = self._params(post) | await self._place(post, video)
        try:
            answer = await self._graph.post(f"{self._graph.login.user_id}/media", params)
        except Refused as error:
            fault = fault_of(error)
            if fault is not None and fault.code == 100 and _NO_UPLOADS in fault.message.lower():
                raise Misconfigured(
                    "Instagram takes no uploads from this app, only from those with Facebook Login for "
                    "Business.",
                    remedy="Set INSTAGRAM_UPLOAD=url and GCS_BUCKET; approved drafts wait.",
                    variable="INSTAGRAM_UPLOAD",
                ) from error
            raise
        container = str(answer.get("id") or "")
        if not ID.fullmatch(container):
            raise Unavailable(
                "Instagram answered without a container.", remedy="It is tried again by itself."
            )
        return container

    def _params(self, post: Post) -> dict[str, str]:
        choices = self._choices
        params = {
            "media_type": "REELS",
            "caption": post.caption,
            "share_to_feed": _word(choices.share_to_feed),
        }
        if choices.collaborators:
            params["collaborators"] = json.dumps(list(choices.collaborators))
        if choices.ai_generated:
            params["is_ai_generated"] = _word(choices.ai_generated)
        return params

    async def _place(self, post: Post, video: Path) -> dict[str, str]:
        """Where the video and the cover come from; a cover without an address is a moment of the video."""
        if self._share is not None:
            return {"video_url": await self._share(video), "cover_url": await self._share(post.cover)}
        moment = await self._preflight.moment(video, post.cover)
        return {"upload_type": "resumable", "thumb_offset": str(moment)}


def status_of(answer: Mapping[str, Any]) -> tuple[ContainerStatus, Entry | None]:
    """A container's status, and of one in ERROR the row of the table."""
    state = _STATES.get(str(answer.get("status_code")))
    if state is None:
        raise Unavailable(
            "Instagram answered a container's status that is not known.",
            remedy="It is tried again by itself.",
        )
    if state != "error":
        return ContainerStatus(state, _WORDS.get(state, "")), None
    entry = status_entry(str(answer.get("status") or ""))
    return ContainerStatus(state, f"{entry.sentence} {entry.remedy}".strip()), entry


def may_work_anew(entry: Entry | None) -> bool:
    """Whether another container of the same video may succeed."""
    return entry is not None and entry.kind in (Kind.AGAIN, Kind.PASSING, Kind.UNCLEAR)


def _word(value: bool) -> str:
    return "true" if value else "false"
