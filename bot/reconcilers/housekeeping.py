"""Removes files that are kept no longer, and what crashes left. One key; at the start and every six hours.

A draft is marked as cleared in the same transaction that takes its files out of sight, so nobody can take a
denial back in between; then they are removed. Whatever a crash leaves is found the next time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from humanize import naturalsize
from sqlite_utils import Database

from bot import retention
from bot.operator import Operator
from bot.retention import Deletion
from services import disk
from services.errors import OperatorError
from services.files import sentence
from services.log import get_logger
from services.model.draft import State
from services.store import drafts, guards, journal
from services.store.journal import Kind

log = get_logger(__name__)

KEY = "files"
EVERY_SECONDS = 6 * 3600.0
LOW_SECONDS = 600.0  # how often at most while the disk is low
ORIGINALS = "originals"  # the folder of the cache that a remote bucket's files are downloaded to
LEFTOVER_SECONDS = 3600.0  # of a render nobody waits for, or half-written: so old, a crash left it


class Housekeeping:
    name = "housekeeping"
    limit = 1

    def __init__(self, op: Operator, clock: Callable[[], float] = time.monotonic) -> None:
        self._op, self._clock = op, clock
        self._ended = -EVERY_SECONDS + clock()  # at the start

    async def due(self) -> Mapping[str, float]:
        every = LOW_SECONDS if await asyncio.to_thread(retention.is_low, self._op) else EVERY_SECONDS
        return {KEY: max(0.0, self._ended + every - self._clock())}

    async def step(self, key: str) -> None:
        op, data = self._op, self._op.options.data_dir
        troubles: list[OperatorError] = []
        for folder in (op.drafts_dir, data / "outbox", data / "collected_data", data / "backups"):
            try:
                await asyncio.to_thread(disk.sweep, folder)
                await asyncio.to_thread(disk.remove_parts, folder, time.time() - LEFTOVER_SECONDS)
            except OSError as error:
                troubles.append(sentence(error, folder / "files"))
        for deletion in await op.store.do(retention.upcoming, op):
            if deletion.at > op.now():
                break
            try:
                await self._clear(deletion)
            except OperatorError as error:  # one folder that cannot be changed keeps no other from going
                troubles.append(error)
        low = await asyncio.to_thread(retention.is_low, op)
        if low:
            log.warning("%s", (await retention.disk_view(op))["warning"])
        wanted = await op.store.do(guards.open_render_keys)
        most = 0 if low else op.options.keeping.cache_bytes  # all of it can be made again
        await asyncio.to_thread(tidy_cache, data / "cache", most, wanted, time.time())
        self._ended = self._clock()
        if troubles:
            raise troubles[0]

    async def _clear(self, deletion: Deletion) -> None:
        work = _clear_outbox if deletion.kind == "outbox" else _clear_draft
        for aside in await self._op.store.do(work, deletion, self._op, self._op.now()):
            try:
                await asyncio.to_thread(disk.remove_aside, aside)
            except OSError as error:  # out of sight already; swept the next time
                raise sentence(error, aside) from error
        log.info("cleared %s", deletion.what)


def _clear_draft(db: Database, deletion: Deletion, op: Operator, now: datetime) -> list[Path]:
    """Mark the draft and take its files out of sight, if they still are to go."""
    draft = drafts.get(db, deletion.draft)
    current = retention.of_draft(op, draft)
    if current is None or current.at > now or draft.rendered is None:
        return []
    drafts.put(db, draft.number, cleared=now.isoformat())
    if draft.state is not State.POSTED:  # a denial taken back, a retry: it is rendered anew
        drafts.lose_video(db, draft.number, draft.revision)
    days = (now - current.at).days + getattr(op.options.keeping, f"{current.kind}_days")
    text = f"its files were cleared {days} days after it was {draft.state}"
    journal.about(db, draft, Kind.NOTE, now=now, text=text, cleared=asdict(draft.rendered))
    return _set_aside(current.paths)


def _clear_outbox(db: Database, deletion: Deletion, op: Operator, now: datetime) -> list[Path]:
    draft = drafts.get(db, deletion.draft)
    if draft.state is not State.POSTED:
        return []
    text = f"its copy in the outbox was cleared after {op.options.keeping.outbox_days} days"
    journal.about(db, draft, Kind.NOTE, now=now, text=text)
    return _set_aside(deletion.paths)


def _set_aside(paths: Sequence[Path]) -> list[Path]:
    found = []
    for path in paths:
        try:
            aside = disk.set_aside(path)
        except OSError as error:
            raise sentence(error, path) from error
        if aside is not None:
            found.append(aside)
    return found


def tidy_cache(cache: Path, most: int, wanted: frozenset[str], now: float) -> None:
    """Remove leftovers of renders, then the oldest until ``most`` bytes are left; never a render under way.

    ``now`` is in seconds since 1970, as the times of files are. A failure is left for the next time.
    """
    entries = []
    for kind in _entries(cache):
        _sweep(kind)
        for entry in _entries(kind):
            with suppress(OSError):
                entries.append((entry.lstat().st_mtime, disk.used(entry), kind.name, entry))
    held = sum(size for _, size, _, _ in entries)
    for modified, size, kind_name, entry in sorted(entries, key=lambda found: found[0]):
        if kind_name == "renders" and (entry.name in wanted or now - modified < LEFTOVER_SECONDS):
            continue
        if kind_name != "renders" and held <= most:
            continue
        if kind_name == ORIGINALS and now - modified < LEFTOVER_SECONDS:
            continue  # a render may be about to read it
        try:
            if (aside := disk.set_aside(entry)) is not None:
                disk.remove_aside(aside)
        except OSError as error:
            log.warning("%s could not be removed from the cache: %s", entry.name, error.strerror)
        else:
            held -= size
            log.debug("removed %s from the cache (%s)", entry.name, naturalsize(size))


def _sweep(folder: Path) -> None:
    with suppress(OSError):
        disk.sweep(folder)


def _entries(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not path.name.endswith(".removed")]
    except OSError:
        return []
