"""The bucket in Google Cloud Storage: the remote twin. Raw media is read and never written."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from services.bucket.categories import content_type as type_by_name
from services.bucket.categories import ignored
from services.bucket.gcs_cache import Originals
from services.bucket.gcs_calls import Calls, is_same
from services.bucket.gcs_reader import RangedReader
from services.bucket.keys import ensure_draft_name, folder_of, is_key, raw_folders
from services.errors import Misconfigured, Refused, Unavailable
from services.log import get_logger
from services.model.asset import StoredFile

log = get_logger(__name__)

# An address handed out lives between the two: long enough for a render, and for a service that fetches the
# file for a post. Google allows seven days.
URL_LIFE = timedelta(hours=48)
URL_LEFT = timedelta(hours=24)
_KNOWN = 4000  # objects and addresses that are remembered, each


class GcsBucket:
    """Raw media in ``folders`` of the bucket; drafts go to ``draft_folder``. Downloads lie in ``cache``."""

    name = "gcs"
    sample = False

    def __init__(
        self,
        calls: Calls,
        bucket: str,
        folders: Sequence[str],
        draft_folder: str,
        cache: Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self.bucket_name = bucket
        self._calls = calls
        self._folders = raw_folders(folders, draft_folder)
        self._draft_folder = draft_folder
        self._originals = Originals(cache, calls.read)
        self._listed: OrderedDict[str, tuple[int, int]] = OrderedDict()  # key → size, generation
        self._urls: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    async def ping(self) -> str:
        await asyncio.to_thread(self._calls.ensure_rights)
        found = await asyncio.gather(*(asyncio.to_thread(self._any, folder) for folder in self._folders))
        empty = [folder for folder, any_ in zip(self._folders, found, strict=True) if not any_]
        missing = f"; empty: {', '.join(empty)}" if empty else ""
        try:
            await self.url(f"{self._draft_folder}/ping")
        except Misconfigured as error:
            missing += f". {error.message.removesuffix('.')}"
        return f"Media in the bucket {self.bucket_name}: {', '.join(self._folders)}{missing}."

    async def folders(self) -> list[str]:
        return list(self._folders)

    async def scan(self, folder: str) -> AsyncIterator[list[StoredFile]]:
        if folder not in self._folders:
            raise Refused(f"{folder!r} is not one of the folders with raw media.")
        pages = self._calls.pages(f"{folder}/")
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            if files := list(self._files(folder, page)):
                yield files

    async def open(self, key: str) -> BinaryIO:
        folder_of(key, [self._draft_folder, *self._folders])
        return cast(BinaryIO, await asyncio.to_thread(self._open, key))

    async def fetch(self, key: str) -> Path:
        folder_of(key, [self._draft_folder, *self._folders])
        return await asyncio.to_thread(self._fetch, key)

    async def put(self, source: Path, name: str, content_type: str) -> StoredFile:
        ensure_draft_name(name)
        return await asyncio.to_thread(self._put, source, name, content_type)

    async def url(self, key: str) -> str:
        folder_of(key, [self._draft_folder, *self._folders])
        return await asyncio.to_thread(self._url, key)

    async def address(self, key: str) -> str:
        """The file's lasting name, for documents: it gives nobody access, and costs no signature."""
        return f"gs://{self.bucket_name}/{quote(key, errors='surrogatepass')}"

    async def aclose(self) -> None:
        await asyncio.to_thread(self._calls.close)

    # Below here everything blocks and runs in threads.

    def _any(self, folder: str) -> bool:
        return any(any(self._files(folder, page)) for page in self._calls.pages(f"{folder}/"))

    def _files(self, folder: str, page: Sequence[Any]) -> Iterator[StoredFile]:
        for blob in page:
            if self._is_media(folder, blob.name):
                with self._lock:
                    _remember(self._listed, blob.name, (blob.size, blob.generation))
                yield _stored(folder, blob)

    def _is_media(self, folder: str, name: str) -> bool:
        """Not a folder's placeholder, hidden or half-written, of another folder, or of no usable name."""
        if not is_key(name):
            if not name.endswith("/"):
                log.warning("The object %r has a name no file can have and is left out.", name)
            return False
        inner = [self._draft_folder, *(other for other in self._folders if other != folder)]
        other = any(name.startswith(f"{one}/") for one in inner if one.startswith(f"{folder}/"))
        return not other and not any(map(ignored, name[len(folder) + 1 :].split("/")))

    def _existing(self, key: str) -> Any:
        blob = self._calls.facts(key)
        if blob is None:
            raise Refused(f"There is no file {key!r} in {self.bucket_name}.")
        return blob

    def _open(self, key: str) -> RangedReader:
        with self._lock:
            known = self._listed.get(key)
        if known is None:
            blob = self._existing(key)
            known = blob.size, blob.generation
        size, generation = known
        reader = RangedReader(size, lambda start, end: self._calls.read(key, generation, start, end))
        try:
            reader.prefetch()
        except (Refused, Unavailable):  # gone or replaced since it was listed: as it is now, or not at all
            with self._lock:
                if self._listed.pop(key, None) is None:
                    raise
            return self._open(key)
        return reader

    def _fetch(self, key: str) -> Path:
        return self._originals.path_of(self._existing(key))

    def _put(self, source: Path, name: str, content_type: str) -> StoredFile:
        if not source.is_file():
            raise Refused(f"There is no file {source.name!r} to file as a draft.")
        key = f"{self._draft_folder}/{name}"
        # Asked first, as most repeats need no upload. The upload itself fails if another came in between, and
        # also if its own first answer was lost: what stands there tells.
        blob = self._calls.facts(key) or self._calls.create(source, key, content_type) or self._existing(key)
        if not is_same(blob, source):
            raise Refused(f"Another file is already filed as {name!r} in {self._draft_folder}.")
        return _stored(self._draft_folder, blob)

    def _url(self, key: str) -> str:
        now = self._clock()
        with self._lock:
            url, ends = self._urls.get(key, ("", now))
        if ends - now < URL_LEFT:
            url, ends = self._calls.signed(key, URL_LIFE), now + URL_LIFE
            with self._lock:
                _remember(self._urls, key, (url, ends))
        return url


def _remember(known: OrderedDict[str, Any], key: str, value: Any) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > _KNOWN:
        known.popitem(last=False)


def _stored(folder: str, blob: Any) -> StoredFile:
    """By our own table of types where the name tells, as on a disk; else by what the uploader said."""
    path = blob.name[len(folder) + 1 :]
    by_name = type_by_name(path)
    unknown = by_name == "application/octet-stream"
    return StoredFile(
        folder=folder,
        path=path,
        size=blob.size,
        generation=str(blob.generation),
        created=blob.time_created or blob.updated,
        updated=blob.updated,
        content_type=(blob.content_type or by_name) if unknown else by_name,
        storage_class=(blob.storage_class or "STANDARD").lower(),
    )
