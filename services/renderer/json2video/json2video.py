"""The Renderer port at JSON2Video: bought once, found again, asked patiently, fetched at once.

A handle is the project's id. ``client-data`` carries who asked and which attempt it is, so that a lost answer
is found by the list of renders instead of being bought twice. What was bought cannot be taken back: cancel()
only forgets the files here.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from humanize import naturaldelta

from services.errors import CreditUsedUp, Misconfigured, Refused, Unavailable
from services.http.download import download
from services.log import get_logger
from services.model.abilities import Abilities
from services.movie import Movie, parse_movie
from services.ports import RenderFiles, RenderRequest, RenderStatus
from services.renderer.json2video import limits
from services.renderer.json2video.api import NAME, Api, Project, UnknownProject
from services.renderer.json2video.credits import Ledger, cost_of
from services.renderer.json2video.outgoing import outgoing
from services.renderer.json2video.purse import Purse

log = get_logger(__name__)

_HANDLE = re.compile(r"[A-Za-z0-9_-]{6,64}")
UrlOf = Callable[[str], Awaitable[str]]  # bucket key → an address at which the service can read the file
LengthsOf = Callable[[Mapping[str, str]], Awaitable[Mapping[str, float | None]]]  # assets → their seconds
NameOf = Callable[[], Awaitable[str]]
Sleep = Callable[[float], Awaitable[None]]


class Beside(Protocol):
    """Makes the preview, the cover and the pictures of a finished video, on this machine."""

    async def make(self, video: Path, size: tuple[int, int]) -> RenderFiles:
        """In the folder of ``video``. Refused if it cannot be read as a video."""
        ...

    async def aclose(self) -> None: ...


class Json2Video:
    name = "json2video"
    settle = limits.SETTLE_SECONDS
    at_once = limits.AT_ONCE

    def __init__(
        self, api: Api, ledger: Ledger, beside: Beside, work_dir: Path, *, operator: NameOf, url_of: UrlOf,
        lengths_of: LengthsOf, timeout: float = 300.0, settle: float = limits.SETTLE_SECONDS,
        sleep: Sleep = asyncio.sleep,
    ) -> None:  # fmt: skip
        """``operator``: a name that tells this one's renders from those of others on the same account.
        ``timeout``: how long a render is followed in one go, in seconds."""
        self._api, self._ledger, self._beside, self._work = api, ledger, beside, work_dir
        self._operator, self._url_of, self._lengths_of = operator, url_of, lengths_of
        self.purse = Purse(ledger)
        self._timeout, self.settle, self._sleep = timeout, settle, sleep
        self.believe = limits.BELIEVE_SECONDS  # before what may still come right is taken for the end
        self._doubted: dict[str, float] = {}  # handle → since when it reads timeout or unknown, monotonic

    @property
    def abilities(self) -> Abilities | None:
        return None

    async def ping(self) -> str:
        left = await self._api.left()
        if left == 0:
            raise CreditUsedUp(
                f"The account at {NAME} has no credits left.", remedy="Buy credits at json2video.com."
            )
        told = f"{left:,} credits left" if left is not None else "the credits left are not told"
        used = await self._ledger.told()
        return f"{NAME} accepts the key; {told}.{f' Used: {used}.' if used else ''}"

    async def check(self, request: RenderRequest) -> list[str]:
        """What is read otherwise than it was written; nothing is asked."""
        movie = parse_movie(request.movie)
        outgoing(movie, request.assets, {})
        return list(movie.warnings)

    async def submit(self, request: RenderRequest) -> str:
        """Buy it, once. What it will cost counts against the caps from here on."""
        movie = parse_movie(request.movie)
        document = await self._document(movie, request)
        amount = self.purse.estimate(request, await self._lengths_of(request.assets))
        await self._ledger.take(request.key, amount)
        try:
            project = await self._api.create(document)
        except (Refused, Misconfigured, CreditUsedUp):
            await self._ledger.give_back(request.key)
            raise
        await self._ledger.know(request.key, project)
        log.info("%s renders %s as %s, for about %d credits", NAME, request.key, project, amount)
        return project

    async def find(self, key: str, since: datetime) -> str | None:
        wanted = await self._mark(key)
        # A day earlier: the clocks of two machines differ, and the list is by days.
        found = [
            project.handle
            async for project in self._api.since(since - timedelta(days=1))
            if all(project.client_data.get(name) == value for name, value in wanted.items())
        ]
        if not found:
            await self._ledger.give_back(key)
            return None
        if len(found) > 1:
            log.warning("%s has %d renders of %s; one of them is taken", NAME, len(found), key)
        await self._ledger.know(key, found[0])
        return found[0]

    async def follow(self, handle: str) -> AsyncIterator[RenderStatus]:
        begun = time.monotonic()
        while True:
            status = await self._status(handle)
            yield status
            if status.state != "running":
                return
            waited = time.monotonic() - begun
            if waited >= self._timeout:
                ordered = await self._ledger.age(handle)
                ago = f": it was ordered {naturaldelta(ordered)} ago" if ordered else ""
                raise Unavailable(
                    f"{NAME} has not finished this render yet{ago}.",
                    remedy="It goes on there, and is asked for again by itself.",
                )
            await self._sleep(pause_after(waited))

    async def collect(self, handle: str) -> RenderFiles:
        project = await self._api.status(handle)
        if project.status != "done" or not project.url:
            raise Refused(f"{NAME} has no finished video of this render.")
        folder = self._folder(handle)
        video = folder / "delivered.mp4"
        if not await asyncio.to_thread(video.exists):
            await download(self._api.remote, project.url, video, max_bytes=limits.MAX_VIDEO_BYTES)
        size = (project.width or 1080, project.height or 1920)
        try:
            files = await self._beside.make(video, size)
        except Refused as error:
            raise Refused(f"What {NAME} delivered is no video that can be shown: {error.message}") from error
        cost = cost_of(project.seconds or files.duration, *size)
        left = f", {project.left:,} left" if project.left is not None else ""
        return RenderFiles(
            video=video, preview=files.preview, cover=files.cover, storyboard=files.storyboard,
            thumbnails=files.thumbnails, duration=files.duration, approximations=(),
            cpu_seconds=files.cpu_seconds, wall_seconds=project.rendering_seconds,
            note=f"about {cost:,} credit{'' if cost == 1 else 's'} of {NAME}{left}",
        )  # fmt: skip

    async def cancel(self, handle: str) -> None:
        """Forget its files here. It cannot be stopped there, and what it cost is not given back."""
        self._doubted.pop(handle, None)
        await asyncio.to_thread(shutil.rmtree, self._folder(handle), ignore_errors=True)

    async def aclose(self) -> None:
        await self._beside.aclose()

    async def _document(self, movie: Movie, request: RenderRequest) -> dict[str, Any]:
        outgoing(movie, request.assets, {})  # before addresses are made for nothing
        addresses = {asset: await self._url_of(key) for asset, key in request.assets.items()}
        return outgoing(movie, addresses, await self._mark(request.key))

    async def _mark(self, key: str) -> dict[str, Any]:
        draft, revision, attempt = key.rsplit("-", 2)
        name = await self._operator()
        return {"operator": name, "draft": draft, "revision": int(revision), "attempt": int(attempt)}

    async def _status(self, handle: str) -> RenderStatus:
        try:
            project = await self._api.status(handle)
        except UnknownProject as error:
            return self._doubt(handle, error.message)
        if project.status == "done" and project.url:
            await self._ledger.settle(handle, cost_of(project.seconds, project.width, project.height))
            return RenderStatus("done", 1.0)
        if project.status == "done":
            what = (
                f"{NAME} rendered it, but has no file of it any more: it keeps them {limits.KEPT_DAYS} days."
            )
            return RenderStatus("failed", 1.0, f"{what} Rendering it again costs again.", final=True)
        if project.status == "error":
            await self._ledger.settle(handle, 0)  # failed renders are free
            return RenderStatus("failed", project.progress, f"{NAME}: {project.message or 'no reason given'}")
        if project.status == "timeout":
            return self._doubt(handle, f"{NAME} says that it took too long.", project)
        self._doubted.pop(handle, None)
        amount = await self._ledger.taken(handle)
        about = f"about {amount:,} credit{'' if amount == 1 else 's'}" if amount is not None else ""
        words = ", ".join(filter(None, (project.message, about)))
        return RenderStatus("running", project.progress, words)

    def _doubt(self, handle: str, message: str, project: Project | None = None) -> RenderStatus:
        """It may still come right: believed when it has been said for long, and then left to a person."""
        since = self._doubted.setdefault(handle, time.monotonic())
        if time.monotonic() - since < self.believe:
            return RenderStatus("running", project.progress if project else 0.0, message)
        del self._doubted[handle]
        return RenderStatus("failed", 0.0, f"{message} Rendering it again may cost again.", final=True)

    def _folder(self, handle: str) -> Path:
        if not _HANDLE.fullmatch(handle):
            raise Refused(f"{NAME} gave a render a name that cannot be used.")
        return self._work / handle


def pause_after(waited: float) -> float:
    """Seconds until the next look at a render that was followed for so many."""
    tier = int(waited // limits.POLL_TIER)
    return min(limits.POLL_LAST, limits.POLL_FIRST * limits.POLL_GROWS**tier)
