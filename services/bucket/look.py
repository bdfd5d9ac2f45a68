"""Looks at what the files of the catalogue show, once for each content, and keeps it in the store.

Files are looked at by child processes of low priority (look_child.py), a few at a time, newest first. What
was seen is committed every second or so: killed anywhere, the next look goes on with the rest.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from services.bucket import alike
from services.bucket.child import Children, Died
from services.bucket.content import content_of
from services.bucket.seen_footage import Sight, moments, sight
from services.errors import OperatorError, Refused
from services.files import written
from services.log import get_logger, timed
from services.model.asset import Asset, Category
from services.model.footage import Footage, Moment
from services.ports import Bucket
from services.store import Store, footage, media
from services.tasks import all_or_none

log = get_logger(__name__)

VERSION = 2  # of what is measured: another one looks at everything again
SECONDS = 60.0  # of work that one file may take
PARALLEL = max(1, min(4, os.cpu_count() or 1))
PAGE = 200
_COMMIT_SECONDS = 1.0
_COMMIT_FILES = 40
_MODULE = "services.bucket.look_child"

Progress = Callable[[int, int], None]  # files looked at, files in all


@dataclass(frozen=True, slots=True)
class LookReport:
    """``looked`` files, of which ``known`` had a content that was looked at before, ``unreadable`` could not
    be decoded, and ``left`` could not be opened now."""

    looked: int
    known: int
    unreadable: int
    left: int
    seconds: float


@dataclass(slots=True)
class _Run:
    """One look under way."""

    total: int
    done: int = 0
    known: int = 0
    unreadable: int = 0
    skipped: list[str] = field(default_factory=list)
    found: list[footage.Looked] = field(default_factory=list)
    committed: float = field(default_factory=time.monotonic)


class Looker:
    """``sheets`` is where contact sheets lie, named by content; any of them can be made again.

    ``version`` is that of what is measured: what was looked at by another one is looked at again.
    """

    def __init__(
        self,
        bucket: Bucket,
        store: Store,
        sheets: Path,
        *,
        parallel: int = PARALLEL,
        seconds: float = SECONDS,
        version: int = VERSION,
    ) -> None:
        self._bucket = bucket
        self._store = store
        self._sheets = sheets
        self._parallel = parallel
        self._version = version
        self._children = Children(_MODULE, parallel=parallel, seconds=seconds, longest_answer=1 << 20)
        self._one_at_a_time = asyncio.Lock()

    async def close(self) -> None:
        await asyncio.to_thread(self._children.close)

    async def waiting(self) -> int:
        """How many files of the catalogue were not looked at yet."""
        return await self._store.do(footage.count_unlooked, self._version)

    @timed("bucket.look")
    async def look(
        self,
        on_progress: Progress | None = None,
        *,
        before_each: Callable[[], Awaitable[None]] | None = None,
    ) -> LookReport:
        """Look at everything that was not looked at. ``before_each`` is awaited before each file: it may wait
        for what is more urgent. Raises OperatorError when what was seen cannot be kept (a full disk)."""
        async with self._one_at_a_time:
            started = time.perf_counter()
            run = _Run(await self.waiting())
            try:
                while ids := await self._store.do(footage.unlooked, self._version, PAGE, run.skipped):
                    found = await self._store.do(media.by_ids, ids)
                    await self._page([found[i] for i in ids if i in found], run, on_progress, before_each)
                    await self._commit(run)
            finally:
                await self._commit(run)
                await asyncio.to_thread(self._children.rest)
            await self._store.do(footage.prune)
            await self._group()
            seconds = time.perf_counter() - started
            if run.done:
                log.info("Looked at %d files in %.1f s; %d known before", run.done, seconds, run.known)
            return LookReport(run.done, run.known, run.unreadable, len(run.skipped), seconds)

    async def sheet(self, asset: Asset) -> Path | None:
        """The contact sheet of a photo or clip, made again if it is gone; None if there is none."""
        if asset.footage is None or asset.footage.picture is None:
            return None
        path = self._path(asset.footage.content)
        if not await asyncio.to_thread(path.is_file):
            seen = await self._seen(asset, asset.footage.content)
            if not seen.sheet:
                return None
            await asyncio.to_thread(_write, path, seen.sheet)
        return path

    async def moments(self, asset: Asset, start: float, end: float, count: int = 3) -> tuple[Moment, ...]:
        """The best moments of a window of a clip (at most 20 s of it are decoded), the strongest first.

        Refused for what is no clip, for an empty window, and where the clip cannot be decoded there.
        """
        if asset.category is not Category.VIDEO or not 0 <= start < end or not 1 <= count <= 20:
            raise Refused("Moments are looked for between two seconds of a clip.")
        file = await self._bucket.open(asset.file.key)
        order = self._order(asset) | {"window": [start, end], "count": count}
        try:
            found = await asyncio.to_thread(self._children.ask, file, order, moments)
        except (Died, OSError) as error:
            raise Refused(f"{asset.file.name!r} could not be looked into: {error}") from error
        finally:
            await asyncio.to_thread(file.close)
        if isinstance(found, str):
            raise Refused(f"{asset.file.name!r} could not be looked into: {found}")
        return found

    async def _page(
        self,
        assets: Sequence[Asset],
        run: _Run,
        on_progress: Progress | None,
        before_each: Callable[[], Awaitable[None]] | None,
    ) -> None:
        todo = iter(assets)

        async def work() -> None:
            for asset in todo:
                if before_each is not None:
                    await before_each()
                await self._one(asset, run)
                if on_progress is not None:
                    on_progress(run.done, max(run.total, run.done))
                if len(run.found) >= _COMMIT_FILES or time.monotonic() - run.committed > _COMMIT_SECONDS:
                    await self._commit(run)

        await all_or_none(work() for _ in range(self._parallel))

    async def _one(self, asset: Asset, run: _Run) -> None:
        try:
            file = await self._bucket.open(asset.file.key)
            try:
                content = await asyncio.to_thread(content_of, file)
                if await self._store.do(footage.known, content, self._version):
                    run.found.append(footage.Looked(asset, content))
                    run.known += 1
                else:
                    seen = await self._ask(asset, content, file)
                    if seen.sheet:
                        await asyncio.to_thread(_write, self._path(content), seen.sheet)
                    run.found.append(footage.Looked(asset, content, seen.footage, seen.marks))
                    run.unreadable += seen.footage.problem is not None
            finally:
                await asyncio.to_thread(file.close)
        except (Refused, OSError) as error:  # it went away, or may not be read: the next scan knows more
            log.info("%r was not looked at: %s", asset.file.key, error)
            run.skipped.append(asset.id)
            return
        run.done += 1

    async def _seen(self, asset: Asset, content: str) -> Sight:
        try:
            file = await self._bucket.open(asset.file.key)
            try:
                return await self._ask(asset, content, file)
            finally:
                await asyncio.to_thread(file.close)
        except (OperatorError, OSError) as error:
            return Sight(Footage(content, problem=str(error)))

    async def _ask(self, asset: Asset, content: str, file: BinaryIO) -> Sight:
        try:
            return await asyncio.to_thread(
                self._children.ask, file, self._order(asset), lambda message: sight(content, message)
            )
        except Died as end:
            return Sight(Footage(content, problem=str(end)))

    def _order(self, asset: Asset) -> dict[str, object]:
        return {"category": str(asset.category), "name": asset.file.name, "size": asset.file.size}

    async def _commit(self, run: _Run) -> None:
        found, run.found, run.committed = run.found, [], time.monotonic()
        if found:
            await self._store.do(footage.put, found, self._version)

    async def _group(self) -> None:
        marked = await self._store.do(footage.marked)
        families = await asyncio.to_thread(alike.families, marked)
        known = {one.content: one.family for one in marked}
        changed = {content: family for content, family in families.items() if known[content] != family}
        if changed:
            await self._store.do(footage.set_families, changed)

    def _path(self, content: str) -> Path:
        return self._sheets / f"{content}.jpg"


def _write(path: Path, data: bytes) -> None:
    with written(path) as stream:
        stream.write(data)
