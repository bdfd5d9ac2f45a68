"""Collecting: analytics and inventory side by side, written into a folder, read back for a brief.

One source that fails never stops the other. The names "instagram" and "gcs" are those of the documents,
whichever twins are in use.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from humanize import naturaldelta

from services.bucket.inventory import Inventory
from services.collected import ANALYTICS, INVENTORY, SUMMARY, Collected, Folder
from services.errors import OperatorError
from services.files import write_json
from services.log import get_logger, timed
from services.ports import Account

log = get_logger(__name__)
STALE = timedelta(hours=36)  # a copy older than this is worth a word in the brief


class Progress(Protocol):
    """Told the stage ("collecting instagram"), what is done and what is expected (0: not known)."""

    def __call__(self, stage: str, done: float = ..., total: float = ...) -> None: ...


@dataclass(frozen=True, slots=True)
class Latest:
    """The last copies. ``age`` is that of the analytics; ``notes`` say what is missing, old or unreadable."""

    analytics: dict[str, Any] | None
    age: timedelta | None
    inventory: dict[str, Any] | None  # the counts of the last inventory
    inventory_age: timedelta | None
    notes: tuple[str, ...] = ()


def _local_now() -> datetime:
    return datetime.now().astimezone()


class Collector:
    """Writes into ``folder``. ``clock`` answers an aware time in the zone the file names are to be in."""

    def __init__(
        self,
        account: Account,
        inventory: Inventory,
        folder: Path,
        *,
        keep: int = 10,
        keep_days: int = 90,
        clock: Callable[[], datetime] = _local_now,
    ) -> None:
        self._account = account
        self._inventory = inventory
        self._folder = Folder(folder, keep=keep, keep_days=keep_days)
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()

    async def validate_collection_requirements(self) -> dict[str, Any]:
        """Whether each source answers; one valid source is enough for ``overall_validation``."""
        instagram, gcs = await asyncio.gather(
            _problems(self._account.ping), _problems(self._inventory.bucket.ping)
        )
        return {
            "instagram": {"ok": not instagram, "problems": instagram},
            "gcs": {"ok": not gcs, "problems": gcs},
            "overall_validation": not instagram or not gcs,
        }

    @timed("collect")
    async def collect(self, on_progress: Progress | None = None) -> dict[str, Any]:
        """Collect both sources, write the three files, and answer the summary.

        ``overall_success`` means that at least one source was collected; what the other one lacks stands in
        its ``error``. Raises OperatorError only when the summary itself cannot be written.
        """
        async with self._one_at_a_time:
            tell = on_progress or _nobody
            started = self._clock()
            tell("checking", 0, 0)
            valid = await self.validate_collection_requirements()
            stamp = await asyncio.to_thread(self._folder.stamp, started)
            # Exceptions are answers here, so that neither source is cancelled for the other's sake.
            found = await asyncio.gather(
                _source(valid["instagram"], lambda: self._analytics(stamp, tell)),
                _source(valid["gcs"], lambda: self._library(stamp, tell)),
                return_exceptions=True,
            )
            instagram, gcs = map(_defect_as_result, found)
            summary = {
                "started_at": started.isoformat(timespec="seconds"),
                "finished_at": self._clock().isoformat(timespec="seconds"),
                "overall_success": instagram["ok"] or gcs["ok"],
                "sources": {"instagram": instagram, "gcs": gcs},
            }
            await asyncio.to_thread(write_json, self._folder.file(SUMMARY, stamp), summary)
            await asyncio.to_thread(self._folder.tidy, started)
            return summary

    async def latest(self) -> Latest:
        """The newest readable copies, whenever they were collected, also gzipped ones."""
        return await asyncio.to_thread(self._latest)

    async def _analytics(self, stamp: str, tell: Progress) -> tuple[Path, dict[str, int]]:
        tell("collecting instagram", 0, 1)
        path = self._folder.file(ANALYTICS, stamp)
        document = await self._account.export_to_json(path)
        media = document["recent_media"]
        tell("collecting instagram", 1, 1)
        return path, {"posts": len(media), "comments": sum(len(post["comments"]) for post in media)}

    async def _library(self, stamp: str, tell: Progress) -> tuple[Path, dict[str, int]]:
        met: dict[str, int] = {}

        def progress(folder: str, done: int, _total: int) -> None:
            met[folder] = done
            tell("collecting gcs", sum(met.values()), 0)

        await self._inventory.scan_folders(on_progress=progress)
        path = self._folder.file(INVENTORY, stamp)
        document = await self._inventory.export(path)
        kinds = {plural: part["count"] for plural, part in document["categorized_summary"].items()}
        return path, {"files": document["bucket_summary"]["total_files"], **kinds}

    def _latest(self) -> Latest:
        now = self._clock().replace(tzinfo=None)
        notes: list[str] = []
        analytics = inventory = None
        age = inventory_age = None
        for file in self._folder.files(ANALYTICS):
            found = _read(file, notes)
            if _source_of(found) == self._account.name:
                analytics, age = found, now - file.at
                break
        for file in self._folder.files(SUMMARY):
            counts = _counts_of(_read(file, notes))
            if counts is not None:
                inventory, inventory_age = counts, now - file.at
                break
        notes += _words("analytics were", age) + _words("inventory was", inventory_age)
        return Latest(analytics, age, inventory, inventory_age, tuple(notes))


async def _problems(ping: Callable[[], Awaitable[str]]) -> list[str]:
    try:
        await ping()
    except OperatorError as error:
        return [str(error)]
    return []


async def _source(
    validation: dict[str, Any], work: Callable[[], Awaitable[tuple[Path, dict[str, int]]]]
) -> dict[str, Any]:
    """Run one source; its failure is part of the answer."""
    started = time.perf_counter()
    file: str | None = None
    counts: dict[str, int] = {}
    problem = " ".join(validation["problems"])
    if validation["ok"]:
        try:
            path, counts = await work()
            file = str(path)
        except OperatorError as error:
            problem = str(error)
    seconds = round(time.perf_counter() - started, 3)
    return {"ok": not problem, "file": file, "seconds": seconds, "counts": counts, "error": problem or None}


def _defect_as_result(found: dict[str, Any] | BaseException) -> dict[str, Any]:
    """A source that broke in a way nobody foresaw: the traceback goes to the log, a sentence to people."""
    if isinstance(found, dict):
        return found
    if not isinstance(found, Exception):
        raise found
    log.error("A source could not be collected", exc_info=found)
    problem = "An unexpected problem stopped this source; the log says more."
    return {"ok": False, "file": None, "seconds": 0.0, "counts": {}, "error": problem}


def _read(file: Collected, notes: list[str]) -> dict[str, Any] | None:
    try:
        found = file.read()
    except (OSError, ValueError) as error:
        log.warning("%s cannot be read and is passed over: %s", file.path.name, error)
        notes.append(f"The collected file {file.path.name} cannot be read and was passed over.")
        return None
    return found if isinstance(found, dict) else None


def _source_of(analytics: dict[str, Any] | None) -> str | None:
    """Which twin wrote it: copies of another account say nothing of this one."""
    info = (analytics or {}).get("export_info")
    return info.get("source") if isinstance(info, dict) else None


def _counts_of(summary: dict[str, Any] | None) -> dict[str, Any] | None:
    sources = (summary or {}).get("sources")
    gcs = sources.get("gcs") if isinstance(sources, dict) else None
    return gcs.get("counts") if isinstance(gcs, dict) and gcs.get("ok") else None


def _words(what: str, age: timedelta | None) -> list[str]:
    if age is None:
        return [f"No {what} collected yet."]
    return [f"The last {what} collected {naturaldelta(age)} ago."] if age > STALE else []


def _nobody(stage: str, done: float = 0, total: float = 0) -> None:
    """Nobody watches."""
