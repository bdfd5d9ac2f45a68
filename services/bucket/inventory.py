"""The inventory of a bucket: what is there, kept in the store, so that each file is looked into once."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from services.bucket import document
from services.bucket.categories import MEDIA, PLURALS, file_category
from services.bucket.facts import FactsReader, Finding
from services.bucket.pairing import Pairing
from services.bucket.seen import Seen
from services.errors import OperatorError, Refused, Unavailable
from services.files import written
from services.log import get_logger, timed
from services.model.asset import Asset, Category, StoredFile
from services.model.footage import Mapped
from services.ports import Bucket
from services.store import Store, media
from services.tasks import all_or_none, in_thread

log = get_logger(__name__)
BATCH = 200  # files whose facts are committed together
PARALLEL = 2

Progress = Callable[[str, int, int], None]  # folder, files met so far, files expected (0: not known)
F = TypeVar("F", StoredFile, Asset)


@dataclass(frozen=True, slots=True)
class FolderScan:
    """What one scan of a folder met. ``changed`` counts new and changed files, ``removed`` vanished ones."""

    folder: str
    files: int
    changed: int
    removed: int
    seconds: float


class Inventory:
    """The catalogue of ``bucket`` in ``store``. End it with ``close()``: a cut-off scan leaves processes."""

    def __init__(
        self,
        bucket: Bucket,
        store: Store,
        *,
        on_progress: Progress | None = None,
        reader: FactsReader | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        mapped: Callable[[], Sequence[Mapped]] = lambda: (),
        address: Callable[[str], Awaitable[str]] | None = None,
        at_once: int = PARALLEL,
    ) -> None:
        """``mapped`` reads (in a thread) which files the brand says show one and the same object.

        ``address`` says where the document tells that a file is, if not the bucket's url(): of a remote
        bucket that would be a key to each file, which expires. ``at_once`` files are opened at a time, which
        on a network is waiting; ``reader`` decides how many are looked into.
        """
        self.changes = 0  # files that scans of this process found new, changed or gone
        self.bucket = bucket
        self.on_progress = on_progress
        self._store = store
        self._reader = reader or FactsReader(parallel=PARALLEL)
        self._clock = clock
        self._pairing = Pairing(store, mapped)
        self._one_at_a_time = asyncio.Lock()
        self._readers = asyncio.Semaphore(at_once)
        self._address = address or bucket.url

    async def close(self) -> None:
        await asyncio.to_thread(self._reader.close)

    async def scan_folders(self, on_progress: Progress | None = None) -> dict[str, FolderScan]:
        """Bring the catalogue up to date with every folder; unchanged files cost one look and no write."""
        async with self._one_at_a_time:
            folders = await self.bucket.folders()
            try:
                tell = on_progress or self.on_progress
                scans = dict(
                    zip(folders, await all_or_none(self._scan(f, tell) for f in folders), strict=True)
                )
            finally:
                await asyncio.to_thread(self._reader.rest)
            self.changes += await self._store.do(media.keep_folders, folders)
            self.changes += sum(scan.changed + scan.removed for scan in scans.values())
            await self._pairing.renew(self.changes)
            return scans

    async def scan_folder(self, name: str) -> FolderScan:
        """The same for one folder."""
        async with self._one_at_a_time:
            try:
                return await self._scan(name, self.on_progress)
            finally:
                await asyncio.to_thread(self._reader.rest)

    def categorize_files(self, files: Iterable[F]) -> dict[str, list[F]]:
        """Files by the plural of their category ("videos", "audio" …); every category is there."""
        groups: dict[str, list[F]] = {plural: [] for plural in PLURALS.values()}
        for file in files:
            groups[PLURALS[_category(file)]].append(file)
        return groups

    async def extract_metadata(self, file: StoredFile) -> Asset:
        """Look into the file. One that cannot be read is an Asset with a problem, never an error."""
        category = _category(file)
        if category not in MEDIA:
            return Asset(file, category)
        if file.size == 0:
            return Asset(file, category, problem="The file is empty.")
        async with self._readers:
            try:
                reader = await self.bucket.open(file.key)
                try:
                    finding = await self._reader.read(reader, category, file.name)
                finally:
                    await asyncio.to_thread(reader.close)
            except Unavailable:  # not this file: the bucket; the scan ends, and what is known stays
                raise
            except (OperatorError, OSError) as error:
                file = replace(file, generation=media.UNOPENED)
                finding = Finding(problem=_sentence(error))
        return Asset(file, category, facts=finding.facts, problem=finding.problem)

    async def generate_inventory(self, path: Path | None = None) -> dict[str, Any]:
        """Scan, and answer the whole document; written to ``path`` when one is given.

        The answer holds every file: for very large buckets use scan_folders() and export().
        """
        await self.scan_folders()
        if path is not None:
            await self.export(path)
        async with self._one_at_a_time:
            whole = await self._skeleton()
            for folder, part in whole["folder_inventories"].items():
                for category, plural in PLURALS.items():
                    async for entries in self._entries(folder, category):
                        part["file_categories"][plural] += entries
            return whole

    async def export(self, path: Path) -> dict[str, Any]:
        """Write the document of the catalogue as it is to ``path``, page by page; answers its summaries."""
        async with self._one_at_a_time:
            whole = await self._skeleton()
            async with in_thread(written(path)) as stream:
                async for text in self._text(whole):
                    await asyncio.to_thread(stream.write, text.encode("utf-8", "backslashreplace"))
        return {name: whole[name] for name in ("inventory_info", "bucket_summary", "categorized_summary")}

    async def summary(self) -> dict[str, Any]:
        """The document's numbers from the catalogue alone: no file lists, no look at the bucket's files."""
        return await self._skeleton()

    async def get_files_by_category(self, category: str, limit: int | None = None) -> list[Asset]:
        """All files of "video", "audio", "image", "3d_model", "document", "archive" or "other"."""
        return await self._all(_wanted(category), limit)

    async def get_latest_files(self, limit: int = 10) -> list[Asset]:
        return await self._store.do(media.latest, limit)

    async def search_files(self, text: str, limit: int = media.PAGE) -> list[Asset]:
        """Files whose folder or name holds ``text``; nothing for an empty text."""
        return await self._store.do(media.search, text.strip(), limit) if text.strip() else []

    async def find(self, *, search: str = "", category: str = "", limit: int = 50) -> list[Asset]:
        """Newest first: files that search_files() finds and that are of ``category``; "" means all."""
        kind = _wanted(category) if category else None
        return await self._store.do(media.latest, limit, kind, search.strip())

    async def counts(self) -> dict[str, int]:
        """total_files, total_bytes, unreadable, and the number of files by the plural of each category."""
        found = await self._store.do(media.counts)
        totals = {"total_files": sum(c.files for c in found), "total_bytes": sum(c.size for c in found)}
        kinds = {p: sum(c.files for c in found if c.category is k) for k, p in PLURALS.items()}
        return {**totals, "unreadable": await self._store.do(media.unreadable), **kinds}

    async def assets(self) -> list[Asset]:
        """Everything in the catalogue, in the order of keys: what a planner chooses from."""
        return await self._all(None, None)

    async def asset(self, asset_id: str) -> Asset | None:
        return (await self.by_ids([asset_id])).get(asset_id)

    async def by_ids(self, ids: Sequence[str]) -> dict[str, Asset]:
        return await self._store.do(media.by_ids, list(ids))

    async def file_entries(self, assets: Iterable[Asset]) -> list[dict[str, Any]]:
        """Assets as the document shows them, each with its address."""
        return [document.file_entry(asset, await self._address(asset.file.key)) for asset in assets]

    @timed("bucket.scan")
    async def _scan(self, folder: str, on_progress: Progress | None) -> FolderScan:
        started, seen, changes = time.perf_counter(), Seen(), 0
        async for page in self.bucket.scan(folder):
            looked = 0
            for batch in _batches(await self._store.do(media.changed, page)):
                assets = await asyncio.gather(*map(self.extract_metadata, batch))
                changes += await self._store.do(media.put, assets)
                looked += len(batch)
                if on_progress is not None:
                    on_progress(folder, len(seen) + looked, 0)
            seen.add(file.key for file in page)
            if on_progress is not None:
                on_progress(folder, len(seen), 0)
        removed = await self._forget(folder, seen)
        result = FolderScan(folder, len(seen), changes, removed, time.perf_counter() - started)
        log.info("Scanned %s: %d files, %d new or changed, %d gone", folder, result.files, changes, removed)
        return result

    async def _forget(self, folder: str, seen: Seen) -> int:
        """Take vanished files out of the catalogue, a page at a time; reads only when nothing vanished."""
        after, removed = "", 0
        while known := await self._store.do(media.keys, folder, after):
            if gone := [key for key in known if key not in seen]:
                await self._store.do(media.remove, gone)
                removed += len(gone)
            after = known[-1]
        return removed

    async def _all(self, category: Category | None, limit: int | None) -> list[Asset]:
        found: list[Asset] = []
        while limit is None or len(found) < limit:
            after = found[-1].file.key if found else ""
            page = await self._store.do(media.page, category=category, after=after)
            if not page:
                break
            found += page
        return found[:limit]

    async def _skeleton(self) -> dict[str, Any]:
        folders = await self.bucket.folders()
        counts = [c for c in await self._store.do(media.counts) if c.folder in folders]
        subfolders = {folder: await self._store.do(media.subfolders, folder) for folder in folders}
        return document.skeleton(self.bucket.bucket_name, folders, counts, subfolders, self._clock())

    async def _entries(self, folder: str, category: Category) -> AsyncIterator[list[dict[str, Any]]]:
        after = ""
        while page := await self._store.do(media.page, folder=folder, category=category, after=after):
            yield await self.file_entries(page)
            after = page[-1].file.key

    async def _text(self, whole: dict[str, Any]) -> AsyncIterator[str]:
        """The document as text, one line for each file, without ever holding all files."""
        yield f'{{"inventory_info": {_json(whole["inventory_info"])},\n'
        yield f'"bucket_summary": {_json(whole["bucket_summary"])},\n"folder_inventories": {{'
        for number, (folder, part) in enumerate(whole["folder_inventories"].items()):
            head = {name: value for name, value in part.items() if name != "file_categories"}
            yield f'{"," if number else ""}\n{_json(folder)}: {_json(head)[:-1]}, "file_categories": {{'
            for index, (category, plural) in enumerate(PLURALS.items()):
                yield f"{',' if index else ''}\n{_json(plural)}: ["
                separator = "\n"
                async for entries in self._entries(folder, category):
                    yield separator + ",\n".join(map(_json, entries))
                    separator = ",\n"
                yield "]"
            yield "}}"
        yield f'}},\n"categorized_summary": {_json(whole["categorized_summary"])}}}\n'


def _category(file: StoredFile | Asset) -> Category:
    return file.category if isinstance(file, Asset) else file_category(file.name, file.content_type)


def _wanted(category: str) -> Category:
    """The category by its name or plural."""
    known = {**{c.value: c for c in Category}, **{plural: c for c, plural in PLURALS.items()}}
    if category not in known:
        raise Refused(f"There is no category {category!r}; there are {', '.join(Category)}.")
    return known[category]


def _batches(files: Sequence[StoredFile]) -> Iterable[list[StoredFile]]:
    source = iter(files)
    return iter(lambda: list(itertools.islice(source, BATCH)), [])


def _sentence(error: OperatorError | OSError) -> str:
    if isinstance(error, OperatorError):
        return error.message
    return f"The file could not be read: {error.strerror or error}."


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
