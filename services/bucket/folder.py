"""The bucket as a folder on this machine: MEDIA_DIR, or the sample studio.

The person's folders are read and never written; only the drafts folder is ours. Which folders count:

* when at least one of the configured folders (GCS_FOLDERS) exists below the root, those and no others;
* when none does, the person pointed MEDIA_DIR at a plain folder of photos, clips and music: everything in it
  counts as one folder that has the root's own name, with its subfolders as they are.
"""

from __future__ import annotations

import asyncio
import filecmp
import itertools
import os
import stat
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from services.bucket.keys import ensure_draft_name, folder_of, raw_folders
from services.bucket.walk import Walk, inside, real, stored
from services.errors import Misconfigured, Refused
from services.files import copy, sentence
from services.log import get_logger
from services.model.asset import StoredFile

log = get_logger(__name__)
PAGE = 1000


class FolderBucket:
    """Raw media below ``root``; drafts are filed in ``drafts``, and their keys begin ``draft_folder/``."""

    name = "folder"

    def __init__(
        self, root: Path, folders: Sequence[str], drafts: Path, draft_folder: str, *, sample: bool = False
    ) -> None:
        self.root = root
        self.sample = sample
        self.bucket_name = root.absolute().name or "media"
        self._drafts = drafts
        self._draft_folder = draft_folder
        self._configured = raw_folders(folders, draft_folder)
        self._plain_now: bool | None = None  # as folders() last found it: keys mean the same until then
        self._plain = self.bucket_name if self.bucket_name != draft_folder else "media"

    async def ping(self) -> str:
        folders = await self.folders()
        absent = [folder for folder in folders if not _is_folder(self._place(folder))]
        missing = f"; not there: {', '.join(absent)}" if absent else ""
        studio = " (sample studio)" if self.sample else ""
        return f"Media in {self.root}{studio}: {', '.join(folders)}{missing}."

    async def folders(self) -> list[str]:
        return await asyncio.to_thread(self.effective_folders)

    def effective_folders(self) -> list[str]:
        """See the module's words. Raises Misconfigured when the root is absent or unreadable."""
        self._ensure_root()
        self._plain_now = None
        return [self._plain] if self._is_plain() else list(self._configured)

    async def scan(self, folder: str) -> AsyncIterator[list[StoredFile]]:
        files = await asyncio.to_thread(self._walk, folder)
        while page := await asyncio.to_thread(lambda: list(itertools.islice(files, PAGE))):
            yield page

    async def open(self, key: str) -> BinaryIO:
        path = await asyncio.to_thread(self._existing, key)
        opening: asyncio.Future[BinaryIO] = asyncio.ensure_future(asyncio.to_thread(path.open, "rb"))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:  # the thread opens it all the same, for nobody
            opening.add_done_callback(_close)
            raise
        except OSError as error:
            raise Refused(f"The file {path.name!r} cannot be opened: {error.strerror or error}.") from error

    async def fetch(self, key: str) -> Path:
        return await asyncio.to_thread(self._existing, key)

    async def put(self, source: Path, name: str, content_type: str) -> StoredFile:
        return await asyncio.to_thread(self._put, source, name)

    async def url(self, key: str) -> str:
        base, path = self._locate(key)
        return (base.absolute() / path).as_uri()

    def _ensure_root(self) -> None:
        try:
            with os.scandir(self.root):
                return
        except OSError as error:
            raise Misconfigured(
                f"MEDIA_DIR: the folder {str(self.root)!r} cannot be read ({error.strerror or error}).",
                remedy="Set MEDIA_DIR to a folder this user may read; empty means the sample studio.",
                variable="MEDIA_DIR",
            ) from error

    def _is_plain(self) -> bool:
        if self._plain_now is None:
            self._plain_now = not any(_is_folder(self.root / folder) for folder in self._configured)
        return self._plain_now

    def _place(self, folder: str) -> Path:
        return self.root if self._is_plain() and folder == self._plain else self.root / folder

    def _walk(self, folder: str) -> Iterator[StoredFile]:
        if folder not in self.effective_folders():
            raise Refused(f"{folder!r} is not one of the folders with raw media.")
        start = self._place(folder)
        root = real(self.root)
        if not _is_folder(start):
            log.info("There is no folder %s in %s: it counts as empty.", folder, self.root)
            return iter(())
        if not inside(real(start), root):
            log.warning("The folder %s leads out of %s: it counts as empty.", folder, self.root)
            return iter(())
        excluded = {real(self._drafts), real(self.root / self._draft_folder)}
        # A configured folder inside another one is scanned by itself.
        excluded |= {real(self.root / other) for other in self._configured if other.startswith(f"{folder}/")}
        return Walk(root, str(start), folder, frozenset(excluded)).files()

    def _locate(self, key: str) -> tuple[Path, str]:
        """The folder that ``key`` must stay in and the path below it; Refused for anything that climbs."""
        folder = folder_of(key, [self._draft_folder, *self._configured, self._plain])
        base = self._drafts if folder == self._draft_folder else self._place(folder)
        return base, key[len(folder) + 1 :]

    def _existing(self, key: str) -> Path:
        base, rest = self._locate(key)
        path = base / rest
        allowed = self._drafts if base is self._drafts else self.root
        try:
            if not inside(real(path), real(allowed)) or not stat.S_ISREG(path.stat().st_mode):
                raise Refused(f"{key!r} is not a file of {self.bucket_name}.")
        except OSError as error:
            raise Refused(f"There is no file {key!r} in {self.bucket_name}.") from error
        return path

    def _put(self, source: Path, name: str) -> StoredFile:
        ensure_draft_name(name)
        if not source.is_file():
            raise Refused(f"There is no file {source.name!r} to file as a draft.")
        target = self._drafts / name
        try:
            self._drafts.mkdir(parents=True, exist_ok=True)
            if not _linked(source, target) and not filecmp.cmp(source, target, shallow=False):
                raise Refused(f"Another file is already filed as {name!r} in {self._draft_folder}.")
            return stored(self._draft_folder, name, target.stat())
        except OSError as error:
            raise sentence(error, target) from error


def _is_folder(path: Path) -> bool:
    """Whether it is there to be read; Path.is_dir() raises below a folder this user may not enter."""
    return os.path.isdir(path)  # noqa: PTH112


def _linked(source: Path, target: Path) -> bool:
    """Put ``source`` at ``target`` whole or not at all; False when something is there already."""
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except OSError:  # another disk, or a file system without links
        if target.exists():
            return False
        copy(source, target)
    return True


def _close(opening: asyncio.Future[BinaryIO]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
