"""The outbox: posts land in folders on this computer. The local twin of Instagram's publishing.

It has the same two steps. A container is made first, invisible in ``.containers``; publishing it is one
rename to ``<number>-<slug>``, so that at every moment a post is either not there or whole. Beside each
container stands a receipt, which stays: a container whose folder is gone was published, even if the
person has moved the post elsewhere since.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import secrets
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slugify import slugify

from services.errors import Refused
from services.files import sync_to_disk
from services.log import get_logger
from services.ports import ContainerStatus, Post, Publication, Quota
from services.publisher.caption_spec import caption_faults
from services.publisher.outbox_files import (
    POST,
    Receipt,
    disk_errors,
    fill,
    hash_of,
    is_there,
    is_whole,
    read_receipt,
    write_durably,
)
from services.publisher.outbox_posts import Posted, posts_in
from services.publisher.preflight import Preflight
from services.publisher.video_child import VideoChild

log = get_logger(__name__)

# As Instagram's: "Containers expire after 24 hours" and limits count a rolling day
# (developers.facebook.com/docs/instagram-platform/content-publishing).
LIFE = timedelta(hours=24)
DAY = timedelta(hours=24)
MAX_COVER_BYTES = 8_000_000  # "cover_url … JPEG, 8 MB maximum", same page as the Reel specifications

_CONTAINERS = ".containers"
_ID = re.compile(r"[0-9a-f]{16}")
_OCCUPIED = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EISDIR}


def _now() -> datetime:
    return datetime.now(UTC)


class Outbox:
    """Posts as folders below ``folder``, each with video, cover, caption.txt and post.json.

    ``preflight`` makes Reels of videos that nearly are; without it they are refused. ``clock`` answers an
    aware time.
    """

    name = "outbox"
    # The rename dies with its process; only a cancelled call's thread may still be at its files. Should it
    # take longer, publishing again waits for it and finds the same post.
    settle = 1.0

    def __init__(
        self,
        folder: Path,
        *,
        preflight: Preflight | None = None,
        allow_many_hashtags: bool = False,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.folder = folder
        self._preflight = preflight
        self._allow_many_hashtags = allow_many_hashtags
        self._clock = clock
        self._lock = threading.Lock()  # of threads: a cancelled task leaves its thread working

    async def ping(self) -> str:
        """How many posts there are. Misconfigured if the folder cannot be written."""
        return await asyncio.to_thread(self._ping)

    async def check(self, post: Post) -> None:
        """Refused, with every reason, if Instagram would refuse this caption, video or cover."""
        faults = caption_faults(post.caption, allow_many_hashtags=self._allow_many_hashtags)
        try:
            faults += await self._video_faults(post.video)
            faults += await asyncio.to_thread(_cover_faults, post.cover)
        except OSError as error:
            faults.append(f"The draft's files cannot be read: {error.strerror or 'the disk failed'}.")
        if faults:
            raise Refused(" ".join(faults), remedy="Change the draft and approve it again.")

    async def prepare(self, post: Post) -> str:
        """Copy the post into a new container. Refused if its files are not there."""
        if self._preflight is not None:
            with contextlib.suppress(OSError):  # copying the file tells what is wrong with it
                post = replace(post, video=await self._preflight.fitted(post.video))
        return await asyncio.to_thread(self._prepare, post)

    async def look(self, container: str) -> ContainerStatus:
        """finished, published, expired (older than a day and never published), missing or error."""
        return await asyncio.to_thread(self._look, container)

    async def publish(self, container: str) -> Publication:
        """Make it public by one rename; a container that is public already is only answered again.

        Refused if there is nothing publishable in it. Its media id is the container's id.
        """
        return await asyncio.to_thread(self._publish, container)

    async def find(self, post: Post, since: datetime) -> Publication | None:
        """The one post of this fingerprint published since then."""
        found = [
            one
            for one in await asyncio.to_thread(self._published)
            if one.receipt.fingerprint == post.fingerprint and one.at >= since
        ]
        return found[0].publication() if len(found) == 1 else None

    async def quota(self) -> Quota:
        """Posts of the last 24 hours; a folder on this computer has no limit."""
        since = self._clock() - DAY
        published = await asyncio.to_thread(self._published)
        return Quota(used=sum(one.at > since for one in published), total=None)

    async def posted(self) -> list[dict[str, Any]]:
        """What is in the outbox, newest first, each as services/publisher/outbox_posts.py describes it."""
        published = await asyncio.to_thread(self._published)
        return [one.described() for one in sorted(published, key=lambda one: one.at, reverse=True)]

    async def _video_faults(self, video: Path) -> list[str]:
        if self._preflight is not None:
            return await self._preflight.faults(video)
        return [fault.sentence for fault in await VideoChild().faults(video)]

    # Below here everything blocks and runs in a thread.

    def _ping(self) -> str:
        with disk_errors(self.folder, "used"):
            place = next(p for p in (self.folder.absolute(), *self.folder.absolute().parents) if p.exists())
            if not place.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            if not os.access(place, os.W_OK | os.X_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        count = len(self._published())
        return f"The outbox {self.folder.name} has {count} {'post' if count == 1 else 'posts'}."

    def _prepare(self, post: Post) -> str:
        container = secrets.token_hex(8)
        inside = self._containers() / container
        building = self._containers() / f".{container}.tmp"
        with self._lock, disk_errors(self.folder, "filled"):
            self._containers().mkdir(parents=True, exist_ok=True)
            self._tidy()
            try:
                building.mkdir()
                receipt = fill(building, container, post, self._clock())
                # The receipt is last before the rename and names nothing anyone knows until then.
                write_durably(self._receipt(container), receipt.to_json())
                building.rename(inside)
            finally:
                shutil.rmtree(building, ignore_errors=True)
            sync_to_disk(inside.parent)
        return container

    def _look(self, container: str) -> ContainerStatus:
        if not _ID.fullmatch(container):
            return ContainerStatus("missing", "The outbox never made such a container.")
        with disk_errors(self.folder, "read"):
            inside = self._containers() / container
            receipt = read_receipt(self._receipt(container))
            if not is_there(inside):
                return self._look_outside(container, receipt)
            packed = read_receipt(inside / POST)
            if packed is None or not is_whole(inside, packed):
                return ContainerStatus("error", "The files of the container were changed or damaged.")
            if self._clock() - packed.prepared_at > LIFE:
                return ContainerStatus("expired", "The container is older than 24 hours.")
            return ContainerStatus("finished")

    def _look_outside(self, container: str, receipt: Receipt | None) -> ContainerStatus:
        if receipt is not None and receipt.expired:
            return ContainerStatus("expired", "The container is older than 24 hours.")
        if receipt is not None or self._published_as(container) is not None:
            return ContainerStatus("published")
        return ContainerStatus("missing", "The outbox never made such a container.")

    def _publish(self, container: str) -> Publication:
        with self._lock:
            status = self._look(container)
            with disk_errors(self.folder, "filled"):
                if status.state == "published":
                    return self._published_before(container)
                if status.state != "finished":
                    raise Refused(f"This cannot be posted. {status.message}", remedy="Post the draft again.")
                return self._publish_now(container)

    def _publish_now(self, container: str) -> Publication:
        inside = self._containers() / container
        receipt = read_receipt(inside / POST)
        if receipt is None or hash_of(inside / receipt.video) != receipt.sha256:
            raise Refused(
                "This cannot be posted: the video in the container is not the one that was approved.",
                remedy="Post the draft again.",
            )
        receipt = replace(receipt, published_at=self._clock())
        # Both say when, before it is true; only the rename makes it true.
        write_durably(inside / POST, receipt.to_json())
        write_durably(self._receipt(container), receipt.to_json())
        folder = self._rename(inside, receipt)
        sync_to_disk(self.folder)
        sync_to_disk(inside.parent)
        log.info("Draft %s is posted in the outbox as %s", receipt.number, folder.name)
        return Posted(folder, receipt).publication()

    def _rename(self, inside: Path, receipt: Receipt) -> Path:
        """The effect. A folder that stands there, of whatever draft, is never touched."""
        slug = slugify(receipt.title, max_length=60, word_boundary=True) or "video"
        for attempt in range(1, 1000):
            suffix = "" if attempt == 1 else f"-{attempt}"
            folder = self.folder / f"{receipt.number}-{slug}{suffix}"
            if os.path.lexists(folder):  # a rename would take the place of an empty folder
                continue
            try:
                inside.rename(folder)
            except OSError as error:
                if error.errno not in _OCCUPIED:
                    raise
            else:
                return folder.absolute()
        raise Refused(f"The outbox has too many folders named {receipt.number}-{slug}.")

    def _published_before(self, container: str) -> Publication:
        there = self._published_as(container)
        if there is not None:
            return there.publication()
        receipt = read_receipt(self._receipt(container))
        # A person has moved the folder away since.
        at = receipt.published_at or receipt.prepared_at if receipt else self._clock()
        return Publication(media_id=container, permalink="", at=at)

    def _published_as(self, container: str) -> Posted | None:
        return next((one for one in self._published() if one.receipt.container == container), None)

    def _published(self) -> list[Posted]:
        with disk_errors(self.folder, "read"):
            return posts_in(self.folder, apart=_CONTAINERS)

    def _tidy(self) -> None:
        """What crashes left half made, and the videos of containers nobody may publish any more."""
        for entry in self._containers().iterdir():
            if entry.name.endswith(".tmp"):
                shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink()
            elif _ID.fullmatch(entry.name):
                receipt = read_receipt(entry / POST)
                if receipt is not None and self._clock() - receipt.prepared_at > 2 * LIFE:
                    # First the receipt says so: a missing folder would otherwise mean "published".
                    write_durably(self._receipt(entry.name), replace(receipt, expired=True).to_json())
                    shutil.rmtree(entry)

    def _containers(self) -> Path:
        return self.folder / _CONTAINERS

    def _receipt(self, container: str) -> Path:
        return self._containers() / f"{container}.json"


def _cover_faults(cover: Path) -> list[str]:
    """OSError if it cannot be read."""
    is_jpeg = cover.suffix.lower() in (".jpg", ".jpeg")
    if is_jpeg and 0 < cover.stat().st_size <= MAX_COVER_BYTES:
        return []
    return ["The cover is not a JPEG of at most 8 MB."]
